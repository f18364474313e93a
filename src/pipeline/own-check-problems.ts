import { unknownName } from "../errors.ts";
import type { ColumnKind, StageName } from "./parts.ts";
import type { DayTime } from "./dates.ts";
import { isCalendarDate, parseInstant } from "./dates.ts";
import type { Acceptance, Condition, Limit, OwnCheck, OwnRowCheck } from "./own-checks.ts";
import type { Problem } from "./yaml-file.ts";

/** What an own check may refer to: the part of the pipeline file that it is read with. */
export interface Surroundings {
  readonly kind: "games" | "plain";
  readonly tables: Readonly<Record<string, { readonly team?: string | undefined; readonly columns: Columns }>>;
  readonly stages: readonly string[];
  /** By name and alias; empty if the file declares none, which then says nothing of them. */
  readonly units: readonly string[];
  readonly completion: { readonly phase: string };
}

type Columns = Readonly<Record<string, { readonly kind: ColumnKind }>>;

/** A statement may cost at most so many bytes. */
export const mostBytes = 2 ** 30;
const ordered: readonly ColumnKind[] = ["integer", "number", "date", "instant"];

/** What is wrong with the own checks besides their form: names that nobody declares, limits that mean nothing. */
export function ownCheckProblems(checks: readonly OwnCheck[], around: Surroundings): readonly Problem[] {
  return checks.flatMap((check, index) => {
    const twice = checks.findIndex(({ id }) => id === check.id) < index ? [at("id", `the id ${check.id} is given twice`)] : [];
    return [...twice, ...problemsOf(check, around)].map(({ message, path }) => ({ message, path: ["checks", index, ...path] }));
  });
}

/** Findings that nobody may decide to live with are refused before they are looked for. */
export function acceptedProblems(accepted: readonly Acceptance[], { kind, completion }: Surroundings): readonly Problem[] {
  return accepted.flatMap(({ id }, index) => {
    const [check = "", ...subject] = id.split("/");
    const path = ["accepted", index, "id"];
    if (check === "unique-keys") return [{ path, message: "duplicates can't be accepted: what reads them goes wrong" }];
    const record = kind === "games" && subject.join("/") === `${completion.phase}/record`;
    if (check !== "completion" || record) return [];
    return [
      {
        path,
        message: `a flag without rows can't be accepted; of completion only completion/${completion.phase}/record can`,
      },
    ];
  });
}

/** What the text means in a column of that kind; undefined if nothing. */
export function valueOf(kind: ColumnKind, text: string): string | number | boolean | undefined {
  switch (kind) {
    case "string":
      return text;
    case "boolean":
      return text === "true" ? true : text === "false" ? false : undefined;
    case "integer":
      return /^-?\d{1,15}$/u.test(text) ? Number(text) : undefined;
    case "number":
      return /^-?\d{1,15}(?:\.\d+)?$/u.test(text) ? Number(text) : undefined;
    case "date":
      return isCalendarDate(text) ? text : undefined;
    case "instant":
      return /(?:Z|[+-]\d{2}:\d{2})$/u.test(text) ? parseInstant(text, "UTC")?.toISOString() : undefined;
    case "json":
      return undefined;
  }
}

function problemsOf(check: OwnCheck, around: Surroundings): Problem[] {
  const plain =
    around.kind === "plain" && check.half === "pre_game" ? [at("half", "a pipeline without games has no half before them")] : [];
  return [
    ...plain,
    ...dueProblems(check, around),
    ...limitProblems(check),
    ...("table" in check ? rowProblems(check, around) : []),
    ...(check.measure === "log" ? logProblems(check, around) : []),
  ];
}

