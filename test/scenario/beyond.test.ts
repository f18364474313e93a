import { describe, expect, test } from "vitest";
import { buildStores } from "../../src/adapters/embedded/scenario/build.ts";
import { loadScenario } from "../../src/adapters/embedded/scenario/load.ts";
import type { NotSupplied, Stores, World } from "../../src/adapters/embedded/world.ts";
import { UserError } from "../../src/errors.ts";
import type { LogEntry } from "../../src/ports/logs.ts";
import { morning, pipeline, shipped, staged } from "./stage.ts";

const healthy = staged("");
const phase3 = "nba-phase3-analytics-processors";
const phase4 = "nba-phase4-precompute-processors";

function known<T>(found: T | NotSupplied): T {
  if (typeof found === "object" && found !== null && "notSupplied" in found) throw new Error(found.notSupplied);
  return found as T;
}

/** What a unit logged from midnight of 2026-02-04 (New York) until the moment. */
function logged(stores: Stores, unit: string, until: Date, since = morning("00:00")): readonly LogEntry[] {
  return known(stores.at(until).log({ unit, since, until: new Date(until.getTime() + 1) }));
}

const texts = (entries: readonly LogEntry[], part = ""): string[] => entries.map(({ text }) => text).filter((text) => text.includes(part));
const unitAt = (stores: Stores, name: string, at: Date) => known(stores.at(at).unit(name));
const jobAt = (stores: Stores, name: string, at: Date) => known(stores.at(at).job(name));
const evening = new Date("2026-02-05T12:00:00-05:00");

