import { readFileSync } from "node:fs";
import { encode } from "gpt-tokenizer/encoding/o200k_base";
import { describe, expect, test } from "vitest";
import type { Scenario } from "../../src/adapters/embedded/scenario/scenario.ts";
import { buildStores } from "../../src/adapters/embedded/scenario/build.ts";
import { loadScenario } from "../../src/adapters/embedded/scenario/load.ts";
import type { Stores } from "../../src/adapters/embedded/world.ts";
import { digestOf, rowText } from "../../src/diagnosis/proposal.ts";
import type { Report } from "../../src/report/schema.ts";
import { findDuplicates } from "../../tools/find_duplicates.ts";
import { opened } from "../support/file-scenario.ts";
import { overNba } from "../support/own-pipeline.ts";
import { nba } from "../support/pipeline.ts";
import { sessionOver, shippedScenario } from "../support/scenarios.ts";

const players = "nba_analytics.player_game_summary";
const offense = "nba_analytics.team_offense_game_summary";
const context = "nba_analytics.upcoming_player_game_context";
const predictions = "nba_predictions.player_prop_predictions";

const signal = new AbortController().signal;
const night = { from: "2026-02-03", to: "2026-02-03" };

/** A scenario of the night of 2026-02-03 with these changes. */
function told(changes: string): Scenario {
  const head =
    "scenario: told\nabout: A test.\nbase: healthy\nseed: 3\nclock: 18:00\nnight: { date: 2026-02-03, games: 10, player_rows: 348, dnp: 131 }\n";
  return loadScenario({ name: "told.yaml", text: `${head}${changes === "" ? "" : `changes:\n${changes}`}` }, nba);
}

interface Asking {
  readonly clock?: string;
  readonly stores?: Stores;
  readonly past?: boolean;
}

async function ask(scenario: Scenario, input: object, { clock, stores, past }: Asking = {}): Promise<Report> {
  const at = clock === undefined ? {} : { clock: new Date(clock) };
  const session = sessionOver(scenario, { ...at, ...(stores === undefined ? {} : { stores }) });
  const real = past === true ? { real: { project: "acme", past: true } } : {};
  return findDuplicates.call(input, { session: { ...session, ...real } as typeof session, signal, progress: () => {} }); // as of a session of a real project
}

const lineOf = (report: Report, id: string) => report.findings?.find((finding) => finding.id === id);
const twin = shippedScenario("twin-instances");
const twinText = readFileSync(new URL("../../scenarios/twin-instances.yaml", import.meta.url), "utf8");
const twinStores = buildStores(twin, nba);
const healthy = told("");

describe("a night that two runs wrote at once", () => {
  test("is told with its key, who wrote, who has read since and which copy stays; nothing else is said to be doubled", async () => {
    const report = await ask(twin, { ...night, detail: "detailed" }, { stores: twinStores });
    expect(report.verdict).toBe("fail");
    expect(report.numbers).toMatchObject({ surplus: "72", groups: "72" });
    expect(report.causes?.[0]).toMatchObject({ id: "concurrent_runs", standing: "established" });
    expect(lineOf(report, `surplus/${players}`)).toMatchObject({
      severity: "P1",
      expected: "one row per (game_date, player_lookup), the key since 2026-02-03",
      next: "Remove them as proposed; then have player_daily_cache, ml_feature_store_v2 computed again, and later dates that average over these.",
    });
    expect(report.rows?.filter(({ surplus }) => Number(surplus) > 0).map(({ table }) => table)).toEqual([players, players]);
  });

  test("is proposed to be put right once: exact partitions, the rows that are there pinned, no run and no lock", async () => {
    const { proposals = [] } = await ask(twin, night, { stores: twinStores });
    const rows =
      twinStores
        .at(twin.clock)
        .table(players)
        ?.rows.filter((row) => row["game_date"] === "2026-02-03") ?? [];
    expect(proposals).toEqual([
      {
        id: expect.stringMatching(/^p-[0-9a-f]{8}$/u),
        kind: "remove_surplus",
        said: "Remove surplus rows: 72 of player_game_summary (2026-02-03), keeping the highest processed_at.",
        partitions: [
          {
            table: players,
            partition: "game_date=2026-02-03",
            key: ["game_date", "player_lookup"],
            keep: "highest processed_at",
            rows: 420,
            surplus: 72,
            stay: 348,
            digest: expect.stringMatching(/^[0-9a-f]{64}$/u),
          },
        ],
        requires: [
          { what: "no_run_within", processor: "PlayerGameSummaryProcessor", game_date: "2026-02-03", minutes: 15 },
          { what: "no_lock", document: "processing_locks/PlayerGameSummaryProcessor_2026-02-03" },
        ],
      },
    ]);
    expect(rows).toHaveLength(420);
    const again = await ask(twin, { days: 7 }, { stores: twinStores });
    expect(again.proposals?.[0]?.partitions?.[0]?.digest).toBe(proposals[0]?.partitions?.[0]?.digest);
    expect(digestOf(rows.map(rowText).toSorted())).toBe(digestOf(rows.toReversed().map(rowText).toSorted()));
  });

  test("asks for no lock where stores are as they are now and the clock is an earlier one", async () => {
    const lookedAt = async (past: boolean) =>
      (await ask(twin, { ...night, detail: "detailed" }, { stores: twinStores, past })).coverage?.documents;
    expect(await lookedAt(false)).toBe(1);
    expect(await lookedAt(true)).toBe(0);
  });
});

