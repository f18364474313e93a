import { describe, expect, test } from "vitest";
import { buildStores } from "../../src/adapters/embedded/scenario/build.ts";
import type { ColumnKind } from "../../src/pipeline/schema.ts";
import type { Row, Value } from "../../src/ports/warehouse.ts";
import { countBy, morning, pipeline, rowsAt, shipped, staged, tables } from "./stage.ts";

const base = shipped("healthy-night");
const stores = buildStores({ ...base, night: { ...base.night, games: 9 } }, pipeline);
const moment = new Date("2026-01-28T23:30:00-05:00");
const at = (table: string): readonly Row[] => rowsAt(stores, table, moment, base.night.date);

/** Empty on a night on which nothing is wrong. */
const emptyTables: readonly string[] = ["nba_orchestration.game_postponements", tables.halt];

/** What a healthy night says nothing of. */
const emptyColumns: readonly string[] = [
  "scraper_execution_log.error_type",
  "scraper_execution_log.error_message",
  "workflow_executions.error_message",
  "processor_run_history.skip_reason",
  "processor_run_history.failure_category",
];

const isOfKind: Readonly<Record<ColumnKind, (value: Value) => boolean>> = {
  string: (value) => typeof value === "string",
  date: (value) => typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/u.test(value),
  instant: (value) => typeof value === "string" && new Date(value).toISOString() === value,
  integer: (value) => Number.isInteger(value),
  number: (value) => typeof value === "number" && Number.isFinite(value),
  boolean: (value) => typeof value === "boolean",
  json: (value) => value !== null,
};

describe.each(Object.keys(pipeline.file.tables))("%s of a healthy night", (name) => {
  const declared = pipeline.file.tables[name]?.columns ?? {};
  const rows = at(name);

  test("exists with the declared columns, and has rows unless it is meant to be empty", () => {
    expect(stores.at(moment).table(name)?.columns).toEqual(declared);
    expect(rows.length === 0).toBe(emptyTables.includes(name));
    for (const row of rows) expect(Object.keys(row)).toEqual(Object.keys(declared));
  });

  test("holds values of the declared kinds, and no column that is always null", () => {
    const wrong = rows.flatMap((row) =>
      Object.entries(declared).filter(([column, { kind }]) => (row[column] ?? null) !== null && !isOfKind[kind](row[column] ?? null)),
    );
    expect(wrong).toEqual([]);
    const empty = Object.keys(declared).filter((column) => rows.length > 0 && rows.every((row) => row[column] === null));
    const short = name.slice(name.indexOf(".") + 1);
    expect(empty.filter((column) => !emptyColumns.includes(`${short}.${column}`))).toEqual([]);
  });
});

test("tables have the sizes that nine games usually bring", () => {
  const count = (table: string): number => at(table).length;
  for (const table of [tables.upcomingPlayers, tables.features, tables.cache, tables.composite]) {
    expect(count(table)).toBeGreaterThan(280);
    expect(count(table)).toBeLessThan(330);
  }
  expect(count(tables.shotZones)).toBe(420);
  expect(count(tables.props)).toBeGreaterThan(1000);
  expect(count(tables.decisions)).toBe(8 * 24);
});

describe("arrive and duplicate reach every table that is filled game by game", () => {
  const told = Object.keys(pipeline.file.tables).filter(
    (table) =>
      !Object.values(pipeline.file.scraping).includes(table) &&
      ![tables.runs, tables.workflowRuns, tables.schedule, "nba_orchestration.game_postponements"].some((other) => other === table),
  );

  test.each(told)("%s", (table) => {
    const changes = staged(`changes: [{ arrive: ${table}, from: 16:00 }, { duplicate: ${table}, copies: 2, from: 17:00 }]`);
    const count = (time: string): number => rowsAt(changes, table, morning(time)).length;
    const [early, late, doubled] = [count("15:59"), count("16:00"), count("17:00")];
    expect(early).toBe(0);
    expect(late).toBeGreaterThan(0);
    expect(doubled).toBe(3 * late);
    const stamp = pipeline.file.tables[table]?.written_at;
    const stamps = countBy(rowsAt(changes, table, morning("16:00")), stamp ?? "none");
    if (stamp !== undefined) expect([...stamps.keys()].toSorted().at(-1)).toBe("2026-02-04T21:00:00.000Z");
  });
});
