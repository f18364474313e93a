import { storeClock } from "../../src/adapters/embedded/clock.ts";
import type { Stores } from "../../src/adapters/embedded/world.ts";
import { catalogue } from "../../src/checks/catalogue.ts";
import type { CalendarDate } from "../../src/pipeline/dates.ts";
import { instantOf } from "../../src/pipeline/dates.ts";
import type { Pipeline } from "../../src/pipeline/load.ts";
import type { ClockName } from "./clocks.ts";
import { clockNames, clocks, whenAllIsDue } from "./clocks.ts";
import type { Day } from "./day.ts";
import { playedGames } from "./day.ts";
import type { Dice } from "./dice.ts";
import { diceOf } from "./dice.ts";
import { faulted } from "./fault.ts";
import type { Figures } from "./figures.ts";
import { kindFigures, noFigures } from "./figures.ts";
import type { DayMemory, Judged, Spoken } from "./judge.ts";
import { dayMemory, findingsOf, judge, judgedBy } from "./judge.ts";
import type { Kind } from "./kind.ts";
import { kinds } from "./kinds/kinds.ts";
import { operatorSays } from "./operator-rules.ts";
import { gatherOver } from "./remembered.ts";
import { remembering } from "./settled.ts";
import type { Stretch } from "./stretches.ts";
import { drawStretch } from "./stretches.ts";
import { tryKind } from "./try-kind.ts";

export interface Work {
  readonly seed: number;
  /** Which stretch. */
  readonly index: number;
  /** Days that are judged. */
  readonly days: number;
  /** How often a kind is tried on a day, on average. */
  readonly faults: number;
  readonly innocents: number;
  /** Kinds that were tried often enough. */
  readonly enough: readonly string[];
  /** The share of judgements that are made once more with nothing remembered. */
  readonly again: number;
}

/** Judges a stretch of clean days, and each of them with faults in it. */
export async function workOn(work: Work, pipeline: Pipeline): Promise<Figures> {
  const dice = diceOf(work.seed).for("stretch", work.index);
  const stretch = drawStretch(work.index, work.days, pipeline, dice);
  const figures = noFigures();
  for (const date of stretch.dates) await workOnDay({ work, stretch, pipeline, figures }, date, dice.for(date));
  return figures;
}

interface Working {
  readonly work: Work;
  readonly stretch: Stretch;
  readonly pipeline: Pipeline;
  readonly figures: Figures;
}

async function workOnDay(working: Working, date: CalendarDate, dice: Dice): Promise<void> {
  const { stretch, pipeline, figures, work } = working;
  const memory = dayMemory();
  const stores = remembering(stretch.stores);
  const days: Day[] = [];
  for (const clock of drawClocks(dice)) {
    const asOf = instantOf(date, clocks[clock], pipeline.zone);
    const clean = await judge(stores, date, asOf, pipeline, memory);
    days.push({ date, clock, asOf, rules: pipeline.rulesOn(date, asOf), stores, world: stores.at(asOf), clean });
    if (dice.chance(work.again)) await judgeAgain(working, stores, date, asOf, clean);
  }
  countClean(figures, days, stretch);
  for (const kind of kinds) {
    const own = dice.for(kind.id);
    const times = work.enough.includes(kind.id) ? 0 : timesOf(kind.innocent === true ? work.innocents : work.faults, own);
    for (let time = 0; time < times; time += 1) await tryOnDay(working, kind, days, own.for(time), memory);
  }
}

/** One moment at which all is due, one before the games, and one more. */
function drawClocks(dice: Dice): readonly ClockName[] {
  const first = [dice.pick(whenAllIsDue), "D 14:30"] as const;
  return [...first, dice.pick(clockNames.filter((name) => name !== first[0] && name !== first[1]))];
}

function timesOf(average: number, dice: Dice): number {
  return Math.floor(average) + (dice.chance(average % 1) ? 1 : 0);
}

async function tryOnDay(working: Working, kind: Kind, days: readonly Day[], dice: Dice, memory: DayMemory): Promise<void> {
  const able = days.filter(({ clock }) => kind.clocks.includes(clock));
  if (able.length === 0) return;
  const day = dice.pick(able);
  const { figures, pipeline, work, stretch } = working;
  const tried = await tryKind(kind, day, dice, pipeline, memory);
  if (tried === undefined) return;
  const own = kindFigures(figures, kind.id, kind.innocent === true);
  own.tried += 1;
  own.found += tried.found ? 1 : 0;
  own.exact += tried.exact ? 1 : 0;
  own.turned += tried.turned.length > 0 ? 1 : 0;
  own.overall += tried.overall ? 1 : 0;
  const stores = faulted(day.stores, tried.fault);
  own.operator += isLouder(operatorSays(stores.at(day.asOf), day.date, day.rules), operatorOn(day)) ? 1 : 0;
  if (tried.trouble !== "") own.troubles.push(`${place(stretch, day)}: ${tried.trouble}`);
  if (dice.chance(work.again)) await judgeAgain(working, stores, day.date, day.asOf, tried.judged);
}

const operator = new WeakMap<Day, ReturnType<typeof operatorSays>>();

