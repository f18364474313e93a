import { valueOf } from "../../pipeline/own-check-problems.ts";
import type { Condition } from "../../pipeline/own-checks.ts";
import type { ColumnKind } from "../../pipeline/schema.ts";
import type { TableFacts } from "../../evidence/looks/tables.ts";

export type Row = TableFacts["rows"][number];
export type Kinds = Readonly<Record<string, { readonly kind: ColumnKind }>>;

/** Whether the row fulfils all of them. As in SQL, a row without a value in the column fulfils nothing but `null: true`. */
export function fulfils(row: Row, conditions: readonly Condition[], kinds: Kinds): boolean {
  return conditions.every((condition) => holds(row[condition.column] ?? null, condition, kinds[condition.column]?.kind ?? "json"));
}

function holds(value: Row[string], { test, values }: Condition, kind: ColumnKind): boolean {
  if (test === "null") return (value === null) === (values[0] === "true");
  if (value === null) return false;
  const orders = values.map((text) => order(value, valueOf(kind, text), kind));
  const [first] = orders;
  if (first === undefined) return false;
  switch (test) {
    case "is":
      return first === 0;
    case "is_not":
      return first !== 0;
    case "one_of":
      return orders.includes(0);
    case "above":
      return first > 0;
    case "at_least":
      return first >= 0;
    case "below":
      return first < 0;
    case "at_most":
      return first <= 0;
  }
}

/** Negative if the value is the lesser one; NaN, which no test takes for anything but unlike, if the two can't be compared. */
function order(value: Row[string], wanted: ReturnType<typeof valueOf>, kind: ColumnKind): number {
  if (typeof value !== typeof wanted || wanted === undefined) return Number.NaN;
  if (typeof value === "number" && typeof wanted === "number") return value - wanted;
  if (typeof value !== "string" || typeof wanted !== "string") return value === wanted ? 0 : Number.NaN;
  if (kind === "instant") return Date.parse(value) - Date.parse(wanted);
  return value === wanted ? 0 : value < wanted ? -1 : 1;
}

/** `is_dnp is false and points above 0` */
export function saying(conditions: readonly Condition[]): string {
  return conditions.map(said).join(" and ");
}

function said({ column, test, values }: Condition): string {
  const listed = values.join(" or ");
  if (test === "null") return `${column} is ${listed === "true" ? "" : "not "}empty`;
  return `${column} ${test.replace("one_of", "is").replaceAll("_", " ")} ${listed}`;
}
