import { z } from "zod";
import { UserError } from "../src/errors.ts";
import type { CalendarDate } from "../src/pipeline/dates.ts";
import type { Rules } from "../src/pipeline/load.ts";
import { tableNamed } from "../src/pipeline/names.ts";
import type { Question } from "../src/diagnosis/duplicates/question.ts";
import { defineTool, detailInput } from "../src/tool.ts";

const name = "find_duplicates";
const mostDays = 366;

const input = z.strictObject({
  tables: z.array(z.string()).optional().describe("Default: all that must be unique."),
  days: z.int().min(1).max(30).optional().describe("Game dates up to today; default 7."),
  from: z.string().optional().describe("YYYY-MM-DD, instead of days."),
  to: z.string().optional().describe("Default today."),
  whole: z.boolean().optional().describe("Every date, counted only."),
  detail: detailInput,
});
type Input = z.output<typeof input>;

export const findDuplicates = defineTool({
  name,
  title: "Which rows are there twice, and why?",
  description: [
    "Counts rows beyond the first of each business key: rows, distinct, surplus and factor per table; one batch or several runs; the doubled source; who has read them since and must be computed again.",
    "For counts that are too high or a failing unique-keys, not for missing rows.",
    "Proposes which copy stays; removes nothing.",
  ].join(" "),
  effect: "reads",
  input,
  async run(given, context) {
    const [{ inquire }, { findDuplicates: find }, { ever }, { datesAsked }, { dateAt }] = await Promise.all([
      import("../src/inquiring.ts"),
      import("../src/diagnosis/duplicates/find.ts"),
      import("../src/evidence/looks/duplicates.ts"),
      import("../src/pipeline/date-params.ts"),
      import("../src/pipeline/dates.ts"),
    ]);
    return inquire(context, { tool: name, detail: given.detail }, async (asking) => {
      const { asOf, rules } = asking;
      const today = dateAt(asOf, rules.zone);
      const asked = datesGiven(given);
      if (given.whole === true && asked !== undefined) throw new UserError(`whole counts every date: leave out ${asked}.`);
      const dates = datesAsked(given, { days: 7, most: mostDays, newest: today, asOf, zone: rules.zone });
      return find(asking, questionOf(given, rules, { dates, today, ever }));
    });
  },
});

interface Dates {
  readonly dates: readonly CalendarDate[];
  readonly today: CalendarDate;
  /** From before anything that is kept to after it. */
  readonly ever: Question["window"];
}

function questionOf(given: Input, rules: Rules, { dates, today, ever }: Dates): Question {
  const { whole = false } = given;
  if (given.tables?.length === 0) throw new UserError("tables is empty: name at least one, or leave it out.");
  const [first = today, last = today] = [dates[0], dates.at(-1)];
  const tables = given.tables === undefined ? uniqueTables(rules) : [...new Set(given.tables.map((table) => tableNamed(rules, table)))];
  return {
    tables,
    named: given.tables !== undefined,
    whole,
    older: !whole && datesGiven(given) === undefined,
    window: whole ? ever : { from: first, to: last },
  };
}

function datesGiven(given: Input): string | undefined {
  return (["days", "from", "to"] as const).find((parameter) => given[parameter] !== undefined);
}

function uniqueTables(rules: Rules): readonly string[] {
  const tables = Object.entries(rules.tables).flatMap(([table, { unique }]) => (unique === true ? [table] : []));
  if (tables.length > 0) return tables;
  throw new UserError("No table of the pipeline file is marked `unique`: name those that are meant with tables.");
}
