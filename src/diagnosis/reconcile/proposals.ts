import { isCompletion, triggerDue } from "../../checks/completion/mode.ts";
import { newestOf, orderOf } from "../../checks/completion/record.ts";
import type { KeptRecord, RanRow } from "../../evidence/looks/reconcile.ts";
import { at } from "../../checks/words.ts";
import { quoted } from "../../outside-text.ts";
import type { CalendarDate } from "../../pipeline/dates.ts";
import { addDays, addMinutes } from "../../pipeline/dates.ts";
import type { Proposal } from "../proposal.ts";
import { isPlainId, pinned, proposalOf } from "../proposal.ts";
import type { Day } from "./judge.ts";
import { isSeen, lackingIn, partsOf, recentRunOf, seenStates, straysIn } from "./judge.ts";
import type { Phase } from "./phases.ts";

type Target = NonNullable<Proposal["documents"]>[number];
type Values = Target["before"];

/** What would put a record right, or why nothing honest would. */
export interface Repair {
  readonly document?: Target;
  /** Completes "not proposed: …"; of what the repair leaves as it is. */
  readonly without: readonly string[];
}

/** What would put the dates right: at most one proposal of each kind, for all of them. Nothing where something that it rests on was not seen. */
export function proposalsFor(phase: Phase, days: readonly Day[]): readonly Proposal[] {
  const sure = days.filter((day) => day.facts.past !== true && !partsOf(day).some((part) => part.class === "cannot_tell"));
  return [...recordRepair(phase, sure), ...nextPhaseRun(phase, sure), ...processorRuns(phase, sure)];
}

/**
 * The least change by which a date's record is true again. Count: as many as there are entries then. Entries: only where the
 * run history holds the successful run, since an entry claims that one happened. Trigger: only where the rule for it is met
 * and the next phase is shown to have run on these rows. Times of the repair itself are the writer's to add.
 */
export function repairOf(day: Day): Repair {
  const { facts, mode, class: found } = day;
  const { scope, record, tables } = facts;
  if (found !== "record_wrong" && found !== "rows_without_flag") return { without: [] };
  if (!isSeen(record) || record === null) return { without: ["there is no record, and nobody saw what would stand in it"] };
  if (partsOf(day).some((part) => part.class === "waiting")) return { without: ["something is still being written"] };
  const { rules, date } = scope;
  const strays = straysIn(record, scope);
  if (strays.length > 0) {
    const names = strays.map(quoted).join(", ");
    return { without: [`it holds ${names}, which no processor goes by, so nobody knows what it should count`] };
  }
  const unfinished = record.entries.filter((entry) => !isCompletion(entry)).map(({ name }) => name);
  if (unfinished.length > 0) {
    const entered = `${listed(unfinished)} ${unfinished.length === 1 ? "is" : "are"} entered as something else than done`;
    return { without: [`${entered}, and who wrote that should say why, and whether it counts`] };
  }
  const entries = lackingIn(day).map((name) => ({ name, ...entryOf(name, facts) }));
  const added = Object.fromEntries(entries.flatMap(({ name, entry }) => (entry === undefined ? [] : [[name, entry] as const])));
  const count = record.entries.length + Object.keys(added).length;
  const trigger = triggerOf(record, Object.keys(added), tables, { scope, mode });
  const set: Values = {
    ...added,
    ...(record.raw["_completed_count"] === count ? {} : { _completed_count: count }),
    ...(trigger === "proven" ? { _triggered: true, _trigger_reason: "reconciliation_fix" } : {}),
  };
  const without = [
    ...entries.flatMap(({ why }) => why ?? []),
    ...(trigger === "unproven" ? [`_triggered stays: nothing shows that ${rules.completion.next_phase.name} ran on these rows`] : []),
  ];
  if (Object.keys(set).length === 0) return { without };
  const fields = Object.keys(set);
  const before = pinned(Object.fromEntries(fields.map((field) => [field, record.raw[field] ?? null])), fields);
  return { document: { document: `${rules.completion.collection}/${date}`, update_time: record.updateTime, before, set }, without };
}

/** An entry for a run that the history knows; or why there is none. */
function entryOf(name: string, { scope, tables, runs }: Day["facts"]): { readonly entry?: Values; readonly why?: string } {
  const processor = scope.rules.completion.processors[name];
  const state = processor === undefined ? undefined : tables[processor.table];
  if (processor === undefined || state === undefined || !isSeen(state) || state.rows === 0)
    return { why: `no entry of ${name}: it has no rows` };
  if (!isSeen(runs)) return { why: `no entry of ${name}: the run history could not be read` };
  const run = goodRunOf(processor.class, runs);
  if (run === undefined) return { why: `no entry of ${name}: the run history holds no successful run of ${processor.class} with records` };
  const { newest: ended, run_id: id, records_processed: records } = run;
  if (id !== null && !isPlainId(id)) return { why: `no entry of ${name}: the id of its run, ${quoted(id)}, is none` };
  return { entry: { completed_at: { $timestamp: ended }, status: "success", record_count: records, execution_id: id } };
}