describe("a healthy night", () => {
  test("has every declared unit in force with one ready revision of a commit on main, and all traffic on it", () => {
    const world = healthy.at(morning("18:00"));
    const shas = known(world.commits()).map(({ sha }) => sha);
    for (const [name, declared] of Object.entries(pipeline.file.units ?? {})) {
      const unit = known(world.unit(name));
      expect(unit, name).toMatchObject({ name, kind: declared.kind, minInstances: declared.min_instances ?? 0 });
      expect(unit?.revisions, name).toMatchObject([{ ready: true, commit: expect.toSatisfy((sha: string) => shas.includes(sha)) }]);
      expect(unit?.traffic, name).toEqual([{ revision: unit?.latestReady, percent: 100 }]);
      expect(unit?.latestCreated, name).toBe(unit?.latestReady);
    }
  });

  test("lists those units and no others, in order of name; one that is out of force is gone from the list", () => {
    const listed = (at: Date): readonly string[] => known(healthy.at(at).units()).map(({ name }) => name);
    const declared = Object.keys(pipeline.file.units ?? {}).toSorted();
    expect(listed(morning("18:00"))).toEqual(declared);
    const gone = declared.filter((name) => pipeline.file.units?.[name]?.until === "2026-02-11");
    expect(gone).not.toEqual([]);
    expect(listed(new Date("2026-02-12T12:00:00-05:00"))).toEqual(declared.filter((name) => !gone.includes(name)));
  });

  test("has no unit under an unknown name, an alias, or one that was taken away", () => {
    for (const name of ["nba-phase9", "nba-phase1-scrapers", "constructor"]) {
      expect(unitAt(healthy, name, morning("18:00")), name).toBeUndefined();
    }
    const gone = "phase2-to-phase3-orchestrator";
    expect(unitAt(healthy, gone, new Date("2026-02-10T23:59:59-05:00"))).toBeDefined();
    expect(unitAt(healthy, gone, new Date("2026-02-11T00:00:00-05:00"))).toBeUndefined();
  });

  test("has no commit after the deployed one that touches a unit's folders", () => {
    const [release, ...later] = known(healthy.at(morning("18:00")).commits());
    const folders = Object.values(pipeline.file.units ?? {}).flatMap((unit) => unit.folders);
    expect(folders.every((folder) => release?.touches.includes(folder) === true)).toBe(true);
    expect(later.length).toBeGreaterThan(0);
    expect(later.flatMap(({ touches }) => touches).filter((touched) => folders.some((folder) => touched.startsWith(folder)))).toEqual([]);
  });

  test("has every declared job enabled, its last attempt good and at its last time, in its own zone", () => {
    const jobs = known(healthy.at(morning("11:00")).jobs());
    expect(jobs.map(({ name }) => name)).toEqual(Object.keys(pipeline.file.schedule ?? {}).toSorted());
    expect(jobs.filter(({ state, code, lastAttemptAt }) => state !== "enabled" || code !== 0 || lastAttemptAt === undefined)).toEqual([]);
    const times = (name: string) => [
      jobAt(healthy, name, morning("11:00"))?.lastAttemptAt,
      jobAt(healthy, name, morning("11:00"))?.nextRunAt,
    ];
    expect(times("same-day-phase4")).toEqual(["2026-02-04T16:00:00.000Z", "2026-02-05T16:00:00.000Z"]);
    expect(times("player-daily-cache-daily")).toEqual(["2026-02-04T07:15:00.000Z", "2026-02-05T07:15:00.000Z"]);
    expect(times("nba-props-pregame")).toEqual(["2026-02-04T16:00:00.000Z", "2026-02-05T16:00:00.000Z"]); // UTC
  });

  test("a job's attempt is seen at its very time and not a millisecond before", () => {
    const at = (ms: number) => jobAt(healthy, "same-day-phase4", new Date(morning("11:00").getTime() + ms));
    expect(at(-1)).toMatchObject({ lastAttemptAt: "2026-02-03T16:00:00.000Z", nextRunAt: "2026-02-04T16:00:00.000Z" });
    expect(at(0)).toMatchObject({ lastAttemptAt: "2026-02-04T16:00:00.000Z", nextRunAt: "2026-02-05T16:00:00.000Z" });
  });

  test("logs the four hops of a load, and counts what landed", () => {
    const gamebook = (unit: string) => texts(logged(healthy, unit, morning("09:00")), "nbac_gamebook");
    expect(gamebook("nba-scrapers").slice(0, 3)).toEqual([
      "Starting scraper nbac_gamebook_pdf for 2026-02-03",
      expect.stringContaining("Published scraper-complete"),
      expect.stringContaining("Phase 2 notified"),
    ]);
    expect(gamebook("nba-phase2-raw-processors").slice(0, 2)).toEqual([
      "Processing Scraper Completion: nbac_gamebook_pdf for 2026-02-03",
      expect.stringMatching(/^Successfully loaded \d+ records into nba_raw\.nbac_gamebook_player_stats$/u),
    ]);
    const loaded = texts(logged(healthy, "nba-phase2-raw-processors", morning("09:00")), "into nba_raw.nbac_gamebook_player_stats");
    expect(loaded.reduce((sum, text) => sum + Number(/\d+/u.exec(text)?.[0]), 0)).toBe(348);
  });

  test("logs a start, the rows and the completion of each run, under the revision that the run history names", () => {
    const entries = logged(healthy, phase3, morning("09:00"));
    expect(texts(entries, "PlayerGameSummaryProcessor").map((text) => text.split(",")[0])).toEqual([
      "Starting PlayerGameSummaryProcessor for 2026-02-03",
      "Published completion of PlayerGameSummaryProcessor for 2026-02-03 to nba-phase3-analytics-complete",
    ]);
    expect(texts(entries, "into nba_analytics.player_game_summary")).toEqual([
      "Successfully loaded 348 records into nba_analytics.player_game_summary",
    ]);
    const runs = healthy.at(morning("09:00")).table("nba_reference.processor_run_history")?.rows ?? [];
    const revisionOf = (processor: string) => runs.find((row) => row["processor_name"] === processor)?.["cloud_run_revision"];
    const serving = [phase3, phase4].map((unit) => unitAt(healthy, unit, morning("09:00"))?.latestReady);
    expect(["PlayerGameSummaryProcessor", "PlayerDailyCacheProcessor"].map(revisionOf)).toEqual(serving);
    expect(new Set(entries.map(({ revision }) => revision))).toEqual(new Set([serving[0]]));
  });

  test("logs nothing of locks before they are in use, and afterwards two lines for taking and one for giving back", () => {
    expect(texts(logged(healthy, phase3, morning("18:00")), "lock")).toEqual([]);
    expect(texts(logged(healthy, phase4, morning("18:00")), "lock")).toEqual([]);
    const after = logged(healthy, phase3, evening, morning("18:00"));
    const run = after.filter(
      ({ at }) => at >= "2026-02-05T11:33:00Z" && at <= "2026-02-05T11:36:00Z" && !at.startsWith("2026-02-05T11:00"),
    );
    expect(texts(run)).toEqual([
      expect.stringContaining("Starting PlayerGameSummaryProcessor for 2026-02-04"),
      "Acquired new lock for 2026-02-04",
      "🔓 Acquired processing lock for 2026-02-04",
      expect.stringContaining("Successfully loaded"),
      expect.stringContaining("Published completion"),
      "Released lock PlayerGameSummaryProcessor_2026-02-04",
    ]);
  });

  test.each([
    [phase3, "TeamOffenseGameSummaryProcessor", "2026-02-04 19:24"],
    [phase4, "PlayerDailyCacheProcessor", "2026-02-04 19:31"],
  ])("%s takes locks from its very minute on", (unit, processor, from) => {
    const stores = staged(`changes:
  - { run: ${processor}, from: ${from.replace(/(\d)$/u, (digit) => `${Number(digit) - 1}`)}:59, seconds: 1 }
  - { run: ${processor}, from: ${from}, seconds: 60 }`);
    expect(texts(logged(stores, unit, morning("23:00"), morning("19:00")), "lock ")).toEqual([
      "Acquired new lock for 2026-02-03",
      "🔓 Acquired processing lock for 2026-02-03",
      `Released lock ${processor}_2026-02-03`,
    ]);
  });

  test("an orchestrator counts what completed and triggers once the mode's set is whole", () => {
    const lines = texts(logged(healthy, "phase3-to-phase4-orchestrator", morning("18:00")));
    expect(lines).toEqual([
      "Received completion of team_offense_game_summary for 2026-02-03: 3 of 5",
      "Received completion of team_defense_game_summary for 2026-02-03: 4 of 5",
      "Received completion of player_game_summary for 2026-02-03: 5 of 5",
      "Triggering Phase 4 for 2026-02-03: all_complete",
      "Received completion of upcoming_player_game_context for 2026-02-04: 1 of 5",
      "Triggering Phase 4 for 2026-02-04: all_complete",
      "Received completion of upcoming_team_game_context for 2026-02-04: 2 of 5",
    ]);
  });

  test("every unit and every job that is declared logged something in the last 24 hours, a monthly or weekly job aside", () => {
    const yesterday = new Date(morning("18:00").getTime() - 24 * 60 * 60_000);
    const weekly = "evening-analytics-6pm";
    for (const name of [...Object.keys(pipeline.file.units ?? {}), ...Object.keys(pipeline.file.schedule ?? {})]) {
      if (name !== weekly) expect(logged(healthy, name, morning("18:00"), yesterday).length, name).toBeGreaterThan(0);
    }
    expect(logged(healthy, "nba-phase9", morning("18:00"), yesterday)).toEqual([]);
  });

  test("nothing is logged after the moment at which it is asked, nor outside the window", () => {
    const window = { unit: "nba-scrapers", since: morning("06:00"), until: morning("20:00") };
    const times = known(healthy.at(morning("06:30")).log(window)).map(({ at }) => at);
    expect([times[0], times.at(-1)]).toEqual(["2026-02-04T11:00:01.000Z", "2026-02-04T11:13:28.000Z"]);
    expect(times).toEqual(times.toSorted());
  });

  test("a window that begins before the stores' first day was not supplied, which is not silence", () => {
    const ask = (since: string) => healthy.at(morning("18:00")).log({ unit: phase3, since: new Date(since), until: morning("18:00") });
    expect(ask("2025-12-30T00:00:00-05:00")).toBeInstanceOf(Array);
    expect(ask("2025-12-29T23:59:59-05:00")).toMatchObject({ notSupplied: expect.stringContaining("2025-12-30") });
  });

  test("publishes a file of each night the next morning, and tonight's before the games", () => {
    const at = (path: string, time: string) => {
      const found = known(healthy.at(morning(time)).object(`published/v1/${path}`));
      return typeof found === "object" ? (JSON.parse(found.text) as unknown) : found;
    };
    expect(at("picks/2026-02-03.json", "09:29")).toBeUndefined();
    expect(at("picks/2026-02-03.json", "09:30")).toMatchObject({ game_date: "2026-02-03" });
    expect(at("tonight/all-players.json", "12:29")).toMatchObject({ game_date: "2026-02-03" });
    expect(at("tonight/all-players.json", "12:30")).toMatchObject({ game_date: "2026-02-04" });
    expect(at("nothing.json", "12:30")).toBeUndefined();
    expect(known(healthy.at(morning("12:30")).object("publishd/v1/picks/2026-02-03.json"))).toBe("no such bucket");
  });

  test("has as many push subscriptions as are meant, and empty dead letters", () => {
    const all = known(healthy.at(morning("18:00")).subscriptions());
    for (const [topic, { subscribers = 1, dead_letter: dead }] of Object.entries(pipeline.file.topics ?? {})) {
      expect(
        all.filter((each) => each.topic === topic && each.pushEndpoint !== undefined),
        topic,
      ).toHaveLength(subscribers);
      if (dead !== undefined)
        expect(
          all.find(({ name }) => name === dead),
          dead,
        ).toMatchObject({ undelivered: 0 });
    }
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  });

  test("nothing of it depends on what was looked at before", () => {
    const whole = (world: World) => [
      world.log({ unit: phase3, since: morning("00:00"), until: evening }),
      world.unit(phase3),
      world.jobs(),
      world.object("published/v1/tonight/all-players.json"),
    ];
    const travelled = buildStores(shipped("feb-03"), pipeline);
    for (const moment of [evening, morning("05:00"), morning("18:00"), morning("15:00")]) {
      expect(whole(travelled.at(moment))).toEqual(whole(buildStores(shipped("feb-03"), pipeline).at(moment)));
    }
  });
});

