import type { Verdicted } from "./checks/overall.ts";
import type { CheckStanding, Watch, WatchAbout, WatchEvidence, WatchJudged } from "./checks/watch.ts";
import { judgeWatch } from "./checks/watch.ts";
import { worst } from "./checks/finding.ts";
import { BackendError, CancelledError } from "./errors.ts";
import type { Gather } from "./evidence/evidence.ts";
import { lastAttempt, logLine } from "./evidence/looks/watched.ts";
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
  /** Why expectations could not be read, in words. */
  readonly failed?: string;
}

export function aboutOf({ pipeline, backend, scenario }: Session): WatchAbout {
  return { pipeline: pipeline.name, backend, ...(scenario === undefined ? {} : { scenario }) };
}

/** Judges every expectation about these stores, and keeps in mind which came true. A state that can't be read spoils no answer. */
export async function judgeWatches(watching: Watching): Promise<Watched> {
  const { session, signal, asOf } = watching;
  if (session.watches === undefined) return { judged: [] };
  try {
    const all = await session.watches.about(aboutOf(session), { signal });
    const begun = all.filter(({ from }) => new Date(from) <= asOf);
    const judged = await Promise.all(
      begun.map(async (watch) => judgeWatch(watch, await evidenceFor(watch, watching), asOf, session.pipeline.zone)),
    );
    for (const { watch, state, said, at } of judged) {
      if (state !== "kept" || watch.kept !== undefined) continue;
      await session.watches.keep(watch.id, { at: (at ?? asOf).toISOString(), said }, { signal });
    }
    return { judged };
  } catch (error) {
    if (signal.aborted) throw new CancelledError();
    if (error instanceof BackendError) return { judged: [], failed: `${error.message} ${error.next}` };
    throw error;
  }
}

async function evidenceFor({ id, proof, from, kept }: Watch, { gather, asOf, session, signal, nights }: Watching): Promise<WatchEvidence> {
  switch (proof.kind) {
    case "log": {
      const { unit, contains, revision } = proof;
      const window = { unit, contains, revision, since: from, until: new Date(asOf.getTime() + 1).toISOString() };
      return { kind: "log", look: kept === undefined ? await gather(logLine(id, window)) : notNeeded(id) };
    }
    case "job":
      return { kind: "job", look: kept === undefined ? await gather(lastAttempt(proof.job)) : notNeeded(id) };
    case "check": {
      const now = standingIn(nights, proof);
      const earlier = now ?? (await session.history?.standing(proof, aboutOf(session), { signal }));
      return { kind: "check", standing: earlier };
    }
  }
}

/** One that came true is not looked for again. */
function notNeeded(id: string) {
  const asked = { id, port: "logs", asked: "nothing", observedAt: "" } as const;
  return { ...asked, seen: false, refusal: "not_supplied", reason: "kept already", next: "" } as const;
}

function standingIn(nights: Watching["nights"], proof: { readonly check: string; readonly game_date: string }): CheckStanding | undefined {
  const night = nights.find((candidate) => candidate?.judgement.scope.date === proof.game_date);
  if (night === undefined) return undefined;
  const { checks, scope } = night.judgement;
  const [id = "", ...subject] = proof.check.split("/");
  const check = checks.find((candidate) => candidate.check.id === id);
  if (check === undefined) return undefined;
  if (subject.length === 0) return { verdict: check.verdict, asOf: scope.asOf };
  const own = check.subjects.filter((candidate) => candidate.subject === subject.join("/"));
  return own.length === 0 ? undefined : { verdict: worst(own.map(({ verdict }) => verdict)), asOf: scope.asOf };
}
