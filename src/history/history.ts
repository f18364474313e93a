import { setTimeout as wait } from "node:timers/promises";
import { worst } from "../checks/finding.ts";
import type { Verdicted } from "../checks/overall.ts";
import type { CheckStanding, WatchAbout } from "../checks/watch.ts";
import { BackendError, CancelledError, UserError } from "../errors.ts";
import type { State, StateCall } from "../ports/state.ts";
import type { Report } from "../report/schema.ts";
import { reportSchema } from "../report/schema.ts";
import { judgedIn } from "./judged.ts";
import { allKeys, keepReport, numbersBefore, pruneReports, sinceLast } from "./keep.ts";
import type { KeptReport } from "./kept.ts";
import { keptPrefix, readableKept, stampOf } from "./kept.ts";

export interface HistoryQuery {
  /** YYYY-MM-DD. */
  readonly gameDate?: string;
  readonly tool?: string;
  readonly limit: number;
}

export interface HistoryPage {
  /** Newest `as_of` first. */
  readonly reports: readonly KeptReport[];
  /** How many there are that fit the query. */
  readonly total: number;
  /** How many kept reports could not be read and lie aside in the state folder. */
  readonly setAside: number;
}

/** The reports that were given: what a new one is compared with. */
export interface History {
  /**
   * Compares the report with the last one, keeps it, and answers it with what is new. A state store that can't be read or
   * written spoils no answer: the report then says so, and says nothing of what is new. Throws only `CancelledError` and bugs.
   */
  remember(report: Report, nights: readonly (Pick<Verdicted, "judgement"> | undefined)[], call: StateCall): Promise<Report>;
  /** How a date's check, or one subject of it (`check/subject`), stood in the newest kept report on these stores; undefined if none knows. */
  standing(asked: StandingAsk, about: WatchAbout, call: StateCall): Promise<CheckStanding | undefined>;
  /** The newest earlier game date whose newest report on the night after its games was good (pass or warn) on these stores; undefined if none is kept. */
  lastGood(asked: LastGoodAsk, about: WatchAbout, call: StateCall): Promise<string | undefined>;
  /** Throws `UserError` and `BackendError` as the state does. */
  list(query: HistoryQuery, call: StateCall): Promise<HistoryPage>;
}

export interface StandingAsk {
  readonly check: string;
  readonly game_date: string;
  /** Reports as of a later clock are not known yet. */
  readonly until: Date;
  /** Whether reports on the half before the games count: else they would vouch for output that was not due. */
  readonly preGame: boolean;
}

export interface LastGoodAsk {
  /** YYYY-MM-DD: only game dates before it. */
  readonly before: string;
  /** Reports as of a later clock are not known yet. */
  readonly until: Date;
}

export interface HistoryOptions {
  readonly wall: () => Date;
  /** How long an answer waits for the state, in milliseconds, also where its folder hangs. */
  readonly waitMs: number;
}

export function historyIn(state: State, { wall, waitMs }: HistoryOptions = { wall: () => new Date(), waitMs: 8_000 }): History {
  return {
    async remember(report, nights, call) {
      const judgements = nights.flatMap((night) => night?.judgement ?? []);
      const asOf = judgements[0]?.scope.asOf ?? wall();
      const current = { report, judged: judgedIn(judgements), asOf };
      const timed = timedOut(call, waitMs);
      const attempt = <T>(work: Promise<T>): Promise<Attempt<T>> => attempted(answeredIn(work, waitMs), call);

      const since = await attempt(sinceLast(state, current, timed));
      const before = await attempt(numbersBefore(state, current, timed));
      const told: Report = {
        ...report,
        ...(before.answer === undefined ? {} : { before: before.answer }),
        ...(since.answer === undefined ? {} : { since: since.answer }),
      };
      const kept = await attempt(keepReport(state, { ...current, report: told }, wall(), timed));
      const pruned = kept.failed === undefined ? await attempt(pruneReports(state, wall(), timed)) : {};
      const note = noteOn(since.failed, kept.failed, pruned.failed);
      return reportSchema.parse({ ...told, ...(note === undefined ? {} : { state: note }) } satisfies Report);
    },
    standing: (asked, about, call) => answeredIn(standingIn(state, asked, about, timedOut(call, waitMs)), waitMs),
    lastGood: (asked, about, call) => answeredIn(lastGoodIn(state, asked, about, timedOut(call, waitMs)), waitMs),
    async list({ gameDate, tool, limit }, call) {
      const { setAside } = await state.list({ prefix: keptPrefix, limit: 0, order: "descending" }, call);
      const wanted = (await allKeys(state, call)).filter(
        (kept) => (gameDate === undefined || kept.gameDate === gameDate) && (tool === undefined || kept.tool === tool),
      );
      const reports: KeptReport[] = [];
      let unreadable = 0;
      for (const { key } of wanted.slice(0, limit)) {
        const entry = await state.get({ key }, call);
        const report = entry === undefined ? undefined : readableKept(entry);
        if (report !== undefined) reports.push(report);
        else if (entry !== undefined) unreadable += 1;
      }
      return { reports, total: wanted.length, setAside: setAside + unreadable };
    },
  };
}

