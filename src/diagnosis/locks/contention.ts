import type { Finding } from "../../checks/finding.ts";
import { note, problem } from "../../checks/finding.ts";
import { atSecond, counted, listNames } from "../../checks/words.ts";
import { quoted } from "../../outside-text.ts";
import { durationText } from "../../pipeline/dates.ts";
import type { Happening, Line } from "../inquiry.ts";
import type { Attempt } from "./attempts.ts";
import type { LockEvidence, LocksSeen } from "./seen.ts";
import { lockless, twinText } from "./twins.ts";

type Asked = LockEvidence;

/** What came of several wanting one lock: refusals, locks lost to the next, and work that went on without one. */
export function contentionLines(asked: Asked, seen: LocksSeen): readonly Line[] {
  const evidence = [...asked.logs.values()].flat().map(({ id }) => id);
  const histories = [...asked.histories.values()].map(({ id }) => id);
  const refused = refusedRuns(asked, seen);
  return [
    ...(refused.length === 0 ? [] : [{ id: "locks/refused", finding: refusals(asked, refused), evidence: [...evidence, ...histories] }]),
    ...seen.lost.slice(0, 1).map((lost) => ({ id: "locks/lost", finding: lostLock(asked, lost), evidence: [...evidence, ...histories] })),
    ...oddEvents(asked, seen).map((finding) => ({ id: `locks/${finding.reason}`, finding, evidence })),
  ];
}

/** Of locks that are asked for once, at the start of a run; where one asks again and again, its lines are no runs. */
export function refusedRuns({ kinds }: Pick<Asked, "kinds">, { attempts }: LocksSeen): readonly Attempt[] {
  const once = kinds.filter(({ rules }) => rules.in_use !== undefined).map(({ id }) => id);
  return attempts.filter(({ event }) => event.what === "refused" && once.includes(event.kind));
}

/** Refused ones do nothing and answer success: no error, unless the same holder keeps others out for longer than a lock lasts. */
function refusals(asked: Asked, refused: readonly Attempt[]): Finding {
  const named = refused.map((attempt) => `${askerIn(attempt)} (${atSecond(attempt.event.at, asked)}) by ${holderIn(attempt)}`);
  const open = refused.filter(({ run }) => run?.state === "running").length;
  const rows = open === 0 ? "" : `; ${open} of them still ${open === 1 ? "stands" : "stand"} as running in the history`;
  const said = `${counted(refused.length, "run")} refused by a lock, did nothing and published nothing: ${listNames(named)}${rows}`;
  const stuck = keptOutLongest(asked, refused);
  if (stuck === undefined) return note("refused", said);
  return problem("P3", {
    reason: "refused_too_long",
    observed: `${said}; ${quoted(stuck.holder)} kept others out for ${durationText(stuck.ms)}`,
    expected: "a lock that the next run takes over once it is past its time",
    next: `See whether ${quoted(stuck.holder)} is still at work, and why its lock was not taken over.`,
  });
}

function askerIn({ run }: Attempt): string {
  return run === undefined ? "a run" : quoted(run.id);
}

function holderIn({ holder, event }: Attempt): string {
  return quoted(holder?.id ?? event.holder ?? "another");
}

/** From the first to the last refusal by one holder, where that is longer than its lock may last. */
function keptOutLongest({ kinds }: Asked, refused: readonly Attempt[]): { readonly holder: string; readonly ms: number } | undefined {
  const groups = Map.groupBy(
    refused.filter(({ event }) => event.holder !== undefined),
    ({ event, date }) => `${event.kind} ${date} ${event.holder}`,
  );
  const spans = [...groups.values()].flatMap((group) => {
    const [first, last] = [group[0], group.at(-1)];
    if (first === undefined || last === undefined || first.event.holder === undefined) return [];
    const limit = kinds.find(({ id }) => id === first.event.kind)?.rules.expires_minutes ?? 0;
    const ms = last.event.at.getTime() - first.event.at.getTime();
    return ms > limit * 60_000 ? [{ holder: first.event.holder, ms }] : [];
  });
  return spans.toSorted((a, b) => b.ms - a.ms)[0];
}

function lostLock(asked: Asked, { loser, taker, lostAt, gaveBackAt }: LocksSeen["lost"][number]): Finding {
  const gave = gaveBackAt === undefined ? "" : `; when it ended, ${atSecond(gaveBackAt, asked)}, it deleted the other's lock`;
  return problem("P3", {
    reason: "lost_lock",
    observed: `${quoted(loser.id)} was still at work when ${quoted(taker.id)} took its lock over ${atSecond(lostAt, asked)}: two wrote at once${gave}`,
    expected: "runs that end before their lock is past its time",
    next: `Look for rows of ${loser.date} that are there twice; find out why ${quoted(loser.id)} took so long.`,
  });
}

/** What is rare, and worth a word. */
function oddEvents(asked: Asked, { events }: LocksSeen): readonly Finding[] {
  const of = (what: string) => events.filter((event) => event.what === what);
  const [failed, forced] = [of("failed"), of("forced")];
  const waiting = asked.kinds.filter(({ rules, id }) => rules.in_use === undefined && of("refused").some((event) => event.kind === id));
  const last = (some: typeof events): string =>
    some
      .slice(-1)
      .map(({ at }) => `, the last ${atSecond(at, asked)}`)
      .join("");
  return [
    ...(failed.length === 0
      ? []
      : [
          note(
            "release_failed",
            `${counted(failed.length, "lock")} could not be given back${last(failed)}: in the way until past its time`,
          ),
        ]),
    ...(forced.length === 0 ? [] : [note("forced", `${counted(forced.length, "lock")} released by force${last(forced)}`)]),
    ...waiting.map(({ id, rules }) => {
      const refused = of("refused").filter((event) => event.kind === id);
      const said = `${id} waited for its lock: ${refused.length} tries in vain${last(refused)}`;
      return rules.goes_on_without === true
        ? note("goes_on_without", `${said}; it goes on without one, so it may have been done twice`)
        : note("waited", said);
    }),
  ];
}

/** Refusals are many, and stand in their own line: one by one they are for detailed answers. */
export function timelineOf(asked: Asked, seen: LocksSeen, detailed: boolean): readonly Happening[] {
  const from = (unit: string): string => asked.logs.get(unit)?.[0]?.id ?? "the run history";
  const twins = seen.users.flatMap((user) => lockless(seen, user));
  return [
    ...twins.flatMap((twin) => {
      const at = twin.pair[1].started;
      return at === undefined ? [] : [{ at, said: twinText(twin, asked), from: [...asked.histories.values()][0]?.id ?? "the run history" }];
    }),
    ...(detailed ? refusedRuns(asked, seen) : []).map((attempt) => ({
      at: attempt.event.at,
      said: `${askerIn(attempt)} for ${attempt.date} refused, ${holderIn(attempt)} held the lock`,
      from: from(attempt.event.unit),
    })),
    ...seen.attempts
      .filter(({ event }) => event.what === "reclaimed")
      .map((attempt) => ({
        at: attempt.event.at,
        said: `${askerIn(attempt)} for ${attempt.date} took over a lock past its time`,
        from: from(attempt.event.unit),
      })),
    ...seen.events
      .filter(({ what }) => what === "failed" || what === "forced")
      .map(({ at, what, lock, unit }) => ({
        at,
        said: `${quoted(lock ?? "a lock")} ${what === "failed" ? "could not be given back" : "released by force"}`,
        from: from(unit),
      })),
  ];
}
