import type { Evidence, Look } from "../../evidence/evidence.ts";
import type { CompletionFacts, CompletionRecord } from "../../evidence/looks/documents.ts";
import { completionDocument } from "../../evidence/looks/documents.ts";
import type { TableFacts } from "../../evidence/looks/tables.ts";
import { rowsOf } from "../../evidence/looks/tables.ts";
import type { UnitLogFacts } from "../../evidence/looks/unit-log.ts";
import { unitLog } from "../../evidence/looks/unit-log.ts";
import { addMinutes } from "../../pipeline/dates.ts";
import { dueAt, timeliness } from "../../pipeline/due.ts";
import { tableRules } from "../../pipeline/load.ts";
import type { StageName } from "../../pipeline/schema.ts";
import { analyticsLooks, isComplete } from "../analytics.ts";
import { about } from "./about.ts";
import type { Scope } from "../check.ts";
import { defineCheck } from "../check.ts";
import type { Figures, Finding } from "../finding.ts";
import { note, notApplicable, notDue, pass, problem, putOff, unknown, waitsFor } from "../finding.ts";
import { writtenBetween } from "../keep.ts";
import { at, listNames, severityBy } from "../words.ts";
import { clockTolerance, isExpired, isOwed, isRepaired, modeAt, triggerDue } from "./mode.ts";

/** What a table holds for the date: its rows, and its newest write (undefined if no row carries a stamp). */
export interface TableState {
  readonly rows: number;
  readonly written: Date | undefined;
}

export type TableStates = Readonly<Record<string, TableState>>;

/** A table as its write stamps tell it: an output of the next phase, or one that it reads. */
interface Output extends TableState {
  readonly table: string;
}

/** A date's record beside what the tables hold. */
export interface Recorded {
  readonly stored: CompletionRecord | null;
  /** Whether every game that goes through the phase is in its tables. */
  readonly complete: boolean;
  readonly tables: TableStates;
}

/** The record of the phase: its count and trigger, judged by what the next phase has put out. */
export const record = defineCheck({
  id: "completion",
  question: "Do the record's count and trigger agree with what the next phase has done?",
  depth: "quick",
  about,
  subjects: (scope) => (isOwed(scope) ? [{ id: `${scope.rules.completion.phase}/record` }] : []),
  needs: (_subject, scope) => ({ ...tableLooks(scope), ...analyticsLooks(scope), document: completionDocument(scope.rules, scope.date) }),
  wants: (_subject, { rules, date }) => ({ orchestratorLog: unitLog(rules, date, rules.completion.orchestrator) }),
  judge: ({ document, players, offense, defense, orchestratorLog, ...rest }, { scope }) => {
    const complete = isComplete({ players, offense, defense }, scope);
    const finding = judgeRecord({ stored: document.record, complete, tables: tablesIn(rest, scope) }, scope);
    return [{ ...finding, figures: { ...finding.figures, ...loggedFigures(orchestratorLog) } }];
  },
});

/** What the orchestrator logged decides nothing here; the operator follows its share of errors over the days. */
function loggedFigures(log: Evidence<UnitLogFacts>): Figures {
  return log.seen ? { orchestrator_lines: log.facts.lines, orchestrator_errors: log.facts.errors } : {};
}

function tableLooks({ rules, date }: Scope): Readonly<Record<string, Look<TableFacts>>> {
  const { processors, next_phase: nextPhase } = rules.completion;
  const tables = [...Object.values(processors).map((processor) => processor.table), ...nextPhase.outputs];
  return Object.fromEntries(tables.map((table) => [table, rowsOf(rules, date, table)]));
}

function tablesIn(facts: Readonly<Record<string, TableFacts | CompletionFacts>>, { rules }: Scope): TableStates {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([table, found]) =>
      "rows" in found
        ? [[table, { rows: found.rows.length, written: writtenBetween(found.rows, tableRules(rules, table))?.last }] as const]
        : [],
    ),
  );
}

