import { z } from "zod";
import { depths } from "../src/checks/depth.ts";
import { UserError } from "../src/errors.ts";
import type { CalendarDate } from "../src/pipeline/dates.ts";
import type { Report } from "../src/report/schema.ts";
import type { CallSession, Session } from "../src/session.ts";
import { duringCall } from "../src/session.ts";
import type { ToolContext } from "../src/tool.ts";
import { defineTool } from "../src/tool.ts";
import type { Verdicted } from "../src/checks/overall.ts";
import type { Watching } from "../src/watching.ts";

const name = "validate_daily";

const input = z.strictObject({
  game_date: z
    .string()
    .optional()
    .describe(
      "Game date, YYYY-MM-DD in the pipeline's zone, e.g. 2026-02-03. Default: the newest date whose post-game checks are due, and the slate after it.",
    ),
  days: z.int().min(1).max(14).optional().describe("That many dates up to game_date, one line each."),
  moment: z
    .enum(["auto", "pre_game", "post_game"])
    .default("auto")
    .describe("Which half: before the games (features, predictions) or after; auto goes by the clock."),
  depth: z.enum(depths).default("standard").describe("How much is checked."),
  detail: z.enum(["concise", "detailed"]).default("concise").describe("detailed: all evidence ids, and the command to see each by hand."),
});
type Input = z.output<typeof input>;

export const validateDaily = defineTool({
  name,
  title: "Is last night's run healthy?",
  description: [
    "Judges a game date of the data pipeline end to end by the rows that exist: games, raw box scores, analytics, duplicates, minutes and shooting fields, completion record, features, predictions, grading, collection, runs, tables.",
    "Call it first, without arguments, for 'is last night OK?': it judges the newest date that is over, and the slate that follows. With game_date for one night, with days for a weekly look. It only reads.",
    "Not for why a scraper or deployment failed, nor for repairing anything.",
    "Answers verdict (pass, warn, fail, unknown, not_due, not_applicable), a summary to act on, numbers, findings worst first (observed, expected, breaks, next) and ask_again.",
    "unknown means nobody could look, never that all is well. A summary that begins with SCENARIO is about invented data.",
  ].join(" "),
  effect: "reads",
  input,

  async run(given, context) {
    const { session, signal } = context;
    if (session === undefined) return (await engine()).notConfigured(name);
    return duringCall(session, signal, (call) => judged(given, session, call, context));
  },
});

async function judged(given: Input, session: Session, call: CallSession, context: ToolContext): Promise<Report> {
  const { judgeNight, reportOf } = await engine();
  const { signal } = context;
  const date = await dateToJudge(given.game_date, given.moment, session, call);
  const began = performance.now();
  const options = await optionsOf(given.depth, session, call, context);
  const watching = { session, gather: call.gather, asOf: call.now(), signal };
  if (given.days !== undefined) {
    if (given.moment === "pre_game") throw new UserError("days looks back over nights that are over: leave out moment pre_game.");
    const { report, nights } = await weekly(given.days, date, options, { ...given, session, signal, began });
    return watched(report, { ...watching, nights });
  }
  const { main, slate } = await judgeNight({ ...options, date, moment: given.moment });
  const asked = askedOf(session, given.detail, date === undefined && given.moment === "auto" ? "auto" : main.judgement.scope.half, began);
  const report = reportOf(main.judgement, main.overall, asked, slate);
  const remembered = (await session.history?.remember(report, [main, slate], { signal })) ?? report;
  return watched(remembered, { ...watching, nights: [main, slate] });
}

/** The report with what became of the expectations that were set. */
async function watched(report: Report, watching: Watching): Promise<Report> {
  const { judgeWatches, withWatches } = await engine();
  const { judged, failed } = await judgeWatches(watching);
  return withWatches(report, judged, watching.session.pipeline.zone, failed);
}

type Options = Awaited<ReturnType<typeof optionsOf>>;

async function optionsOf(depth: (typeof depths)[number], session: Session, call: CallSession, context: ToolContext) {
  const { progress, signal } = context;
  const { checksOf, lastGoodDate } = await engine();
  return {
    checks: checksOf(session.pipeline).filter((check) => depths.indexOf(check.depth) <= depths.indexOf(depth)),
    pipeline: session.pipeline,
    ...call,
    past: session.real?.past === true,
    lastGood: async (date: CalendarDate) => lastGoodDate({ session, signal }, { before: date, until: call.now() }),
    onProgress: (done: number, total: number, message: string) => progress({ done, total, message }),
  };
}

interface Weekly {
  readonly session: Session;
  readonly signal: AbortSignal;
  readonly detail: "concise" | "detailed";
  readonly began: number;
}

/** One date after the other: each is judged, and kept, as if it had been asked for by name. */
async function weekly(
  days: number,
  last: CalendarDate | undefined,
  options: Options,
  asking: Weekly,
): Promise<{ report: Report; nights: Verdicted[] }> {
  const { daysReport, newestPostGameDate, reportOf, verdictOn } = await engine();
  const { addDays } = await import("../src/pipeline/dates.ts");
  const { session, signal, detail, began } = asking;
  const newest = last ?? newestPostGameDate(session.pipeline, options.now());
  const judged = [];
  for (let back = 0; back < days; back += 1) {
    const night = await verdictOn(addDays(newest, -back), { ...options, half: "post_game" });
    const report = reportOf(night.judgement, night.overall, askedOf(session, detail, "post_game", began));
    judged.push({ night, report: (await session.history?.remember(report, [night], { signal })) ?? report });
  }
  return { report: daysReport(judged, askedOf(session, detail, "post_game", began)), nights: judged.map(({ night }) => night) };
}

function askedOf(session: Session, detail: string, moment: string, began: number) {
  const { pipeline, ...answered } = session;
  return { ...answered, tool: name, moment, pipeline: pipeline.name, detailed: detail === "detailed", ms: performance.now() - began };
}

/** Loaded with the first call, so that listing the tools doesn't wait for it. */
async function engine() {
  const [
    { checksOf },
    { judgeNight, verdictOn },
    { daysReport },
    { notConfigured, reportOf },
    { newestPostGameDate },
    { judgeWatches },
    { lastGoodDate },
    { withWatches },
  ] = await Promise.all([
    import("../src/checks/checks-of.ts"),
    import("../src/checks/night.ts"),
    import("../src/report/days.ts"),
    import("../src/report/report.ts"),
    import("../src/pipeline/moments.ts"),
    import("../src/watching.ts"),
    import("../src/last-good.ts"),
    import("../src/report/watches.ts"),
  ]);
  return {
    checksOf,
    judgeNight,
    verdictOn,
    daysReport,
    notConfigured,
    reportOf,
    newestPostGameDate,
    judgeWatches,
    lastGoodDate,
    withWatches,
  };
}

/** Undefined where none was named: then the clock says which. */
async function dateToJudge(
  given: string | undefined,
  moment: string,
  { pipeline }: Session,
  call: CallSession,
): Promise<CalendarDate | undefined> {
  const { calendarDateOf, clockText, dateAt } = await import("../src/pipeline/dates.ts");
  const today = dateAt(call.now(), pipeline.zone);
  if (given === undefined) return moment === "pre_game" ? today : undefined;
  const date = calendarDateOf(given, "game_date");
  if (date <= today) return date;
  throw new UserError(`game_date ${date} is in the future: it is ${clockText(call.now(), pipeline.zone)}; ask for ${today} or earlier.`);
}
