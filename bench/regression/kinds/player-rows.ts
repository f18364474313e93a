import type { Row } from "../../../src/ports/warehouse.ts";
import type { Day } from "../day.ts";

export function players({ rules }: Day): string {
  return rules.analytics.players;
}

/** Minutes lost on the way; without points, so that it doesn't show by them. */
export const withoutMinutes: Row = { minutes_played: null, points: 0, usage_rate: null };

/** So many of a game's players with minutes that the share of the others lies in the drawn part of the scale. */
export function drawLost(
  all: number,
  limits: { readonly pass: number; readonly warn: number },
  grave: boolean,
  whole: (low: number, high: number) => number,
): number | undefined {
  const first = Math.floor(all * (1 - limits.pass) + 1e-9) + 1;
  const firstGrave = Math.floor(all * (1 - limits.warn) + 1e-9) + 1;
  const [low, high] = grave ? [firstGrave, all] : [first, firstGrave - 1];
  return low > high ? undefined : whole(low, high);
}