/** Count and trigger of a record, judged by what the next phase has put out; due when the stage is. */
export function judgeRecord({ stored, complete, tables }: Recorded, scope: Scope, stage: StageName = "completion"): Finding {
  const { rules, date, asOf, slate } = scope;
  const figures = storedFigures(stored);
  if (slate.kind === "none") return notApplicable("no_games", slate.why);
  if (slate.kind === "unknown") return unknown(slate.reason, slate.observed, slate.next);
  const due = dueAt(rules, stage, date);
  if (asOf < due) return notDue("the record of the night", due, figures);
  if (!complete) return waitsFor("analytics", figures);
  const { read, outputs } = orderOf(tables, scope);
  const newest = newestOf(read);
  const finding =
    unreadableStamps([...read, ...outputs], newest, scope, figures) ?? outputFinding(outputs, newest ?? due, scope, { figures, stage });
  if (finding !== undefined) return finding;
  if (stored === null && isExpired(scope))
    return notApplicable("expired", "the document is past its retention; the output of the next phase is complete");
  return storedFinding(stored, outputs, tables, scope, figures);
}

function storedFigures(stored: CompletionRecord | null): Record<string, number> {
  if (stored === null) return { no_document: 1 };
  return {
    entries: stored.entries.length,
    ...(stored.count === null ? {} : { counted: stored.count }),
    triggered: stored.triggered === true ? 1 : 0,
  };
}

/** The outputs of the next phase, and the tables of this one that they must not be older than. */
export function orderOf(
  tables: TableStates,
  scope: Pick<Scope, "rules">,
): { readonly read: readonly Output[]; readonly outputs: readonly Output[] } {
  const stateOf = (table: string): Output => ({ table, ...(tables[table] ?? { rows: 0, written: undefined }) });
  return { read: tablesRead(scope).map(stateOf), outputs: scope.rules.completion.next_phase.outputs.map(stateOf) };
}

/** Order rests on write stamps: without them, or with one that lies in the future, nothing is concluded. */
function unreadableStamps(
  all: readonly Output[],
  newest: Date | undefined,
  scope: Scope,
  figures: Record<string, number>,
): Finding | undefined {
  const { name } = scope.rules.completion.next_phase;
  const unstamped = all.filter(({ rows, written }) => rows > 0 && written === undefined).map(({ table }) => table);
  if ((newest === undefined && followsRows(scope)) || unstamped.length > 0) {
    const where = unstamped.length === 0 ? `the tables that ${name} reads` : listNames(unstamped);
    const observed = `no row in ${where} carries a write time, so the output of ${name} can't be judged`;
    return unknown("no_stamp", observed, "See why the write stamps are missing.", figures);
  }
  const future = all.flatMap(({ written }) => written ?? []).find((time) => time > addMinutes(scope.asOf, clockTolerance));
  if (future === undefined) return undefined;
  const observed = `rows are stamped ${at(future, scope)}, after the moment that is judged, so the order of ${name} and its input can't be told`;
  return unknown("future_stamp", observed, "Find out what wrote stamps in the future.", figures);
}

/** Whether the next phase runs again after every change of its input; else its output only has to exist. */
function followsRows({ rules }: Pick<Scope, "rules">): boolean {
  return rules.completion.next_phase.follows_rows !== false;
}

/** The tables of this phase that an output of the next one reads. */
function tablesRead({ rules }: Pick<Scope, "rules">): readonly string[] {
  const { processors, next_phase: nextPhase } = rules.completion;
  if (!followsRows({ rules })) return [];
  const tables = Object.values(processors).map(({ table }) => table);
  return tables.filter((table) => tableRules(rules, table).read_by?.some((reader) => nextPhase.outputs.includes(reader)));
}

/** The newest write of several tables. */
export function newestOf(outputs: readonly TableState[]): Date | undefined {
  const times = outputs.flatMap(({ written }) => written?.getTime() ?? []);
  return times.length === 0 ? undefined : new Date(Math.max(...times));
}

interface Judging {
  readonly figures: Figures;
  readonly stage: StageName;
}