describe("log", () => {
  test("adds lines from its time on, so many and so far apart, under the revision that serves then", () => {
    const stores = staged(
      `changes: [{ log: ${phase3}, from: 15:00:06, severity: ERROR, text: could not serialize access, times: 3, every: 18 }]`,
    );
    const lines = logged(stores, phase3, morning("15:00:24")).filter(({ severity }) => severity === "ERROR");
    expect(lines.map(({ at }) => at)).toEqual(["2026-02-04T20:00:06.000Z", "2026-02-04T20:00:24.000Z"]);
    expect(lines[0]).toMatchObject({
      unit: phase3,
      text: "could not serialize access",
      fields: {},
      revision: unitAt(stores, phase3, morning("15:00"))?.latestReady,
    });
    expect(logged(stores, phase3, morning("23:00")).filter(({ severity }) => severity === "ERROR")).toHaveLength(3);
  });

  test("reads fields as JSON has them: numbers are numbers, ids and dates stay text, and the text is their message", () => {
    const stores = staged(`changes:
  - log: ${phase3}
    from: 15:00
    text: merge_fallback
    fields: { event: merge_fallback, rows: 348, share: 0.5, ok: true, none: null, id: 0022500775, date: 2026-02-03, tables: [a, { b: 1 }] }
  - { log: ${phase3}, from: 15:01, fields: { message: from the payload } }
  - { log: ${phase3}, from: 15:02, fields: { event: silent } }`);
    const lines = logged(stores, phase3, morning("15:02"), morning("15:00"));
    expect(lines.map(({ text, fields }) => [text, fields])).toEqual([
      [
        "merge_fallback",
        {
          event: "merge_fallback",
          rows: 348,
          share: 0.5,
          ok: true,
          none: null,
          id: "0022500775",
          date: "2026-02-03",
          tables: ["a", { b: 1 }],
          message: "merge_fallback",
        },
      ],
      ["from the payload", { message: "from the payload" }],
      ["", { event: "silent" }],
    ]);
  });

  test("names the revision that it is told, with or without the unit's name", () => {
    const stores = staged(`changes:
  - { log: ${phase3}, from: 15:00, text: a, revision: 00026-but }
  - { log: ${phase3}, from: 15:01, text: b, revision: ${phase3}-00026-but }`);
    const revisions = logged(stores, phase3, morning("15:01"), morning("15:00")).map(({ revision }) => revision);
    expect(revisions).toEqual([`${phase3}-00026-but`, `${phase3}-00026-but`]);
  });

  test("of a scheduler job stands under its id, without a revision", () => {
    const stores = staged("changes: [{ log: overnight-phase4, from: 15:00, text: a }]");
    expect(logged(stores, "overnight-phase4", morning("15:00"), morning("15:00"))).toEqual([
      { at: "2026-02-04T20:00:00.000Z", severity: "INFO", unit: "overnight-phase4", text: "a", fields: {} },
    ]);
  });

  test("follows what happens to the tables: late rows are logged late, a failed run as an error, a refused one as such", () => {
    const stores = staged(`changes:
  - { arrive: nba_raw.nbac_gamebook_player_stats, from: 14:45 }
  - { run: PlayerGameSummaryProcessor, from: 15:00, status: failed, id: abc }
  - { run: TeamOffenseGameSummaryProcessor, from: 2026-02-04 20:00, status: running, id: first }
  - { run: TeamOffenseGameSummaryProcessor, from: 2026-02-04 20:09:57, id: second }
  - { run: TeamOffenseGameSummaryProcessor, from: 2026-02-04 20:10, id: third }`);
    expect(texts(logged(stores, "nba-phase2-raw-processors", morning("14:45:27")), "player_stats")).toEqual([]);
    expect(texts(logged(stores, "nba-phase2-raw-processors", morning("14:45:28")), "player_stats")).toHaveLength(1);
    expect(logged(stores, phase3, morning("15:01")).filter(({ severity }) => severity === "ERROR")).toMatchObject([
      { text: expect.stringContaining("abc") },
    ]);
    const locked = texts(logged(stores, phase3, morning("23:00"), morning("20:00"))).filter((text) =>
      /lock|first|second|third/u.test(text),
    );
    expect(locked).toEqual([
      expect.stringContaining("run first"),
      "Acquired new lock for 2026-02-03",
      "🔓 Acquired processing lock for 2026-02-03",
      expect.stringContaining("run second"),
      `Cannot acquire lock for 2026-02-03 - held by instance ${unitAt(stores, phase3, morning("20:00"))?.latestReady} execution first`,
      "🔒 Cannot acquire processing lock for 2026-02-03 - another instance is processing",
      expect.stringContaining("run third"),
      "Acquired stale lock for 2026-02-03 (expired)",
      "🔓 Acquired processing lock for 2026-02-03",
      "Released lock TeamOffenseGameSummaryProcessor_2026-02-03",
    ]);
  });
});

