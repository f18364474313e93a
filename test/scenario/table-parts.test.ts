import { describe, expect, test } from "vitest";
import { storeClock } from "../../src/adapters/embedded/clock.ts";
import { embeddedWarehouse } from "../../src/adapters/embedded/warehouse.ts";
import type { Span } from "../../src/adapters/embedded/world.ts";
import type { Row } from "../../src/ports/warehouse.ts";
import { asking } from "../contracts/asking.ts";
import { morning, pipeline, staged, tables } from "./stage.ts";

const parted = Object.entries(pipeline.file.tables).filter(([, { partition, columns }]) => columns[partition]?.kind === "date");
const timed = Object.entries(pipeline.file.tables).filter(([, { partition, columns }]) => columns[partition]?.kind === "instant");
const stores = staged(
  `changes: [{ duplicate: ${tables.players}, rows: 5, from: 08:00 }, { arrive: ${tables.players}, night: 2026-02-02, from: 09:00 }]`,
);
const spans = (column: string): Span[] => [
  { column, from: "2026-02-03", to: "2026-02-03" },
  { column, from: "2026-01-24", to: "2026-02-13" },
  { column, from: "2020-01-01", to: "2020-01-31" },
];

describe("a part of a table", () => {
  test.each(parted)("of %s holds what the whole holds of those dates", (table, { partition }) => {
    const world = stores.at(morning("09:30"));
    const whole = world.table(table)?.rows ?? [];
    for (const span of spans(partition)) {
      const part = world.table(table, span);
      expect(part?.rows ?? []).toEqual(whole.filter((row) => span.from <= String(row[partition]) && String(row[partition]) <= span.to));
      expect(part?.span ?? span).toEqual(span);
    }
  });

  test("is the same array until something happens in it, whatever happens on other dates", () => {
    const [night = { column: "", from: "", to: "" }, window = night] = spans("game_date");
    const rows = (time: string, span: Span) => stores.at(morning(time)).table(tables.players, span)?.rows;
    expect(rows("07:59", night)).not.toBe(rows("08:00", night));
    expect(rows("08:00", night)).toBe(rows("09:00", night));
    expect(rows("08:59", window)).not.toBe(rows("09:00", window));
    expect(rows("08:00", night)).toHaveLength(353);
  });

  test("is the whole where the span is of another column", () => {
    const world = stores.at(morning("09:30"));
    const span = { column: "processed_at", from: "2026-02-03", to: "2026-02-03" };
    expect(world.table(tables.players, span)?.rows).toBe(world.table(tables.players)?.rows);
  });

  test.each(timed)("of %s, parted by times, holds at least what the whole holds of those days in UTC", (table, { partition }) => {
    const world = stores.at(morning("09:30"));
    const within = (span: Span) => (row: Row) =>
      span.from <= String(row[partition]).slice(0, 10) && String(row[partition]).slice(0, 10) <= span.to;
    const whole = world.table(table)?.rows ?? [];
    expect(whole.length).toBeGreaterThan(0);
    for (const day of ["2026-01-01", "2026-01-31", "2026-02-01", "2026-02-02", "2026-02-03", "2026-02-04"]) {
      const span = { column: partition, from: day, to: day };
      expect(world.table(table, span)?.rows.filter(within(span))).toEqual(whole.filter(within(span)));
    }
  });
});

test("the shape of a table, and a night of it, are told without making the other nights", async () => {
  // Made, those of all nights would be refused: there are not that many.
  const impossible = staged(`changes: [{ values: ${tables.players}, night: all, rows: 200000, set: { points: 1 }, from: 06:40 }]`);
  const warehouse = embeddedWarehouse(impossible, storeClock(morning("18:00")));
  expect(Object.keys((await warehouse.describe(tables.players, asking())).columns)).toContain("minutes_played");
  const earlier = embeddedWarehouse(impossible, storeClock(morning("06:39")));
  const sql = `SELECT points FROM {${tables.players}} WHERE game_date = @date LIMIT @limit`;
  const params = { date: { kind: "date", value: "2026-02-02" }, limit: { kind: "integer", value: 1000 } } as const;
  expect((await earlier.query({ name: "points", sql, params, columns: { points: "integer" } }, asking())).rows.length).toBeGreaterThan(100);
});
