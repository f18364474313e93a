import { describe, expect, test } from "vitest";
import { spanOf } from "../../../src/adapters/embedded/span.ts";
import type { Query } from "../../../src/ports/warehouse.ts";

const params: Query["params"] = {
  date: { kind: "date", value: "2026-02-03" },
  from: { kind: "date", value: "2026-01-24" },
  to: { kind: "date", value: "2026-02-13" },
  since: { kind: "instant", value: "2026-02-03T05:00:00.000Z" },
  until: { kind: "instant", value: "2026-02-05T00:00:00.000Z" },
  name: { kind: "string", value: "2026-02-03" },
  limit: { kind: "integer", value: 10 },
};
const asked = (where: string, rest = "LIMIT @limit", from = "FROM {nba_raw.sample}") =>
  spanOf({ name: "sample", sql: `SELECT cell, COUNT(*) AS found\n${from}\nWHERE ${where}\n${rest}`, params, columns: {} });

const day = { column: "played_on", from: "2026-02-03", to: "2026-02-03" };
const window = { column: "played_on", from: "2026-01-24", to: "2026-02-13" };

describe("the dates that a statement reads", () => {
  test.each([
    ["played_on = @date", day],
    ["cell = @limit AND played_on = @date", day],
    ["played_on BETWEEN @from AND @to", window],
    ["name = @name AND played_on BETWEEN @from AND @to AND cell > @limit", window],
    ["played_on=@date", day],
    ["(cell = @limit OR name = @name) AND STRPOS(@name, CONCAT(name, name)) > @limit AND played_on = @date", day],
    ["played_on = @date AND cell IS NULL", day],
    ["sent_at >= @since AND sent_at < @until", { column: "sent_at", from: "2026-02-03", to: "2026-02-04" }],
  ])("%s", (where, span) => {
    expect(asked(where)).toEqual(span);
    expect(asked(where, "GROUP BY cell QUALIFY ROW_NUMBER() OVER (ORDER BY cell) = @limit LIMIT @limit")).toEqual(span);
  });

  test.each([
    "played_on = @date OR cell = @limit",
    "NOT played_on = @date",
    "cell = @limit OR name = @name AND played_on = @date",
    "(cell = @limit OR played_on = @date)",
    "(played_on = @date) = cell",
    "(played_on = @date) IS NULL",
    "played_on = @date IS NULL",
    "cell = played_on = @date",
    "played_on >= @from",
    "played_on > @date AND cell = @limit",
    "updated_at = @since",
    "sent_at >= @since",
    "sent_at >= @since AND read_at < @until",
    "sent_at >= @since OR sent_at < @until",
    "sent_at >= @from AND sent_at < @until",
    "name = @name",
    "a.played_on = @date",
    "played_on <= @date",
    "played_on != @date",
    "IF(played_on = @date, cell, name) = @limit",
  ])("%s may read any", (where) => {
    expect(asked(where)).toBeUndefined();
  });

  test("a condition on groups or on places in an order is none on rows", () => {
    expect(asked("cell = @limit", "GROUP BY played_on QUALIFY played_on = @date LIMIT @limit")).toBeUndefined();
    expect(asked("cell = @limit", "GROUP BY played_on HAVING played_on = @date LIMIT @limit")).toBeUndefined();
  });

  test("a table that is read twice, or under another name, may be read whole", () => {
    expect(asked("played_on = @date", "LIMIT @limit", "FROM {nba_raw.sample} AS a, {nba_raw.sample} AS b")).toBeUndefined();
    expect(asked("played_on = @date", "LIMIT @limit", "FROM {nba_raw.sample} AS a")).toBeUndefined();
  });
});