describe("revision", () => {
  const unit = "phase3-to-phase4-orchestrator";
  const at = (changes: string, time: string) => unitAt(staged(`changes:\n${changes}`), unit, morning(time));

  test("takes all traffic from its time on, and what follows is logged under it", () => {
    const change = `  - { revision: ${phase3}, name: 00192-nn7, from: 15:00, commit: 4def1124 }`;
    const stores = staged(`changes:\n${change}`);
    expect(unitAt(stores, phase3, morning("14:59"))?.revisions).toHaveLength(1);
    expect(unitAt(stores, phase3, morning("15:00"))).toMatchObject({
      latestCreated: `${phase3}-00192-nn7`,
      latestReady: `${phase3}-00192-nn7`,
      traffic: [{ revision: `${phase3}-00192-nn7`, percent: 100 }],
      revisions: [{ name: `${phase3}-00192-nn7`, createdAt: "2026-02-04T20:00:00.000Z", ready: true, commit: "4def1124" }, {}],
    });
    expect(new Set(logged(stores, phase3, evening, morning("15:00")).map(({ revision }) => revision))).toEqual(
      new Set([`${phase3}-00192-nn7`]),
    );
  });

  test("that never becomes ready leaves all traffic on the older one, and says why", () => {
    const before = unitAt(healthy, unit, morning("15:00"));
    const broken = at(
      `  - { revision: ${unit}, name: 00026-but, from: 15:00, ready: false, problem: No module named shared.validation }`,
      "15:00",
    );
    expect(broken).toMatchObject({ latestCreated: `${unit}-00026-but`, latestReady: before?.latestReady, traffic: before?.traffic });
    expect(broken?.revisions[0]).toMatchObject({ ready: false, problem: "No module named shared.validation" });
    expect(at(`  - { revision: ${unit}, name: 00026-but, from: 15:00, ready: false }`, "15:00")?.revisions[0]?.problem).toContain(
      "PORT=8080",
    );
  });

  test("shares traffic as it is told, always a hundred percent in all", () => {
    const first = `  - { revision: ${unit}, name: 00030-aaa, from: 15:00, traffic: 30% }`;
    const second = `${first}\n  - { revision: ${unit}, name: 00031-bbb, from: 15:10, traffic: 33 }`;
    const old = unitAt(healthy, unit, morning("15:00"))?.latestReady;
    expect(at(first, "15:00")?.traffic).toEqual([
      { revision: `${unit}-00030-aaa`, percent: 30 },
      { revision: old, percent: 70 },
    ]);
    const shared = at(second, "15:10")?.traffic ?? [];
    expect(shared.map(({ percent }) => percent)).toEqual([33, 21, 46]);
    expect(at(`  - { revision: ${unit}, name: 00030-aaa, from: 15:00, traffic: none }`, "15:00")).toMatchObject({
      latestReady: `${unit}-00030-aaa`,
      traffic: [{ revision: old, percent: 100 }],
    });
  });

  test("told again is changed: it becomes ready or gets its traffic later, and keeps its time", () => {
    const twice = `  - { revision: ${unit}, name: 00030-aaa, from: 15:00, traffic: none, commit: 8df5beb7 }
  - { revision: ${unit}, name: 00030-aaa, from: 16:00, traffic: latest }`;
    expect(at(twice, "16:00")).toMatchObject({
      traffic: [{ revision: `${unit}-00030-aaa`, percent: 100 }],
      revisions: [{ createdAt: "2026-02-04T20:00:00.000Z", commit: "8df5beb7" }, {}],
    });
    const repaired = `  - { revision: ${unit}, name: 00030-aaa, from: 15:00, ready: false }
  - { revision: ${unit}, name: 00030-aaa, from: 16:00, ready: true }`;
    expect(at(repaired, "16:00")).toMatchObject({
      latestReady: `${unit}-00030-aaa`,
      traffic: [{ revision: `${unit}-00030-aaa`, percent: 100 }],
    });
    expect(at(repaired, "16:00")?.revisions[0]?.problem).toBeUndefined();
  });

  test("makes up a unit by its kind, which nothing serves while nothing is ready; an alias is deployed as its unit is", () => {
    const stores = staged(`changes:
  - { revision: own-function, name: 00001-aaa, from: 15:00, ready: false, kind: function }
  - { revision: nba-phase1-scrapers, name: 00001-aaa, from: 15:00 }`);
    expect(unitAt(stores, "own-function", morning("14:59"))).toBeUndefined();
    expect(unitAt(stores, "own-function", morning("15:00"))).toMatchObject({ kind: "function", traffic: [], latestReady: undefined });
    expect(unitAt(stores, "nba-phase1-scrapers", morning("15:00"))).toMatchObject({
      kind: "service",
      latestReady: "nba-phase1-scrapers-00001-aaa",
    });
  });

  test("may lose variables, which the next one does not bring back by itself", () => {
    const lost = `  - { revision: own, name: 1, from: 14:00, kind: service, variables: [MODEL_PATH, PROJECT] }
  - { revision: own, name: 2, from: 15:00, variables: [PROJECT] }
  - { revision: own, name: 3, from: 16:00 }`;
    const own = ["14:00", "15:00", "16:00"].map((time) => unitAt(staged(`changes:\n${lost}`), "own", morning(time))?.variables);
    expect(own).toEqual([["MODEL_PATH", "PROJECT"], ["PROJECT"], ["PROJECT"]]);
  });

  test("however early, comes after what everything ran on", () => {
    const unitThen = at(`  - { revision: ${unit}, name: 00161-dzm, from: 2025-12-01 10:00, commit: 075fab1e }`, "15:00");
    expect(unitThen?.revisions.map(({ name }) => name)[0]).toBe(`${unit}-00161-dzm`);
    expect(unitThen?.revisions[1]?.createdAt).toMatch(/^2025-11-30/u);
  });
});

