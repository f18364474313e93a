import type { Evidence } from "../../evidence/evidence.ts";
import type { CompletionEntry, CompletionFacts } from "../../evidence/looks/documents.ts";
import type { ExecutionFacts } from "../../evidence/looks/orchestrators.ts";
import type { TableFacts } from "../../evidence/looks/tables.ts";
import { quoted } from "../../outside-text.ts";
import { addMinutes, instantOf } from "../../pipeline/dates.ts";
import type { Rules } from "../../pipeline/load.ts";
import { tableRules } from "../../pipeline/load.ts";
import { clockTolerance } from "../completion/mode.ts";
import type { Scope } from "../check.ts";
import { couldNotLook } from "../check.ts";
import type { Finding } from "../finding.ts";
import { note, pass, problem, putOff, unknown } from "../finding.ts";
import { writtenBetween } from "../keep.ts";
import { at, listNames } from "../words.ts";

/** A unit that hears of completions. */
export interface Orchestrator {
  readonly id: string;
  /** Topics on which it hears of them. */
  readonly topics: readonly string[];
  readonly publishers: readonly string[];
  /** Tables whose rows show that there was something to hear of. */
  readonly tables: readonly string[];
  readonly records: readonly string[];
  readonly skips?: string | undefined;
}

export interface Heard {
  readonly executed: Evidence<ExecutionFacts>;
  readonly records: readonly Evidence<CompletionFacts>[];
  readonly tables: Readonly<Record<string, Evidence<TableFacts>>>;
}

/** The window whose lines are read: the date's, but no longer back than the file says. */
export function windowOf({ rules, date, asOf }: Pick<Scope, "rules" | "date" | "asOf">): { since: Date; until: Date } {
  const night = instantOf(date, { day: 0, hour: 0, minute: 0 }, rules.zone);
  const oldest = addMinutes(asOf, -rules.thresholds.orchestrators.window.days * 24 * 60);
  // A second look comes later than the first, with the same question.
  return { since: night > oldest ? night : oldest, until: addMinutes(asOf, clockTolerance) };
}

/** Whether the unit did anything since the date's last completions. Only rows or a record show that there were any. */
export function judgeExecuting(orchestrator: Orchestrator, heard: Heard, neverReady: readonly string[], scope: Scope): readonly Finding[] {
  // Rows show completions too: a record that is switched off, or whose collection has nothing left, is not missed beside them.
  const rowsSeen = Object.values(heard.tables).every((look) => look.seen);
  const records = heard.records.filter((look) => look.seen || !(look.off !== undefined || (rowsSeen && look.refusal === "no_such_place")));
  const lost = [...records, ...Object.values(heard.tables), heard.executed].filter((look) => !look.seen);
  if (!heard.executed.seen || lost.length > 0) return lost.flatMap((look) => (look.seen ? [] : [couldNotLook(look)]));
  const { since } = windowOf(scope);
  const completions = completionsOf(heard, scope).filter((completion) => completion.at <= scope.asOf && completion.at >= since);
  const last = completions.at(-1);
  if (last === undefined) return [pass(`no completion of ${scope.date} since ${at(since, scope)} that it should have heard of`)];
  const { lines } = heard.executed.facts;
  // What a revision logs that crashes at its start is no work; what an earlier one heard was heard.
  const newest = lines.find(({ revision }) => revision === null || !neverReady.includes(revision));
  const until = newest === undefined ? -Infinity : addMinutes(new Date(newest.at), clockTolerance).getTime();
  const unheard = completions.filter((completion) => completion.at.getTime() > until);
  if (unheard.length === 0 && newest !== undefined)
    return [pass(`it last logged ${at(new Date(newest.at), scope)}, after the last completion of ${at(last.at, scope)}`)];
  return [judgeSilence(orchestrator, heard.executed.facts, unheard, newest?.at, scope)];
}

/** What it logged of its own, and what the platform wrote since. */
function silenceText({ idle }: ExecutionFacts, newest: string | undefined, scope: Scope): string {
  const last = newest === undefined ? undefined : at(new Date(newest), scope);
  const idleAfter = idle !== null && (newest === undefined || Date.parse(idle.at) > Date.parse(newest));
  if (!idleAfter) return last === undefined ? "logged nothing" : `last logged ${last}`;
  const text = idle.text === "" ? "request without text" : quoted(idle.text);
  const only = `only ${at(new Date(idle.at), scope)} ${idle.severity} ${text}`;
  return last === undefined ? `logged no work of its own, ${only}` : `last logged ${last}, since then ${only}`;
}

interface Completion {
  readonly table: string;
  readonly at: Date;
}