function dueProblems(check: OwnCheck, { stages }: Surroundings): Problem[] {
  const { due, grace } = check;
  if (due === undefined) return "table" in check ? [] : [at("due", `needs \`due\`: a ${check.measure} belongs to no stage`)];
  if (due.kind === "stage") {
    if (!stages.includes(due.stage)) return [at("due", unknownName("stage", due.stage satisfies StageName, stages))];
    return grace === undefined ? [] : [at("grace", `the stage ${due.stage} has its own grace; leave this out, or give \`due\` as a time`)];
  }
  return grace !== undefined && minutesOf(grace) <= minutesOf(due.at) ? [at("grace", "ends before the check is due")] : [];
}

function limitProblems(check: OwnCheck): Problem[] {
  if (!("pass" in check)) return [];
  const { pass, warn, measure, severity } = check;
  const forms = [
    ["pass", pass],
    ["warn", warn],
  ] as const;
  const wrong = forms.flatMap(([key, limit]) => (limit === undefined ? [] : formProblems(key, limit, measure)));
  if (wrong.length > 0 || warn === undefined) return wrong;
  if (severity === "P3" || severity === "P4") return [at("warn", `a miss is a warning already (severity ${severity}); leave this out`)];
  const looser = {
    ">=": warn.value < pass.value,
    ">": warn.value < pass.value,
    "<=": warn.value > pass.value,
    "<": warn.value > pass.value,
  };
  const weaker = pass.operator !== "=" && warn.operator === pass.operator && warn.unit === pass.unit && looser[pass.operator];
  return weaker ? [] : [at("warn", `must let more pass than "${pass.written}": the same operator and unit, another number`)];
}

function formProblems(key: string, { unit, value }: Limit, measure: string): Problem[] {
  if (measure === "newest" && unit === undefined) return [at(key, 'an age needs its unit: "<= 90 min" or "<= 6 h"')];
  if (measure !== "newest" && unit !== undefined) return [at(key, `only an age has a unit, not ${measure}`)];
  return measure === "share" && value > 1 ? [at(key, "a share is from 0 to 1")] : [];
}

function rowProblems(check: OwnRowCheck, around: Surroundings): Problem[] {
  const table = around.tables[check.table];
  if (table === undefined) return [at("table", unknownName("table", check.table, Object.keys(around.tables)))];
  const columns = check.sql === undefined ? table.columns : check.columns;
  return [
    ...sourceProblems(check),
    ...(check.measure === "share" && check.where === undefined ? [at("where", "needs `where`: the share of what?")] : []),
    ...(check.per === "game" ? perGameProblems(check, table, around) : []),
    ...(columns === undefined ? [] : columnProblems(check, columns)),
  ];
}

function sourceProblems(check: OwnRowCheck): Problem[] {
  const { sql, columns, all_rows: all, days_before: before, days_after: after, max_bytes: bytes } = check;
  if (sql === undefined) {
    const given = { columns, days_before: before, days_after: after, max_bytes: bytes };
    return Object.entries(given).flatMap(([key, value]) => (value === undefined ? [] : [at(key, "goes with `sql` only")]));
  }
  const windows = [before, after].filter((days) => days !== undefined && (days < 0 || days > 60));
  return [
    ...(columns === undefined || Object.keys(columns).length === 0
      ? [at("columns", "needs the columns that the statement selects, in their order")]
      : []),
    ...(check.per === "game" ? [at("per", "a statement is judged per date")] : []),
    ...(all === undefined ? [] : [at("all_rows", "a statement's rows are judged as they are")]),
    ...(windows.length > 0 ? [at("days_before", "at most 60 days before and after")] : []),
    ...(bytes !== undefined && (bytes < 1 || bytes > mostBytes) ? [at("max_bytes", `from 1 to ${mostBytes} (1 GiB)`)] : []),
  ];
}

function perGameProblems(check: OwnRowCheck, table: { readonly team?: string | undefined }, { kind }: Surroundings): Problem[] {
  if (kind === "plain") return [at("per", "a pipeline without games is judged per date")];
  if (table.team !== undefined || check.game_id !== undefined) return [];
  return [at("per", `${check.table} declares no team; name its column under the table's \`team\`, or give \`game_id\``)];
}

