import type { Scope } from "../../checks/check.ts";
import type { Finding } from "../../checks/finding.ts";
import { note, problem } from "../../checks/finding.ts";
import { ranText } from "../../checks/locking/judge-observed.ts";
import { at, atSecond, counted } from "../../checks/words.ts";
import { quoted } from "../../outside-text.ts";
import type { LocksSeen, Twins, UserSeen } from "./seen.ts";

type Place = Pick<Scope, "rules" | "date" | "asOf">;

/** Runs of the unit that overlapped without either having asked for a lock. */
export function lockless({ twins }: LocksSeen, { unit }: UserSeen): readonly Twins[] {
  return twins.filter(({ pair: [one, other], asked }) => !asked && (one.unit === unit || other.unit === unit));
}

/** `two runs of P for D overlapped, begun 15:00:06 ET and 15:00:24 ET` */
export function twinText({ pair: [one, other] }: Twins, place: Place): string {
  const begun = [one, other].map(({ started }) => (started === undefined ? "?" : atSecond(started, place))).join(" and ");
  return `two runs of ${quoted(one.processor)} for ${one.date} overlapped, begun ${begun}`;
}

/**
 * Runs that overlapped where nothing keeps them apart: it can happen again, unless locking was observed since. Where nobody
 * could look, that is said first.
 */
export function twinLine(
  pairs: readonly Twins[],
  { observed, unit, from }: UserSeen,
  place: Place,
  otherwise: readonly Finding[],
): readonly Finding[] {
  const [first] = pairs;
  if (first === undefined) return otherwise;
  const more = pairs.length === 1 ? "" : ` (and ${counted(pairs.length - 1, "more such pair")})`;
  const said = `${twinText(first, place)}${more}, and neither asked for a lock`;
  if (observed.state !== "not_in_use" && observed.state !== "not_observed") return [...otherwise, note("overlapped_before", said)];
  const isNew = observed.servingSince !== undefined && observed.servingSince.getTime() === observed.since.getTime();
  const ran = observed.runs === 0 ? "" : ` although processors ran: ${ranText(unit, observed, place)}`;
  const state = isNew && observed.runs > 0 ? "locking not observed" : `no lock in use in ${unit}, and locking not observed`;
  return [
    problem("P3", {
      reason: observed.state === "not_in_use" ? "none_in_use" : "not_observed",
      observed: `${state}${ran}, no lock and no line about one; ${said}`,
      expected: `one run of a processor and date at a time; ${unit} locks from ${at(from, place)} on, as declared`,
      next: "Look for rows that are there twice; then see that the code which serves calls the lock: that it holds the code proves nothing.",
    }),
  ];
}
