import { z } from "zod";
import type { Evidence } from "../evidence/evidence.ts";
import type { JobFacts, LogLineFacts } from "../evidence/looks/watched.ts";
import { quoted } from "../outside-text.ts";
import { clockText } from "../pipeline/dates.ts";
import type { Verdict } from "./finding.ts";

const words = z.string().min(1).max(300);

/** What shows that an expectation came true. */
const proofSchema = z.discriminatedUnion("kind", [
  /** A line that the unit logged, of that revision where one is named. */
  z.strictObject({ kind: z.literal("log"), unit: words, contains: words, revision: words.optional() }),
  /** A check, or one subject of it (`completion/phase3/record`), that passes for the date. */
  z.strictObject({ kind: z.literal("check"), check: words, game_date: z.string() }),
  /** A run of a scheduler job that ended well. */
  z.strictObject({ kind: z.literal("job"), job: words }),
]);

/** Whose stores the expectation is about: it is judged only in reports on the same ones. */
const aboutSchema = z.strictObject({ pipeline: words, backend: words, project: words.optional(), scenario: words.optional() });

export const watchSchema = z.strictObject({
  id: z.string().regex(/^w-[0-9a-f]{6}$/u),
  /** What must come true, in its maker's words. */
  text: words,
  proof: proofSchema,
  about: aboutSchema,
  /** ISO 8601, UTC, by the stores' clock: what happened before counts for nothing. */
  from: z.iso.datetime(),
  due: z.iso.datetime(),
  /** When and how it came true. */
  kept: z.strictObject({ at: z.iso.datetime(), said: z.string() }).optional(),
});

/** An expectation with a due time. */
export type Watch = z.output<typeof watchSchema>;
export type WatchAbout = z.output<typeof aboutSchema>;

export type WatchState = "kept" | "not_yet" | "overdue" | "not_seen";

/** What is to be said of an expectation now. */
export interface WatchJudged {
  readonly watch: Watch;
  readonly state: WatchState;
  readonly said: string;
  /** When it came true. */
  readonly at?: Date;
}

/** How a date's check stands in the newest judgement that is known of it. */
export interface CheckStanding {
  readonly verdict: Verdict;
  readonly asOf: Date;
}

/** What one expectation is judged by: a look, or what reports say of a check. */
export type WatchEvidence =
  | { readonly kind: "log"; readonly look: Evidence<LogLineFacts> }
  | { readonly kind: "job"; readonly look: Evidence<JobFacts> }
  /** Undefined: no report on that date is known. */
  | { readonly kind: "check"; readonly standing: CheckStanding | undefined };

/** Pure. An expectation that nobody could look at is neither kept nor overdue. */
export function judgeWatch(watch: Watch, evidence: WatchEvidence, asOf: Date, zone: string): WatchJudged {
  if (watch.kept !== undefined) return { watch, state: "kept", said: watch.kept.said, at: new Date(watch.kept.at) };
  const when = (time: string | Date): string => clockText(new Date(time), zone);
  const kept = (at: string, said: string): WatchJudged => ({ watch, state: "kept", said, at: new Date(at) });
  const open = (said: string): WatchJudged => ({ watch, state: asOf < new Date(watch.due) ? "not_yet" : "overdue", said });
  switch (evidence.kind) {
    case "log": {
      if (!evidence.look.seen) return { watch, state: "not_seen", said: evidence.look.reason };
      const { found, any } = evidence.look.facts;
      if (found !== null)
        return kept(found.at, `logged ${when(found.at)}${found.revision === null ? "" : ` by ${quoted(found.revision)}`}`);
      return open(
        any === null ? `the unit has logged nothing at all since ${when(watch.from)}` : `not logged; the unit last logged ${when(any.at)}`,
      );
    }
    case "job": {
      if (!evidence.look.seen) return { watch, state: "not_seen", said: evidence.look.reason };
      const { job } = evidence.look.facts;
      if (job === null) return open("there is no such job");
      if (job.lastAttemptAt === null || job.lastAttemptAt < watch.from)
        return open(`not run since ${when(watch.from)}; it is ${job.state}`);
      if (job.code === 0) return kept(job.lastAttemptAt, `called ${when(job.lastAttemptAt)} and answered OK`);
      return open(`called ${when(job.lastAttemptAt)} and answered with code ${job.code ?? "unknown"}`);
    }
    case "check": {
      const { standing } = evidence;
      if (standing === undefined || standing.asOf < new Date(watch.from)) return open("no report on that date since then");
      if (standing.verdict === "pass") return kept(standing.asOf.toISOString(), `passed as of ${when(standing.asOf)}`);
      if (standing.verdict === "unknown") return { watch, state: "not_seen", said: `unknown as of ${when(standing.asOf)}` };
      return open(`${standing.verdict.replace("_", " ")} as of ${when(standing.asOf)}`);
    }
  }
}