async function standingIn(
  state: State,
  { check, game_date: date, until, preGame }: StandingAsk,
  about: WatchAbout,
  call: StateCall,
): Promise<CheckStanding | undefined> {
  const latest = stampOf(until);
  for (const { key } of (await allKeys(state, call)).filter(({ gameDate, asOf }) => gameDate === date && asOf <= latest)) {
    const entry = await state.get({ key }, call);
    const kept = entry === undefined ? undefined : readableKept(entry);
    if (kept === undefined || !isAbout(kept.report.asked, about)) continue;
    if (!preGame && kept.report.asked["moment"] === "pre_game") continue;
    const [id = "", ...subject] = check.split("/");
    const own = kept.judged.findings.filter((finding) => finding.id === check).map(({ verdict }) => verdict);
    const verdict = subject.length === 0 ? kept.judged.checks[id] : own.length === 0 ? undefined : worst(own);
    if (verdict !== undefined) return { verdict, asOf: new Date(kept.as_of) };
  }
  return undefined;
}

/** So many dates are looked at: an older one is no longer like today. */
const mostDates = 14;

async function lastGoodIn(state: State, { before, until }: LastGoodAsk, about: WatchAbout, call: StateCall): Promise<string | undefined> {
  const latest = stampOf(until);
  const earlier = (await allKeys(state, call)).filter(
    ({ gameDate, tool, asOf }) => tool === "validate_daily" && gameDate < before && asOf <= latest,
  );
  const byDate = [...Map.groupBy(earlier, ({ gameDate }) => gameDate)].toSorted(([a], [b]) => (a < b ? 1 : -1));
  for (const [date, keys] of byDate.slice(0, mostDates)) {
    const verdict = await newestVerdict(state, keys, about, call);
    if (verdict === "pass" || verdict === "warn") return date;
  }
  return undefined;
}

/** Of the newest report that was not about the half before the games. */
async function newestVerdict(
  state: State,
  keys: readonly { readonly key: string }[],
  about: WatchAbout,
  call: StateCall,
): Promise<KeptReport["report"]["verdict"] | undefined> {
  for (const { key } of keys) {
    const entry = await state.get({ key }, call);
    const kept = entry === undefined ? undefined : readableKept(entry);
    if (kept !== undefined && isAbout(kept.report.asked, about) && kept.report.asked["moment"] !== "pre_game") return kept.report.verdict;
  }
  return undefined;
}

function isAbout(asked: Readonly<Record<string, string>>, { pipeline, backend, project, scenario }: WatchAbout): boolean {
  return asked["pipeline"] === pipeline && asked["backend"] === backend && asked["project"] === project && asked["scenario"] === scenario;
}

export interface Attempt<T> {
  readonly answer?: T;
  /** Why not, in words. */
  readonly failed?: string;
}

/** What the state refuses, in words. Throws only `CancelledError` and bugs. */
export async function attempted<T>(work: Promise<T>, { signal }: StateCall): Promise<Attempt<T>> {
  try {
    return { answer: await work };
  } catch (error) {
    if (signal.aborted) throw new CancelledError();
    if (error instanceof BackendError) return { failed: `${error.message} ${error.next}` };
    if (error instanceof UserError) return { failed: error.message };
    throw error;
  }
}

/** The call's end, or that of the waiting. */
export function timedOut({ signal }: StateCall, waitMs: number): StateCall {
  return { signal: AbortSignal.any([signal, AbortSignal.timeout(waitMs)]) };
}

/** The answer, or a `BackendError` once it has been waited for long enough: a folder that hangs must not hold an answer. */
export async function answeredIn<T>(work: Promise<T>, waitMs: number): Promise<T> {
  const over = new AbortController();
  try {
    const hangs = wait(waitMs, undefined, { signal: over.signal, ref: false }).then(() => {
      throw new BackendError("deadline", `The state store has not answered within ${waitMs / 1000} s.`, "Look at its folder.");
    });
    return await Promise.race([work, hangs]);
  } finally {
    over.abort();
  }
}

/** One sentence on what could not be done, and why. */
function noteOn(since: string | undefined, kept: string | undefined, pruned: string | undefined): string | undefined {
  if (since !== undefined && kept !== undefined) {
    const also = kept === since ? "" : ` Not kept: ${kept}`;
    return `What is new since the last report is not known, and this one was not kept: ${since}${also}`;
  }
  if (since !== undefined) return `What is new since the last report is not known: ${since}`;
  if (kept !== undefined) return `This report was not kept, so the next one is not compared with it: ${kept}`;
  return pruned === undefined ? undefined : `Older reports could not be removed: ${pruned}`;
}
