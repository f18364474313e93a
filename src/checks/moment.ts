import type { CalendarDate } from "../pipeline/dates.ts";
import { instantOf } from "../pipeline/dates.ts";
import { dueAt } from "../pipeline/due.ts";
import type { Rules } from "../pipeline/load.ts";
import type { Slate } from "./slate.ts";

/** Where the clock stands in a date's night. */
export const moments = ["pre_game", "live", "overnight", "post_game"] as const;
export type Moment = (typeof moments)[number];

/** The half of the night that is judged: what must be there before the games, or all of it. Each has its own core checks. */
export const halves = ["pre_game", "post_game"] as const;
export type Half = (typeof halves)[number];

/** Before the first game, while any is played (at most until the games' due time), until the post-game checks begin, after. */
export function momentAt(slate: Slate, rules: Rules, date: CalendarDate, asOf: Date): Moment {
  const begins = firstTipOff(slate) ?? instantOf(date, rules.moments.pre_game_until, rules.zone);
  if (asOf < begins) return "pre_game";
  if (asOf >= instantOf(date, rules.moments.post_game_from, rules.zone)) return "post_game";
  const playing = slate.kind === "games" && slate.games.some((game) => game.standing.kind === "expected" && !game.final);
  return playing && asOf < dueAt(rules, "games", date) ? "live" : "overnight";
}

/** The start of the first expected game; undefined where the schedule names none. */
export function firstTipOff(slate: Slate): Date | undefined {
  if (slate.kind !== "games") return undefined;
  const starts = slate.games.flatMap(({ standing, tipOff }) =>
    standing.kind === "expected" && tipOff !== undefined ? [tipOff.getTime()] : [],
  );
  return starts.length === 0 ? undefined : new Date(Math.min(...starts));
}
