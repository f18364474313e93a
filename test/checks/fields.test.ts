import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { fields } from "../../src/checks/basketball/fields.ts";
import { totalsOf } from "../../src/checks/totals.ts";
import { loadPipeline } from "../../src/pipeline/load.ts";
import type { Row } from "../../src/ports/warehouse.ts";
import { at, judge, observed, said, smallNight, verdictOf } from "../support/night.ts";
import type { Night } from "../support/night.ts";

function changed(night: Night, change: (row: Row, index: number) => Row): Night {
  night.tables["player-rows"] = (night.tables["player-rows"] ?? []).map(change);
  return night;
}

/** Forty who played, of whom that many have three_pt_attempts; the other four of 44 have no minutes. */
function filled(count: number): Night {
  let left = 40;
  return changed(smallNight(), (row) => {
    if (row["minutes_played"] === null) return row;
    left -= 1;
    if (left < 0) return { ...row, minutes_played: null, points: 0, three_pt_attempts: null };
    return { ...row, three_pt_attempts: left < count ? 3 : null };
  });
}

const judged = (night: Night, clock = at("09:30")) => judge(night, clock, [fields]);
const about = async (night: Night, clock?: Date) => said(await judged(night, clock), "fields");
const column = async (night: Night) => (await about(night)).find((line) => line.startsWith("three_pt_attempts"));

test("players who did not play need no shots: 44 of 44 is a pass for each of the three columns", async () => {
  const found = await judged(smallNight());
  expect(said(found, "fields")).toEqual(["fg_attempts: pass ok", "ft_attempts: pass ok", "three_pt_attempts: pass ok"]);
  expect(observed(found, "fields", "ok")).toContain("44 of 44 with minutes have fg_attempts (100.0 %)");
});

test.each([
  [36, "pass ok"],
  [35, "warn P3 unfilled"],
  [34, "warn P3 unfilled"],
  [33, "fail P2 unfilled"],
  [1, "fail P2 unfilled"],
])("%i of 40 are taken as %s", async (count, expected) => {
  expect(await column(filled(count))).toBe(`three_pt_attempts: ${expected}`);
});

test("an empty column is a failure of its own, not one to be skipped, and leaves the others alone", async () => {
  expect(await about(filled(0))).toEqual(["fg_attempts: pass ok", "ft_attempts: pass ok", "three_pt_attempts: fail P2 empty"]);
});

test("nought shots are a filled field", async () => {
  const night = changed(smallNight(), (row) => (row["minutes_played"] === null ? row : { ...row, three_pt_attempts: 0 }));
  expect(await column(night)).toBe("three_pt_attempts: pass ok");
});

test("a column that the table does not have is unknown, and named; the others are judged", async () => {
  const night = filled(0);
  night.absent = { "player-rows": ["three_pt_attempts"] };
  const found = await judged(night);
  expect(said(found, "fields")).toContain("three_pt_attempts: unknown no_column");
  expect(said(found, "fields")).toContain("fg_attempts: pass ok");
  expect(observed(found, "fields", "no_column")).toEqual(["nba_analytics.player_game_summary has no column three_pt_attempts"]);
  expect(verdictOf(found, "fields")).toBe("unknown");
});

test("a column in the pipeline file that the table is not said to have is refused, with the nearest", () => {
  const text = readFileSync(new URL("../../pipelines/nba.yaml", import.meta.url), "utf8");
  const load = () => loadPipeline({ name: "mine.yaml", text: text.replace("fg_attempts, ft_attempts,", "fg_attempts, ft_atempts,") });
  expect(load).toThrow(/thresholds\.fields\.columns\.names: No column "ft_atempts"\. Did you mean "ft_attempts"\? Known: /u);
});

test("is not due before 07:30, whatever is there", async () => {
  expect(await about(filled(0), at("07:29"))).toEqual(
    ["fg_attempts", "ft_attempts", "three_pt_attempts"].map((name) => `${name}: not_due not_due`),
  );
});

test("waits for analytics when there are no rows: nothing looked at is no pass", async () => {
  const night = smallNight();
  night.tables["player-rows"] = [];
  expect(await column(night)).toBe("three_pt_attempts: not_due waits (waits for analytics)");
});

test("rows of which none has minutes are unknown", async () => {
  expect(await column(changed(smallNight(), (row) => ({ ...row, minutes_played: null })))).toBe("three_pt_attempts: unknown nobody_played");
});

test("says of how many games the rows are not all there", async () => {
  const night = smallNight();
  night.tables["player-rows"] = (night.tables["player-rows"] ?? []).filter((row) => row["team_abbr"] !== "GSW");
  const [text] = observed(await judged(night), "fields", "ok");
  expect(text).toBe("33 of 33 with minutes have fg_attempts (100.0 %); 1 game of 2 not all there");
});

test("a copy that is set aside neither fills a column nor empties it", async () => {
  const older = at("05:00").toISOString();
  const withCopies = (night: Night, value: number | null) => {
    const rows = night.tables["player-rows"] ?? [];
    night.tables["player-rows"] = [...rows, ...rows.map((row) => ({ ...row, three_pt_attempts: value, processed_at: older }))];
    return night;
  };
  expect(await column(withCopies(filled(33), 3))).toBe("three_pt_attempts: fail P2 unfilled");
  expect(await column(withCopies(smallNight(), null))).toBe("three_pt_attempts: pass ok");
});

test("the number for the notes is that of the least filled column, and says what was not seen", async () => {
  const number = async (night: Night) => {
    const found = await judged(night);
    const [check] = found.checks;
    return check === undefined ? undefined : fields.numbers?.(totalsOf(check), found.scope);
  };
  expect(await number(smallNight())).toEqual({ fields: "44/44 with minutes" });
  expect(await number(filled(33))).toEqual({ fields: "33/40 with minutes have three_pt_attempts, the least filled" });
  const lacking = smallNight();
  lacking.absent = { "player-rows": ["three_pt_attempts"] };
  expect(await number(lacking)).toEqual({ fields: "44/44 with minutes, 1 of 3 columns not seen" });
});

test("is unknown when the rows were refused", async () => {
  const night = smallNight();
  night.refused["player-rows"] = "throttled";
  expect(await column(night)).toBe("three_pt_attempts: unknown throttled");
});