/** The newest run that ended well and wrote something. */
export function goodRunOf(className: string, runs: readonly RanRow[]): RanRow | undefined {
  return runs
    .filter(
      ({ processor_name: name, status, newest, records_processed: records }) =>
        name === className && status === "success" && newest !== null && (records ?? 0) > 0,
    )
    .toSorted((a, b) => Date.parse(b.newest ?? "") - Date.parse(a.newest ?? ""))[0];
}

/** Whether the record may be marked as triggered: `unproven` if it should be and nothing shows that what it stands for happened. */
function triggerOf(
  record: KeptRecord,
  added: readonly string[],
  tables: Day["facts"]["tables"],
  { scope, mode }: Pick<Day["facts"], "scope"> & Pick<Day, "mode">,
): "not_wanted" | "proven" | "unproven" {
  if (record.triggered === true) return "not_wanted";
  const entry = (name: string) => ({ name, completedAt: null, status: "success", recordCount: null });
  const { completion } = scope.rules;
  if (!triggerDue({ ...record, entries: [...record.entries, ...added.map(entry)] }, completion.modes[mode])) return "not_wanted";
  const { input, outputs } = nextPhaseOf(tables, scope);
  const isNewer = input !== undefined && outputs.every(({ rows, written }) => rows > 0 && written !== undefined && written >= input);
  return isNewer ? "proven" : "unproven";
}

/** What the next phase has put out, and the newest of what it should have read: of all tables of this one, where it isn't said which. */
function nextPhaseOf(tables: Day["facts"]["tables"], scope: Day["facts"]["scope"]) {
  const seen = seenStates(tables);
  const { read, outputs } = orderOf(seen, scope);
  const all = Object.values(scope.rules.completion.processors).flatMap(({ table }) => seen[table] ?? []);
  return { input: newestOf(read.length > 0 ? read : all), outputs };
}

function recordRepair(phase: Phase, days: readonly Day[]): readonly Proposal[] {
  const repairs = days.flatMap((day) => {
    const { document } = repairOf(day);
    return document === undefined ? [] : [{ day, document }];
  });
  if (repairs.length === 0) return [];
  const { completion } = phase.rules;
  const dates = repairs.map(({ day }) => day.facts.scope.date);
  const triggered = repairs.filter(({ document }) => document.set?.["_triggered"] === true);
  const than = Object.fromEntries(
    triggered.flatMap(({ day: { facts } }) => {
      const { input } = nextPhaseOf(facts.tables, facts.scope);
      return input === undefined ? [] : [[facts.scope.date, input.toISOString()] as const];
    }),
  );
  const entered = repairs.some(({ document }) => Object.keys(document.set ?? {}).some((field) => !field.startsWith("_")));
  const changes = [
    "the count",
    ...(entered ? ["entries of runs that the history shows"] : []),
    ...(triggered.length > 0 ? ["the trigger"] : []),
  ];
  return [
    proposalOf({
      kind: "repair_record",
      said: `Set ${listed(changes)} in ${repairs.length === 1 ? `${completion.collection}/${dates[0] ?? ""}` : `${repairs.length} records of ${completion.collection}`}; run nothing.`,
      documents: repairs.map(({ document }) => document),
      requires: [
        { what: "rows_in_all", tables: [...new Set(Object.values(completion.processors).map(({ table }) => table))], game_dates: dates },
        ...(triggered.length === 0 ? [] : [{ what: "outputs_newer" as const, tables: [...completion.next_phase.outputs], than }]),
      ],
    }),
  ];
}

