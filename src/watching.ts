import { checksOf } from "./checks/checks-of.ts";
import { worst } from "./checks/finding.ts";
import type { Verdicted } from "./checks/overall.ts";
import type { CheckStanding, Watch, WatchAbout, WatchEvidence, WatchJudged } from "./checks/watch.ts";
import { isKept, judgeWatch } from "./checks/watch.ts";
import type { Gather } from "./evidence/evidence.ts";
import { lastAttempt, logLine } from "./evidence/looks/watched.ts";
import { switchedOff } from "./evidence/switched-off.ts";
import { attempted } from "./history/history.ts";
import type { Watches } from "./history/watches.ts";
import { dateAt } from "./pipeline/dates.ts";
import type { Rules } from "./pipeline/load.ts";
import type { Session } from "./session.ts";

export interface Watching {
  readonly session: Session;
  readonly gather: Gather;
  readonly asOf: Date;
  readonly signal: AbortSignal;
  /** What this call has judged. */
  readonly nights: readonly (Pick<Verdicted, "judgement"> | undefined)[];
}

export interface Watched {
  readonly judged: readonly WatchJudged[];
  /** Those that have not begun. */
  readonly waiting: readonly Watch[];
  /** What could not be read or noted of expectations, as sentences. */
  readonly failed?: string;
}

/** Whose stores they are: what was kept of one project says nothing of another. */
export function aboutOf({ pipeline, backend, scenario, real }: Session): WatchAbout {
  return {
    pipeline: pipeline.name,
    backend,
    ...(real === undefined ? {} : { project: real.project }),
    ...(scenario === undefined ? {} : { scenario }),
  };
}

/** Judges every expectation about these stores, and keeps in mind which came true. A state that can't be used spoils no answer. */
export async function judgeWatches(watching: Watching): Promise<Watched> {
  const { session, signal, asOf } = watching;
  if (session.watches === undefined) return { judged: [], waiting: [] };
  const { answer, failed } = await attempted(session.watches.about(aboutOf(session), { signal }), { signal });
  if (answer === undefined) return { judged: [], waiting: [], failed: `Watches could not be read: ${failed}` };
  const { watches: all, unreadable } = answer;
  const hasBegun = ({ from }: Watch): boolean => new Date(from) <= asOf;
  const looking = { ...watching, rules: session.pipeline.rulesOn(dateAt(asOf, session.pipeline.zone), asOf) };
  const judged = await Promise.all(
    all.filter(hasBegun).map(async (watch) => judgeWatch(watch, await evidenceFor(watch, looking), asOf, session.pipeline.zone)),
  );
  const unnoted = await noteKept(session.watches, judged, { asOf, signal });
  const sentences = [...(unreadable === 0 ? [] : [unreadableWords(unreadable)]), ...(unnoted === undefined ? [] : [unnoted])];
  return {
    judged,
    waiting: all.filter((watch) => !hasBegun(watch)),
    ...(sentences.length === 0 ? {} : { failed: sentences.join(" ") }),
  };
}

function unreadableWords(count: number): string {
  return `${count} ${count === 1 ? "watch" : "watches"} in the state could not be read.`;
}

/** Answers why one could not be noted; the rest then waits for the next report, since a state that hangs would hold this one. */
async function noteKept(
  watches: Watches,
  judged: readonly WatchJudged[],
  { asOf, signal }: Pick<Watching, "asOf" | "signal">,
): Promise<string | undefined> {
  for (const { watch, state, said, at } of judged) {
    if (state !== "kept" || watch.kept !== undefined) continue;
    const { failed } = await attempted(watches.keep(watch.id, { at: (at ?? asOf).toISOString(), said }, { signal }), { signal });
    if (failed !== undefined) return `That ${watch.id} came true could not be noted: ${failed}`;
  }
  return undefined;
}

interface Looking extends Watching {
  readonly rules: Rules;
}

async function evidenceFor(watch: Watch, looking: Looking): Promise<WatchEvidence> {
  const { asOf, session, rules, signal, nights } = looking;
  const { id, proof, from } = watch;
  const gather = isKept(watch, asOf) ? notNeeded : switchedOff(looking.gather, rules.ports, () => asOf);
  switch (proof.kind) {
    case "log": {
      const { unit, contains, revision } = proof;
      const window = { unit, contains, revision, since: from, until: new Date(asOf.getTime() + 1).toISOString() };
      return { kind: "log", look: await gather(logLine(id, window)) };
    }
    case "job":
      return {
        kind: "job",
        look: await gather(lastAttempt(proof.job, rules.region)),
        healthy: rules.monitoring?.attempt_codes?.harmless ?? [],
      };
    case "check": {
      if (isKept(watch, asOf)) return { kind: "check", standing: undefined };
      const preGame = isAskedBeforeOnly(proof.check, session);
      const now = standingIn(nights, { ...proof, preGame });
      if (now !== undefined || session.history === undefined) return { kind: "check", standing: now };
      const asking = session.history.standing({ ...proof, until: asOf, preGame }, aboutOf(session), { signal });
      const { answer, failed } = await attempted(asking, { signal });
      return { kind: "check", standing: answer, ...(failed === undefined ? {} : { unread: failed }) };
    }
  }
}

/** Whether the check is asked only before the games: elsewhere that half vouches for nothing that is due after them. */
function isAskedBeforeOnly(check: string, { pipeline }: Session): boolean {
  const [id] = check.split("/");
  const halves = checksOf(pipeline).find((candidate) => candidate.id === id)?.halves;
  return halves !== undefined && !halves.includes("post_game");
}

/** One that came true is not looked for again. */
const notNeeded: Gather = async ({ id, port, asked }) => ({
  id,
  port,
  asked,
  observedAt: "",
  seen: false,
  refusal: "not_supplied",
  reason: "kept already",
  next: "",
});

interface StandingNow {
  readonly check: string;
  readonly game_date: string;
  readonly preGame: boolean;
}

/** By what was found: what the operator has accepted has not come true. */
function standingIn(nights: Watching["nights"], { check: asked, game_date: date, preGame }: StandingNow): CheckStanding | undefined {
  const night = nights.find((each) => each?.judgement.scope.date === date && (preGame || each.judgement.scope.half !== "pre_game"));
  if (night === undefined) return undefined;
  const { checks, scope } = night.judgement.found ?? night.judgement;
  const [id = "", ...subject] = asked.split("/");
  const check = checks.find((candidate) => candidate.check.id === id);
  if (check === undefined) return undefined;
  if (subject.length === 0) return { verdict: check.verdict, asOf: scope.asOf };
  const own = check.subjects.filter((candidate) => candidate.subject === subject.join("/"));
  return own.length === 0 ? undefined : { verdict: worst(own.map(({ verdict }) => verdict)), asOf: scope.asOf };
}
