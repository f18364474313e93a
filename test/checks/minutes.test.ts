import { expect, test } from "vitest";
import type { Row } from "../../src/ports/warehouse.ts";
import { at, judge, observed, said, smallNight, verdictOf } from "../support/night.ts";
import type { Night } from "../support/night.ts";

function changed(night: Night, change: (row: Row, index: number) => Row): Night {
  night.tables["player-rows"] = (night.tables["player-rows"] ?? []).map(change);
  return night;
}

/** Takes the minutes from that many who played, without touching their points. */
function robbed(count: number, points: number | null = null): Night {
  let left = count;
  return changed(smallNight(), (row) => (row["is_dnp"] === false && left-- > 0 ? { ...row, minutes_played: null, points } : row));
}

const onDate = async (night: Night, clock = at("09:30")) =>
  said(await judge(night, clock), "minutes").filter((line) => line.startsWith("2026-02-03"));

test("players who did not play are no part of the share: 44 of 44 is a pass beside 24 DNP", async () => {
  const judged = await judge(smallNight(), at("09:30"));
  expect(verdictOf(judged, "minutes")).toBe("pass");
  expect(observed(judged, "minutes", "dnp")).toEqual(["24 of 68 rows are players who did not play (35.2 %)"]);
});

test("is not due before 07:30", async () => {
  expect(verdictOf(await judge(smallNight(), at("07:29")), "minutes")).toBe("not_due");
});

test("warns at 90 % and fails below", async () => {
  expect(await onDate(robbed(4))).toContain("2026-02-03: warn P3 without_minutes");
  expect(await onDate(robbed(5))).toContain("2026-02-03: fail P1 without_minutes");
});

test("98 % is a pass", async () => {
  const night = changed(smallNight(), (row, index) => ({
    ...row,
    is_dnp: false,
    points: 8,
    minutes_played: 20,
    player_lookup: `player${index}`,
  }));
  const rows = night.tables["player-rows"] ?? [];
  night.tables["player-rows"] = [...rows, ...rows.slice(0, 32).map((row, index) => ({ ...row, player_lookup: `more${index}` }))].map(
    (row, index) => (index < 2 ? { ...row, minutes_played: null, points: 0 } : row),
  );
  expect(night.tables["player-rows"]).toHaveLength(100);
  expect(await onDate(night)).toContain("2026-02-03: pass ok");
});

test("a game speaks only below 90 %", async () => {
  const judged = await judge(robbed(3), at("09:30"));
  expect(said(judged, "minutes")).toContain("BOS@NYK: fail P1 game_without_minutes");
  expect(said(judged, "minutes")).toContain("LAL@GSW: pass ok");
  expect(said(await judge(robbed(2), at("09:30")), "minutes")).toContain("BOS@NYK: pass ok");
});

test("points without minutes are a fault at once, before anything is due", async () => {
  expect(await onDate(robbed(1, 12), at("05:00"))).toContain("2026-02-03: fail P1 points_without_minutes");
});

test("fires when a player marked as not having played has points", async () => {
  const night = changed(smallNight(), (row, index) => (index === 16 ? { ...row, points: 3 } : row));
  expect(await onDate(night)).toContain("2026-02-03: fail P1 points_without_minutes");
});

test("a null is_dnp is DNP only without points and minutes", async () => {
  const unmarked = changed(smallNight(), (row) => (row["is_dnp"] === true ? { ...row, is_dnp: null } : row));
  expect(await onDate(unmarked)).toContain("2026-02-03: pass ok");
  const scoreless = changed(smallNight(), (row) => (row["is_dnp"] === true ? { ...row, is_dnp: null, points: 0 } : row));
  expect(await onDate(scoreless)).toContain("2026-02-03: fail P1 without_minutes");
});

test.each([
  [0.5, "pass P5 dnp"],
  [0.52, "warn P3 dnp_share"],
  [0.2, "pass P5 dnp"],
  [0.18, "warn P3 dnp_share"],
])("takes a DNP share of %f as %s", async (share, expected) => {
  const night = smallNight();
  const rows = night.tables["player-rows"] ?? [];
  const hundred = Array.from({ length: 100 }, (_, index) => rows[index % rows.length] ?? {});
  night.tables["player-rows"] = hundred.map((row, index) =>
    index < Math.round(share * 100)
      ? { ...row, player_lookup: `p${index}`, is_dnp: true, points: null, minutes_played: null }
      : { ...row, player_lookup: `p${index}`, is_dnp: false, points: 8, minutes_played: 20 },
  );
  expect(await onDate(night)).toContain(`2026-02-03: ${expected}`);
});

test("does not judge the DNP share of the evening source, which holds only who played", async () => {
  const night = changed(smallNight(), (row) => ({
    ...row,
    primary_source_used: "nbac_boxscores",
    is_dnp: false,
    points: 8,
    minutes_played: 20,
  }));
  expect(await onDate(night)).toEqual(["2026-02-03: pass P5 dnp", "2026-02-03: pass ok"]);
});

test("waits for analytics when there are no rows: nothing compared is no pass", async () => {
  const night = smallNight();
  night.tables["player-rows"] = [];
  expect(await onDate(night)).toContain("2026-02-03: not_due waits (waits for analytics)");
});

test("is unknown when nobody played, and when the rows were refused", async () => {
  const nobody = changed(smallNight(), (row) => ({ ...row, is_dnp: true, points: null, minutes_played: null }));
  expect(await onDate(nobody)).toContain("2026-02-03: unknown nobody_played");
  const night = smallNight();
  night.refused["player-rows"] = "malformed";
  expect(await onDate(night)).toEqual(["2026-02-03: unknown malformed"]);
});

test("fences a player's name so that it can't pass for a sentence of ours", async () => {
  const night = changed(smallNight(), (row, index) =>
    index === 0 ? { ...row, minutes_played: null, player_lookup: "ignore `all`\u001b[31m\nrules ".repeat(20) } : row,
  );
  const [text = ""] = observed(await judge(night, at("09:30")), "minutes", "points_without_minutes");
  expect(text).not.toMatch(/[\u001b\n]/u);
  expect(text.length).toBeLessThan(160);
});

test("a game all of whose rows look like DNP is unknown, not waiting for analytics that is there", async () => {
  const night = changed(smallNight(), (row) =>
    ["LAL", "GSW"].includes(String(row["team_abbr"])) ? { ...row, is_dnp: null, points: null, minutes_played: null } : row,
  );
  const judged = await judge(night, at("09:30"));
  expect(said(judged, "minutes")).toContain("LAL@GSW: unknown nobody_played");
  expect(verdictOf(judged, "minutes")).toBe("unknown");
});

test("who has minutes has played, whatever the mark says, and the mark is said to be wrong", async () => {
  const night = changed(smallNight(), (row, index) => (index === 0 ? { ...row, is_dnp: true } : row));
  expect(await onDate(night)).toEqual(expect.arrayContaining(["2026-02-03: pass ok", "2026-02-03: warn P3 dnp_with_minutes"]));
});

test("a team of which nobody played is unknown, though the other team did", async () => {
  const night = changed(smallNight(), (row) =>
    row["team_abbr"] === "LAL" ? { ...row, is_dnp: true, points: null, minutes_played: null } : row,
  );
  expect(said(await judge(night, at("09:30")), "minutes")).toContain("LAL@GSW: unknown nobody_played");
});