test("who read copies before the last of them came has read surplus too", async () => {
  const scenario = told(
    `  - { duplicate: ${players}, rows: 30, stamped: 06:50, from: 06:50 }\n  - { duplicate: ${players}, games: 2, stamped: 13:50, from: 13:50 }`,
  );
  const report = await ask(scenario, { ...night, tables: [players] });
  expect(lineOf(report, `surplus/${players}`)?.observed).toContain(
    "read since by player_daily_cache (2026-02-04 07:10 ET), ml_feature_store_v2 (2026-02-04 07:20 ET)",
  );
});

test("with part of the rows that were to be read lost, nothing is proposed, and nobody is told to remove as proposed", async () => {
  const scenario = told(
    `  - { duplicate: ${players}, stamped: 09:00, from: 09:00 }\n  - { duplicate: ${offense}, stamped: 09:00, from: 09:00 }\n  - { fail: warehouse, target: offense-rows, with: deadline, from: 10:00 }`,
  );
  const report = await ask(scenario, night);
  expect(report.proposals).toBeUndefined();
  expect(lineOf(report, `surplus/${players}`)?.next).toMatch(/^Remove the \d+ surplus rows of player_game_summary, keeping/u);
});

test("where a column is gone by which the copy that stays is chosen, nothing is proposed: the other columns would keep another one", async () => {
  const scenario = told(`  - { duplicate: ${offense}, rows: 8, stamped: 09:00, from: 09:00 }`);
  const session = sessionOver(scenario, {
    wrap: (ports) => ({
      ...ports,
      warehouse: {
        ...ports.warehouse,
        describe: async (table, call) => {
          const { columns, ...shape } = await ports.warehouse.describe(table, call);
          return { ...shape, columns: Object.fromEntries(Object.entries(columns).filter(([name]) => name !== "possessions")) };
        },
      },
    }),
  });
  const report = await findDuplicates.call({ ...night, tables: [offense] }, { session, signal, progress: () => {} });
  expect([report.verdict, report.proposals]).toEqual(["fail", undefined]);
  expect(lineOf(report, `surplus/${offense}`)?.next).toContain("which can't be told while possessions is missing");
});

test("copies of a table that is no part of Phase 3 are weighed by the runs of its processor, and removed only beside no run and no lock", async () => {
  const factors = "nba_precompute.player_composite_factors";
  const scenario = told(
    [
      `  - { run: PlayerCompositeFactorsProcessor, from: 07:05:40, seconds: 60, id: one }`,
      `  - { run: PlayerCompositeFactorsProcessor, from: 07:05:50, seconds: 60, id: two }`,
      `  - { duplicate: ${factors}, rows: 40, stamped: 07:06:20, from: 07:06:30 }`,
    ].join("\n"),
  );
  const report = await ask(scenario, { ...night, tables: [factors] });
  expect(report.causes?.[0]).toMatchObject({ id: "concurrent_runs", standing: "established" });
  expect(report.proposals?.[0]?.requires).toEqual([
    { what: "no_run_within", processor: "PlayerCompositeFactorsProcessor", game_date: "2026-02-03", minutes: 15 },
    { what: "no_lock", document: "processing_locks/PlayerCompositeFactorsProcessor_2026-02-03" },
  ]);
  const raw = "nba_raw.nbac_gamebook_player_stats";
  const loaded = await ask(told(`  - { duplicate: ${raw}, rows: 40, stamped: 06:30, from: 06:30 }`), { ...night, tables: [raw] });
  expect(loaded.proposals?.[0]?.requires).toEqual([
    { what: "no_run_within", processor: "NbacGamebookProcessor", game_date: "2026-02-03", minutes: 15 },
  ]);
});

