import type { ShapeFacts } from "../evidence/looks/shapes.ts";
import { shapeOf } from "../evidence/looks/shapes.ts";
import type { Rules, TableRules } from "../pipeline/load.ts";
import type { Group, Scope, Totals, Words } from "./check.ts";
import { defineCheck } from "./check.ts";
import type { Figures, Finding, Severity } from "./finding.ts";
import { note, pass, problem } from "./finding.ts";
import { counted, listNames } from "./words.ts";

interface TableSubject {
  readonly id: string;
  readonly declared: TableRules;
}

/** Does every declared table exist with its columns? The only check to which a missing table is an answer. */
export const tables = defineCheck({
  id: "tables",
  question: "Does every declared table exist with its columns?",
  depth: "quick",
  halves: ["pre_game", "post_game"],
  ofState: true,
  about: {
    why: 'A script asked a table that never existed, printed the error as information and ended with "all checks passed". A drifted column blinds a check just as quietly.',
    rule: "A table or dataset that is not there, a key or the partition column missing: P1. Another declared column missing: P3. Columns that are only deduced are missed aloud where something reads them. Denied and a wrong location are no answer: unknown.",
    todo: "Look for the table in another dataset or location before restoring it; correct the pipeline file where the table has moved or changed.",
  },
  subjects: ({ rules }): TableSubject[] => Object.entries(rules.tables).map(([id, declared]) => ({ id, declared })),
  needs: ({ id }) => ({ shape: shapeOf(id) }),
  judge: ({ shape }, { subject, scope }) => (shape.there ? judgeColumns(subject, shape.columns, scope.rules) : [notThere(subject, shape)]),
  say: sayTables,
  numbers: ({ sums, subjects, unknown: lost }: Totals) => ({
    tables: `${sums["sound"] ?? 0}/${subjects}${lost > 0 ? `, ${lost} not seen` : ""}`,
  }),
});

const broken: Figures = { sound: 0 };
const sound: Figures = { sound: 1 };

function notThere({ id, declared }: TableSubject, shape: Extract<ShapeFacts, { there: false }>): Finding {
  return problem(severityFor(declared, "P1"), {
    reason: shape.missing === "dataset" ? "missing_dataset" : "missing_table",
    observed: `${id} is not there: ${shape.said}`,
    expected: `the ${shape.missing} of ${id} is there`,
    next: `Look for ${id} in another dataset, project or location first; then restore it, or correct its name in the pipeline file.`,
    figures: broken,
  });
}

/** Columns that are gone, by what that means: keys of the operator's own, other declared ones, deduced ones. */
function judgeColumns({ id, declared }: TableSubject, columns: Readonly<Record<string, string>>, rules: Rules): readonly Finding[] {
  const gone = Object.keys(declared.columns).filter((column) => !Object.hasOwn(columns, column));
  const deduced = gone.filter((column) => declared.columns[column]?.inferred === true);
  const stated = gone.filter((column) => !deduced.includes(column));
  const keys = keyColumns(declared);
  const read = readColumns(id, declared, rules, columns);
  const findings = [
    ...missing(id, stated.filter(isIn(keys)), { reason: "missing_key", severity: severityFor(declared, "P1"), what: "key or partition" }),
    ...missing(id, stated.filter(isNotIn(keys)), { reason: "missing_column", severity: severityFor(declared, "P3"), what: "declared" }),
    // A key that was only deduced may never have had that name: whoever needs it is unknown, but no fault of the table is proven.
    ...(declared.optional === true
      ? []
      : missing(id, deduced.filter(isIn(keys)), { reason: "missing_deduced_key", severity: "P3", what: "deduced key or partition" })),
    ...missingDeduced(id, deduced.filter(isNotIn(declared.optional === true ? [] : keys)).filter(isIn(read))),
  ];
  const all = Object.keys(declared.columns).length;
  const whole = findings.some(({ reason }) => reason === "missing_key") ? broken : sound;
  return [...findings.map((finding, index) => (index === 0 ? { ...finding, figures: whole } : finding)), ...judged(all, gone, findings)];
}

