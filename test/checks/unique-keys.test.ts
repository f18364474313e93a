import { expect, test } from "vitest";
import type { Row } from "../../src/ports/warehouse.ts";
import { at, judge, observed, said, smallNight, verdictOf } from "../support/night.ts";
import type { Night } from "../support/night.ts";

const players = "nba_analytics.player_game_summary";

function copied(night: Night, table: string, copies: number, change: (row: Row) => Row = (row) => row): Night {
  const rows = night.tables[table] ?? [];
  night.tables[table] = [...rows, ...rows.slice(0, copies).map((row) => change({ ...row }))];
  return night;
}

const forTable = (judged: Awaited<ReturnType<typeof judge>>, table = players) =>
  said(judged, "unique-keys").filter((line) => line.startsWith(table));

test("passes when each key is there once", async () => {
  expect(verdictOf(await judge(smallNight(), at("09:30")), "unique-keys")).toBe("pass");
});

test.each([
  [1, "warn P3"],
  [5, "warn P3"],
  [6, "fail P2"],
  [20, "fail P2"],
])("takes %i surplus rows as %s", async (copies, verdict) => {
  expect(forTable(await judge(copied(smallNight(), "player-rows", copies), at("09:30")))).toEqual([`${players}: ${verdict} surplus`]);
});

test("is P0 above 20 rows and above 20 % of the rows present, P1 at 72 of 420", async () => {
  expect(forTable(await judge(copied(smallNight(), "player-rows", 21), at("09:30")))).toEqual([`${players}: fail P0 surplus`]);
  const many = smallNight();
  const rows = many.tables["player-rows"] ?? [];
  many.tables["player-rows"] = Array.from({ length: 348 }, (_, index) => ({
    ...rows[index % rows.length],
    player_lookup: `player${index}`,
  }));
  expect(forTable(await judge(copied(many, "player-rows", 72), at("09:30")))).toEqual([`${players}: fail P1 surplus`]);
});

test("says surplus at once, hours before the table is due", async () => {
  const judged = await judge(copied(smallNight(), "player-rows", 3), at("05:00"));
  expect(forTable(judged)).toEqual([`${players}: warn P3 surplus`]);
});

test("a clean early look is no pass", async () => {
  expect(forTable(await judge(smallNight(), at("07:29")))).toEqual([`${players}: not_due not_due`]);
  expect(forTable(await judge(smallNight(), at("07:30")))).toEqual([`${players}: pass ok`]);
});

test("an empty partition waits for its stage and never passes", async () => {
  const night = smallNight();
  night.tables["player-rows"] = [];
  expect(forTable(await judge(night, at("07:00")))).toEqual([`${players}: not_due not_due`]);
  expect(forTable(await judge(night, at("10:30")))).toEqual([`${players}: not_due waits (waits for analytics)`]);
});

test("counts surplus rows and groups, and tells two runs from one batch", async () => {
  const apart = copied(smallNight(), "player-rows", 12, (row) => ({
    ...row,
    processed_at: new Date(at("06:20").getTime() - 18_000).toISOString(),
  }));
  expect(observed(await judge(apart, at("09:30")), "unique-keys", "surplus")[0]).toBe(
    "80 rows of which 12 surplus (68 unique) in nba_analytics.player_game_summary, written by two runs 18 s apart; 12 keys with copies, identical but for their stamps (06:19:42 ET and 06:20:00 ET, run ids `PlayerGameSummaryProcessor-2026-02-04T11:19:00.000Z`); read since by nba_precompute.player_daily_cache (07:10 ET), nba_predictions.ml_feature_store_v2 (07:20 ET)",
  );
  const batch = copied(smallNight(), "player-rows", 12);
  expect(observed(await judge(batch, at("09:30")), "unique-keys", "surplus")[0]).toContain("all with the same stamp (one batch)");
});

test("names the runs of the history that wrote the copies, and only those", async () => {
  const night = copied(smallNight(), "player-rows", 7, (row) => ({ ...row, processed_at: at("06:19").toISOString() }));
  const run = (id: string, from: string, to: string) => ({
    processor_name: "PlayerGameSummaryProcessor",
    run_id: id,
    status: "success",
    started_at: at(from).toISOString(),
    processed_at: at(to).toISOString(),
  });
  night.tables["runs"] = [run("run-a", "06:18", "06:19"), run("run-b", "06:19", "06:20"), run("run-later", "08:00", "08:01")];
  const [said72] = observed(await judge(night, at("09:30")), "unique-keys", "surplus");
  expect(said72).toContain("run ids `run-a`, `run-b`)");
});

