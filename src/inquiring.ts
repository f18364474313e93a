import type { Inquiry } from "./diagnosis/inquiry.ts";
import { nthTime } from "./evidence/again.ts";
import type { EvidenceOf, Looks } from "./evidence/evidence.ts";
import type { Looking } from "./evidence/looking.ts";
import { looking } from "./evidence/looking.ts";
import { dateAt } from "./pipeline/dates.ts";
import type { Rules } from "./pipeline/load.ts";
import { inquiryReport } from "./report/inquiry.ts";
import { notConfigured } from "./report/report.ts";
import type { Report } from "./report/schema.ts";
import { withWatches } from "./report/watches.ts";
import type { CallSession, Session } from "./session.ts";
import { duringCall } from "./session.ts";
import type { ToolContext } from "./tool.ts";
import { judgeWatches } from "./watching.ts";

/** What a diagnosing tool is given to look with. */
export interface Asking extends Looking {
  readonly session: Session;
  readonly call: CallSession;
  /** Lets twenty seconds pass on the stores' clock and makes the looks anew: owed before a P0 or P1 that rests on two stores is said. */
  readonly secondLook: <L extends Looks>(looks: L) => Promise<EvidenceOf<L>>;
  /** The moment that is judged. */
  readonly asOf: Date;
  /** Rules of the pipeline file that hold today; those of a game date are `session.pipeline.rulesOn(date, asOf)`. */
  readonly rules: Rules;
  readonly detailed: boolean;
  /** Stores are as they are now and the clock is an earlier one: of how things stand nothing can be said. */
  readonly past: boolean;
  readonly signal: AbortSignal;
}

export interface Inquiring {
  readonly tool: string;
  readonly detail?: "concise" | "detailed" | undefined;
}

/** One call of a diagnosing tool: looks, comes to an answer, and says what became of expectations that were set. */
export async function inquire(
  { session, signal, progress }: ToolContext,
  { tool, detail = "concise" }: Inquiring,
  work: (asking: Asking) => Promise<Inquiry>,
): Promise<Report> {
  if (session === undefined) return notConfigured(tool);
  const began = performance.now();
  return duringCall(session, signal, async (call) => {
    const asOf = call.now();
    const { pipeline } = session;
    const rules = pipeline.rulesOn(dateAt(asOf, pipeline.zone), asOf);
    const eyes = looking({
      gather: call.gather,
      ports: rules.ports,
      now: call.now,
      onProgress: (done, total, message) => progress({ done, total, message }),
    });
    const detailed = detail === "detailed";
    const secondLook = async <L extends Looks>(looks: L): Promise<EvidenceOf<L>> => {
      await call.pass(rules.thresholds.completion.second_look_seconds.seconds * 1000);
      return eyes.all(Object.fromEntries(Object.entries(looks).map(([name, look]) => [name, nthTime(look, 2)])) as L); // the same looks by the same names
    };
    const past = session.real?.past === true;
    const inquiry = await work({ ...eyes, session, call, secondLook, asOf, rules, detailed, past, signal });
    const report = inquiryReport(inquiry, { ...session, tool, asOf, detailed, looks: eyes.made, ms: performance.now() - began });
    const { judged, failed } = await judgeWatches({ session, gather: call.gather, asOf, signal, nights: [] });
    return withWatches(report, judged, pipeline.zone, failed);
  });
}