/** Something must be said of every table; a table of which only deduced columns are gone is there as declared. */
function judged(all: number, gone: readonly string[], findings: readonly Finding[]): readonly Finding[] {
  if (findings.length > 0) return [];
  return [
    pass(`${all - gone.length} of ${counted(all, "column")}${gone.length > 0 ? ", without some that were only deduced" : ""}`, sound),
  ];
}

interface Missing {
  readonly reason: string;
  readonly severity: Exclude<Severity, "P5">;
  readonly what: string;
}

function missing(table: string, columns: readonly string[], { reason, severity, what }: Missing): readonly Finding[] {
  if (columns.length === 0) return [];
  const names = columns.map((column) => `${table}.${column}`);
  return [
    problem(severity, {
      reason,
      observed: `${table} lacks ${listNames(columns)} (${what} ${columns.length === 1 ? "column" : "columns"})`,
      expected: `${table} has its ${what} columns`,
      next: `Restore ${listNames(names)}, or correct the columns of ${table} in the pipeline file; what reads them is unknown until then.`,
    }),
  ];
}

function missingDeduced(table: string, columns: readonly string[]): readonly Finding[] {
  if (columns.length === 0) return [];
  return [note("missing_deduced", `${table} lacks ${listNames(columns)}, which was deduced and which checks would read`)];
}

/** A table that only explains and was only deduced is never missed loudly. */
function severityFor({ optional }: TableRules, full: "P1" | "P3"): Exclude<Severity, "P5"> {
  return optional === true ? "P4" : full;
}

function keyColumns({ partition, key, also_once: once = [] }: TableRules): readonly string[] {
  return [partition, ...key, ...once];
}

/** Columns that rules of the pipeline file name, and so something reads; of two ways to keep a value the one that is there will do. */
function readColumns(table: string, declared: TableRules, rules: Rules, present: Readonly<Record<string, string>>): readonly string[] {
  const { keep, written_at: written, created_at: created, team, once_where: where } = declared;
  const { column, instead } = rules.features.line;
  const line = table === rules.features.table && ![column, instead].some((name) => Object.hasOwn(present, name)) ? [column, instead] : [];
  return [
    ...keyColumns(declared),
    ...keep.map((order) => order.column),
    ...[written, created, team, where].filter((name) => name !== undefined),
    ...(table === rules.games.schedule ? [rules.games.tip_off] : []),
    ...line,
  ];
}

function isIn(names: readonly string[]): (name: string) => boolean {
  return (name) => names.includes(name);
}

function isNotIn(names: readonly string[]): (name: string) => boolean {
  return (name) => !names.includes(name);
}

function sayTables({ reason, findings, of }: Group, { rules }: Scope): Words | undefined {
  if (findings.length < 2) return undefined;
  const names = findings.map(({ subject }) => subject);
  if (reason === "missing_table" || reason === "missing_dataset") {
    const whole = wholeDatasets(names, Object.keys(rules.tables));
    const all = names.length === of ? "; where nothing at all is there, the project or the location is the first suspect" : "";
    return {
      observed: `${names.length} of ${of} declared tables are not there: ${listNames(names)}${whole.length === 0 ? "" : `; nothing of ${listNames(whole)} is there`}${all}`,
      next: "Look for them in another dataset, project or location first; then restore them, or correct their names in the pipeline file.",
    };
  }
  return { observed: listNames(findings.map(({ finding }) => finding.observed)) };
}

/** Data sets of which no declared table is there. */
function wholeDatasets(gone: readonly string[], declared: readonly string[]): readonly string[] {
  const datasetOf = (table: string): string => table.slice(0, table.indexOf("."));
  return [...new Set(gone.map(datasetOf))].filter((dataset) =>
    declared.filter((table) => datasetOf(table) === dataset).every((table) => gone.includes(table)),
  );
}
