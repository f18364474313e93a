import type { Cloud } from "./cloud.ts";

/** Whatever answers, answers at once; a longer round trip would tell nothing exact. */
const mostMs = 5_000;

/** A `Date` header has whole seconds, cut off: on average it is half a second old. */
const cutOffMs = 500;

/**
 * By how many milliseconds `now` is ahead of BigQuery's clock, to about a second, by the `Date` header of one answer: every status has it, so
 * nobody needs to be logged in. Throws where nothing is known.
 */
export async function clockAheadOf({ reach }: Pick<Cloud, "reach">, now: () => Date, signal: AbortSignal): Promise<number> {
  const base = reach === undefined ? "https://bigquery.googleapis.com" : reach.http;
  if (base === undefined) throw new Error("There is no address to ask for the time.");
  const asked = now().getTime();
  const { headers, body } = await fetch(base, { redirect: "manual", signal: AbortSignal.any([signal, AbortSignal.timeout(mostMs)]) });
  const answered = now().getTime();
  await body?.cancel();
  const theirs = Date.parse(headers.get("date") ?? "");
  if (Number.isNaN(theirs)) throw new Error("The answer has no time.");
  return (asked + answered) / 2 - theirs - cutOffMs;
}
