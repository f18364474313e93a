import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, test } from "vitest";
import type { Row } from "../../src/ports/warehouse.ts";
import { folderWith, opened } from "../support/file-scenario.ts";
import { morning } from "./stage.ts";

const players = "nba_analytics.player_game_summary";

/** A Parquet file of what a statement answers. */
async function parquet(select: string): Promise<Uint8Array> {
  const path = join(await folderWith({}), "made.parquet");
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run(`COPY (${select}) TO '${path}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
  return readFile(path);
}

async function rowsFrom(content: Uint8Array, file = "players.parquet"): Promise<readonly Row[]> {
  const { stores } = await opened(`  - { table: ${players}, file: "${file}" }`, { [file]: content });
  return stores.at(morning("18:00")).table(players)?.rows ?? [];
}

const night = "DATE '2026-02-03' AS game_date";

describe("Parquet", () => {
  test("is read with its own types, other columns left aside", async () => {
    const content = await parquet(
      `SELECT 'bosone' AS player_lookup, ${night}, 20::BIGINT AS points, 34.5::DECIMAL(38, 9) AS minutes_played, 0.1::DOUBLE AS usage_rate,
         true AS is_dnp, '' AS dnp_reason, TIMESTAMPTZ '2026-02-04 06:35:06.123456-05' AS processed_at, 'x'::BLOB AS someone_elses
       UNION ALL SELECT NULL, ${night}, NULL, NULL, NULL, NULL, NULL, NULL, NULL`,
    );
    expect(await rowsFrom(content)).toEqual([
      {
        player_lookup: "bosone",
        game_date: "2026-02-03",
        points: 20,
        minutes_played: 34.5,
        usage_rate: 0.1,
        is_dnp: true,
        dnp_reason: "",
        processed_at: "2026-02-04T11:35:06.123Z",
      },
      {
        player_lookup: null,
        game_date: "2026-02-03",
        points: null,
        minutes_played: null,
        usage_rate: null,
        is_dnp: null,
        dnp_reason: null,
        processed_at: null,
      },
    ]);
  });

  test("rows are in the file's order, also beyond one chunk", async () => {
    const rows = await rowsFrom(await parquet(`SELECT ${night}, range AS points FROM range(5000)`));
    expect(rows.map((row) => row["points"])).toEqual(Array.from({ length: 5000 }, (_, points) => points));
  });

  test.each([
    [`22500770::BIGINT AS game_id`, "game_id: expected text, the column is BIGINT"],
    [
      `TIMESTAMP '2026-02-04 11:35:06' AS processed_at`,
      "processed_at: expected a time with its zone, as 2026-02-04 20:00:06.123456 UTC or 2026-02-04T20:00:06Z, the column is TIMESTAMP",
    ],
    [`[1, 2] AS points`, "points: expected a whole number up to 2^53, the column is INTEGER[]"],
    [`9007199254740993::BIGINT AS points`, 'row 1: points: expected a whole number up to 2^53, got "9007199254740993"'],
    [
      `9007199254740993::DECIMAL(38, 9) AS minutes_played`,
      'row 1: minutes_played: expected a number up to 2^53, got "9007199254740993.000000000"',
    ],
    [`12.5::DOUBLE AS points`, 'row 1: points: expected a whole number up to 2^53, got "12.5"'],
    [`'nan'::DOUBLE AS minutes_played`, 'row 1: minutes_played: expected a number up to 2^53, got "nan"'],
  ])("%s is refused, and told with its row where it is the value's fault", async (column, message) => {
    await expect(rowsFrom(await parquet(`SELECT ${night}, ${column}`))).rejects.toThrow(`mine: players.parquet: ${message}`);
  });

  test("what is no Parquet is refused without a path in its words", async () => {
    const told = rowsFrom(Buffer.from("game_date\n2026-02-03\n"));
    await expect(told).rejects.toThrow(/^mine: players\.parquet: is no Parquet that DuckDB can read \(/u);
    await expect(told).rejects.not.toThrow(/postgame-files/u);
  });

  test("a file's name is no pattern", async () => {
    await expect(rowsFrom(await parquet(`SELECT ${night}`), "p*.parquet")).rejects.toThrow("rename the file or its folder");
  });

  test("more than 200,000 rows are refused", async () => {
    await expect(rowsFrom(await parquet(`SELECT ${night}, range AS points FROM range(200001)`))).rejects.toThrow(
      "has more than 200000 rows",
    );
  });
});
