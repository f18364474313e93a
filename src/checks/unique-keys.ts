import type { Evidence, Look } from "../evidence/evidence.ts";
import type { RunRow, TableFacts } from "../evidence/looks/tables.ts";
import { processorRuns, rowsOf } from "../evidence/looks/tables.ts";
import { dueAt } from "../pipeline/due.ts";
import { quoted } from "../outside-text.ts";
import type { Rules, TableRules } from "../pipeline/load.ts";
import { tableRules } from "../pipeline/load.ts";
import type { Scope, Totals } from "./check.ts";
import { defineCheck } from "./check.ts";
import type { Figures, Finding, Severity } from "./finding.ts";
import { notApplicable, notDue, pass, problem, waitsFor } from "./finding.ts";
import { keepText, writtenBetween } from "./keep.ts";
import type { Surplus } from "./surplus.ts";
import { surplusOf } from "./surplus.ts";
import { gamesOwing } from "./slate.ts";
import { at, atSecond, counted, gap, listNames } from "./words.ts";

interface TableSubject {
  readonly id: string;
  readonly declared: TableRules;
}

type ReaderEvidence = Readonly<Record<string, Evidence<TableFacts>>>;

/** Is each business key there once? Surplus is said at once; a clean table only counts once its stage is due. */
export const uniqueKeys = defineCheck({
  id: "unique-keys",
  question: "Is each business key there once?",
  depth: "quick",
  halves: ["pre_game", "post_game"],
  about: {
    why: "Two runs at once fall back to delete and insert, and both sets of rows stay: 72 of 420 one night. Averages and features then count a player twice.",
    rule: "Rows beyond the first of each business key, Σ(n−1): few are P3, more P2, many P1, and P0 where they are also a large share. Said at once, before anything is due. Superseded (inactive) rows, snapshots and run-history pairs are no duplicates.",
    todo: "Remove the surplus by the table's keep rule, then have computed again what has read it.",
  },
  subjects: ({ rules }): TableSubject[] =>
    Object.entries(rules.tables).flatMap(([table, declared]) => (declared.unique === true ? [{ id: table, declared }] : [])),
  needs: ({ id }, { rules, date }) => ({ rows: rowsOf(rules, date, id) }),
  wants: ({ declared }, { rules, date }): Readonly<Record<string, Look<TableFacts>>> => ({
    ...(declared.processor === undefined ? {} : { [rules.run_history]: processorRuns(rules, date) }),
    ...Object.fromEntries((declared.read_by ?? []).map((reader) => [reader, rowsOf(rules, date, reader)])),
  }),
  judge: ({ rows, ...wanted }, { subject, scope }) => [judgeTable(subject, rows, wanted, scope)],
  numbers: countsOf,
});

function countsOf({ sums, unknown: lost }: Totals): Readonly<Record<string, string>> {
  const { players, players_surplus: extra = 0, tables, surplus = 0 } = sums;
  const unseen = lost > 0 ? `${counted(lost, "table")} not seen` : "";
  return {
    ...(players === undefined ? {} : { players: `${players}${extra > 0 ? ` + ${extra} surplus` : ""}` }),
    ...(players === undefined && lost > 0 ? { players: "not seen" } : {}),
    ...(tables === undefined
      ? {}
      : { surplus: [`${counted(surplus, "row")} in ${counted(tables, "table")}`, unseen].filter((part) => part !== "").join(", ") }),
  };
}

function judgeTable({ id, declared }: TableSubject, facts: TableFacts, wanted: ReaderEvidence, scope: Scope): Finding {
  const { rules, date, asOf, slate } = scope;
  const surplus = surplusOf(facts.rows, declared);
  const figures = figuresOf(id, surplus, rules);
  if (surplus.keyless > 0) return keylessFound(id, surplus, facts.rows.length, figures);
  if (surplus.rows > 0) return surplusFound({ id, declared }, surplus, wanted, scope, figures);
  const due = dueAt(rules, declared.stage, date);
  if (facts.rows.length === 0) {
    if (slate.kind === "none") return notApplicable("no_games", slate.why);
    if (slate.kind === "games" && declared.stage !== "box-scores" && gamesOwing(slate, "analytics").length === 0) {
      return notApplicable("not_owed", "no game of this date goes through this stage");
    }
    return asOf < due ? notDue(`${id} is empty`, due, figures) : waitsFor(waitedFor(declared), figures);
  }
  if (asOf < due) return notDue(`${facts.rows.length} rows so far, each key once`, due, figures);
  return pass(`${facts.rows.length} rows, each (${declared.key.join(", ")}) once`, figures);
}

/** Without its key a row can't be told from a copy: however many copies there are, they would not show. */
function keylessFound(table: string, surplus: Surplus, of: number, figures: Figures): Finding {
  return problem("P1", {
    reason: "rows_without_key",
    observed: `${counted(surplus.keyless, "row")} of ${of} in ${table} lack part of their key (${surplus.key.join(", ")}), so copies among them can't be seen${surplus.rows > 0 ? `; of the others ${surplus.rows} are surplus` : ""}`,
    expected: "every row has its key",
    next: "Find the run that wrote rows without a key; no other check counts them.",
    figures,
  });
}

/** The check that speaks of an empty table of that stage. */
function waitedFor({ stage }: TableRules): string {
  return stage === "same-day" ? "completion" : stage;
}

