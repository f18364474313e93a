import type { AlertPolicyFacts } from "../../evidence/looks/alerts.ts";
import type { Compare, Likely, Operator } from "./filter.ts";
import { readFilter } from "./filter.ts";

/** Lines of a unit as the platform keeps them: under which resource, by which names, how severe. */
export interface Source {
  readonly type: string;
  readonly label: string;
  /** The unit's name and its aliases. */
  readonly names: readonly string[];
  /** Any if absent. */
  readonly severity?: string | undefined;
}

type Condition = AlertPolicyFacts["conditions"][number];

/** Whether every such line would meet a condition, or none: `unreadable` where nobody can tell from its text. */
export type Sight = "can" | "cannot" | "unreadable";

/** The best that a policy's conditions can do. */
export function sightOf({ conditions }: Pick<AlertPolicyFacts, "conditions">, source: Source): Sight {
  const all = conditions.map((condition) => conditionSight(condition, source));
  return (["can", "unreadable"] as const).find((sight) => all.includes(sight)) ?? "cannot";
}

function conditionSight({ kind, filter }: Condition, source: Source): Sight {
  switch (kind) {
    case "absence":
      return "cannot"; // It tells of silence.
    case "query":
      return "unreadable";
    case "log":
    case "metric": {
      const read = readFilter(filter);
      if (read === undefined) return "unreadable";
      const likely = source.names.map((name) => read(comparison(source, name, kind)));
      if (likely.every((each) => each === "no")) return "cannot";
      // What only narrows by content may leave out every line that matters: it would surely tell of none. And which lines
      // a metric of the operator's own counts is written in the metric, not in the policy.
      return likely.includes("yes") && (kind === "log" || /log_entry_count/u.test(filter)) ? "can" : "unreadable";
    }
  }
}

/** Labels that entries of a resource have; a comparison of any other is never true. https://cloud.google.com/logging/docs/api/v2/resource-list */
const labelsOf: Readonly<Record<string, readonly string[]>> = {
  cloud_run_revision: ["project_id", "location", "service_name", "revision_name", "configuration_name"],
  cloud_run_job: ["project_id", "location", "job_name"],
  cloud_scheduler_job: ["project_id", "location", "job_id"],
  cloud_function: ["project_id", "region", "function_name"],
};

function comparison(source: Source, name: string, kind: "log" | "metric"): Compare {
  return (path, operator, value) => {
    const field = path.toLowerCase().replace(/^resource\.label\./u, "resource.labels.");
    const label = /^resource\.labels\.(.+)$/u.exec(field)?.[1];
    if (field === "resource.type") return compareText(source.type, operator, value);
    if (label === source.label) return compareText(name, operator, value);
    if (label !== undefined) return labelsOf[source.type]?.includes(label) === false ? "no" : "maybe";
    if (field === "severity" || (kind === "metric" && /^metric\.labels?\.severity$/u.test(field)))
      return compareSeverity(source, operator, value);
    // Metrics of another kind than those of logs count no lines.
    if (kind === "metric" && field === "metric.type" && operator === "=") return countsLines(value);
    return "maybe";
  };
}

function countsLines(metric: string): Likely {
  if (metric === "logging.googleapis.com/log_entry_count") return "yes";
  return metric.startsWith("logging.googleapis.com/") ? "maybe" : "no";
}

/** Texts are compared whatever their case; patterns are not. */
function compareText(own: string, operator: Operator, value: string): Likely {
  const [left, right] = [own.toLowerCase(), value.toLowerCase()];
  switch (operator) {
    case "=":
      return left === right ? "yes" : "no";
    case "!=":
      return left === right ? "no" : "yes";
    case ":":
      return value === "*" || left.includes(right) ? "yes" : "no";
    case "=~":
      return matches(own, value);
    case "!~":
      return ({ yes: "no", no: "yes", maybe: "maybe" } as const)[matches(own, value)];
    case "<":
    case "<=":
    case ">":
    case ">=":
      return "maybe";
  }
}

/** Patterns come from outside: only those that can't run away are tried. */
function matches(own: string, pattern: string): Likely {
  if (!/^[\w\s|^$.*+?()-]{1,200}$/u.test(pattern) || /[*+?]\)?[*+?]|\)[*+?]/u.test(pattern)) return "maybe";
  try {
    return new RegExp(pattern, "u").test(own) ? "yes" : "no";
  } catch {
    return "maybe";
  }
}

const severities = ["DEFAULT", "DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL", "ALERT", "EMERGENCY"];

function compareSeverity({ severity }: Source, operator: Operator, value: string): Likely {
  const [own, other] = [severity ?? "", value].map((each) => severities.indexOf(each.toUpperCase()));
  if (own === undefined || other === undefined || own < 0 || other < 0) return "maybe";
  const said = (holds: boolean): Likely => (holds ? "yes" : "no");
  switch (operator) {
    case "=":
      return said(own === other);
    case "!=":
      return said(own !== other);
    case "<":
      return said(own < other);
    case "<=":
      return said(own <= other);
    case ">":
      return said(own > other);
    case ">=":
      return said(own >= other);
    case ":":
    case "=~":
    case "!~":
      return "maybe";
  }
}
