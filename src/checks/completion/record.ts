import type { Look } from "../../evidence/evidence.ts";
import type { CompletionFacts, CompletionRecord } from "../../evidence/looks/documents.ts";
import { completionDocument } from "../../evidence/looks/documents.ts";
import type { TableFacts } from "../../evidence/looks/tables.ts";
import { rowsOf } from "../../evidence/looks/tables.ts";
import { addMinutes } from "../../pipeline/dates.ts";
import { dueAt, timeliness } from "../../pipeline/due.ts";
import { tableRules } from "../../pipeline/load.ts";
import { analyticsLooks } from "../analytics.ts";
import type { AnalyticsFacts } from "../analytics.ts";
import { isComplete } from "../analytics.ts";
import type { Scope } from "../check.ts";
import { defineCheck } from "../check.ts";
import type { Finding } from "../finding.ts";
import { note, notApplicable, notDue, pass, problem, unknown, waitsFor } from "../finding.ts";
import { writtenBetween } from "../keep.ts";
import { gamesOwing } from "../slate.ts";
import { at, severityBy } from "../words.ts";
import { isExpired, isRepaired, modeAt, triggerDue } from "./mode.ts";

type Tables = Readonly<Record<string, TableFacts>>;

/** One output of the next phase, against what it reads. */
interface Output {
  readonly table: string;
  /** Its newest write; undefined if it holds nothing for the date. */
  readonly written: Date | undefined;
}

/** The record of the phase: its count and trigger, judged by what the next phase has put out. */
export const record = defineCheck({
  id: "completion",
  question: "Do the record's count and trigger agree with what the next phase has done?",
  depth: "quick",
  subjects: ({ rules }) => [{ id: `${rules.completion.phase}/record` }],
  needs: (_subject, scope) => ({ ...tableLooks(scope), ...analyticsLooks(scope), document: completionDocument(scope.rules, scope.date) }),
  judge: ({ document, players, offense, defense, ...rest }, { scope }) => [
    judgeRecord(document, { players, offense, defense }, tablesIn(rest), scope),
  ],
});

function tableLooks({ rules, date }: Scope): Readonly<Record<string, Look<TableFacts>>> {
  const { processors, next_phase: nextPhase } = rules.completion;
  const tables = [...Object.values(processors).map((processor) => processor.table), ...nextPhase.outputs];
  return Object.fromEntries(tables.map((table) => [table, rowsOf(rules, date, table)]));
}

function tablesIn(facts: Readonly<Record<string, TableFacts | CompletionFacts>>): Tables {
  return Object.fromEntries(Object.entries(facts).flatMap(([table, found]) => ("rows" in found ? [[table, found]] : [])));
}

function judgeRecord({ record: stored }: CompletionFacts, processed: AnalyticsFacts, tables: Tables, scope: Scope): Finding {
  const { rules, date, asOf, slate } = scope;
  const figures = storedFigures(stored);
  if (slate.kind === "none") return notApplicable("no_games", slate.why);
  if (slate.kind === "unknown") return unknown(slate.reason, slate.observed, slate.next);
  if (gamesOwing(slate, "analytics").length === 0) return notApplicable("not_owed", "no game of this date goes through this phase");
  if (stored === null && isExpired(scope))
    return notApplicable("expired", "the document is past its retention, so its absence says nothing");
  const due = dueAt(rules, "completion", date);
  if (asOf < due) return notDue("the record of the night", due, figures);
  if (!isComplete(processed, scope)) return waitsFor("analytics", figures);
  const newest = newestRead(tables, scope);
  if (newest === undefined)
    return unknown(
      "no_stamp",
      "no Phase 3 row carries a write time, so the next phase's output can't be judged",
      "See why the write stamps are missing.",
      figures,
    );
  const outputs = rules.completion.next_phase.outputs.map((table) => ({ table, written: writtenIn(tables, table, scope) }));
  return outputFinding(outputs, newest, scope, figures) ?? storedFinding(stored, outputs, tables, scope, figures);
}