test("tables whose counts are alike share a line only where all that it says is true of both", async () => {
  const raw = "nba_raw.nbac_team_boxscore";
  const scenario = told(
    `  - { duplicate: ${raw}, stamped: 05:30, from: 05:31 }\n  - { duplicate: ${offense}, stamped: 06:22:20, from: 06:23 }`,
  );
  const report = await ask(scenario, { ...night, tables: [raw, offense] });
  expect(lineOf(report, `surplus/${raw}`)?.observed).toContain("up to 1 h 18 min apart");
  expect(lineOf(report, `surplus/${offense}`)?.observed).toContain("up to 20 s apart");
  expect(lineOf(report, `surplus/${offense}`)?.observed).not.toContain("team_offense_game_summary (2026");
});

describe("a cause is not established", () => {
  const duplicated = (more = "") => told(`  - { duplicate: ${players}, rows: 40, stamped: 07:00:10, from: 07:01 }\n${more}`);

  test("of copies of which the run history names only one run, and no look is called lost", async () => {
    const report = await ask(duplicated(), { ...night, tables: [players] });
    expect(report.causes?.filter(({ standing }) => standing === "established")).toEqual([]);
    expect(report.summary).toContain("Cause not established");
    expect(report.findings?.filter(({ reason }) => reason === "judged_without")).toEqual([]);
  });

  test("where the run history can't be read, and that is said", async () => {
    const scenario = loadScenario(
      {
        name: "twin-instances.yaml",
        text: twinText.replace(
          "expect:",
          "  - { fail: warehouse, target: nba_reference.processor_run_history, with: denied, from: 06:00 }\nexpect:",
        ),
      },
      nba,
    );
    const report = await ask(scenario, { ...night, tables: [players] });
    expect(report.causes?.find(({ id }) => id === "concurrent_runs")?.standing).toBe("open");
    expect(JSON.stringify(report.findings)).toContain("judged without runs 2026-02-03");
    expect(report.verdict).toBe("fail");
  });
});

describe("the same thing under two ids of a game", () => {
  test("is told apart from exact copies, and by which ids", async () => {
    const scenario = told("  - { duplicate: nba_analytics.team_offense_game_summary, rows: 4, from: 07:00 }");
    const stores = buildStores(scenario, nba);
    // The copies of a healthy table come last; half of the doubled rows get the id of the other order.
    const swapped: Stores = {
      at: (now) => {
        const world = stores.at(now);
        return {
          ...world,
          table: (name, span) => {
            const stored = world.table(name, span);
            if (stored === undefined || name !== offense) return stored;
            const seen = new Set<string>();
            const rows = stored.rows.map((row) => {
              const key = `${String(row["game_date"])} ${String(row["team_abbr"])}`;
              if (!seen.has(key)) return (seen.add(key), row);
              const [date, away, home] = String(row["game_id"]).split("_");
              return { ...row, game_id: `${date}_${home}_${away}` };
            });
            return { ...stored, rows };
          },
        };
      },
    };
    const report = await ask(scenario, { ...night, tables: [offense] }, { stores: swapped });
    expect(lineOf(report, `surplus/${offense}`)?.observed).toContain("4 of them under another game id, 0 under the same");
    expect(report.causes?.[0]).toMatchObject({ id: "id_order", standing: "established" });
    const exact = await ask(scenario, { ...night, tables: [offense] }, { stores });
    expect(JSON.stringify(exact)).not.toContain("under another game id,");
    expect(exact.causes?.some(({ id, standing }) => id === "id_order" && standing !== "ruled_out")).toBe(false);
  });
});

describe("rows that are alike in every column", () => {
  test("are said to need their partition replaced", async () => {
    const report = await ask(told(`  - { duplicate: ${offense}, rows: 2, from: 07:00 }`), {
      ...night,
      tables: ["team_offense_game_summary"],
    });
    expect(report.verdict).toBe("warn");
    expect(lineOf(report, `surplus/${offense}`)?.observed).toContain("replace their partition by the rows that stay");
    expect(report.proposals?.[0]?.partitions?.[0]).toMatchObject({ rows: 22, surplus: 2, stay: 20, replace: true });
  });
});