test("a reader that wrote between the first copies and the last has read surplus", async () => {
  const rows = smallNight().tables["player-rows"] ?? [];
  const night = copied(smallNight(), "player-rows", 7, (row) => ({
    ...row,
    processed_at: at(row["player_lookup"] === rows[0]?.["player_lookup"] ? "06:50" : "08:00").toISOString(),
  }));
  expect(observed(await judge(night, at("09:30")), "unique-keys", "surplus")[0]).toContain(
    "read since by nba_precompute.player_daily_cache (07:10 ET)",
  );
});

test("does not claim a reader that wrote before the surplus was there", async () => {
  const night = copied(smallNight(), "player-rows", 7, (row) => ({ ...row, processed_at: at("08:00").toISOString() }));
  expect(observed(await judge(night, at("09:30")), "unique-keys", "surplus")[0]).not.toContain("read since");
});

test("tells conflicting copies from identical ones", async () => {
  const night = copied(smallNight(), "player-rows", 2, (row) => ({ ...row, points: 31 }));
  expect(observed(await judge(night, at("09:30")), "unique-keys", "surplus")[0]).toContain("with conflicting content");
});

test("says an integral factor when every key is there equally often", async () => {
  const judged = await judge(copied(smallNight(), "offense-rows", 4), at("09:30"));
  expect(observed(judged, "unique-keys", "surplus")[0]).toContain("every key 2 times");
});

test("sees one player under two ids of a game, which a key with the game id would hide", async () => {
  const night = copied(smallNight(), "player-rows", 3, (row) => ({ ...row, game_id: "20260203_NYK_BOS" }));
  expect(observed(await judge(night, at("09:30")), "unique-keys", "surplus")[0]).toContain("3 of them under another game id");
});

test("says the key and since when it holds", async () => {
  const judged = await judge(
    copied(smallNight(), "player-rows", 3, (row) => ({ ...row, processed_at: at("06:19").toISOString() })),
    at("09:30"),
  );
  const [finding] =
    judged.checks.find(({ check }) => check.id === "unique-keys")?.subjects.find(({ subject }) => subject === players)?.findings ?? [];
  expect(finding).toMatchObject({
    expected: "one row per (game_date, player_lookup), the key since 2026-02-03",
    next: expect.stringContaining("keeping per key the row with the highest processed_at"),
  });
});

test("keeps the most complete copy of a team row, not the newest", async () => {
  const judged = await judge(
    copied(smallNight(), "offense-rows", 2, (row) => ({ ...row, possessions: 41 })),
    at("09:30"),
  );
  const [finding] =
    judged.checks
      .find(({ check }) => check.id === "unique-keys")
      ?.subjects.find(({ subject }) => subject.endsWith("team_offense_game_summary"))?.findings ?? [];
  expect(finding).toMatchObject({ next: expect.stringContaining("highest possessions, then highest processed_at") });
});

test("one refused table is unknown alone; surplus elsewhere is still found", async () => {
  const night = copied(smallNight(), "player-rows", 21);
  night.refused["cache-rows"] = "denied";
  const judged = await judge(night, at("09:30"));
  expect(forTable(judged, "nba_precompute.player_daily_cache")).toEqual(["nba_precompute.player_daily_cache: unknown denied"]);
  expect(forTable(judged)).toContain(`${players}: fail P0 surplus`);
});

test("does not take a snapshot or history table for one with duplicates", async () => {
  const night = smallNight();
  night.tables["runs"] = Array.from({ length: 2 }, () => ({
    processor_name: "PlayerGameSummaryProcessor",
    run_id: "run-a",
    status: "success",
    started_at: at("06:18").toISOString(),
    processed_at: at("06:19").toISOString(),
  }));
  expect(verdictOf(await judge(night, at("09:30")), "unique-keys")).toBe("pass");
});

test("alike copies of one batch leave no choice to make: any one is kept", async () => {
  const judged = await judge(copied(smallNight(), "player-rows", 3), at("09:30"));
  const [finding] =
    judged.checks.find(({ check }) => check.id === "unique-keys")?.subjects.find(({ subject }) => subject === players)?.findings ?? [];
  expect(finding).toMatchObject({ next: expect.stringContaining("keeping per key any one, since they are alike") });
});

test("rows without a key are a fault of their own: copies among them would not show", async () => {
  const night = copied(smallNight(), "player-rows", 30, (row) => ({ ...row, player_lookup: null }));
  const judged = await judge(night, at("09:30"));
  expect(forTable(judged)).toEqual([`${players}: fail P1 rows_without_key`]);
  expect(observed(judged, "unique-keys", "rows_without_key")[0]).toContain(
    "30 rows of 98 in nba_analytics.player_game_summary lack part of their key",
  );
});
