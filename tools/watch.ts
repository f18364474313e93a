import { z } from "zod";
import { UserError, short, unknownName } from "../src/errors.ts";
import type { Watch } from "../src/checks/watch.ts";
import type { Session } from "../src/session.ts";
import { duringCall } from "../src/session.ts";
import { defineTool } from "../src/tool.ts";

const name = "watch";

const input = z.strictObject({
  text: z.string().max(300).optional().describe("What must come true, in your words. Without it the watches are listed."),
  proof: z
    .enum(["log", "check", "job"])
    .default("log")
    .describe("What shows it: a log line, a check that passes, a scheduler job's run answered OK."),
  unit: z
    .string()
    .max(120)
    .optional()
    .describe("Service or function that logs, check id (or check/subject), or job, e.g. nba-phase3-analytics-processors."),
  contains: z.string().max(200).optional().describe("log: what the line contains; default: text."),
  revision: z.string().max(120).optional().describe("log: only lines of this revision."),
  game_date: z.string().optional().describe("check: the date it must pass for, YYYY-MM-DD."),
  from: z
    .string()
    .optional()
    .describe("What came before doesn't count: \"2026-02-04 19:24\" in the pipeline's zone, or ISO 8601. Default: now."),
  due: z.string().optional().describe("By when; the same form."),
  drop: z.string().max(20).optional().describe("Id of a watch to forget, e.g. w-3fa2c1."),
});

export const watch = defineTool({
  name,
  title: "Keep an expectation in mind",
  description: [
    "Notes what must come true later and by when, so that every later report says whether it did: kept, not yet observable, overdue, or could not be looked at.",
    "Use it after a fix or a deployment ('the new lock lines must appear after tonight's run') or instead of promising to look again. Without arguments it lists them.",
    "It writes to Postgame's own state only, nothing that is watched.",
  ].join(" "),
  effect: "notes",
  input,
  example: { text: "the surplus is gone", proof: "check", unit: "unique-keys", game_date: "2026-02-03", due: "2026-02-04 19:00" },
  async run(given, { session, signal }) {
    const { notConfigured } = await import("../src/report/report.ts");
    if (session === undefined) return notConfigured(name);
    if (session.watches === undefined) throw new UserError("Nothing is kept here: a replayed evidence file has no watches.");
    const [{ aboutOf, judgeWatches }, { watchReport }] = await Promise.all([
      import("../src/watching.ts"),
      import("../src/report/watch-report.ts"),
    ]);
    return duringCall(session, signal, async (call) => {
      const asOf = call.now();
      const told = await change(given, session, { asOf, about: aboutOf(session), signal });
      const watched = await judgeWatches({ session, gather: call.gather, asOf, signal, nights: [] });
      return watchReport({ ...watched, told, asOf, session });
    });
  },
});

interface Changing {
  readonly asOf: Date;
  readonly about: Watch["about"];
  readonly signal: AbortSignal;
}

/** Adds or drops one, as asked; answers what to say of it. */
async function change(given: z.output<typeof input>, session: Session, { asOf, about, signal }: Changing): Promise<string | undefined> {
  const { clockText } = await import("../src/pipeline/dates.ts");
  const { pipeline, watches } = session;
  if (given.drop !== undefined) {
    if (given.text !== undefined) throw new UserError("drop forgets a watch and text makes one: give one of the two.");
    return `Dropped ${(await watches?.drop(given.drop, { signal }))?.id}.`;
  }
  if (given.text === undefined) {
    const other = (["unit", "contains", "revision", "game_date", "from", "due"] as const).find(
      (parameter) => given[parameter] !== undefined,
    );
    if (other !== undefined) throw new UserError(`${other} belongs to a new watch: say what must come true with text.`);
    return undefined;
  }
  await refuseUnprintable(given);
  const proof = await proofOf(given, given.text, session);
  const [from, due] = await Promise.all([momentOf(given.from, "from", asOf, session), momentOf(given.due, "due", undefined, session)]);
  if (due <= from) throw new UserError(`due ${clockText(due, pipeline.zone)} is not after from ${clockText(from, pipeline.zone)}.`);
  const made = await watches?.add({ text: given.text, proof, about, from: from.toISOString(), due: due.toISOString() }, { signal });
  return `Watching ${made?.id}, due ${clockText(due, pipeline.zone)}.`;
}

/** What is kept is told by every later report, on lines of its own. */
async function refuseUnprintable(given: z.output<typeof input>): Promise<void> {
  const { isPlain } = await import("../src/checks/watch.ts");
  for (const parameter of ["text", "unit", "contains", "revision"] as const) {
    const value = given[parameter];
    if (value === undefined) continue;
    if (value.trim() === "") throw new UserError(`${parameter} is empty.`);
    if (!isPlain(value)) throw new UserError(`${parameter} has a control or direction character in it: "${short(value)}".`);
  }
}

async function proofOf(
  { proof, unit, contains, revision, game_date: date }: z.output<typeof input>,
  text: string,
  session: Session,
): Promise<Watch["proof"]> {
  if (unit === undefined) throw new UserError("unit is missing: the service that logs, the check, or the job.");
  const { units, schedule } = session.pipeline.file;
  switch (proof) {
    case "log":
      refuseUnknown(
        "unit",
        unit,
        Object.entries(units ?? {}).flatMap(([known, { aliases = [] }]) => [known, ...aliases]),
      );
      return { kind: "log", unit, contains: contains ?? text, ...(revision === undefined ? {} : { revision }) };
    case "job":
      refuseUnknown("job", unit, Object.keys(schedule ?? {}));
      return { kind: "job", job: unit };
    case "check": {
      const [{ checksOf }, { calendarDateOf }] = await Promise.all([
        import("../src/checks/checks-of.ts"),
        import("../src/pipeline/dates.ts"),
      ]);
      refuseUnknown(
        "check",
        unit.split("/")[0] ?? "",
        checksOf(session.pipeline).map(({ id }) => id),
      );
      if (date === undefined) throw new UserError("game_date is missing: the date the check must pass for.");
      return { kind: "check", check: unit, game_date: calendarDateOf(date, "game_date") };
    }
  }
}

function refuseUnknown(what: string, unit: string, known: readonly string[]): void {
  if (known.length > 0 && !known.includes(unit)) throw new UserError(unknownName(what, unit, known));
}

async function momentOf(given: string | undefined, parameter: string, otherwise: Date | undefined, { pipeline }: Session): Promise<Date> {
  const { parseInstant } = await import("../src/pipeline/dates.ts");
  const moment = given === undefined ? otherwise : parseInstant(given, pipeline.zone);
  if (moment !== undefined) return moment;
  const said = given === undefined ? `${parameter} is missing` : `${parameter} "${short(given)}" is no moment`;
  throw new UserError(`${said}; write "2026-02-05 09:00" (${pipeline.zone}) or ISO 8601 with an offset.`);
}