describe("predictions", () => {
  test("that were superseded are no duplicates", async () => {
    const report = await ask(healthy, { days: 7, tables: [predictions] });
    expect(report).toMatchObject({ verdict: "pass", numbers: { surplus: "0" } });
  });

  test("that are there twice are to be switched off, never removed", async () => {
    const scenario = told(`  - { duplicate: ${predictions}, rows: 30, stamped: 2026-02-03 18:00, from: 2026-02-03 18:00 }`);
    const report = await ask(scenario, { ...night, tables: [predictions] });
    expect(report.verdict).toBe("fail");
    expect(lineOf(report, `surplus/${predictions}`)?.next).toMatch(
      /^Switch is_active off in \d+ rows of player_prop_predictions, keeping per \(game_id, player_lookup, system_id\) the row with the highest created_at: here rows are deactivated, never deleted/u,
    );
    expect(report.proposals).toBeUndefined();
  });
});

describe("rows without their key", () => {
  test("are a finding of their own, and no proposal removes any of that date", async () => {
    const scenario = told(
      `  - { values: ${offense}, rows: 3, set: { team_abbr: null }, from: 06:30 }\n  - { duplicate: ${offense}, stamped: 09:00, from: 09:00 }`,
    );
    const report = await ask(scenario, { ...night, tables: [offense] });
    expect(lineOf(report, `keyless/${offense}`)).toMatchObject({
      verdict: "fail",
      reason: "rows_without_key",
      observed: expect.stringMatching(/^6 of 40 rows/u),
    });
    expect(lineOf(report, `surplus/${offense}`)?.observed).toMatch(/^34 rows, 17 distinct, 17 surplus, factor 2 in/u);
    expect(report.proposals).toBeUndefined();
  });
});

describe("nothing that could not be looked at is clean", () => {
  test("a lost table is unknown and named, the others are judged", async () => {
    const lost = told(`  - { fail: warehouse, target: ${offense}, with: denied, from: 06:00 }`);
    const report = await ask(lost, night);
    expect(report.verdict).toBe("unknown");
    expect(lineOf(report, `counts/${offense}`)).toMatchObject({
      verdict: "unknown",
      reason: "denied",
      observed: expect.stringContaining(offense),
    });
    expect(report.numbers["tables"]).toBe("7 counted, 0 with surplus, 1 not seen");
  });

  test("a lost source leaves the cause open and is named; the surplus is told", async () => {
    const raw = "nba_raw.nbac_team_boxscore";
    const lost = told(
      `  - { duplicate: ${offense}, from: 07:00 }\n  - { fail: warehouse, target: ${raw}, with: unavailable, from: 06:00 }`,
    );
    const report = await ask(lost, { ...night, tables: [offense] });
    expect(report.verdict).toBe("fail");
    expect(lineOf(report, `counts/${raw}`)?.verdict).toBe("unknown");
    expect(report.causes?.find(({ id }) => id === "join_fan_out")?.standing).toBe("open");
  });

  test.each(["empty", "garbage", "malformed", "partial", "throttled"])("a warehouse that answers %s is never a pass", async (with_) => {
    const report = await ask(told(`  - { fail: warehouse, with: ${with_}, from: 06:00 }`), night);
    expect(report.verdict).toBe("unknown");
  });

  test("a table without a row is unknown once it is due, and not due before", async () => {
    const never = told(`  - { arrive: ${players}, games: 0, from: 06:35 }`);
    const late = await ask(never, { ...night, tables: [players] });
    expect(lineOf(late, `empty/${players}`)).toMatchObject({ verdict: "unknown", reason: "empty" });
    const early = await ask(never, { ...night, tables: [players] }, { clock: "2026-02-04T11:00:00Z" });
    expect(early.verdict).toBe("not_due");
  });

  test("a window of which nothing is due is asked for again when its first date is", async () => {
    const report = await ask(healthy, { days: 2, tables: [players] }, { clock: "2026-02-04T05:10:00Z" });
    expect(report).toMatchObject({ verdict: "not_due", summary: expect.stringContaining("due 2026-02-04 07:30 ET") });
  });

  test("a due date without a row is unknown also among dates that have theirs, one without games is none", async () => {
    const report = await ask(told(`  - { arrive: ${players}, games: 0, from: 06:35 }`), { days: 7, detail: "detailed" });
    expect(report.verdict).toBe("unknown");
    expect(report.findings?.filter(({ verdict }) => verdict === "unknown")).toMatchObject([
      { id: `empty/${players}`, reason: "empty", observed: expect.stringContaining("no row of 2026-02-03") },
    ]);
    const day = await ask(shippedScenario("no-games"), { from: "2026-02-12", to: "2026-02-14", tables: [players] });
    expect(day.verdict).toBe("pass");
  });

  test("a due date without a row is not hidden by many newer ones that owe none", async () => {
    const text = `scenario: spring\nabout: x\nbase: healthy\nclock: 2026-04-30 13:00\nnight: { date: 2026-04-29, games: 2 }\nchanges:\n  - { arrive: ${offense}, night: 2026-04-08, games: 0, from: 2026-04-09 06:22 }\n`;
    const report = await ask(loadScenario({ name: "spring.yaml", text }, nba), { from: "2026-04-05", to: "2026-04-30", tables: [offense] });
    expect(report.verdict).toBe("unknown");
    expect(report.findings?.map(({ observed }) => observed)).toEqual([expect.stringContaining("holds no row of 2026-04-08, though due")]);
  });

  test("rows whose stage is not due are no pass yet, each key once or not", async () => {
    const early = await ask(healthy, { ...night, tables: [players] }, { clock: "2026-02-04T11:40:00Z" });
    expect(early).toMatchObject({
      verdict: "not_due",
      summary: expect.stringContaining("rows so far in nba_analytics.player_game_summary"),
    });
  });

  test("a date without games is not applicable", async () => {
    const report = await ask(shippedScenario("no-games"), { from: "2026-02-14", to: "2026-02-14", tables: [players] });
    expect(report.verdict).not.toBe("pass");
    expect(report.verdict).toBe("not_applicable");
  });

  test("dates that no file holds are not supplied", async () => {
    const { scenario, stores } = await opened("  - { table: nba_analytics.team_offense_game_summary, file: o.csv }", {
      "o.csv": "game_id,game_date,team_abbr,opponent_team_abbr,processed_at\n20260203_BOS_NYK,2026-02-03,BOS,NYK,2026-02-04 11:00:00 UTC\n",
    });
    expect((await ask(scenario, { ...night, tables: [offense] }, { stores })).verdict).toBe("pass");
    const whole = await ask(scenario, { whole: true, tables: [offense] }, { stores });
    expect(lineOf(whole, `counts/${offense}`)).toMatchObject({ verdict: "unknown", reason: "not_supplied" });
  });

  test("a warehouse that is switched off is not applicable, with the operator's reason", async () => {
    const session = { ...sessionOver(healthy, {}), pipeline: overNba("ports: { warehouse: { off: no access yet } }") };
    const report = await findDuplicates.call(night, { session, signal, progress: () => {} });
    expect(report).toMatchObject({ verdict: "not_applicable", summary: expect.stringContaining("no access yet") });
  });
});