function columnProblems(check: OwnRowCheck, columns: Columns): Problem[] {
  const known = Object.keys(columns);
  const missing = [
    ...(check.measure === "distinct" ? nameProblems(["column"], check.column, columns) : []),
    ...(check.measure === "newest" ? nameProblems(["column"], check.column, columns, ["instant"]) : []),
    ...(check.game_id === undefined ? [] : nameProblems(["game_id"], check.game_id, columns, ["string"])),
  ];
  const pair = check.measure === "equals" ? equalsProblems(check.equals, columns) : [];
  const lists = { where: check.where, of: check.measure === "share" ? check.of : undefined };
  const conditions = Object.entries(lists).flatMap(([key, list = []]) =>
    list.flatMap((condition, index) => conditionProblems(condition, columns, known, [key, index])),
  );
  return [...missing, ...pair, ...conditions];
}

type Pair = Extract<OwnCheck, { readonly measure: "equals" }>["equals"];

function equalsProblems({ left, right, compare, tolerance }: Pair, columns: Columns): Problem[] {
  const numbers: readonly ColumnKind[] = ["integer", "number"];
  const sums = compare === "sums" || tolerance !== undefined;
  const names = [
    ...nameProblems(["equals", "left"], left, columns, sums ? numbers : undefined),
    ...nameProblems(["equals", "right"], right, columns, sums ? numbers : undefined),
  ];
  const [one, other] = [columns[left]?.kind, columns[right]?.kind];
  const alike = one === other || (numbers.includes(one ?? "json") && numbers.includes(other ?? "json"));
  if (names.length > 0 || alike) return names;
  return [at("equals", `${left} is of kind ${one}, ${right} of kind ${other}; they can't be equal`)];
}

function nameProblems(path: readonly string[], name: string, columns: Columns, kinds?: readonly ColumnKind[]): Problem[] {
  const kind = Object.hasOwn(columns, name) ? columns[name]?.kind : undefined;
  if (kind === undefined) return [{ path, message: unknownName("column", name, Object.keys(columns)) }];
  return kinds === undefined || kinds.includes(kind)
    ? []
    : [{ path, message: `${name} is of kind ${kind}; expected one of kind ${kinds.join(" or ")}` }];
}

function conditionProblems(
  { column, test, values }: Condition,
  columns: Columns,
  known: readonly string[],
  path: Problem["path"],
): Problem[] {
  const kind = Object.hasOwn(columns, column) ? columns[column]?.kind : undefined;
  if (kind === undefined) return [{ path: [...path, "column"], message: unknownName("column", column, known) }];
  if (test === "null") return [];
  const compares = ["above", "at_least", "below", "at_most"].includes(test);
  if (compares && !ordered.includes(kind)) return [{ path: [...path, test], message: `${column} is of kind ${kind}, which has no order` }];
  const senseless = values.find((value) => valueOf(kind, value) === undefined);
  return senseless === undefined ? [] : [{ path: [...path, test], message: `"${senseless}" is no value of ${column}, of kind ${kind}` }];
}

function logProblems({ log, due }: Extract<OwnCheck, { readonly measure: "log" }>, { units }: Surroundings): Problem[] {
  return [
    ...(units.length === 0 || units.includes(log.unit) ? [] : [{ path: ["log", "unit"], message: unknownName("unit", log.unit, units) }]),
    ...(minutesOf(log.to) <= minutesOf(log.from) ? [{ path: ["log", "to"], message: "ends before it begins" }] : []),
    ...(due?.kind === "time" && minutesOf(due.at) < minutesOf(log.to)
      ? [at("due", "is before the window's end: what is not logged by then may still come")]
      : []),
  ];
}

function at(key: string, message: string): Problem {
  return { message, path: [key] };
}

function minutesOf({ day, hour, minute }: DayTime): number {
  return (day * 24 + hour) * 60 + minute;
}
