import { z } from "zod";
import { depths } from "../src/checks/depth.ts";
import { UserError } from "../src/errors.ts";
import type { CalendarDate } from "../src/pipeline/dates.ts";
import type { Report } from "../src/report/schema.ts";
import type { CallSession, Session } from "../src/session.ts";
import { defineTool } from "../src/tool.ts";

const name = "validate_daily";

export const validateDaily = defineTool({
  name,
  title: "Is last night's run healthy?",
  description: [
    "Judges one game date of the data pipeline end to end: were all games played, are raw box scores there, was every game processed, is each business key there once, do players have minutes, does the completion record agree with the tables.",
    "Call it first, without arguments, for 'is last night OK?'; with game_date for one night. It only reads.",
    "Not for why a scraper or deployment failed, nor for repairing anything.",
    "Answers verdict (pass, warn, fail, unknown, not_due, not_applicable), a summary to act on, numbers, findings worst first (observed, expected, breaks, next) and ask_again.",
    "unknown means nobody could look, never that all is well. A summary that begins with SCENARIO is about invented data.",
  ].join(" "),
  effect: "reads",
  input: z.strictObject({
    game_date: z
      .string()
      .optional()
      .describe("Game date, YYYY-MM-DD in the pipeline's zone, e.g. 2026-02-03. Default: the newest date whose post-game checks are due."),
    moment: z.enum(["auto", "pre_game", "post_game"]).default("auto").describe("Which half of the date; auto is post_game for now."),
    depth: z.enum(depths).default("standard").describe("How much is checked."),
    detail: z.enum(["concise", "detailed"]).default("concise").describe("detailed: all evidence ids, rows examined per check."),
  }),

  async run({ game_date: gameDate, moment, depth, detail }, { session, signal, progress }) {
    const { catalogue, judgeDate, notConfigured, overallOf, reportOf } = await engine();
    if (session === undefined) return notConfigured(name);
    const call = session.begin({ signal });
    const date = await dateToJudge(gameDate, moment, session, call);
    if (moment === "pre_game") return preGame(date, session, call);
    const began = performance.now();
    const judgement = await judgeDate({
      checks: catalogue.filter((check) => depths.indexOf(check.depth) <= depths.indexOf(depth)),
      pipeline: session.pipeline,
      date,
      ...call,
      onProgress: (done, total, message) => progress({ done, total, message }),
    });
    const { backend, scenario, pipeline, replayed } = session;
    const asked = {
      tool: name,
      moment: "post_game",
      pipeline: pipeline.name,
      backend,
      scenario,
      replayed,
      detailed: detail === "detailed",
      ms: performance.now() - began,
    };
    const report = reportOf(judgement, overallOf(judgement), asked);
    return session.history === undefined ? report : session.history.remember(report, judgement, { signal });
  },
});

/** Loaded with the first call, so that listing the tools doesn't wait for it. */
async function engine() {
  const [{ catalogue }, { judgeDate }, { overallOf }, { notConfigured, prefix, reportOf, unknownReport }] = await Promise.all([
    import("../src/checks/catalogue.ts"),
    import("../src/checks/runner.ts"),
    import("../src/checks/overall.ts"),
    import("../src/report/report.ts"),
  ]);
  return { catalogue, judgeDate, overallOf, notConfigured, prefix, reportOf, unknownReport };
}

async function dateToJudge(given: string | undefined, moment: string, { pipeline }: Session, call: CallSession): Promise<CalendarDate> {
  const { calendarDateOf, clockText, dateAt } = await import("../src/pipeline/dates.ts");
  const { newestPostGameDate } = await import("../src/pipeline/moments.ts");
  const today = dateAt(call.now(), pipeline.zone);
  if (given === undefined) return moment === "pre_game" ? today : newestPostGameDate(pipeline, call.now());
  const date = calendarDateOf(given, "game_date");
  if (date <= today) return date;
  throw new UserError(`game_date ${date} is in the future: it is ${clockText(call.now(), pipeline.zone)}; ask for ${today} or earlier.`);
}

async function preGame(date: CalendarDate, { pipeline, scenario }: Session, call: CallSession): Promise<Report> {
  const { prefix, unknownReport } = await engine();
  const { clockText } = await import("../src/pipeline/dates.ts");
  const summary = `${prefix(scenario)}${date} UNKNOWN before the games: features and predictions are not checked yet as of ${clockText(call.now(), pipeline.zone)}. Ask for moment post_game, or look at them by hand.`;
  return unknownReport(name, summary, {
    game_date: date,
    moment: "pre_game",
    pipeline: pipeline.name,
    ...(scenario === undefined ? {} : { scenario }),
  });
}