describe("what is older than the last seven days", () => {
  const old = told(`  - { duplicate: ${context}, night: 2026-01-10, from: 2026-01-11 12:00 }`);

  test("is counted where no dates are named, and told without its cause", async () => {
    const report = await ask(old, {});
    expect(report.verdict).toBe("fail");
    expect(lineOf(report, "older")).toMatchObject({ verdict: "fail", subjects: [context] });
    expect(report.next).toEqual([{ tool: "find_duplicates", arguments: { whole: true } }]);
  });

  test("is no part of the answer where dates are named", async () => {
    expect((await ask(old, { days: 7 })).verdict).toBe("pass");
  });

  test("that could not be counted is a note, and the days themselves are judged", async () => {
    const { scenario, stores } = await opened(
      "  - { table: nba_analytics.team_offense_game_summary, file: o.csv, covers: { from: 2026-01-20, to: 2026-02-10 } }",
      {
        "o.csv":
          "game_id,game_date,team_abbr,opponent_team_abbr,processed_at\n20260203_BOS_NYK,2026-02-03,BOS,NYK,2026-02-04 11:00:00 UTC\n",
      },
    );
    const report = await ask(scenario, { tables: [offense] }, { stores });
    expect(report.verdict).toBe("pass");
    expect(lineOf(report, "without")?.observed).toContain("judged without copies of offense-rows until 2026-01-28");
  });
});