function operatorOn(day: Day): ReturnType<typeof operatorSays> {
  const said = operator.get(day) ?? operatorSays(day.world, day.date, day.rules);
  operator.set(day, said);
  return said;
}

function isLouder(now: ReturnType<typeof operatorSays>, before: ReturnType<typeof operatorSays>): boolean {
  const rank = { quiet: 0, warn: 1, fail: 2 };
  return [...now].some(([name, said]) => rank[said] > rank[before.get(name) ?? "quiet"]);
}

/**
 * The same judgement from the product alone. What is remembered must change nothing of it, nor must the order of rows, which no
 * warehouse promises; only the order of names in a sentence follows from that.
 */
async function judgeAgain(
  { figures, pipeline, stretch }: Working,
  stores: Stores,
  date: CalendarDate,
  asOf: Date,
  judged: Judged,
): Promise<void> {
  for (const order of ["as stored", "reversed"] as const) {
    const clock = storeClock(asOf);
    const again = await judgedBy(catalogue, date, pipeline, {
      now: () => clock.now(),
      gather: gatherOver(stores, clock, order),
      pass: async (ms) => clock.advance(ms),
    });
    figures.again.judgements += 1;
    const told = (from: Judged): string =>
      JSON.stringify(order === "as stored" ? findingsOf(from) : findingsOf(from).map((finding) => ({ ...finding, observed: "" })));
    if (told(again) !== told(judged)) figures.again.different.push(`${stretch.name}, ${date} at ${asOf.toISOString()}, rows ${order}`);
  }
}

function countClean(figures: Figures, days: readonly Day[], stretch: Stretch): void {
  const { clean } = figures;
  const [first] = days;
  if (first === undefined) return;
  const found = days.flatMap((day) => findingsOf(day.clean).map((finding) => ({ ...finding, day })));
  const alarms = found.filter(({ verdict }) => verdict === "warn" || verdict === "fail");
  const unknowns = found.filter(({ verdict }) => verdict === "unknown");
  const told = ({ check, subject, verdict, reason, observed, day }: (typeof found)[number]): string =>
    `${place(stretch, day)}: ${check}/${subject} ${verdict} ${reason}: ${observed}`;
  clean.days += 1;
  clean.daysWithGames += playedGames(first, "games").length > 0 || days.some((day) => playedGames(day, "games").length > 0) ? 1 : 0;
  clean.alarms.push(...alarms.map(told));
  clean.alarmDays += alarms.length > 0 ? 1 : 0;
  clean.unknownDays += unknowns.length > 0 ? 1 : 0;
  for (const one of unknowns) {
    const why = whyUnknown(one);
    (clean.unknowns[`${one.check} ${one.reason}${why === "" ? " without an explanation" : ""}`] ??= {
      count: 0,
      first: told(one),
      why,
    }).count += 1;
  }
  for (const day of days) {
    clean.judgements[day.clock] = (clean.judgements[day.clock] ?? 0) + 1;
    const explained = unknowns.some((one) => one.day === day) && unknowns.every((one) => one.day !== day || whyUnknown(one) !== "");
    if (isPassOwed(day) && day.clean.overall.verdict !== "pass" && !explained)
      clean.notPassed.push(`${place(stretch, day)}: ${day.clean.overall.verdict}`);
  }
  countOperator(figures, days);
}

/** A month after the last regular game. */
const emptied = new Date("2026-05-13T07:00:00Z");

/** Why nobody could look on a day on which nothing is wrong; empty if they could have. */
function whyUnknown({ check, reason, observed, day }: Spoken & { readonly day: Day }): string {
  if (check === "consistency" && reason === "nothing_compared" && day.date < "2025-11-12") return "nobody has the games for an average yet";
  const isEmptied = reason === "no_such_place" && /holds? (?:no document at all|a document)/u.test(observed) && day.asOf > emptied;
  return isEmptied
    ? "open: a month after the last regular game the tracker's collection is empty, which reads like one that is not there"
    : "";
}

/** After the night, with games that were played; and before it, with games that are predicted. */
function isPassOwed(day: Day): boolean {
  if (day.clock === "D+1 05:00") return false;
  const { slate } = day.clean.judgement.scope;
  if (slate.kind !== "games") return false;
  const stage = day.clock === "D 14:30" ? "predictions" : "box-scores";
  return slate.games.some(({ owes, standing }) => owes.includes(stage) && standing.kind === "expected");
}

/** The operator asks once, on the day after or some days later; of play-offs his own rules know that they are not processed. */
function countOperator({ operator: figures }: Figures, days: readonly Day[]): void {
  const day = days.find(({ clock }) => whenAllIsDue.includes(clock));
  if (day === undefined || playedGames(day, "analytics").length === 0) return;
  const loud = JSON.stringify([...operatorOn(day)].flatMap(([name, said]) => (said === "quiet" ? [] : [name])));
  figures.days += 1;
  figures.spoken[loud] = (figures.spoken[loud] ?? 0) + 1;
}

function place({ name, scenario, told }: Stretch, { date, clock }: Day): string {
  return `${name} (scenario seed ${scenario.seed}), ${date} at ${clock}${told.has(date) ? ` [${told.get(date)}]` : ""}`;
}