/** What the next phase owes: output not older than the rows it reads. Undefined if it has delivered. */
function outputFinding(outputs: readonly Output[], newest: Date, scope: Scope, { figures, stage }: Judging): Finding | undefined {
  const { rules, date, asOf } = scope;
  const { name, run_again: again } = rules.completion.next_phase;
  const missing = outputs.filter(({ rows }) => rows === 0);
  const older = followsRows(scope) ? outputs.filter(({ written }) => written !== undefined && written < newest) : [];
  if (missing.length + older.length === 0) return undefined;
  const lag = rules.thresholds.completion.next_phase_lag_minutes.minutes;
  const until = addMinutes(newest, lag);
  if (asOf <= until) return putOff(`${name} has ${lag} min from the newest rows (${at(newest, scope)})`, until, figures);
  const time = timeliness(rules, stage, date, asOf, newest);
  if (time.state === "not_due") return notDue(`output of ${name}`, time.from, figures);
  const none = missing.length > 0;
  const empty = missing.map(({ table }) => table).join(" and ");
  const written = older
    .map(({ table, written: last }) => `${table} was last written ${last === undefined ? "" : at(last, scope)}`)
    .join(", ");
  return problem(severityBy(time, none ? "P1" : "P2"), {
    reason: none ? "stalled" : "next_phase_older",
    observed: none
      ? `${empty} ${missing.length === 1 ? "holds" : "hold"} no row for ${date}: ${name} has not written ${missing.length === 1 ? "it" : "them"}${written === "" ? "" : `; ${written}`}`
      : `${written}, before the newest rows it reads (${at(newest, scope)}): ${name} ran before this data`,
    expected: `output of ${name} not older than ${at(newest, scope)}`,
    next: `Run ${name} again for ${date}: ${again}.`,
    figures,
    ...(none ? { confirm: true as const } : {}),
  });
}

/** The output is complete; what is left is whether the record says so. */
function storedFinding(
  stored: CompletionRecord | null,
  outputs: readonly Output[],
  tables: TableStates,
  scope: Scope,
  figures: Record<string, number>,
): Finding {
  const { rules, date } = scope;
  const { processors, next_phase: nextPhase, collection } = rules.completion;
  const wrong = stored === null ? ["is missing"] : contradictions(stored, scope);
  const times = outputs.flatMap(({ written }) => (written === undefined ? [] : [written]));
  const output = `${nextPhase.name} output is newer (${times.map((time) => at(time, scope)).join(" and ")})`;
  const filled = Object.values(processors).filter(({ table }) => (tables[table]?.rows ?? 0) > 0).length;
  const all = Object.keys(processors).length;
  if (wrong.length === 0) {
    if (stored !== null && isRepaired(stored)) {
      const when = stored.reconciledAt === null ? "" : ` at ${at(new Date(stored.reconciledAt), scope)}`;
      return note("repaired", `record repaired${when}; ${output}`, figures);
    }
    return pass(
      `${stored?.count} of ${all} counted, ${stored?.triggered === true ? "triggered" : "not yet to be triggered"}; ${output}`,
      figures,
    );
  }
  return problem("P3", {
    reason: "record_wrong",
    observed: `the ${rules.completion.phase.replace("phase", "Phase ")} record ${wrong.join(", ")}, while ${filled === all ? `all ${countWord(all)}` : `${filled} of ${all}`} tables hold rows and ${output}: output complete, record wrong`,
    expected: `${collection}/${date} counts its ${stored?.entries.length ?? all} entries and is marked as triggered`,
    next: "Reconcile the record. It alone is wrong: no phase has to run for its sake.",
    figures,
  });
}

function contradictions(stored: CompletionRecord, { rules, date, asOf }: Scope): readonly string[] {
  const mode = rules.completion.modes[modeAt(date, asOf, rules)];
  const unexpected = stored.entries.filter(({ name }) => !(name in rules.completion.processors)).map(({ name }) => name);
  const complete = triggerDue(stored, mode);
  const counted =
    stored.count === null ? `counts none of ${stored.entries.length} entries` : `counts ${stored.count} of ${stored.entries.length}`;
  return [
    ...(stored.count === stored.entries.length ? [] : [counted]),
    ...(complete && stored.triggered !== true ? [stored.count === stored.entries.length ? "is untriggered" : "untriggered"] : []),
    ...(unexpected.length === 0 ? [] : [`holds ${unexpected.length} entries it should not hold`]),
  ];
}

function countWord(count: number): string {
  return ["none", "one", "two", "three", "four", "five", "six"][count] ?? `${count}`;
}