test("a commit stands in the history from its time on, on the branch that it names", () => {
  const stores = staged(`changes:
  - { commit: 6fa80f19, from: 15:00, subject: Skip the check, touches: [data_processors/analytics/base.py, docs/] }
  - { commit: 8df5beb7, from: 14:00, subject: Try, touches: [shared], branch: wip }`);
  const told = (time: string) => known(stores.at(morning(time)).commits()).slice(2);
  expect(told("13:59")).toEqual([]);
  expect(told("15:00")).toEqual([
    { sha: "8df5beb7", at: "2026-02-04T19:00:00.000Z", branch: "wip", subject: "Try", touches: ["shared"] },
    {
      sha: "6fa80f19",
      at: "2026-02-04T20:00:00.000Z",
      branch: "main",
      subject: "Skip the check",
      touches: ["data_processors/analytics/base.py", "docs"],
    },
  ]);
});

describe("job", () => {
  const name = "same-day-phase4";
  const at = (changes: string, time: string, job = name) =>
    jobAt(staged(`changes:\n${changes}`), job, new Date(time.length > 8 ? time : morning(time)));

  test("an attempt's status stays until the next attempt, and no longer", () => {
    const denied = `  - { job: ${name}, from: 11:00, code: 7, message: PERMISSION_DENIED }`;
    const seen = { code: 7, message: "PERMISSION_DENIED", lastAttemptAt: "2026-02-04T16:00:00.000Z" };
    expect(at(denied, "10:59")).toMatchObject({ code: 0, lastAttemptAt: "2026-02-03T16:00:00.000Z" });
    expect(at(denied, "11:00")).toMatchObject({ ...seen, nextRunAt: "2026-02-05T16:00:00.000Z" });
    expect(at(denied, "2026-02-05T10:59:59-05:00")).toMatchObject(seen);
    const next = at(denied, "2026-02-05T11:00:00-05:00");
    expect(next).toMatchObject({ code: 0, lastAttemptAt: "2026-02-05T16:00:00.000Z" });
    expect(next).not.toHaveProperty("message");
  });

  test("its attempts go on ending so until then", () => {
    const denied = `  - { job: ${name}, from: 2026-02-02 11:00, code: 4, until: 2026-02-05 11:00 }`;
    expect(at(denied, "11:00")).toMatchObject({ code: 4, lastAttemptAt: "2026-02-04T16:00:00.000Z" });
    expect(at(denied, "2026-02-05T11:00:00-05:00")).toMatchObject({ code: 0 });
  });

  test("a failed attempt is an error in the job's own log, and no call of the unit's", () => {
    const stores = staged(`changes: [{ job: ${name}, from: 11:00, code: 13 }]`);
    expect(logged(stores, name, morning("11:01"), morning("11:00")).map(({ severity, fields }) => [severity, fields["status"]])).toEqual([
      ["INFO", undefined],
      ["ERROR", "INTERNAL"],
    ]);
    const call = `POST / 200 for scheduler job ${name}`;
    expect(texts(logged(stores, phase4, morning("18:00")))).not.toContain(call);
    expect(texts(logged(healthy, phase4, morning("18:00")))).toContain(call);
  });

  test("a paused job runs no more, keeps its last status and has no next time", () => {
    const paused = at(`  - { job: ${name}, from: 10:00, state: paused }`, "2026-02-08T12:00:00-05:00");
    expect(paused).toMatchObject({ state: "paused", code: 0, lastAttemptAt: "2026-02-03T16:00:00.000Z" });
    expect(paused).not.toHaveProperty("nextRunAt");
  });

  test("one that never ran was made then, has no status whatever its times, and runs once an attempt is told", () => {
    const never = `  - { job: ${name}, from: 2026-02-02 09:00, never: true }`;
    expect(at(never, "2026-02-02T08:59:00-05:00")).toBeUndefined();
    const silent = at(never, "18:00");
    expect(silent).toMatchObject({ state: "enabled", createdAt: "2026-02-02T14:00:00.000Z", nextRunAt: "2026-02-05T16:00:00.000Z" });
    expect(silent).not.toHaveProperty("code");
    expect(silent).not.toHaveProperty("lastAttemptAt");
    const started = `${never}\n  - { job: ${name}, from: 2026-02-04 19:00, code: 0 }`;
    expect(at(started, "2026-02-04T19:00:00-05:00")).toMatchObject({ code: 0, lastAttemptAt: "2026-02-05T00:00:00.000Z" });
    expect(at(started, "2026-02-05T12:00:00-05:00")).toMatchObject({ lastAttemptAt: "2026-02-05T16:00:00.000Z" });
  });

  test("one that the pipeline file doesn't know is made up from its own cron, and listed", () => {
    const made = `  - { job: monthly-retrain-job, from: 2026-02-01 04:00, cron: "0 4 1 * *", zone: UTC, target: https://us-west2-p.cloudfunctions.net/x, deadline: 600, code: 13 }`;
    expect(at(made, "18:00", "monthly-retrain-job")).toEqual({
      name: "monthly-retrain-job",
      schedule: "0 4 1 * *",
      zone: "UTC",
      state: "enabled",
      createdAt: "2026-02-01T09:00:00.000Z",
      lastAttemptAt: "2026-02-01T09:00:00.000Z",
      code: 13,
      nextRunAt: "2026-03-01T04:00:00.000Z",
      target: "https://us-west2-p.cloudfunctions.net/x",
      deadlineSeconds: 600,
    });
    const jobs = known(staged(`changes:\n${made}`).at(morning("18:00")).jobs());
    expect(jobs).toHaveLength(Object.keys(pipeline.file.schedule ?? {}).length + 1);
  });

  test("a time that daylight saving skips is run at the first one that exists, and the next day at its own", () => {
    const text = `scenario: spring\nabout: A test.\nbase: healthy\nclock: 18:00\nnight: { date: 2026-03-07 }
changes: [{ job: own, from: 2026-03-07 12:00, cron: "30 2 * * *" }]\n`;
    const spring = buildStores(loadScenario({ name: "spring.yaml", text }, pipeline), pipeline);
    const own = (moment: string) => jobAt(spring, "own", new Date(moment));
    expect(own("2026-03-08T06:59:00Z")?.nextRunAt).toBe("2026-03-08T07:00:00.000Z");
    expect(own("2026-03-08T12:00:00Z")).toMatchObject({ lastAttemptAt: "2026-03-08T07:00:00.000Z", nextRunAt: "2026-03-09T06:30:00.000Z" });
    expect(jobAt(spring, name, new Date("2026-03-08T16:00:00Z"))?.lastAttemptAt).toBe("2026-03-08T15:00:00.000Z");
  });
});

