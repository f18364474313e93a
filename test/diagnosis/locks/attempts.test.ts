import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lockEvents } from "../../../src/checks/locking/events.ts";
import { lockKinds } from "../../../src/checks/locking/kinds.ts";
import type { DatedRun } from "../../../src/diagnosis/locks/attempts.ts";
import { attemptsOf, holdsOf, lostLocks } from "../../../src/diagnosis/locks/attempts.ts";
import { calendarDateOf } from "../../../src/pipeline/dates.ts";
import { at } from "../../support/instants.ts";
import { nba } from "../../support/pipeline.ts";

const unit = "nba-phase3-analytics-processors";
const date = calendarDateOf("2026-02-03");
const kinds = lockKinds(nba.rulesOn(date, at("21:00")));
const classes = ["PlayerGameSummaryProcessor", "TeamOffenseGameSummaryProcessor", "TeamDefenseGameSummaryProcessor"];

interface Said {
  readonly at: number;
  readonly text: string;
}

/** The lines of a log, newest first, as a port answers them. */
function eventsOf(lines: readonly Said[]) {
  const entries = lines.map((line) => ({ at: new Date(line.at).toISOString(), revision: null, text: line.text }));
  return lockEvents(unit, { lines: entries.toReversed() }, kinds);
}

function run(id: string, processor: string, started: number, ended: number | undefined): DatedRun {
  return {
    id,
    processor,
    state: ended === undefined ? "running" : "well",
    status: ended === undefined ? "running" : "success",
    started: new Date(started),
    ...(ended === undefined ? {} : { ended: new Date(ended) }),
    unit,
    revision: null,
    date,
  };
}

const zero = at("20:00").getTime();
const minute = 60_000;

interface Begun {
  readonly processor: string;
  readonly startSeconds: number;
  readonly workSeconds: number;
}

/** The watched lock played straight: taken if free or past its time, deleted by whoever ends, and two lines to each event. */
function play(begun: readonly Begun[]) {
  const actions: { at: number; order: number; act: () => void }[] = [];
  const lines: Said[] = [];
  const runs: DatedRun[] = [];
  const held = new Map<string, { readonly run: string; readonly since: number }>();
  const holds: { id: string; ms: number }[] = [];
  const refused: string[] = [];
  begun.forEach(({ processor, startSeconds, workSeconds }, index) => {
    const [id, started] = [`run-${index}`, zero + startSeconds * 1000 + index];
    const [asks, ends] = [started + 1000, started + workSeconds * 1000];
    actions.push({
      at: asks,
      order: index,
      act: () => {
        const holder = held.get(processor);
        const isFree = holder === undefined || asks - holder.since > 10 * minute;
        if (holder !== undefined && !isFree) {
          refused.push(id);
          runs.push(run(id, processor, started, undefined));
          lines.push({ at: asks, text: `Cannot acquire lock for ${date} - held by instance x execution ${holder.run}` });
          lines.push({ at: asks, text: `🔒 Cannot acquire processing lock for ${date} - another instance is processing` });
          return;
        }
        held.set(processor, { run: id, since: asks });
        runs.push(run(id, processor, started, ends));
        lines.push({
          at: asks,
          text: holder === undefined ? `Acquired new lock for ${date}` : `Acquired stale lock for ${date} (expired)`,
        });
        lines.push({ at: asks, text: `🔓 Acquired processing lock for ${date}` });
        actions.push({
          at: ends,
          order: index,
          act: () => {
            held.delete(processor);
            lines.push({ at: ends, text: `Released lock ${processor}_${date}` });
            holds.push({ id, ms: ends - asks });
          },
        });
      },
    });
  });
  for (let next = takeFirst(actions); next !== undefined; next = takeFirst(actions)) next.act();
  return { lines, runs, holds, refused };
}

function takeFirst<A extends { at: number; order: number }>(actions: A[]): A | undefined {
  actions.sort((a, b) => a.at - b.at || a.order - b.order);
  return actions.shift();
}

const begun = fc.record({
  processor: fc.constantFrom(...classes),
  startSeconds: fc.integer({ min: 0, max: 3600 }),
  workSeconds: fc.integer({ min: 5, max: 1500 }),
});

