import type { Evidence, EvidenceOf, Unseen } from "../../evidence/evidence.ts";
import type { CompletionFacts, CompletionRecord } from "../../evidence/looks/documents.ts";
import { completionDocument } from "../../evidence/looks/documents.ts";
import type { RunRow, TableFacts } from "../../evidence/looks/tables.ts";
import { processorRuns, rowsOf } from "../../evidence/looks/tables.ts";
import { addMinutes } from "../../pipeline/dates.ts";
import { dueAt, timeliness } from "../../pipeline/due.ts";
import type { Rules } from "../../pipeline/load.ts";
import { tableRules } from "../../pipeline/load.ts";
import { analyticsLooks, isComplete } from "../analytics.ts";
import { about } from "./about.ts";
import type { Scope } from "../check.ts";
import { couldNotLook, defineCheck } from "../check.ts";
import type { Finding } from "../finding.ts";
import { notApplicable, notDue, pass, problem, putOff, unknown, waitsFor } from "../finding.ts";
import { keepOne, writtenBetween } from "../keep.ts";
import type { RecentRun } from "../rewriting.ts";
import { beingRewritten, recentRun } from "../rewriting.ts";
import { at, consequences, severityBy } from "../words.ts";
import { clockTolerance, isCompletion, isExpired, isOwed, modeAt } from "./mode.ts";

type Processor = Rules["completion"]["processors"][string];

interface ProcessorSubject {
  readonly id: string;
  readonly name: string;
  readonly processor: Processor;
}

/** A processor's flag beside what its table holds. */
export interface Flagged {
  readonly stored: CompletionRecord | null;
  readonly rows: number;
  /** Rows beyond the first of their key, where they are counted. */
  readonly surplus: number;
  /** The newest write; undefined if no row carries a stamp. */
  readonly written: Date | undefined;
  /** A run of the processor that may stand between its DELETE and its INSERT. */
  readonly rewriting: RecentRun | undefined;
  /** Whether every game that goes through the phase is in its tables. */
  readonly complete: boolean | Unseen;
}

/** Per processor: the tracker's flag against the rows of its table. */
export const flags = defineCheck({
  id: "completion",
  question: "Does the flag of each processor agree with the rows of its table?",
  depth: "quick",
  about,
  subjects: (scope): ProcessorSubject[] => (isOwed(scope) ? processorsOf(scope) : []),
  needs: ({ processor }, { rules, date }) => ({ document: completionDocument(rules, date), rows: rowsOf(rules, date, processor.table) }),
  wants: (_subject, scope) => ({ runs: processorRuns(scope.rules, scope.date), ...analyticsLooks(scope) }),
  judge: ({ document, rows, ...wanted }, { subject, scope }) => [
    judgeFlag(subject, flaggedBy(subject, document, rows, wanted, scope), scope),
  ],
});

function processorsOf({ rules }: Scope): ProcessorSubject[] {
  return Object.entries(rules.completion.processors).map(([name, processor]) => ({
    id: `${rules.completion.phase}/${name}`,
    name,
    processor,
  }));
}

type Wanted = EvidenceOf<ReturnType<typeof analyticsLooks>> & { readonly runs: Evidence<TableFacts<RunRow>> };

function flaggedBy({ processor }: ProcessorSubject, document: CompletionFacts, facts: TableFacts, wanted: Wanted, scope: Scope): Flagged {
  const declared = tableRules(scope.rules, processor.table);
  const { players, offense, defense, runs } = wanted;
  const lost = [players, offense, defense].find((look) => !look.seen);
  const complete =
    players.seen && offense.seen && defense.seen
      ? isComplete({ players: players.facts, offense: offense.facts, defense: defense.facts }, scope)
      : false;
  return {
    stored: document.record,
    rows: facts.rows.length,
    surplus: keepOne(facts.rows, declared).setAside,
    written: writtenBetween(facts.rows, declared)?.last,
    rewriting: recentRun([processor.class], runs, scope),
    complete: lost === undefined || lost.seen ? complete : lost,
  };
}

/** The flag of one processor against the rows of its table. */
export function judgeFlag(subject: ProcessorSubject, found: Flagged, scope: Scope): Finding {
  const { name, processor } = subject;
  const { stored, rows } = found;
  const flagged = isRecorded(stored, name);
  const figures = { recorded: flagged ? 1 : 0, filled: rows > 0 ? 1 : 0 };
  if (scope.slate.kind === "none") return notApplicable("no_games", scope.slate.why);
  if (stored === null && rows > 0 && isExpired(scope))
    return notApplicable("expired", "the document is past its retention, so its absence says nothing");
  if (flagged && rows === 0) return flagWithoutRows(subject, found, scope);
  if (flagged) return withRows(processor, found, scope, figures);
  if (scope.slate.kind === "unknown") return unknown(scope.slate.reason, scope.slate.observed, scope.slate.next);
  const mode = modeAt(scope.date, scope.asOf, scope.rules);
  if (!scope.rules.completion.modes[mode].expected.includes(name))
    return notDue(`not expected in ${mode} mode`, dueOf(processor, scope), figures);
  return rows > 0 ? rowsWithoutFlag(subject, found, scope, figures) : neither(subject, scope, figures);
}