test("a subscription fills, moves and goes", () => {
  const dead = "prediction-request-dlq-sub";
  const stores = staged(`changes:
  - { subscription: ${dead}, from: 15:00, undelivered: 255 }
  - { subscription: third, topic: nba-phase3-analytics-complete, from: 15:00, push: https://example.test/ }
  - { subscription: ${dead}, from: 16:00, delete: true }`);
  const at = (name: string, time: string) => known(stores.at(morning(time)).subscriptions()).find((each) => each.name === name);
  expect([at(dead, "14:59")?.undelivered, at(dead, "15:00")?.undelivered, at(dead, "16:00")]).toEqual([0, 255, undefined]);
  expect(at("third", "15:00")).toEqual({
    name: "third",
    topic: "nba-phase3-analytics-complete",
    pushEndpoint: "https://example.test/",
    undelivered: 0,
  });
});

test("an object is written, written over and deleted; its fields become JSON", () => {
  const path = "published/v1/picks/2026-02-03.json";
  const stores = staged(`changes:
  - { object: ${path}, from: 10:00, fields: { game_date: 2026-02-02, picks: [{ rank: 1 }] } }
  - { object: ${path}, from: 11:00, text: "<html>" }
  - { object: ${path}, from: 12:00, delete: true }`);
  const at = (time: string) => known(stores.at(morning(time)).object(path));
  expect(at("09:59")).toMatchObject({ text: expect.stringContaining("2026-02-03") });
  expect(at("10:00")).toEqual({
    path,
    updatedAt: "2026-02-04T15:00:00.000Z",
    sizeBytes: 47,
    text: '{"game_date":"2026-02-02","picks":[{"rank":1}]}',
  });
  expect(at("11:00")).toMatchObject({ text: "<html>", sizeBytes: 6 });
  expect(at("12:00")).toBeUndefined();
});

