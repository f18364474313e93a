import { z } from "zod";
import { defineTool, detailInput } from "../src/tool.ts";

const name = "investigate_scraper";

const input = z.strictObject({
  scraper: z
    .string()
    .max(120)
    .describe("Scraper, its table, processor or completion key; a scheduler job; or a game, AWAY@HOME or its id."),
  game_date: z.string().optional().describe("YYYY-MM-DD; default: the newest date that it is due for."),
  detail: detailInput,
});

export const investigateScraper = defineTool({
  name,
  title: "Why is a collection late or missing?",
  description: [
    "Follows one collection of a date from its window to the rows: decision, execution, runs, log, loader, locks, scheduler; says whether it is late and why, or that the cause is not established and what would settle it.",
    "Use it when scrapers, box-scores or schedules of validate_daily speak, under any name that you have.",
    "Not for a unit's errors in general.",
    "Answers delay, games landed, timeline, causes with signs for and against, next.",
  ].join(" "),
  effect: "reads",
  input,
  example: { scraper: "gamebook" },
  async run({ scraper, game_date: gameDate, detail }, context) {
    const [{ inquire }, { investigate }] = await Promise.all([
      import("../src/inquiring.ts"),
      import("../src/diagnosis/scraper/investigate.ts"),
    ]);
    return inquire(context, { tool: name, detail }, (asking) => investigate(asking, { scraper, gameDate }));
  },
});