function storedFigures(stored: CompletionRecord | null): Record<string, number> {
  if (stored === null) return { no_document: 1 };
  return {
    entries: stored.entries.length,
    ...(stored.count === null ? {} : { counted: stored.count }),
    triggered: stored.triggered === true ? 1 : 0,
  };
}

function writtenIn(tables: Tables, table: string, { rules }: Scope): Date | undefined {
  return writtenBetween(tables[table]?.rows ?? [], tableRules(rules, table).written_at)?.last;
}

/** The newest write among the tables of this phase that an output of the next one reads. */
function newestRead(tables: Tables, scope: Scope): Date | undefined {
  const { processors, next_phase: nextPhase } = scope.rules.completion;
  const read = Object.values(processors).filter(({ table }) =>
    tableRules(scope.rules, table).read_by?.some((reader) => nextPhase.outputs.includes(reader)),
  );
  const times = read.flatMap(({ table }) => writtenIn(tables, table, scope)?.getTime() ?? []);
  return times.length === 0 ? undefined : new Date(Math.max(...times));
}

/** What the next phase owes: output not older than the rows it reads. Undefined if it has delivered. */
function outputFinding(outputs: readonly Output[], newest: Date, scope: Scope, figures: Record<string, number>): Finding | undefined {
  const { rules, date, asOf } = scope;
  const { name, run_again: again } = rules.completion.next_phase;
  const behind = outputs.filter(({ written }) => written === undefined || written < newest);
  if (behind.length === 0) return undefined;
  const lag = rules.thresholds.completion.next_phase_lag_minutes.minutes;
  const until = addMinutes(newest, lag);
  if (asOf <= until) return notDue(`${name} has ${lag} min from the newest rows (${at(newest, rules)})`, until, figures);
  const time = timeliness(rules, "completion", date, asOf);
  if (time.state === "not_due") return notDue(`output of ${name}`, time.from, figures);
  const none = behind.every(({ written }) => written === undefined);
  const listed = behind
    .map(({ table, written }) => `${table} ${written === undefined ? "holds no row" : `was last written ${at(written, rules)}`}`)
    .join(", ");
  return problem(severityBy(time, none ? "P1" : "P2"), {
    reason: none ? "stalled" : "next_phase_older",
    observed: none
      ? `${listed}: ${name} has not run`
      : `${listed}, before the newest rows it reads (${at(newest, rules)}): ${name} ran before this data`,
    expected: `output of ${name} not older than ${at(newest, rules)}`,
    next: `Run ${name} again for ${date}: ${again}.`,
    figures,
    ...(none ? { confirm: true as const } : {}),
  });
}

/** The output is complete; what is left is whether the record says so. */
function storedFinding(
  stored: CompletionRecord | null,
  outputs: readonly Output[],
  tables: Tables,
  scope: Scope,
  figures: Record<string, number>,
): Finding {
  const { rules, date } = scope;
  const { processors, next_phase: nextPhase, collection } = rules.completion;
  const wrong = stored === null ? ["is missing"] : contradictions(stored, scope);
  const times = outputs.flatMap(({ written }) => (written === undefined ? [] : [written]));
  const output = `${nextPhase.name} output is newer (${times.map((time) => at(time, rules)).join(" and ")})`;
  const filled = Object.values(processors).filter(({ table }) => (tables[table]?.rows.length ?? 0) > 0).length;
  const all = Object.keys(processors).length;
  if (wrong.length === 0) {
    if (stored !== null && isRepaired(stored)) {
      const when = stored.reconciledAt === null ? "" : ` at ${at(new Date(stored.reconciledAt), rules)}`;
      return note("repaired", `record repaired${when}; ${output}`, figures);
    }
    return pass(`${stored?.count} of ${all} counted, triggered; ${output}`, figures);
  }
  return problem("P3", {
    reason: "record_wrong",
    observed: `the ${rules.completion.phase.replace("phase", "Phase ")} record ${wrong.join(", ")}, while ${filled === all ? `all ${countWord(all)}` : `${filled} of ${all}`} tables hold rows and ${output}: output complete, record wrong`,
    expected: `${collection}/${date} counts its ${stored?.entries.length ?? all} entries and is marked as triggered`,
    next: "Reconcile the record; nothing is to be run again.",
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
