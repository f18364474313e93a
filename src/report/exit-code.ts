import type { Report } from "./schema.ts";

/** What the command line exits with besides a report's own code. */
export const usageError = 64;
export const ownBug = 70;

/** The report's exit code, by the monitoring-plugin convention: 0 healthy, 1 warning, 2 failure, 3 nobody can tell. */
export function exitCode(report: Report): number {
  switch (report.verdict) {
    case "pass":
      return 0;
    case "warn":
      return 1;
    case "fail":
      return 2;
    case "unknown":
    case "not_due":
      return 3;
    case "not_applicable":
      // Nothing was expected; but if it's only that the operator switched the looking off, nothing is known either.
      return report.asked["switched_off"] === undefined ? 0 : 3;
  }
}