test("a proposal never names a table or date without surplus, and its counts add up", async () => {
  const scenario = told(
    [
      `  - { duplicate: ${players}, rows: 30, stamped: 09:00, from: 09:00 }`,
      `  - { duplicate: ${offense}, night: 2026-02-01, stamped: 09:00, from: 09:00 }`,
      `  - { duplicate: ${context}, copies: 2, night: 2026-02-02, stamped: 09:00, from: 09:00 }`,
    ].join("\n"),
  );
  const { proposals, numbers } = await ask(scenario, { days: 7, detail: "detailed" });
  const partitions = proposals?.[0]?.partitions ?? [];
  expect(proposals).toHaveLength(1);
  expect(partitions.map(({ table, partition }) => `${table} ${partition}`).toSorted()).toEqual(
    [`${players} game_date=2026-02-03`, `${offense} game_date=2026-02-01`, `${context} game_date=2026-02-02`].toSorted(),
  );
  for (const { rows, surplus, stay } of partitions) expect(rows - surplus).toBe(stay);
  expect(partitions.reduce((sum, { surplus }) => sum + surplus, 0)).toBe(Number(numbers["surplus"]));
});

test("eight doubled tables at once fit into a short answer, and into a long one", async () => {
  const unique = Object.entries(nba.file.tables).flatMap(([table, { unique: once }]) => (once === true ? [table] : []));
  const scenario = told(
    unique
      .map(
        (table, index) =>
          `  - { duplicate: ${table}, rows: ${10 + index}, copies: ${1 + (index % 3)}, stamped: 12:0${index}, from: 12:10 }`,
      )
      .join("\n"),
  );
  const stores = buildStores(scenario, nba);
  const concise = await ask(scenario, { days: 7 }, { stores });
  expect(concise.numbers["tables"]).toMatch(/ 8 with surplus$/u);
  expect(encode(JSON.stringify(concise)).length).toBeLessThanOrEqual(1300);
  expect(encode(JSON.stringify(await ask(scenario, { days: 7, detail: "detailed" }, { stores }))).length).toBeLessThanOrEqual(6000);
});

describe("what is asked", () => {
  test.each<[object, RegExp]>([
    [
      { tables: ["nba_analytics.player_game_sumary"] },
      /^No table "nba_analytics\.player_game_sumary"\. Did you mean "nba_analytics\.player_game_summary"\? Known: .+\.$/u,
    ],
    [{ tables: ["player_game_sumary"] }, /^No table "player_game_sumary"/u],
    [{ tables: [] }, /^tables is empty/u],
    [
      { tables: ["nba_raw.nbac_gamebook_player_boxscores"] },
      /^No table .* is there; what is meant is nba_raw\.nbac_gamebook_player_stats\.$/u,
    ],
    [{ tables: ["scraper_run_history"] }, /what is meant is nba_orchestration\.scraper_execution_log\.$/u],
    [{ days: 0 }, /^days of find_duplicates: 0 is not allowed/u],
    [{ days: 31 }, /^days of find_duplicates: 31 is not allowed/u],
    [{ days: 7, from: "2026-02-01" }, /^Give days or from, not both\.$/u],
    [{ to: "2026-02-03" }, /^to needs from/u],
    [{ from: "2026-02-04", to: "2026-02-03" }, /^from 2026-02-04 is after to 2026-02-03/u],
    [{ from: "2023-02-04", to: "2026-02-03" }, /at most 366/u],
    [{ from: "2025-02-02", to: "2026-02-03" }, /^That spans 367 days/u],
    [{ from: "2026-02-30" }, /is not a date that exists/u],
    [{ from: "2026-02-03", to: "2026-02-09" }, /^2026-02-09 is in the future/u],
    [{ whole: true, days: 7 }, /^whole counts every date: leave out days\.$/u],
    [{ whole: true, from: "2026-02-03" }, /^whole counts every date: leave out from\.$/u],
    [{ table: players }, /^No parameter of find_duplicates "table".*Did you mean "tables"\?$/u],
    [{ detail: "long" }, /^No detail of find_duplicates: "long"/u],
  ])("%j is refused in one sentence", async (input, sentence) => {
    await expect(ask(healthy, input)).rejects.toThrow(sentence);
  });

  test("a table goes by its short name, and named twice it is counted once", async () => {
    const report = await ask(healthy, { ...night, tables: ["player_game_summary", players] });
    expect(report).toMatchObject({ verdict: "pass", numbers: { tables: "1 counted, 0 with surplus" } });
  });

  test("366 days are counted in as many looks as one", async () => {
    const looks = async (from: string) => (await ask(healthy, { from, to: "2026-02-03", tables: [offense] })).coverage?.looks;
    expect(await looks("2025-02-03")).toBe(await looks("2026-02-03"));
  });

  test("without a session nothing is said of any table", async () => {
    expect((await findDuplicates.call({}, { session: undefined, signal, progress: () => {} })).verdict).toBe("unknown");
  });
});
