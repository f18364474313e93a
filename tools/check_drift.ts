import { z } from "zod";
import { CancelledError, UserError } from "../src/errors.ts";
import type { Report } from "../src/report/schema.ts";
import type { Session } from "../src/session.ts";
import { duringCall } from "../src/session.ts";
import type { ToolContext } from "../src/tool.ts";
import { defineTool, detailInput } from "../src/tool.ts";

const name = "check_drift";

const input = z.strictObject({
  scope: z.enum(["all", "services", "functions", "jobs", "orchestrators"]).default("all").describe("Which deployed units."),
  units: z.array(z.string().max(120)).min(1).max(40).optional().describe("Only these, e.g. prediction-worker."),
  contains: z.string().max(80).optional().describe("Commit, 7-40 hex digits: is it live, and if not, where is it stuck?"),
  proof: z.string().max(200).optional().describe("Text that only the new code logs; needs 1-3 units."),
  detail: detailInput,
});

/** Only a person can wait so long for an answer: hosts give up on a call after a minute or so. */
const commandLine = z.strictObject({
  wait: z.int().min(1).max(120).optional().describe("Minutes: asks again until it is live."),
});

type Given = z.output<typeof input>;

export const checkDrift = defineTool({
  name,
  title: "Is what should be live, live?",
  description: [
    "Compares what is deployed with the repository: is the newest revision ready, has it the traffic, which commits to its own folders does it lack?",
    "Call it when a fixed error is back, after a deploy, or to ask whether a commit is live (by ancestry, never by date).",
    "Not for whether a night's data is right.",
    "Says where a fix is stuck: not pushed, not built, failed to start, no traffic.",
  ].join(" "),
  effect: "reads",
  input,
  commandLine,
  async run({ wait, ...given }, context) {
    if (wait === undefined || context.session === undefined) return (await asked(given, context)).report;
    return untilLive(given, context, { session: context.session, minutes: wait });
  },
});

async function asked(given: Given, context: ToolContext): Promise<{ readonly report: Report; readonly isLive: boolean }> {
  const [{ inquire }, { askDrift }] = await Promise.all([import("../src/inquiring.ts"), import("../src/diagnosis/drift/ask.ts")]);
  let isLive = false;
  const report = await inquire(context, { tool: name, detail: given.detail }, async (asking) => {
    const answer = await askDrift(asking, given);
    isLive = answer.isLive;
    return answer.inquiry;
  });
  return { report, isLive };
}

interface Waiting {
  readonly session: Session;
  readonly minutes: number;
}

/** A deploy takes minutes: asking more often tells nothing sooner. */
const secondsBetween = 30;

/** Asks again until the answer is live or the time is over; answers as it was asked last. */
async function untilLive(given: Given, context: ToolContext, { session, minutes }: Waiting): Promise<Report> {
  const { signal, progress } = context;
  if (session.real === undefined) throw new UserError("wait needs a real project: the clock of a scenario or a saved night stands still.");
  if (session.real.past === true) throw new UserError("wait asks how things stand now: leave out the clock.");
  const pause = (seconds: number): Promise<Date> =>
    duringCall(session, signal, async (call) => {
      if (seconds > 0) await call.pass(seconds * 1000);
      if (signal.aborted) throw new CancelledError();
      return call.now();
    });
  const began = await pause(0);
  for (let times = 1; ; times += 1) {
    const { report, isLive } = await asked(given, { ...context, progress: () => {} });
    const waited = ((await pause(0)).getTime() - began.getTime()) / 60_000;
    if (isLive || waited >= minutes) return report;
    progress({
      done: Math.floor(waited),
      total: minutes,
      message: `minutes, not live yet: asked ${times === 1 ? "once" : `${times} times`}`,
    });
    await pause(Math.min(secondsBetween, Math.max(1, (minutes - waited) * 60)));
  }
}