export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1) ?? ""}`;
}

/** Only where its output is missing, or older than what it should have read. */
function nextPhaseRun({ rules }: Phase, days: readonly Day[]): readonly Proposal[] {
  const { name, job, processors = {} } = rules.completion.next_phase;
  const { minutes } = rules.thresholds.completion.rewriting_minutes;
  const classNames = Object.keys(processors);
  const stalled = days
    .filter((day) => day.class === "stalled" && isWholeOtherwise(day) && !isTooLate(day) && whyNotRun(day, classNames) === undefined)
    .map(({ facts }) => facts.scope.date);
  if (job === undefined || stalled.length === 0) return [];
  const location = rules.region === undefined ? {} : { location: rules.region };
  return [
    proposalOf({
      kind: "run_job",
      said: `Run ${name} (${job}) for ${datesText(stalled)}.`,
      jobs: stalled.map((date) => ({ job, ...location, game_date: date })),
      requires: [
        { what: "rows_in_all", tables: Object.values(rules.completion.processors).map(({ table }) => table), game_dates: [...stalled] },
        ...stalled.flatMap((date) =>
          classNames.map((processor) => ({ what: "no_run_within" as const, processor, game_date: date, minutes })),
        ),
      ],
    }),
  ];
}

/** What is made once, before the games, may not be made after them: it would know how they ended. */
export function isTooLate({ facts: { scope }, mode }: Day): boolean {
  return scope.rules.completion.next_phase.follows_rows === false && mode === "overnight";
}

/** Why none of these is to be run now: one is under way, or has just ended, beside which a second one would write twice; or nobody could look. */
export function whyNotRun({ facts: { runs, scope } }: Day, classNames: readonly string[]): string | undefined {
  if (classNames.length === 0) return undefined;
  if (!isSeen(runs)) return "whether a run is at work could not be looked at";
  const since = addMinutes(scope.asOf, -scope.rules.thresholds.runs.running.fail_minutes).getTime();
  const ended = new Set(runs.flatMap(({ run_id: id, status }) => (status === "running" ? [] : [id])));
  const isOpen = (run: RanRow): boolean =>
    classNames.includes(run.processor_name ?? "") &&
    run.status === "running" &&
    !ended.has(run.run_id) &&
    Date.parse(run.oldest ?? "") >= since;
  const open = runs.find(isOpen);
  if (open !== undefined) return `a run of ${open.processor_name ?? "?"}, begun ${at(new Date(open.oldest ?? ""), scope)}, has no end yet`;
  const recent = recentRunOf(classNames, runs, scope);
  return recent === undefined ? undefined : `${recent.processor} was at work at ${at(recent.at, scope)}`;
}

/** All rows are there, so that the next phase would have what it reads. */
function isWholeOtherwise({ processors }: Day): boolean {
  return !processors.some((part) => part.class === "flag_without_rows" || part.class === "missing" || part.class === "waiting");
}

/** Whether the processor's rows are missing though it is recorded, or though its input is there: all of them, or those of some games. */
export function isToRun({ facts: { intake }, processors, record }: Day, name: string, table: string): boolean {
  if (processors.some((part) => part.name === name && (part.class === "flag_without_rows" || part.class === "missing"))) return true;
  return record.class === "missing" && isSeen(intake) && intake.input === "yes" && intake.lackedBy?.includes(table) === true;
}

/** Processors that are to be run for a date, each once for all its dates. Not while a run may be at work. */
function processorRuns({ rules }: Phase, days: readonly Day[]): readonly Proposal[] {
  const { unit, processors } = rules.completion;
  if (unit === undefined) return [];
  const { minutes } = rules.thresholds.completion.rewriting_minutes;
  const owed = Object.entries(processors).flatMap(([name, { class: className, table }]) => {
    const dates = days
      .filter((day) => isToRun(day, name, table) && whyNotRun(day, [className]) === undefined)
      .map(({ facts }) => facts.scope.date)
      .toSorted();
    return dates.length === 0 ? [] : [{ className, dates }];
  });
  if (owed.length === 0) return [];
  const all = [...new Set(owed.flatMap(({ dates }) => dates))].toSorted();
  const names = owed.map(({ className }) => className);
  return [
    proposalOf({
      kind: "run_processor",
      said: `Run ${listed(names)} for ${datesText(all)}${all.length > 1 ? " (a run over several dates publishes its last one only)" : ""}.`,
      runs: owed.flatMap(({ className, dates }) => spansOf(dates).map(([from, to]) => ({ unit, processor: className, from, to }))),
      requires: owed.flatMap(({ className, dates }) =>
        spansOf(dates).map(([, to]) => ({ what: "no_run_within" as const, processor: className, game_date: to, minutes })),
      ),
    }),
  ];
}

/** Neighbouring dates as spans. */
function spansOf(dates: readonly CalendarDate[]): readonly (readonly [CalendarDate, CalendarDate])[] {
  const spans: [CalendarDate, CalendarDate][] = [];
  for (const date of dates) {
    const last = spans.at(-1);
    if (last !== undefined && addDays(last[1], 1) === date) last[1] = date;
    else spans.push([date, date]);
  }
  return spans;
}

/** Dates as a sentence names them: each, of many the first and the last. */
export function datesText(dates: readonly CalendarDate[]): string {
  const sorted = dates.toSorted();
  return sorted.length > 4 ? `${sorted.length} dates from ${sorted[0] ?? ""} to ${sorted.at(-1) ?? ""}` : listed(sorted);
}
