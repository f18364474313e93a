import { describe, expect, test } from "vitest";
import { tables } from "../../src/checks/tables.ts";
import { totalsOf } from "../../src/checks/totals.ts";
import { BackendError } from "../../src/errors.ts";
import type { Refusal } from "../../src/errors.ts";
import { refusals } from "../../src/errors.ts";
import { shapeOf } from "../../src/evidence/looks/shapes.ts";
import type { TableShape } from "../../src/ports/warehouse.ts";
import { asking } from "../contracts/asking.ts";
import type { Night } from "../support/night.ts";
import { at, judge, observed, said, smallNight, verdictOf } from "../support/night.ts";
import { nba } from "../support/pipeline.ts";
import { silentPorts } from "../support/ports.ts";

const all = Object.keys(nba.file.tables);
const players = "nba_analytics.player_game_summary";
const judged = (night: Night, clock = at("09:30")) => judge(night, clock, [tables]);
const shaped = (shapes: Night["shapes"]): Night => ({ ...smallNight(), ...(shapes === undefined ? {} : { shapes }) });
const linesOf = async (night: Night, table: string) => said(await judged(night), "tables").filter((line) => line.startsWith(`${table}:`));

async function numbersOf(night: Night) {
  const judgement = await judged(night);
  const [own] = judgement.checks;
  return own === undefined ? undefined : tables.numbers?.(totalsOf(own), judgement.scope);
}

test("every declared table is judged, and none that is not: the names that never existed are not demanded", async () => {
  const judgement = await judged(smallNight());
  expect(judgement.checks.flatMap(({ subjects }) => subjects.map(({ subject }) => subject))).toEqual(all);
  expect(verdictOf(judgement, "tables")).toBe("pass");
  expect(await numbersOf(smallNight())).toEqual({ tables: `${all.length}/${all.length}` });
});

test("is due at every hour and in both halves, whatever is known of the games", async () => {
  const early = await judged(shaped({ [players]: "not there" }), at("05:00", "2026-02-03"));
  expect(early.scope.half).toBe("pre_game");
  expect(said(early, "tables")).toContain(`${players}: fail P1 missing_table`);
  const blind = shaped({ [players]: "not there" });
  blind.refused["schedule"] = "denied";
  expect(await linesOf(blind, players)).toEqual([`${players}: fail P1 missing_table`]);
});

test("a missing table is P1 and says what the backend said and where else to look", async () => {
  const night = shaped({ [players]: "not there" });
  const judgement = await judged(night);
  expect(observed(judgement, "tables", "missing_table")).toEqual([`${players} is not there: Not found: Table acme:${players}`]);
  expect(await numbersOf(night)).toEqual({ tables: `${all.length - 1}/${all.length}` });
});

test.each(refusals)("a table that nobody could look at (%s) is unknown, not missing and not there", async (refusal) => {
  expect(await linesOf(shaped({ [players]: refusal }), players)).toEqual([`${players}: unknown ${refusal}`]);
  expect(await numbersOf(shaped({ [players]: refusal }))).toEqual({ tables: `${all.length - 1}/${all.length}, 1 not seen` });
});

