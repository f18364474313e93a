import type { Evidence } from "../../evidence/evidence.ts";
import type { RunRow, TableFacts } from "../../evidence/looks/tables.ts";
import { tableRules } from "../../pipeline/load.ts";
import type { Scope } from "../check.ts";
import type { Finding } from "../finding.ts";
import { note, problem, unknown } from "../finding.ts";
import { writtenBetween } from "../keep.ts";
import { at, counted } from "../words.ts";

/** A run of the feature processor that ended and says that it wrote. */
interface Wrote {
  readonly started: Date;
  readonly ended: Date;
  readonly records: number;
}

/**
 * Whether the rows are as new as the newest ended run that wrote records. Judged row by row: one fresh row proves nothing
 * of the others. An incremental run may leave alone what it does not count among its records.
 */
export function freshness(rows: TableFacts["rows"], runs: Evidence<TableFacts<RunRow>>, scope: Scope): readonly Finding[] {
  const run = runs.seen ? newestRun(runs.facts.rows, scope) : undefined;
  if (run === undefined || rows.length === 0) return [];
  const { table, processor } = scope.rules.features;
  const declared = tableRules(scope.rules, table);
  const stamps = rows.map((row) => writtenBetween([row], declared)?.last);
  const unstamped = stamps.filter((stamp) => stamp === undefined).length;
  const said = `the run of ${processor} that ended ${at(run.ended, scope)} and wrote ${counted(run.records, "record")}`;
  if (unstamped > 0) {
    const observed = `${unstamped} of ${rows.length} feature rows carry no write time, so whether they are as new as ${said} can't be told`;
    return [unknown("no_stamp", observed, "See why the write stamps are missing.")];
  }
  const older = stamps.filter((stamp) => stamp !== undefined && stamp < run.started).length;
  if (older === 0) return [];
  const observed = `${older} of ${rows.length} feature rows are older than ${said}`;
  if (older + run.records <= rows.length) return [note("left_alone", observed)];
  return [
    problem("P3", {
      reason: "older_than_run",
      observed,
      expected: `rows written since ${at(run.started, scope)}, when that run began`,
      next: `Look for a swallowed write error in that run, then run ${processor} for ${scope.date} again.`,
    }),
  ];
}

/** Runs that ended like this have written nothing that counts. */
const fruitless: readonly string[] = ["running", "failed", "skipped"];

function newestRun(runs: readonly RunRow[], { rules, asOf }: Scope): Wrote | undefined {
  return runs
    .flatMap(({ processor_name: name, status, started_at: started, processed_at: ended, records_processed: records }) => {
      const wrote = name === rules.features.processor && !fruitless.includes(status ?? "") && (records ?? 0) > 0;
      if (!wrote || started === null || ended === null) return [];
      return [{ started: new Date(started), ended: new Date(ended), records: records ?? 0 }];
    })
    .filter(({ ended }) => ended <= asOf)
    .toSorted((a, b) => b.ended.getTime() - a.ended.getTime())[0];
}