/** Whether the record has the processor as done. */
export function isRecorded(stored: CompletionRecord | null, name: string): boolean {
  return stored?.entries.some((entry) => entry.name === name && isCompletion(entry)) === true;
}

/** When this processor's entry is due: after the night for those that eat the games, on the day itself for the others. */
function dueOf({ eats_games: eatsGames }: Processor, { rules, date }: Scope): Date {
  return dueAt(rules, eatsGames ? "completion" : "same-day", date);
}

function withRows(processor: Processor, { rows, surplus }: Flagged, scope: Scope, figures: Record<string, number>): Finding {
  const due = dueOf(processor, scope);
  const said = `recorded, and ${rows - surplus} rows in ${processor.table}${surplus > 0 ? ` (${surplus} surplus set aside)` : ""}`;
  return scope.asOf < due ? notDue(said, due, figures) : pass(said, figures);
}

function flagWithoutRows({ name, processor }: ProcessorSubject, { rewriting }: Flagged, scope: Scope): Finding {
  const { rules, date, asOf } = scope;
  const figures = { recorded: 1, filled: 0 };
  const gamesDue = dueAt(rules, "games", date);
  if (processor.eats_games && asOf < gamesDue) return notDue("recorded before the games were over", gamesDue, figures);
  if (rewriting !== undefined) return beingRewritten(rewriting, scope, figures);
  return problem("P0", {
    reason: "flag_without_rows",
    observed: `recorded as complete, but ${processor.table} holds no row for ${date}`,
    expected: `rows in ${processor.table} before an entry in ${rules.completion.collection}/${date}`,
    next: `Look at the last run of ${processor.class} for a swallowed write error, then run it again for ${date}: whatever reads ${name} believes the record.`,
    figures,
    confirm: true,
  });
}

function rowsWithoutFlag(
  { processor }: ProcessorSubject,
  { stored, rows, written: newest, complete }: Flagged,
  scope: Scope,
  figures: Record<string, number>,
): Finding {
  const { rules, asOf } = scope;
  const due = dueOf(processor, scope);
  if (asOf < due) return notDue(`${rows} rows in ${processor.table}, no entry yet`, due, figures);
  if (newest !== undefined && newest > addMinutes(asOf, clockTolerance))
    return unknown(
      "future_stamp",
      `${processor.table} holds rows stamped ${at(newest, scope)}, after the moment that is judged`,
      "Find out what wrote stamps in the future; until then nothing can be said of their order.",
      figures,
    );
  if (stored === null) return notApplicable("no_document", "there is no document; the record speaks of it", figures);
  const lag = rules.thresholds.completion.flag_lag_minutes.minutes;
  if (newest !== undefined && asOf < addMinutes(newest, lag)) {
    return putOff(`rows of ${at(newest, scope)} are newer than ${lag} min; the entry follows them`, addMinutes(newest, lag), figures);
  }
  if (processor.eats_games) {
    if (typeof complete !== "boolean") return couldNotLook(complete);
    if (!complete) return waitsFor("analytics", figures);
  }
  return problem("P3", {
    reason: "rows_without_flag",
    observed: `${rows} rows in ${processor.table}, but no entry in ${rules.completion.collection}/${scope.date}: output complete, only the record wrong`,
    expected: "an entry once the rows are there",
    next: "Nothing to run again: the data is there. Add the entry when the record is reconciled.",
    figures,
  });
}

function neither({ processor, name }: ProcessorSubject, scope: Scope, figures: Record<string, number>): Finding {
  const { rules, date, asOf } = scope;
  const stage = processor.eats_games ? "completion" : "same-day";
  const time = timeliness(rules, stage, date, asOf);
  if (time.state === "not_due") return notDue(`no entry and no rows in ${processor.table} yet`, time.from, figures);
  if (processor.eats_games) return waitsFor("analytics", figures);
  return problem(severityBy(time, "P1"), {
    reason: "missing",
    observed: `neither an entry nor rows in ${processor.table}`,
    expected: `both by ${at(dueOf(processor, scope), scope)}`,
    next: `Run ${processor.class} for ${date}; ${name} is missing in everything that reads it.`,
    figures,
    ...consequences(time),
  });
}
