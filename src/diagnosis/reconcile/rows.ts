import { isRecorded } from "../../checks/completion/flags.ts";
import { newestOf, orderOf } from "../../checks/completion/record.ts";
import { at } from "../../checks/words.ts";
import type { KeptRecord } from "../../evidence/looks/reconcile.ts";
import { idName } from "../../outside-text.ts";
import { clockText } from "../../pipeline/dates.ts";
import type { ListRow } from "../inquiry.ts";
import type { Day } from "./judge.ts";
import { isSeen, seenStates } from "./judge.ts";
import { goodRunOf } from "./proposals.ts";

/** So many dates are told in full in a concise answer; of the others, and of those with nothing to do, less. */
const mostFull = 4;
/** The same in a detailed answer; and of so many dates each processor is told there, of a month the newest one only. */
const mostDetailed = 18;
const mostApart = 4;
const week = 7;

/** One row per date, newest first. */
export function rowsOf(days: readonly Day[], detailed: boolean): readonly ListRow[] {
  const newest = days.toReversed();
  const quiet: readonly Day["class"][] = ["consistent", "repaired_earlier", "waiting", "not_expected", "no_games", "expired"];
  const wrong = newest.filter((day) => !quiet.includes(day.class));
  const first = wrong.length > 0 ? wrong : newest;
  const full = detailed ? first.slice(0, mostDetailed) : wrong.slice(0, mostFull);
  const apart = detailed ? first.slice(0, days.length > week ? 1 : mostApart) : [];
  return newest.map((day) => (full.includes(day) ? { ...rowOf(day), ...(apart.includes(day) ? processorsOf(day) : {}) } : brief(day)));
}

function brief(day: Day): ListRow {
  const { game_date: date, class: found, recorded } = rowOf(day);
  return { game_date: date ?? "", class: found ?? "", ...(recorded === undefined ? {} : { recorded }) };
}

/** What is recorded, counted, there, triggered and put out: facts apart, each from its own store. */
function rowOf(day: Day): ListRow {
  const { facts, mode } = day;
  const { scope, record, tables } = facts;
  const about = { game_date: scope.date, class: day.class };
  if (day.class === "no_games") return about;
  const { expected } = scope.rules.completion.modes[mode];
  const processors = scope.rules.completion.processors;
  const states = expected.flatMap((name) => tables[processors[name]?.table ?? ""] ?? []);
  const seen = states.filter(isSeen);
  const filled = seen.filter((state) => state.rows > 0).length;
  return {
    ...about,
    mode:
      !isSeen(record) || record === null || record.mode === null || record.mode === mode ? mode : `${mode} (stored ${idName(record.mode)})`,
    recorded: recordedText(day),
    stored: !isSeen(record) ? "not read" : (record?.count ?? "none"),
    tables: seen.length < states.length ? `${filled} of ${seen.length} read` : `${filled} of ${expected.length}`,
    triggered: isSeen(record) ? triggeredText(record, scope.rules.zone) : "not read",
    ...(isSeen(record) && record !== null && record.reconciledAt !== null ? { repaired: at(new Date(record.reconciledAt), scope) } : {}),
    next_phase: nextPhaseText(day),
  };
}

/** Expected entries that are there, and others apart. */
export function recordedText({ facts: { scope, record }, mode }: Day): string {
  if (!isSeen(record)) return "not read";
  if (record === null) return "no record";
  const { expected } = scope.rules.completion.modes[mode];
  const there = expected.filter((name) => isRecorded(record, name)).length;
  const others = record.entries.length - there;
  return `${there} of ${expected.length}${others > 0 ? ` and ${others} other${others === 1 ? "" : "s"}` : ""}`;
}

/** `no`, or when and why. */
export function triggeredText(record: KeptRecord | null, zone: string): string {
  if (record?.triggered !== true) return "no";
  const when = record.triggeredAt === null ? "yes, no time" : clockText(new Date(record.triggeredAt), zone);
  return record.triggerReason === null ? when : `${when} ${idName(record.triggerReason)}`;
}

function nextPhaseText({ facts: { tables, scope } }: Day): string {
  const { outputs: names } = scope.rules.completion.next_phase;
  if (names.some((name) => tables[name] === undefined || !isSeen(tables[name]))) return "not read";
  const { outputs } = orderOf(seenStates(tables), scope);
  const there = outputs.filter(({ rows }) => rows > 0);
  const newest = newestOf(there);
  if (there.length === 0) return "none";
  const when = newest === undefined ? "no time" : at(newest, scope);
  return there.length < outputs.length ? `${there.length} of ${outputs.length} tables, ${when}` : when;
}

/** Recorded, rows and run history of each processor. */
function processorsOf({ facts, processors }: Day): ListRow {
  const { scope, record, tables, runs } = facts;
  return Object.fromEntries(
    processors.flatMap(({ name, class: found }) => {
      const processor = scope.rules.completion.processors[name];
      if (processor === undefined || found === "no_games") return [];
      const state = tables[processor.table];
      const entry = !isSeen(record) ? "entry not read" : isRecorded(record, name) ? "entry" : "no entry";
      const run = isSeen(runs) ? goodRunOf(processor.class, runs) : undefined;
      const ran = !isSeen(runs)
        ? "runs not read"
        : run === undefined
          ? "no good run"
          : `run ended ${at(new Date(run.newest ?? ""), scope)}`;
      return [[name, `${found}: ${entry}, ${rowsText(state)}, ${ran}`]];
    }),
  );
}

function rowsText(state: Day["facts"]["tables"][string] | undefined): string {
  return state === undefined || !isSeen(state) ? "rows not read" : `${state.rows} rows`;
}