/** What was there to be heard of, oldest first: by the record where it has an entry, else by the rows themselves. */
function completionsOf({ records, tables }: Heard, { rules }: Scope): readonly Completion[] {
  const entries = records.flatMap((look) => (look.seen ? (look.facts.record?.entries ?? []) : []));
  return Object.entries(tables)
    .flatMap(([table, look]): readonly Completion[] => {
      const recorded = entries.find((entry) => namesOf(table, rules).includes(entry.name));
      const when = recordedAt(recorded) ?? (look.seen ? writtenAt(table, look.facts, rules) : undefined);
      return when === undefined ? [] : [{ table, at: when }];
    })
    .toSorted((a, b) => a.at.getTime() - b.at.getTime());
}

function recordedAt(entry: CompletionEntry | undefined): Date | undefined {
  const when = entry?.completedAt ?? null;
  return when === null ? undefined : new Date(when);
}

/**
 * When the table was last filled. Of counts, when the first of them was: single ones are made anew later in the day, and
 * nobody announces that.
 */
function writtenAt(table: string, { rows }: TableFacts, rules: Rules): Date | undefined {
  const newest = rows.flatMap(({ newest: stamp }) => (typeof stamp === "string" ? [Date.parse(stamp)] : []));
  if (newest.length > 0) return new Date(Math.min(...newest));
  return writtenBetween(rows, tableRules(rules, table))?.last;
}

/** Under which names a record may keep what fills the table. */
function namesOf(table: string, { names = [], completion }: Rules): readonly string[] {
  const tracked = Object.entries(completion.processors).flatMap(([name, processor]) => (processor.table === table ? [name] : []));
  const known = names.flatMap((entry) => (entry.table === table && entry.completion_key !== undefined ? [entry.completion_key] : []));
  return [...tracked, ...known, table.slice(table.indexOf(".") + 1)];
}

function judgeSilence(
  orchestrator: Orchestrator,
  facts: ExecutionFacts,
  unheard: readonly Completion[],
  newest: string | undefined,
  scope: Scope,
): Finding {
  const { id } = orchestrator;
  const reaction = scope.rules.thresholds.orchestrators.reaction.minutes;
  const due = unheard.filter((completion) => scope.asOf > addMinutes(completion.at, reaction));
  const [first] = unheard;
  if (due.length === 0 && first !== undefined)
    return putOff(`it has ${reaction} min from the completion of ${at(first.at, scope)}`, addMinutes(first.at, reaction));
  // Behind the oldest line that was read there may be one of its own.
  const readSince = (completion: Completion): boolean =>
    facts.oldest !== null && Date.parse(facts.oldest) < addMinutes(completion.at, -clockTolerance).getTime();
  const sure = !facts.more || newest !== undefined ? due : due.filter(readSince);
  const named = listNames((sure.length > 0 ? sure : due).map((completion) => `${completion.table} ${at(completion.at, scope)}`));
  const said = `${id} ${silenceText(facts, newest, scope)}, while there was something to hear of: ${named}`;
  const doubt = sure.length === 0 ? tooMany : doubtIn(facts);
  if (doubt !== undefined) return unknown(doubt.reason, `${said}; ${doubt.said}`, `Read the log of ${id} by hand.`);
  const { skipped } = facts;
  const skippedAt = skipped === null ? undefined : new Date(skipped.at);
  if (skipped !== null && skippedAt !== undefined && due.every((completion) => isNear(skippedAt, completion.at, reaction)))
    return note("not_published", `${said}; ${skipped.unit} logged ${at(skippedAt, scope)} that by design it published nothing`);
  return problem("P1", {
    reason: "no_execution",
    observed: said,
    expected: `a line of ${id} within ${reaction} min of each completion`,
    next: `See who subscribes to ${listNames(orchestrator.topics)} and whether it may call ${id}, and whether they were published at all. The rows are there; what ${id} should have started may have been started by a scheduler job.`,
    confirm: true,
  });
}

const tooMany = {
  reason: "too_many_lines",
  said: "more was logged than was read, by the platform or by revisions that never became ready",
};

/** Why an empty log proves nothing. Its own earlier lines, or those of its neighbours, show that somebody would have seen. */
function doubtIn({ lines, idle, counted, witness }: ExecutionFacts): { reason: string; said: string } | undefined {
  if (lines.length > 0 || idle !== null) return undefined;
  if (counted !== null && counted > 0)
    return { reason: "entries_missing", said: `the platform counted ${counted} lines of it all the same` };
  return witness === null
    ? { reason: "silence_unproven", said: "nor is any line of a neighbour there, so the log itself may be missing" }
    : undefined;
}

function isNear(a: Date, b: Date, minutes: number): boolean {
  return Math.abs(a.getTime() - b.getTime()) <= minutes * 60_000;
}