describe("a column that is gone", () => {
  test.each([
    ["its partition", players, "game_date", "fail P1 missing_key"],
    ["part of its key", players, "player_lookup", "fail P1 missing_key"],
    ["a partition with another name than the others have", "nba_precompute.player_daily_cache", "cache_date", "fail P1 missing_key"],
    ["another that is declared", players, "usage_rate", "warn P3 missing_column"],
    ["part of its key, but only deduced", "nba_raw.nbac_player_boxscores", "player_lookup", "warn P3 missing_deduced_key"],
    ["deduced, but read", "nba_raw.nbac_player_boxscores", "team_abbr", "pass P5 missing_deduced"],
    ["deduced, and read for the first game's start", "nba_raw.nbac_schedule", "game_date_est", "pass P5 missing_deduced"],
    ["deduced, and read by nobody", players, "ft_makes", "pass ok"],
  ])("%s: %s without %s is %s", async (_what, table, column, line) => {
    expect(await linesOf(shaped({ [table]: { lacks: [column] } }), table)).toEqual([`${table}: ${line}`]);
  });

  test("is named, and keys and other columns are told apart", async () => {
    const judgement = await judged(shaped({ [players]: { lacks: ["player_lookup", "usage_rate", "turnovers"] } }));
    expect(observed(judgement, "tables", "missing_key")).toEqual([`${players} lacks player_lookup (key or partition column)`]);
    expect(observed(judgement, "tables", "missing_column")).toEqual([`${players} lacks turnovers, usage_rate (declared columns)`]);
  });

  test("is not missed where the value is kept in another way", async () => {
    const features = "nba_predictions.ml_feature_store_v2";
    expect(await linesOf(shaped({ [features]: { lacks: ["feature_25_value"] } }), features)).toEqual([`${features}: pass ok`]);
    expect(await linesOf(shaped({ [features]: { lacks: ["features"] } }), features)).toEqual([`${features}: pass ok`]);
    expect(await linesOf(shaped({ [features]: { lacks: ["features", "feature_25_value"] } }), features)).toEqual([
      `${features}: pass P5 missing_deduced`,
    ]);
  });
});

test("a table that only explains and was only deduced is never more than P4", async () => {
  const halts = "nba_orchestration.halt_state";
  expect(await linesOf(shaped({ [halts]: "not there" }), halts)).toEqual([`${halts}: warn P4 missing_table`]);
  expect(await linesOf(shaped({ [halts]: { lacks: ["game_date", "state"] } }), halts)).toEqual([`${halts}: pass P5 missing_deduced`]);
});

test("several missing tables are one line, and a whole dataset is named", async () => {
  const gone = all.filter((table) => table.startsWith("nba_precompute."));
  const night = shaped(Object.fromEntries([...gone, players].map((table) => [table, "not there"])));
  const judgement = await judged(night);
  const findings = judgement.checks.flatMap(({ subjects }) =>
    subjects.flatMap(({ subject, findings: own }) =>
      own.filter(({ verdict }) => verdict === "fail").map((finding) => ({ subject, finding })),
    ),
  );
  const words = tables.say?.({ reason: "missing_table", findings, of: all.length }, judgement.scope)?.observed ?? "";
  expect(words).toContain(`${gone.length + 1} of ${all.length} declared tables are not there`);
  expect(words).toContain("nothing of nba_precompute is there");
  expect(words).not.toContain("nba_analytics is");
});

describe("the look at a shape", () => {
  const describing = (describe: () => Promise<TableShape>) =>
    shapeOf(players).run(silentPorts({ warehouse: { ...silentPorts().warehouse, describe } }), asking());
  const failing = (refusal: Refusal, message: string) =>
    describing(async () => {
      throw new BackendError(refusal, message, "Look.");
    });

  test("takes a missing table and a missing dataset as answers, and tells them apart by the backend's words", async () => {
    expect((await failing("no_such_place", "Not found: Table acme:nba_analytics.player_game_summary")).facts).toEqual({
      there: false,
      missing: "table",
      said: "Not found: Table acme:nba_analytics.player_game_summary",
    });
    expect((await failing("no_such_place", "Not found: Dataset acme:nba_analytics was not found")).facts).toMatchObject({
      missing: "dataset",
    });
  });

  test.each(refusals.filter((refusal) => refusal !== "no_such_place"))("lets %s through as the refusal that it is", async (refusal) => {
    await expect(failing(refusal, "no")).rejects.toMatchObject({ refusal });
  });

  test("counts one examined where there is a table, and none where there is not", async () => {
    expect((await describing(async () => ({ columns: { a: "STRING" } }))).examined).toBe(1);
    expect((await failing("no_such_place", "no table")).examined).toBe(0);
  });

  test("refuses saved facts of another form", () => {
    expect(() => shapeOf(players).parse({ there: true })).toThrow("expected record");
    expect(() => shapeOf(players).parse({ rows: [], absent: [] })).toThrow("there");
  });
});
