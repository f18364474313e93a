import type { Scope } from "../../checks/check.ts";
import { notApplicable } from "../../checks/finding.ts";
import { scopeOn } from "../../checks/scope.ts";
import type { Evidence, Looks } from "../../evidence/evidence.ts";
import type { Dates, RanRow, RecordsFacts } from "../../evidence/looks/reconcile.ts";
import { postponedOn, scheduleAround } from "../../evidence/looks/reconcile.ts";
import type { TableFacts } from "../../evidence/looks/tables.ts";
import type { Asking } from "../../inquiring.ts";
import type { Inquiry, NextCall } from "../inquiry.ts";
import { withoutLine } from "../line.ts";
import type { Class, Day } from "./judge.ts";
import { classes, doubtedIn, isSeen, judgeDay } from "./judge.ts";
import { linesOf } from "./lines.ts";
import type { DayRules, HeldEvidence } from "./look.ts";
import { boxLooks, heldLooks, intakeOn, recordLooks, recordOn, sliced, statesOn, wantsInput } from "./look.ts";
import type { Phase } from "./phases.ts";
import { phaseIn, titleOf } from "./phases.ts";
import { datesText, proposalsFor } from "./proposals.ts";
import { rowsOf } from "./rows.ts";

export interface Reconciling {
  readonly number: "3" | "4";
  readonly dates: Dates;
}

/** What was seen for all dates at once. */
interface Seen {
  readonly records: Evidence<RecordsFacts>;
  readonly runs: Evidence<TableFacts<RanRow>>;
  readonly held: HeldEvidence;
}

/** Of this only less is known without it: which games were postponed, the schedule mostly says too. */
interface Around {
  readonly postponed: Evidence<unknown>;
}

/** The dates with their games, and the looks that were made for all of them. */
interface Stage extends Reconciling {
  readonly phase: Phase;
  readonly dayRules: readonly DayRules[];
  readonly scopes: readonly Scope[];
  readonly own: ReturnType<typeof recordLooks>;
  readonly tables: ReturnType<typeof heldLooks>;
}

/** Holds the records of a phase against its tables and what the next phase has put out, for all dates with the same few looks. */
export async function reconcile(asking: Asking, asked: Reconciling): Promise<Inquiry> {
  const { number, dates } = asked;
  const { session, asOf } = asking;
  const phase = phaseIn(asking.rules, number);
  if (phase === undefined) return nothingDeclared(number, dates);
  const dayRules = dates.map((date): DayRules => ({ date, rules: session.pipeline.rulesOn(date, asOf) }));
  const own = recordLooks(phase, dates);
  const tables: Stage["tables"] = Object.fromEntries(
    dayRules.flatMap(({ rules }) => Object.entries(heldLooks(phaseIn(rules, number) ?? phase, dates))),
  );
  const around = { schedule: scheduleAround(asking.rules, dates), postponed: postponedOn(asking.rules, dates) };
  const [seen, { postponed }] = await Promise.all([look(asking.all, { own, tables }), asking.all(around)]);
  const gather = sliced(asking.gather, dayRules, dates);
  const scopes = await Promise.all(dates.map((date) => scopeOn({ pipeline: session.pipeline, date, asOf, gather })));
  const stage: Stage = { ...asked, phase, dayRules, scopes, own, tables };
  const days = await judged(asking, stage, seen);
  const settled = days.some((day) => doubtedIn(day).length > 0) ? await confirmed(asking, stage, days) : days;
  return inquiryOf(asking, stage, settled, { ...seen, postponed });
}

async function look(
  make: (looks: Looks) => Promise<Readonly<Record<string, Evidence<unknown>>>>,
  { own, tables }: Pick<Stage, "own" | "tables">,
): Promise<Seen> {
  const { records, runs, ...held } = await make({ ...tables, ...own });
  // Each answer is that of the look by its name.
  return { records, runs, held } as Seen;
}