test("however runs interleave, holds and refusals are those of a lock played straight", () => {
  fc.assert(
    fc.property(fc.array(begun, { minLength: 1, maxLength: 14 }), (all) => {
      const { lines, runs, holds, refused } = play(all);
      const events = eventsOf(lines);
      const attempts = attemptsOf(events, runs);
      const held = holdsOf(events, attempts).map((hold) => ({ id: hold.run.id, ms: hold.until.getTime() - hold.from.getTime() }));
      const byId = (some: readonly { id: string }[]) => some.toSorted((a, b) => a.id.localeCompare(b.id));
      expect(byId(held)).toEqual(byId(holds));
      const kept = attempts.flatMap(({ event, run: who }) => (event.what === "refused" ? [{ id: who?.id ?? "nobody" }] : []));
      expect(byId(kept)).toEqual(byId(refused.map((id) => ({ id }))));
    }),
    { numRuns: 500, seed: 19 },
  );
});

describe("lines", () => {
  const whats = (texts: readonly string[]) =>
    eventsOf(texts.map((text) => ({ at: zero, text }))).map(({ what, kind }) => `${what} ${kind}`);

  test("are told by their words, whatever sign stands before them", () => {
    expect(whats(["🔓 Acquired new lock for 2026-02-03", "🔒 Released lock A_2026-02-03"])).toEqual([
      "acquired processing",
      "released processing",
    ]);
    expect(whats(["🔓 something else", "🔒 done"])).toEqual([]);
  });

  test("that a caller repeats count for no event", () => {
    expect(whats(["Acquired new lock for 2026-02-03", "🔓 Acquired processing lock for 2026-02-03"])).toEqual([
      "acquired processing",
      "told processing",
    ]);
  });

  test("of a shared lock are no processing lock's, and the open padlock there means given back", () => {
    const grading = lockKinds(nba.rulesOn(date, at("21:00"))).filter(({ id }) => id === "grading");
    const lines = [{ at: new Date(zero).toISOString(), revision: null, text: "🔓 Released grading lock: grading_2026-02-03" }];
    expect(lockEvents("nba-grading-service", { lines }, grading)[0]).toMatchObject({ what: "released", lock: "grading_2026-02-03" });
    const refused = [
      { at: new Date(zero).toISOString(), revision: null, text: "Lock grading_2026-02-03 is held by operation op-7, expires in 120s" },
    ];
    expect(lockEvents("nba-grading-service", { lines: refused }, grading)[0]).toMatchObject({ what: "refused", holder: "op-7", date });
  });

  test("of a failed giving back name the lock that stays", () => {
    expect(eventsOf([{ at: zero, text: `Failed to release lock ${classes[0]}_2026-02-03: timeout` }])[0]).toMatchObject({
      what: "failed",
      lock: `${classes[0]}_2026-02-03`,
    });
  });
});

test("a refusal is of a run of the holder's own processor, though another began a moment later and was quicker", () => {
  const [one = "", other = ""] = classes;
  const runs = [
    run("holder", one, zero - 2 * minute, zero + minute),
    run("second", one, zero, undefined),
    run("quick", other, zero + 100, zero + minute),
  ];
  const events = eventsOf([
    { at: zero + 500, text: `Acquired new lock for ${date}` },
    { at: zero + 900, text: `Cannot acquire lock for ${date} - held by instance local execution holder` },
  ]);
  expect(attemptsOf(events, runs).map(({ event, run: who }) => `${event.what} ${who?.id}`)).toEqual(["acquired quick", "refused second"]);
});

test("a run that outlives its lock loses it, and gives back the next one's: told as that, once", () => {
  const [slow, next] = [
    { processor: classes[0] ?? "", startSeconds: 0, workSeconds: 15 * 60 },
    { processor: classes[0] ?? "", startSeconds: 11 * 60, workSeconds: 8 * 60 },
  ];
  const { lines, runs } = play([slow, next]);
  const events = eventsOf(lines);
  const [lost, ...more] = lostLocks(events, attemptsOf(events, runs));
  expect(more).toEqual([]);
  expect([lost?.loser.id, lost?.taker.id, lost?.gaveBackAt?.getTime()]).toEqual(["run-0", "run-1", zero + 15 * minute]);
});

test("a stale lock of a run that had died is nobody's loss", () => {
  const dead = run("dead", classes[0] ?? "", zero, zero + 2 * minute);
  const next = run("next", classes[0] ?? "", zero + 20 * minute, zero + 22 * minute);
  const events = eventsOf([
    { at: zero + 1000, text: `Acquired new lock for ${date}` },
    { at: zero + 20 * minute + 1000, text: `Acquired stale lock for ${date} (expired)` },
  ]);
  expect(lostLocks(events, attemptsOf(events, [dead, next]))).toEqual([]);
});
