import { z } from "zod";
import { BackendError } from "../../errors.ts";
import type { CalendarDate } from "../../pipeline/dates.ts";
import { addDays, instantOf } from "../../pipeline/dates.ts";
import type { Rules } from "../../pipeline/load.ts";
import type { Look } from "../evidence.ts";
import { logsByHand } from "./by-hand.ts";

const facts = z.object({ lines: z.int().min(0), errors: z.int().min(0) });

/** How much a unit logged in a night, and how much of that were errors. */
export type UnitLogFacts = z.output<typeof facts>;

const mostLines = 5_000;

/** What a unit logged from the game date's midnight to the end of the next day, counted. */
export function unitLog(rules: Rules, date: CalendarDate, unit: string): Look<UnitLogFacts> {
  const midnight = (day: CalendarDate): string => instantOf(day, { day: 0, hour: 0, minute: 0 }, rules.zone).toISOString();
  const [since, until] = [midnight(date), midnight(addDays(date, 2))];
  return {
    id: `log of ${unit} ${date}`,
    port: "logs",
    asked: `what ${unit} logged on ${date} and the day after`,
    byHand: logsByHand(unit, since, until),
    after: [],
    whenEmpty: { mayBeEmpty: true, witness: "counted as lines: none at all is shown as none" },
    async run(ports, call) {
      const { entries, more } = await ports.logs.entries({ unit, since, until, limit: mostLines }, call);
      if (more) throw new BackendError("partial", `${unit} logged more than ${mostLines} lines`, `Look at the log of ${unit} by hand.`);
      const errors = entries.filter(({ severity }) => ["ERROR", "CRITICAL", "ALERT", "EMERGENCY"].includes(severity)).length;
      return { facts: { lines: entries.length, errors }, examined: entries.length };
    },
    parse: (saved) => facts.parse(saved),
  };
}
