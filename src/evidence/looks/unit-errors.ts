import { z } from "zod";
import { BackendError } from "../../errors.ts";
import type { Call } from "../../ports/call.ts";
import type { LogAsk, Logs } from "../../ports/logs.ts";
import type { Look } from "../evidence.ts";
import { faceOf, lineOf, loggedLine, pageEntries, silenceIn } from "./logs.ts";

const unitErrorFacts = z.object({
  /** ERROR and above, newest first. */
  lines: z.array(loggedLine),
  /** Whether there are more than were read. */
  more: z.boolean(),
  /** The same of the window that it is compared with; null if there is none, nobody could look, or the unit was not heard of then. */
  before: z.array(loggedLine).nullable(),
  /** With which window it is compared, or why with none. */
  compared: z.string(),
  /** Where there is no ERROR line: the newest line of any kind in the window, and the newest of the week before its end. */
  any: z.string().nullable(),
  last: z.string().nullable(),
});

export type UnitErrorFacts = z.output<typeof unitErrorFacts>;

interface UnitErrors {
  readonly unit: string;
  readonly date: string;
  readonly since: Date;
  readonly until: Date;
  /** The window to compare with, or why there is none. */
  readonly before: { readonly since: Date; readonly until: Date; readonly said: string } | string;
}

/** Pages of ERROR lines of one night: a unit with more of them says the same over and over. */
const mostErrorPages = 5;

/** The ERROR lines of a unit in a window and, only where there are some, in another one. */
export function unitErrors({ unit, date, since, until, before }: UnitErrors): Look<UnitErrorFacts> {
  const window = { unit, since: since.toISOString(), until: until.toISOString() };
  return {
    ...faceOf(`errors ${unit} ${date}`, window),
    asked: `ERROR lines of ${unit} since ${window.since}`,
    whenEmpty: { mayBeEmpty: true, witness: "any line of the unit in the window, and its last one before" },
    async run({ logs }, call) {
      const severe = { severity: "ERROR", limit: mostErrorPages * pageEntries, pages: mostErrorPages } as const;
      const { entries, more } = await logs.entries({ ...window, ...severe }, call);
      if (entries.length === 0) {
        const week = new Date(since.getTime() - 7 * 86_400_000);
        const facts = await silenceIn(logs, window, week, call);
        const none = { lines: [], more, before: null, compared: "", any: facts.within, last: facts.last };
        return { facts: none, examined: facts.within === null ? 0 : 1 };
      }
      const compared = await comparedLines(logs, unit, before, severe, call);
      return { facts: { lines: entries.map(lineOf), more, ...compared, any: null, last: null }, examined: entries.length };
    },
    parse: (saved) => unitErrorFacts.parse(saved),
  };
}

async function comparedLines(
  logs: Logs,
  unit: string,
  before: UnitErrors["before"],
  severe: Pick<LogAsk, "severity" | "limit" | "pages">,
  call: Call,
): Promise<Pick<UnitErrorFacts, "before" | "compared">> {
  if (typeof before === "string") return { before: null, compared: before };
  const window = { unit, since: before.since.toISOString(), until: before.until.toISOString() };
  try {
    const { entries } = await logs.entries({ ...window, ...severe }, call);
    if (entries.length > 0) return { before: entries.map(lineOf), compared: before.said };
    // Nothing there is only news if the unit was heard of then.
    const any = await logs.entries({ ...window, limit: 1 }, call);
    return any.entries.length === 0
      ? { before: null, compared: `it logged nothing in ${before.said}` }
      : { before: [], compared: before.said };
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    return { before: null, compared: `${before.said} could not be read: ${error.message}` };
  }
}
