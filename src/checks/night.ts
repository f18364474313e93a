import type { CalendarDate } from "../pipeline/dates.ts";
import { addDays } from "../pipeline/dates.ts";
import { newestPostGameDate } from "../pipeline/moments.ts";
import { withAccepted } from "./accepted.ts";
import type { Half } from "./moment.ts";
import type { Verdicted } from "./overall.ts";
import { overallOf } from "./overall.ts";
import type { RunOptions } from "./runner.ts";
import { judgeDate } from "./runner.ts";
import { withoutToldWithSlate } from "./scheduling/told-with-slate.ts";
import { withoutVainWaits } from "./vain-waits.ts";

export interface NightOptions extends Omit<RunOptions, "date" | "half"> {
  /** The newest date whose post-game checks are due, if absent. */
  readonly date?: CalendarDate | undefined;
  readonly moment: "auto" | Half;
}

export interface Night {
  readonly main: Verdicted;
  /** What follows the judged date, as far as it is due: only where no date and no half was named. */
  readonly slate?: Verdicted;
}

/** Judges a night: the date that was named; else the newest that is over, and beside it the slate that follows. */
export async function judgeNight({ date: named, moment, ...options }: NightOptions): Promise<Night> {
  const date = named ?? newestPostGameDate(options.pipeline, options.now());
  if (options.pipeline.file.kind === "plain") return { main: await verdictOn(date, { ...options, half: "post_game" }) };
  if (named !== undefined || moment !== "auto") {
    return { main: await verdictOn(date, { ...options, ...(moment === "auto" ? {} : { half: moment }) }) };
  }
  const progress = together(options.onProgress);
  // Both look at once, but the clock may only be moved for a second look when the other half has ended.
  const dated = options.checks.flatMap((check) => (check.ofState === true ? (check.ofDate ?? []) : [check]));
  const slate = verdictOn(addDays(date, 1), { ...options, checks: dated, half: "pre_game", onProgress: progress() });
  const main = verdictOn(date, {
    ...options,
    half: "post_game",
    onProgress: progress(),
    pass: async (ms) => {
      await slate;
      await options.pass(ms);
    },
  });
  const [one, other] = await Promise.all([main, slate]);
  const judgement = withoutToldWithSlate(one.judgement, other.judgement);
  return { main: { judgement, overall: overallOf(judgement) }, slate: other };
}

/** One count of looks over several judgements that are made at once. */
function together(onProgress: RunOptions["onProgress"]): () => NonNullable<RunOptions["onProgress"]> {
  const parts: { done: number; total: number }[] = [];
  return () => {
    const part = { done: 0, total: 0 };
    parts.push(part);
    return (done, total, look) => {
      Object.assign(part, { done, total });
      onProgress?.(
        parts.reduce((sum, each) => sum + each.done, 0),
        parts.reduce((sum, each) => sum + each.total, 0),
        look,
      );
    };
  };
}

/** The judgement of one date, with what follows from it. */
export async function verdictOn(date: CalendarDate, options: Omit<RunOptions, "date">): Promise<Verdicted> {
  const judgement = withoutVainWaits(withAccepted(await judgeDate({ ...options, date })));
  return { judgement, overall: overallOf(judgement) };
}
