import { z } from "zod";
import { defineTool, detailInput } from "../src/tool.ts";

const name = "reconcile_phase3";

export const reconcilePhase3 = defineTool({
  name,
  title: "Do the completion records agree with the tables?",
  description: [
    "Per game date: what a phase's tracker recorded, counted and triggered, against the rows there are and what the next phase has put out.",
    "For '3 of 5', 'not triggered' or 'complete but empty'; not for whether a night's data is right.",
    "Answers a class per date, rows newest first, and the smallest repair as a proposal.",
  ].join(" "),
  effect: "reads",
  input: z.strictObject({
    days: z.int().min(1).max(30).optional().describe("That many dates up to today. Default: 7."),
    dates: z.array(z.string()).min(1).max(30).optional().describe("Game dates instead, YYYY-MM-DD, at most 30 days apart."),
    phase: z.enum(["2", "3", "4"]).default("3").describe("Whose records; 2 decides nothing and is only told."),
    detail: detailInput,
  }),
  async run({ days, dates: named, phase, detail }, context) {
    const [{ inquire }, { datesAsked }, { dateAt }] = await Promise.all([
      import("../src/inquiring.ts"),
      import("../src/pipeline/date-params.ts"),
      import("../src/pipeline/dates.ts"),
    ]);
    return inquire(context, { tool: name, detail }, async (asking) => {
      const { zone } = asking.session.pipeline;
      const newest = dateAt(asking.asOf, zone);
      const [first = newest, ...others] = datesAsked({ days, dates: named }, { days: 7, most: 30, newest, asOf: asking.asOf, zone });
      const dates = [first, ...others] as const;
      if (phase === "2") return (await import("../src/diagnosis/reconcile/loaded.ts")).reconcileLoaded(asking, dates);
      return (await import("../src/diagnosis/reconcile/reconcile.ts")).reconcile(asking, { number: phase, dates });
    });
  },
});
