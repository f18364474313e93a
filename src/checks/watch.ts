import { z } from "zod";
import type { Evidence } from "../evidence/evidence.ts";
import type { JobFacts, LogLineFacts } from "../evidence/looks/watched.ts";
import { quoted } from "../outside-text.ts";
import { clockText, durationText } from "../pipeline/dates.ts";
import type { Verdict } from "./finding.ts";

/** Most characters of what is noted when a watch comes true. */
export const mostSaid = 300;

/** What would break a line of ours, or turn it round. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

export function isPlain(text: string): boolean {
  return !unprintable.test(text);
}

const words = z.string().min(1).max(300).refine(isPlain);

/** What shows that an expectation came true. */
const proofSchema = z.discriminatedUnion("kind", [
  /** A line that the unit logged, of that revision where one is named. */
  z.strictObject({ kind: z.literal("log"), unit: words, contains: words, revision: words.optional() }),
  /** A check, or one subject of it (`completion/phase3/record`), that passes for the date. */
  z.strictObject({ kind: z.literal("check"), check: words, game_date: words }),
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
  kept: z.strictObject({ at: z.iso.datetime(), said: z.string().max(mostSaid).refine(isPlain) }).optional(),
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
  | { readonly kind: "job"; readonly look: Evidence<JobFacts>; readonly healthy: readonly number[] }
  /** `standing` undefined: no report on that date is known, or, with `unread`, nobody could read the kept ones. */
  | { readonly kind: "check"; readonly standing: CheckStanding | undefined; readonly unread?: string };

/** Whether it is known to have come true by then: what a later clock saw is not known yet. */
export function isKept({ kept }: Watch, asOf: Date): boolean {
  return kept !== undefined && new Date(kept.at) <= asOf;
}

/** Pure. An expectation that nobody could look at is neither kept nor overdue. */
export function judgeWatch(watch: Watch, evidence: WatchEvidence, asOf: Date, zone: string): WatchJudged {
  if (watch.kept !== undefined && isKept(watch, asOf)) return { watch, state: "kept", said: watch.kept.said, at: new Date(watch.kept.at) };
  const told = { watch, asOf, zone };
  switch (evidence.kind) {
    case "log":
      return evidence.look.seen ? judgeLog(evidence.look.facts, told) : notSeen(told, evidence.look.reason);
    case "job":
      return evidence.look.seen ? judgeJob(evidence.look.facts, evidence.healthy, told) : notSeen(told, evidence.look.reason);
    case "check":
      return evidence.unread === undefined ? judgeCheck(evidence.standing, told) : notSeen(told, evidence.unread);
  }
}

interface Told {
  readonly watch: Watch;
  readonly asOf: Date;
  readonly zone: string;
}

function judgeLog({ found, more, any }: LogLineFacts, told: Told): WatchJudged {
  if (found !== null) {
    const by = found.revision === null ? "" : ` by ${quoted(found.revision)}`;
    const late = more
      ? (time: string) => `, ${time} after it was due; there are older lines, so the first may have been in time`
      : (time: string) => `, kept late, ${time} after it was due`;
    return kept(told, found.at, (when) => `logged ${when}${by}`, late);
  }
  if (any !== null) return open(told, `not logged; the unit last logged ${clockText(new Date(any.at), told.zone)}`);
  const said = `the unit has logged nothing at all since ${clockText(new Date(told.watch.from), told.zone)}, so nothing is known`;
  return isDue(told) ? notSeen(told, said) : open(told, said);
}

function judgeJob({ job }: JobFacts, healthy: readonly number[], told: Told): WatchJudged {
  const { watch, zone } = told;
  if (job === null) return open(told, "there is no such job");
  const { lastAttemptAt, code, state } = job;
  if (lastAttemptAt === null || lastAttemptAt < watch.from)
    return open(told, `not run since ${clockText(new Date(watch.from), zone)}; it is ${state}`);
  const isHealthy = code !== null && healthy.includes(code);
  const answered = code === 0 ? "OK" : `with code ${code ?? "unknown"}${isHealthy ? ", as healthy jobs do here" : ""}`;
  if (code !== 0 && !isHealthy) return open(told, `called ${clockText(new Date(lastAttemptAt), zone)} and answered ${answered}`);
  const late = (by: string): string => `, ${by} after it was due; an earlier run may have been in time`;
  return kept(told, lastAttemptAt, (when) => `called ${when} and answered ${answered}`, late);
}

function judgeCheck(standing: CheckStanding | undefined, told: Told): WatchJudged {
  if (standing === undefined || standing.asOf < new Date(told.watch.from)) return open(told, "no report on that date since then");
  const { verdict, asOf } = standing;
  const when = clockText(asOf, told.zone);
  if (verdict === "unknown") return notSeen(told, `unknown as of ${when}`);
  if (verdict !== "pass") return open(told, `${verdict.replace("_", " ")} as of ${when}`);
  const late = (by: string): string => `, ${by} after it was due; it may have passed in time unseen`;
  return kept(told, asOf.toISOString(), () => `passed as of ${when}`, late);
}

function kept(
  { watch, zone }: Told,
  at: string,
  said: (when: string) => string,
  /** What the newest proof says of being in time, given by how much it is late. */
  late: (by: string) => string,
): WatchJudged {
  const [moment, due] = [new Date(at), new Date(watch.due)];
  const after = moment > due ? late(durationText(moment.getTime() - due.getTime())) : "";
  return { watch, state: "kept", said: `${said(clockText(moment, zone))}${after}`, at: moment };
}

function isDue({ watch, asOf }: Told): boolean {
  return asOf >= new Date(watch.due);
}

function open(told: Told, said: string): WatchJudged {
  return { watch: told.watch, state: isDue(told) ? "overdue" : "not_yet", said };
}

function notSeen({ watch }: Told, said: string): WatchJudged {
  return { watch, state: "not_seen", said };
}