test.each([
  ["logs", phase3],
  ["logs", "same-day-phase4"],
  ["units", "nba-phase1-scrapers"],
  ["schedules", "same-day-phase4"],
  ["objects", "published/v1/picks/2026-02-03.json"],
  ["objects", "published"],
])("%s can be made to fail at %s", (port, target) => {
  const stores = staged(`changes: [{ fail: ${port}, target: ${target}, with: denied, from: 10:00, until: 11:00 }]`);
  expect(stores.at(morning("10:59")).failures).toEqual([{ port, target, with: "denied" }]);
  expect(stores.at(morning("11:00")).failures).toEqual([]);
});

describe("a bad change is refused", () => {
  const refusal = (line: string): string => {
    try {
      staged(`changes:\n  - ${line}\n`);
    } catch (error) {
      if (error instanceof UserError) return error.message;
      throw error;
    }
    return "accepted";
  };
  const nearest: [string, string | RegExp][] = [
    [`{ log: nba-scraper, from: 05:00, text: a }`, 'Did you mean "nba-scrapers"?'],
    [`{ log: ${phase3}, from: 05:00 }`, "say what is logged: `text`, `fields` or both"],
    [`{ log: ${phase3}, from: 05:00, text: a, fields: { message: b } }`, "leave out `fields.message`"],
    [`{ log: ${phase3}, from: 05:00, text: a, severity: WARN }`, "expected one of DEFAULT, DEBUG, INFO"],
    [`{ log: ${phase3}, from: 2025-12-29 23:59, text: a }`, "raise `night.days`"],
    [
      `{ revision: phase3-to-phase4-orchestator, name: a, from: 05:00 }`,
      /Did you mean "phase3-to-phase4-orchestrator"\? Known: .+\. Or give its `kind`/u,
    ],
    [`{ revision: ${phase3}, name: a, from: 05:00, problem: x }`, "`problem` needs `ready: false`"],
    [`{ revision: ${phase3}, name: a, from: 05:00, ready: false, traffic: 10 }`, "can serve nothing"],
    [`{ revision: ${phase3}, name: a, from: 05:00, traffic: 101 }`, "a share from 1 to 100 percent"],
    [`{ commit: 6fa8, from: 05:00, subject: a, touches: [shared] }`, "at least seven hexadecimal digits"],
    [`{ commit: 6fa80f19, from: 05:00, subject: a, touches: [] }`, "touches"],
    [`{ job: same-day-phase5, from: 05:00, code: 7 }`, /Did you mean "same-day-phase3"\? Known: .+\. Give its `cron` to make it up\./u],
    [`{ job: own, from: 05:00, cron: "every 5 minutes" }`, "five cron fields"],
    [`{ job: own, from: 05:00, cron: "0 0 30 2 *" }`, "five cron fields"],
    [`{ job: own, from: 05:00, cron: "61 * * * *" }`, "five cron fields"],
    [`{ job: same-day-phase4, from: 05:00, code: 17 }`, "a gRPC code from -1 to 16"],
    [`{ job: same-day-phase4, from: 05:00, code: 7, never: true }`, "has no `code`"],
    [`{ job: same-day-phase4, from: 05:00, message: denied }`, "give its `code`"],
    [`{ job: same-day-phase4, from: 05:00, code: 7, until: 05:00 }`, "ends before it begins"],
    [
      `{ subscription: line-changed-dead-letters-sub, from: 05:00 }`,
      /Did you mean "line-changed-dead-letter-sub"\? Known: .+\. Give its `topic`/u,
    ],
    [`{ subscription: own, topic: nba-phase3-complete, from: 05:00 }`, 'No topic "nba-phase3-complete"'],
    [`{ object: publishd/a.json, from: 05:00, text: a }`, 'Did you mean "published"?'],
    [`{ object: published, from: 05:00, text: a }`, "bucket/path.json"],
    [`{ object: published/a.json, from: 05:00 }`, "say one of `text`, `fields` and `delete: true`"],
    [`{ object: published/a.json, from: 05:00, text: a, delete: true }`, "say one of"],
    [`{ fail: units, target: nba-scraper, with: denied, from: 05:00 }`, 'Did you mean "nba-scrapers"?'],
    [`{ fail: messages, with: denied, from: 05:00 }`, "expected one of warehouse, documents, logs, units, schedules, objects"],
  ];
  test.each(nearest)("%s", (line, words) => {
    expect(refusal(line)).toMatch(words);
  });

  test("the same commit twice", () => {
    const commit = "{ commit: 6fa80f19, from: 05:00, subject: a, touches: [shared] }";
    expect(refusal(`${commit}\n  - ${commit}`)).toContain("changes.1.commit: commit 6fa80f19 is there already");
  });
});

describe("where the pipeline file declares neither units nor jobs", () => {
  const { units: _, schedule: __, topics: ___, ...file } = pipeline.file;
  const bare = { ...pipeline, file };
  const stores = (changes: string): Stores =>
    buildStores(
      loadScenario(
        { name: "bare.yaml", text: `scenario: bare\nabout: A test.\nbase: healthy\nclock: 18:00\nnight: { date: 2026-02-03 }\n${changes}` },
        bare,
      ),
      bare,
    );

  test("any unit may log and be deployed, none is there by itself, and a job still needs its cron", () => {
    const told = stores(`changes: [{ log: own-unit, from: 05:00, text: a }, { revision: own-unit, name: 1, from: 04:00 }]`);
    expect(logged(told, "own-unit", morning("05:00"))).toMatchObject([{ text: "a", revision: "own-unit-1" }]);
    expect(unitAt(told, phase3, morning("18:00"))).toBeUndefined();
    expect(logged(told, phase3, morning("18:00"))).toEqual([]);
    expect(known(told.at(morning("18:00")).jobs())).toEqual([]);
    expect(() => stores("changes: [{ job: own, from: 05:00, code: 7 }]")).toThrow("Give its `cron` to make it up.");
  });
});