function figuresOf(table: string, surplus: Surplus, rules: Rules): Figures {
  const players = table === rules.analytics.players ? { players: surplus.unique, players_surplus: surplus.rows } : {};
  return { surplus: surplus.rows, tables: 1, ...players };
}

function surplusFound({ id, declared }: TableSubject, surplus: Surplus, wanted: ReaderEvidence, scope: Scope, figures: Figures): Finding {
  const { rules } = scope;
  const readers = readersSince(surplus, declared, wanted, rules);
  const read =
    readers.length === 0 ? "" : `; read since by ${listNames(readers.map(({ table, when }) => `${table} (${at(when, scope)})`))}`;
  const keep = keepText(declared);
  const again = readers.length === 0 ? "" : `; then have ${listNames(readers.map(({ table }) => table))} computed again`;
  return problem(severityOfSurplus(surplus, rules), {
    reason: "surplus",
    observed: `${surplus.rows + surplus.unique} rows of which ${surplus.rows} surplus (${surplus.unique} unique) in ${id}${writersText(surplus)}; ${shapeText(surplus)}${stampsText(surplus, id, wanted, scope)}${read}`,
    expected: `one row per (${surplus.key.join(", ")})${validity(id, surplus.key, scope)}`,
    next: `Remove the ${counted(surplus.rows, "surplus row")}, keeping per key ${surplus.copies === "identical" && surplus.stamps.length < 2 ? "any one, since they are alike" : `the row with the ${keep}`}${again}.`,
    figures,
  });
}

/** Scale of the pipeline file; above the P2 limit and above that share of the rows present it is P0. */
export function severityOfSurplus(surplus: Pick<Surplus, "rows" | "unique">, rules: Rules): Exclude<Severity, "P5"> {
  const { p3_to: p3, p2_to: p2, p0_share: share } = rules.thresholds["unique-keys"].surplus;
  if (surplus.rows <= p3) return "P3";
  if (surplus.rows <= p2) return "P2";
  return surplus.rows / (surplus.rows + surplus.unique) > share ? "P0" : "P1";
}

function shapeText({ copies, factor, acrossIds, groups, stamps }: Surplus): string {
  const alike = stamps.length < 2 ? "identical" : "identical but for their stamps";
  const content = copies === "identical" ? alike : "with conflicting content";
  const times = factor === undefined ? "" : `, every key ${factor} times`;
  const ids = acrossIds > 0 ? `, ${acrossIds} of them under another game id` : "";
  return `${counted(groups, "key")} with copies, ${content}${times}${ids}`;
}

/** What the write stamps of the copies say of who wrote them. */
function writersText({ stamps }: Surplus): string {
  const [first, last] = [stamps[0], stamps.at(-1)];
  if (first === undefined || last === undefined) return "";
  if (stamps.length === 1) return ", all with the same stamp (one batch)";
  return `, written by ${stamps.length === 2 ? "two" : stamps.length} runs ${gap(first, last)} apart`;
}

function stampsText({ stamps }: Surplus, table: string, wanted: ReaderEvidence, scope: Scope): string {
  const [first, last] = [stamps[0], stamps.at(-1)];
  if (first === undefined || last === undefined || stamps.length === 1) return "";
  const { rules } = scope;
  return ` (${atSecond(first, scope)}${stamps.length > 2 ? " to " : " and "}${atSecond(last, scope)}${runIds(stamps, table, wanted[rules.run_history], rules)})`;
}

/** Run ids of the table's processor whose run spans one of the stamps, where the run history could be read. */
function runIds(stamps: readonly Date[], table: string, history: Evidence<TableFacts> | undefined, rules: Rules): string {
  if (history === undefined || !history.seen) return "";
  const processor = Object.values(rules.completion.processors).find((candidate) => candidate.table === table)?.class;
  const runs = history.facts.rows.filter((row): row is RunRow => row["processor_name"] === processor);
  const spanning = runs.filter((run) => {
    const from = Date.parse(run.started_at ?? "");
    const to = Date.parse(run.processed_at ?? "");
    return stamps.some((stamp) => from - 1000 <= stamp.getTime() && stamp.getTime() <= to + 1000);
  });
  const ids = [...new Set(spanning.map((run) => quoted(run.run_id ?? "?")))].toSorted();
  return ids.length === 0 ? "" : `, run ids ${listNames(ids)}`;
}

/** Tables that read this partition and were written after the surplus was there. */
function readersSince(
  surplus: Surplus,
  declared: TableRules,
  wanted: ReaderEvidence,
  rules: Rules,
): readonly { table: string; when: Date }[] {
  const { since } = surplus;
  if (since === undefined) return [];
  return (declared.read_by ?? []).flatMap((table) => {
    const look = wanted[table];
    const written = look?.seen === true ? writtenBetween(look.facts.rows, tableRules(rules, table)) : undefined;
    return written !== undefined && written.last > since ? [{ table, when: written.last }] : [];
  });
}

/** `, the key since 2026-02-03`, where the pipeline file has had another one. */
export function validity(table: string, key: readonly string[], { file, date }: Pick<Scope, "file" | "date">): string {
  const variants = file.tables[table]?.key.dated ?? [];
  if (variants.length < 2) return "";
  const holds = variants.find(({ since, until }) => (since === undefined || since <= date) && (until === undefined || date < until));
  if (holds?.value.join() !== key.join()) return "";
  return holds.since === undefined ? `, the key until ${holds.until}` : `, the key since ${holds.since}`;
}