/** Each date on its own. Box scores are asked for where games are missing that should be there by now. */
async function judged(asking: Asking, stage: Stage, { records, runs, held }: Seen, doubted?: readonly Day[]): Promise<readonly Day[]> {
  const { phase, dates, dayRules } = stage;
  const asOf = asking.call.now();
  const scopes = stage.scopes.map((scope): Scope => {
    const own = phaseIn(scope.rules, stage.number) ?? phase;
    return { ...scope, asOf, rules: own.rules };
  });
  const isWanted = scopes.some((scope) => wantsInput(intakeOn(phase, held, undefined, scope), scope));
  const boxes = isWanted ? await asking.all(boxLooks(dayRules, dates)) : undefined;
  return scopes.map((scope, index) => {
    const facts = {
      scope,
      due: phase.due,
      record: recordOn(records, scope.date, scope.rules),
      tables: statesOn(held, scope.date),
      intake: intakeOn(phase, held, boxes, scope),
      runs: runs.seen ? runs.facts.rows.filter((row) => row.data_date === scope.date) : runs,
      past: asking.past,
    };
    const day = judgeDay(facts);
    if (doubted === undefined) return day;
    const before = doubted[index];
    const unsettled = doubtedIn(day).filter((name) => before === undefined || !doubtedIn(before).includes(name));
    return unsettled.length === 0 ? day : judgeDay({ ...facts, unsettled });
  });
}

/** Flags first, rows last, once more: only what both looks say is said. */
async function confirmed(asking: Asking, stage: Stage, days: readonly Day[]): Promise<readonly Day[]> {
  return judged(asking, stage, await look(asking.secondLook, stage), days);
}

function inquiryOf(asking: Asking, stage: Stage, days: readonly Day[], { runs, held, postponed }: Seen & Around): Inquiry {
  const { phase, dates } = stage;
  const evidence = [stage.own.records.id, ...(asking.detailed ? Object.values(stage.tables).map(({ id }) => id) : [])];
  const lines = linesOf({ phase, days, evidence });
  const lost = [runs, postponed].flatMap((made) => (made.seen ? [] : [withoutLine(phase.id, made)]));
  const proposals = asking.past ? [] : proposalsFor(phase, days);
  const ask = askAgain(days);
  return {
    lines: [...lines, ...lost],
    headline: `${titleOf(phase.id)} records, ${spanText(dates)}`,
    asked: { phase: stage.number, dates: spanText(dates) },
    numbers: { ...numbersOf(days), ...unreadIn(held) },
    rows: rowsOf(days, asking.detailed),
    proposals,
    ...(ask === undefined ? {} : { askAgain: ask }),
    next: nextCalls(phase, days),
  };
}

/** From the first date to the last. */
export function spanText(dates: Dates): string {
  const last = dates.at(-1) ?? dates[0];
  return dates.length === 1 ? last : dates.length < 4 ? datesText(dates) : `${dates[0]} to ${last}`;
}

function numbersOf(days: readonly Day[]): Record<string, string> {
  const count = (found: Class): number => days.filter((day) => day.class === found).length;
  return Object.fromEntries(
    classes.flatMap((found) => (count(found) === 0 ? [] : [[found, `${count(found)} of ${days.length} dates`] as const])),
  );
}

function unreadIn(held: HeldEvidence): Record<string, string> {
  const lost = Object.values(held).filter((evidence) => !evidence.seen).length;
  return lost === 0 ? {} : { tables_not_read: `${lost} of ${Object.keys(held).length}` };
}

/** The next time at which something that waits becomes due. */
function askAgain(days: readonly Day[]): Date | undefined {
  const times = days.flatMap(({ facts, deciding }) =>
    deciding.flatMap(({ finding }) =>
      finding.verdict === "not_due" && finding.from !== undefined && finding.from > facts.scope.asOf ? [finding.from.getTime()] : [],
    ),
  );
  return times.length === 0 ? undefined : new Date(Math.min(...times));
}

/** What explains the worst of it. */
function nextCalls({ number, rules }: Phase, days: readonly Day[]): readonly NextCall[] {
  const has = (...wanted: Class[]): boolean => days.some((day) => wanted.includes(day.class));
  const { unit, orchestrator } = rules.completion;
  const flagged = has("flag_without_rows") && unit !== undefined;
  const newest = days.findLast((day) => ["stalled", "missing"].includes(day.class) && isSeen(day.facts.record));
  return [
    ...(flagged ? [{ tool: "read_logs", arguments: { unit, min_severity: "ERROR" } }] : []),
    ...(has("record_wrong", "rows_without_flag") && number === "3" ? [{ tool: "check_drift", arguments: { units: [orchestrator] } }] : []),
    ...(newest === undefined ? [] : [{ tool: "validate_daily", arguments: { game_date: newest.facts.scope.date } }]),
  ];
}

function nothingDeclared(number: string, dates: Dates): Inquiry {
  const finding = notApplicable("nothing_declared", `the pipeline file declares no record of phase ${number}`);
  return { lines: [{ id: `phase${number}`, finding, evidence: [] }], numbers: {}, asked: { phase: number, dates: spanText(dates) } };
}
