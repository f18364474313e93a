import type { Limit } from "../../pipeline/own-checks.ts";

/** Whether the value keeps the limit. Of one that is known only as "at least so much" it may be that nobody can tell. */
export function keeps({ operator, value: bound }: Limit, value: number, atLeast = false): "yes" | "no" | "unknown" {
  switch (operator) {
    case ">=":
      return value >= bound ? "yes" : atLeast ? "unknown" : "no";
    case ">":
      return value > bound ? "yes" : atLeast ? "unknown" : "no";
    case "<=":
      return value > bound ? "no" : atLeast ? "unknown" : "yes";
    case "<":
      return value >= bound ? "no" : atLeast ? "unknown" : "yes";
    case "=":
      return value > bound ? "no" : atLeast ? "unknown" : value === bound ? "yes" : "no";
  }
}

/** An age's limit in milliseconds. */
export function inMs(limit: Limit): Limit {
  return { ...limit, value: limit.value * (limit.unit === "h" ? 3_600_000 : 60_000) };
}
