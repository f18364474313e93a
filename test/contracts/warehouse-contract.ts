import { describe, expect, test } from "vitest";
import type { Failure } from "../../src/adapters/embedded/world.ts";
import type { Refusal } from "../../src/errors.ts";
import { refusals as allRefusals } from "../../src/errors.ts";
import type { ColumnKind } from "../../src/pipeline/schema.ts";
import type { Answer, Param, Query, Row, TableName, Value, Warehouse } from "../../src/ports/warehouse.ts";
import { asking, refusalOf } from "./asking.ts";
import { disposing } from "./disposing.ts";

export interface TableContent {
  readonly columns: Readonly<Record<string, ColumnKind>>;
  readonly rows: readonly Row[];
}

export interface WarehouseContent {
  readonly tables: Readonly<Record<TableName, TableContent>>;
  readonly failures?: readonly Failure[];
}

interface WarehouseSubject {
  readonly warehouse: Warehouse;
  /** From now on the stores hold this instead. */
  become(content: WarehouseContent): Promise<void>;
  dispose(): Promise<void>;
}

export type MakeWarehouse = (content: WarehouseContent) => Promise<WarehouseSubject>;

interface Backend {
  /** Those that the backend can answer with; all if absent. */
  readonly refusals?: readonly Refusal[];
}

/** What every warehouse adapter does alike. */
export function warehouseContract(name: string, makeSubject: MakeWarehouse, { refusals = allRefusals }: Backend = {}): void {
  const holding = disposing(makeSubject);

  describe(`${name}`, () => {
    describe("values", () => {
      valueTests(holding);
    });
    describe("statements", () => {
      statementTests(holding);
    });
    describe("places", () => {
      placeTests(holding);
    });
    describe("ends", () => {
      endTests(holding);
    });
    describe("failures", () => {
      failureTests(holding, refusals);
    });
    describe("estimates", () => {
      estimateTests(holding);
    });
    describe("names of tables", () => {
      tablesTests(holding);
    });
    describe("changes", () => {
      changeTests(holding);
    });
  });
}

const table = "nba_raw.sample";
const date = "2026-02-03";

function valueTests(holding: MakeWarehouse): void {
  const values: [ColumnKind, Value][] = [
    ["string", ""],
    ["string", "Jokić 'quoted' \"twice\" {nba_raw.sample} @date $date \u{1F3C0}"],
    ["date", "2026-02-03"],
    ["date", "2026-03-08"],
    ["date", "2025-11-02"],
    ["date", "2024-02-29"],
    ["instant", "2026-02-04T20:00:06.000Z"],
    ["instant", "2026-03-08T06:59:59.999Z"],
    ["instant", "2026-03-08T07:00:00.001Z"],
    ["instant", "2025-11-02T05:30:00.120Z"],
    ["instant", "2025-11-02T06:30:00.120Z"],
    ["instant", "1969-12-31T23:59:59.999Z"],
    ["integer", 0],
    ["integer", -17],
    ["integer", 2 ** 53 - 1],
    ["integer", 2 ** 53],
    ["integer", -(2 ** 53)],
    ["number", 34.5],
    ["number", 0.1],
    ["number", -1234.0625],
    ["number", 12],
    ["boolean", true],
    ["boolean", false],
    ["json", { a: [1, 2.5, null, "x"], b: { c: true } }],
    ["json", ["one", "two"]],
    ["json", "text"],
    ["json", 7],
  ];

  test.each(values)("a %s comes back as it is stored: %j", async (kind, value) => {
    const { warehouse } = await holding(one({ cell: kind }, { cell: value }));
    expect(await read(warehouse, { cell: kind })).toEqual([{ cell: value }]);
  });

  test.each([...new Set(values.map(([kind]) => kind))])("null of kind %s comes back as null beside a value of that kind", async (kind) => {
    const value = values.find(([candidate]) => candidate === kind)?.[1] ?? null;
    const { warehouse } = await holding({
      tables: { [table]: { columns: { played_on: "date", cell: kind }, rows: [cell(null), cell(value)] } },
    });
    const rows = await read(warehouse, { cell: kind });
    expect(rows).toHaveLength(2);
    expect(rows).toContainEqual({ cell: null });
    expect(rows).toContainEqual({ cell: value });
  });

  test("minus zero comes back as zero, so that an answer is the same after it was saved", async () => {
    const { warehouse } = await holding(one({ cell: "number" }, { cell: -0 }));
    expect(await read(warehouse, { cell: "number" })).toEqual([{ cell: 0 }]);
  });

  test.each([2 ** 53 + 2, -(2 ** 53) - 2])("the integer %d is refused, not rounded", async (value) => {
    const { warehouse } = await holding(one({ cell: "integer" }, { cell: value }));
    expect(await refusalOf(read(warehouse, { cell: "integer" }))).toMatchObject({ refusal: "malformed" });
  });

  test("a total above 2^53 is refused, though each of its parts is below", async () => {
    const { warehouse } = await holding(rowsOf({ cell: "integer" }, [{ cell: 2 ** 53 }, { cell: 1 }]));
    const total = ask(`SELECT SUM(cell) AS total FROM {${table}} WHERE played_on = @date LIMIT @limit`, { total: "integer" });
    expect(await refusalOf(warehouse.query(total, asking()))).toMatchObject({ refusal: "malformed" });
  });

  const mistaken: [stored: ColumnKind, value: Value, declared: ColumnKind][] = [
    ["string", "12", "integer"],
    ["string", "12.5", "number"],
    ["string", "2026-02-03", "date"],
    ["string", "2026-02-04T20:00:06.000Z", "instant"],
    ["string", "true", "boolean"],
    ["number", 34.5, "integer"],
    ["integer", 1, "boolean"],
    ["integer", 20_260_203, "date"],
    ["date", "2026-02-03", "instant"],
    ["date", "2026-02-03", "string"],
    ["instant", "2026-02-04T00:00:00.000Z", "date"],
    ["boolean", true, "string"],
    ["json", "text", "string"],
  ];
  test.each(mistaken)(
    "a %s (%j) is malformed where the statement declares %s, and the column is named",
    async (stored, value, declared) => {
      const { warehouse } = await holding(one({ cell: stored }, { cell: value }));
      const refused = await refusalOf(read(warehouse, { cell: declared }));
      expect(refused).toMatchObject({ refusal: "malformed", message: expect.stringContaining("cell") });
      expect(refused.next).not.toBe("");
    },
  );
}

function statementTests(holding: MakeWarehouse): void {
  const days = ["2026-03-06", "2026-03-07", "2026-03-08", "2026-03-09", "2026-03-10"];
  const perDay: WarehouseContent = {
    tables: { [table]: { columns: { played_on: "date", cell: "integer" }, rows: days.map((day, cell) => ({ played_on: day, cell })) } },
  };
  const window = `SELECT played_on FROM {${table}} WHERE played_on BETWEEN @from AND @to LIMIT @limit`;

  test("a window holds both its ends and nothing outside them", async () => {
    const { warehouse } = await holding(perDay);
    const params: Query["params"] = {
      from: { kind: "date", value: "2026-03-07" },
      to: { kind: "date", value: "2026-03-09" },
      limit: { kind: "integer", value: 10 },
    };
    const { rows } = await warehouse.query({ name: "window", sql: window, params, columns: { played_on: "date" } }, asking());
    expect(rows).toHaveLength(3);
    expect(new Set(rows.map((row) => row["played_on"]))).toEqual(new Set(["2026-03-07", "2026-03-08", "2026-03-09"]));
  });

  test("a date's rows are that date's alone, on the day the clocks change too", async () => {
    const { warehouse } = await holding(perDay);
    expect(await read(warehouse, { cell: "integer" }, "2026-03-08")).toEqual([{ cell: 2 }]);
  });

  test("a limit below the number of rows cuts to it", async () => {
    const { warehouse } = await holding(rowsOf({ cell: "integer" }, [{ cell: 1 }, { cell: 1 }, { cell: 1 }]));
    const limited = ask(`SELECT cell FROM {${table}} WHERE played_on = @date LIMIT @limit`, { cell: "integer" }, { limit: 2 });
    expect(await warehouse.query(limited, asking())).toMatchObject({ rows: [{ cell: 1 }, { cell: 1 }] });
  });

  describe("a statement that would cost more bytes than it may is refused before it's run", () => {
    const columns = { name: "string", number: "number", whole: "integer", moment: "instant", flag: "boolean" } as const;
    const row = { name: "Jokić", number: 34.5, whole: 7, moment: "2026-02-04T20:00:06.000Z", flag: true };
    const within = async (names: readonly (keyof typeof columns)[], maxBytes: number): Promise<Answer> => {
      const { warehouse } = await holding(rowsOf(columns, [row, row]));
      const selected = Object.fromEntries(names.map((name) => [name, columns[name]]));
      const sql = `SELECT ${names.join(", ")} FROM {${table}} WHERE played_on = @date LIMIT @limit`;
      return warehouse.query(ask(sql, selected), asking({ budget: { maxRows: 50_000, maxBytes } }));
    };
    // 8 for each row's date, which the condition reads, and the columns' own; a string counts 2 more than its UTF-8.
    const costs: [(keyof typeof columns)[], number][] = [
      [["name"], 2 * (8 + 8)],
      [["number"], 2 * (8 + 8)],
      [["flag"], 2 * (8 + 1)],
      [["name", "number", "whole", "moment", "flag"], 2 * (8 + 8 + 8 + 8 + 8 + 1)],
    ];
    test.each(costs)("%j of two rows: %d bytes are enough, one less is not", async (names, bytes) => {
      expect((await within(names, bytes)).rows).toHaveLength(2);
      const refused = await refusalOf(within(names, bytes - 1));
      expect(refused).toMatchObject({ refusal: "over_budget", message: expect.stringContaining(`${bytes - 1} that`) });
      expect(refused.message).toContain(table);
      expect(refused.next).not.toBe("");
    });
  });

  test("no row is an answer", async () => {
    const { warehouse } = await holding(perDay);
    expect(await read(warehouse, { cell: "integer" }, "2026-07-01")).toEqual([]);
  });

  test("as many rows as the budget allows are an answer, one more is refused as partial", async () => {
    const { warehouse } = await holding(rowsOf({ cell: "integer" }, [{ cell: 1 }, { cell: 2 }, { cell: 3 }]));
    const all = ask(`SELECT cell FROM {${table}} WHERE played_on = @date LIMIT @limit`, { cell: "integer" });
    const within = (maxRows: number): Promise<Answer> => warehouse.query(all, asking({ budget: { maxRows, maxBytes: 2 ** 40 } }));
    expect((await within(3)).rows).toHaveLength(3);
    expect(await refusalOf(within(2))).toMatchObject({ refusal: "partial" });
  });

  test("a condition that need not hold for every row leaves the others in", async () => {
    const { warehouse } = await holding(perDay);
    const found = async (where: string): Promise<unknown[]> => {
      const more: Query["params"] = { high: { kind: "integer", value: 3 }, date: { kind: "date", value: "2026-03-07" } };
      const sql = `SELECT cell FROM {${table}} WHERE ${where} LIMIT @limit`;
      const { rows } = await warehouse.query(ask(sql, { cell: "integer" }, { more }), asking());
      return rows.map((row) => Number(row["cell"])).toSorted((a, b) => a - b);
    };
    expect(await found("played_on = @date OR cell > @high")).toEqual([1, 4]);
    expect(await found("NOT played_on = @date AND cell > @high")).toEqual([4]);
    expect(await found("NOT (played_on = @date OR cell > @high)")).toEqual([0, 2, 3]);
  });

  test("dates asked one after the other, in a window and alone again are each answered whole", async () => {
    const { warehouse } = await holding(perDay);
    const cells = async (from: string, to: string): Promise<unknown[]> => {
      const params: Query["params"] = {
        from: { kind: "date", value: from },
        to: { kind: "date", value: to },
        limit: { kind: "integer", value: 10 },
      };
      const sql = window.replace("SELECT played_on", "SELECT cell");
      return (await warehouse.query({ name: "window", sql, params, columns: { cell: "integer" } }, asking())).rows
        .map((row) => Number(row["cell"]))
        .toSorted((a, b) => a - b);
    };
    for (let round = 0; round < 2; round += 1) {
      for (const [index, day] of days.entries()) expect(await read(warehouse, { cell: "integer" }, day)).toEqual([{ cell: index }]);
      expect(await cells("2026-03-07", "2026-03-09")).toEqual([1, 2, 3]);
      expect(await cells("2026-03-09", "2026-03-12")).toEqual([3, 4]);
      expect(await cells("2026-03-09", "2026-03-07")).toEqual([]);
    }
  });

  const compared: [column: ColumnKind, value: string | number, other: Value, param: Param["kind"]][] = [
    ["string", "O'Neal", "o'neal", "string"],
    ["string", "", null, "string"],
    ["integer", 2 ** 53, 2 ** 53 - 1, "integer"],
    ["date", "2026-03-08", "2026-03-09", "date"],
    ["instant", "2026-03-08T07:00:00.001Z", "2026-03-08T07:00:00.000Z", "instant"],
  ];
  test.each(compared)("a %s parameter finds %j and not %j", async (kind, value, other, param) => {
    const { warehouse } = await holding(rowsOf({ cell: kind }, [{ cell: value }, { cell: other }]));
    const wanted = { kind: param, value } as Param; // The table above pairs each kind with a value of it.
    const found = ask(
      `SELECT cell FROM {${table}} WHERE played_on = @date AND cell = @wanted LIMIT @limit`,
      { cell: kind },
      { more: { wanted } },
    );
    expect((await warehouse.query(found, asking())).rows).toEqual([{ cell: value }]);
  });

  test("counting nothing is 0, adding nothing up is null", async () => {
    const { warehouse } = await holding(rowsOf({ cell: "integer" }, []));
    const sql = `SELECT COUNT(*) AS found, COUNTIF(cell > @least) AS high, SUM(cell) AS total FROM {${table}} WHERE played_on = @date LIMIT @limit`;
    const least: Param = { kind: "integer", value: 1 };
    const totals = ask(sql, { found: "integer", high: "integer", total: "integer" }, { more: { least } });
    expect((await warehouse.query(totals, asking())).rows).toEqual([{ found: 0, high: 0, total: null }]);
  });

  test("keys are counted by how often they are there, null for one key, and different values without null", async () => {
    const { warehouse } = await holding(
      rowsOf({ key: "string", moment: "instant" }, [
        { key: "a", moment: "2026-02-04T20:00:06.000Z" },
        { key: "a", moment: "2026-02-04T20:00:24.000Z" },
        { key: "b", moment: "2026-02-04T20:00:06.000Z" },
        { key: "b", moment: "2026-02-04T20:00:06.000Z" },
        { key: "c", moment: null },
        { key: null, moment: null },
        { key: null, moment: null },
      ]),
    );
    const within = `SELECT COUNT(*) AS copies, COUNT(DISTINCT moment) AS moments, COUNTIF(key IS NULL) AS lacking, MAX(moment) AS newest FROM {${table}} WHERE played_on = @date GROUP BY key`;
    const sql = `SELECT copies, moments, lacking, COUNT(*) AS n, SUM(moments) AS total, MIN(newest) AS first FROM (${within}) GROUP BY copies, moments, lacking LIMIT @limit`;
    const counts = { copies: "integer", moments: "integer", lacking: "integer", n: "integer", total: "integer", first: "instant" } as const;
    const { rows } = await warehouse.query(ask(sql, counts), asking());
    const told = rows.map((row) => Object.values(row).join(" ")).toSorted();
    expect(told).toEqual(["1 0 0 1 0 ", "2 0 2 1 0 ", "2 1 0 1 1 2026-02-04T20:00:06.000Z", "2 2 0 1 2 2026-02-04T20:00:24.000Z"]);
  });

  test("a text made of parts is null if one of them is", async () => {
    const columns = { one: "string", other: "string" } as const;
    const { warehouse } = await holding(
      rowsOf(columns, [
        { one: "a", other: "b" },
        { one: "a", other: null },
      ]),
    );
    const sql = `SELECT CONCAT(one, @bar, other) AS joined FROM {${table}} WHERE played_on = @date LIMIT @limit`;
    const joined = ask(sql, { joined: "string" }, { more: { bar: { kind: "string", value: "|" } } });
    const { rows } = await warehouse.query(joined, asking());
    expect(rows).toHaveLength(2);
    expect(new Set(rows.map((row) => row["joined"]))).toEqual(new Set(["a|b", null]));
  });

  test("null comes first in rising order and last in falling order", async () => {
    const { warehouse } = await holding(rowsOf({ cell: "integer" }, [{ cell: 1 }, { cell: null }, { cell: 2 }]));
    const first = (order: string): Promise<Answer> => {
      const sql = `SELECT cell FROM {${table}} WHERE played_on = @date QUALIFY ROW_NUMBER() OVER (ORDER BY cell ${order}) = @place LIMIT @limit`;
      return warehouse.query(ask(sql, { cell: "integer" }, { more: { place: { kind: "integer", value: 1 } } }), asking());
    };
    expect((await first("ASC")).rows).toEqual([{ cell: null }]);
    expect((await first("DESC")).rows).toEqual([{ cell: 2 }]);
  });
}

function placeTests(holding: MakeWarehouse): void {
  const content = one({ cell: "integer" }, { cell: 1 });

  test("a table that isn't there is no_such_place and named, asked for its rows or its shape", async () => {
    const { warehouse } = await holding(content);
    const missing = ask("SELECT cell FROM {nba_raw.sampel} WHERE played_on = @date LIMIT @limit", { cell: "integer" });
    for (const refused of [
      await refusalOf(warehouse.query(missing, asking())),
      await refusalOf(warehouse.describe("nba_raw.sampel", asking())),
      await refusalOf(warehouse.estimate(missing, asking())),
    ]) {
      expect(refused).toMatchObject({ refusal: "no_such_place", message: expect.stringContaining("table nba_raw.sampel") });
      expect(refused.next).toContain("nba_raw.sampel");
    }
  });

  test("a dataset that isn't there is no_such_place and named as that, whatever is asked of it", async () => {
    const { warehouse } = await holding(content);
    const missing = ask("SELECT cell FROM {nba_rwa.sample} WHERE played_on = @date LIMIT @limit", { cell: "integer" });
    for (const refused of [
      await refusalOf(warehouse.query(missing, asking())),
      await refusalOf(warehouse.describe("nba_rwa.sample", asking())),
      await refusalOf(warehouse.estimate(missing, asking())),
      await refusalOf(warehouse.tables("nba_rwa", asking())),
    ]) {
      expect(refused).toMatchObject({ refusal: "no_such_place", message: expect.stringContaining("dataset nba_rwa") });
      expect(refused.message).not.toMatch(/\btable\b/u);
      expect(refused.next).toContain("nba_rwa");
    }
  });

  test("a column that isn't there is no_such_place and named, never a column of nulls", async () => {
    const { warehouse } = await holding(content);
    const refused = await refusalOf(read(warehouse, { cell: "integer", rebounds: "integer" }));
    expect(refused).toMatchObject({ refusal: "no_such_place", message: expect.stringContaining("rebounds") });
  });

  test("a table without rows has all its columns", async () => {
    const { warehouse } = await holding(rowsOf({ cell: "integer", note: "json" }, []));
    const shape = await warehouse.describe(table, asking());
    expect(Object.keys(shape.columns)).toEqual(["played_on", "cell", "note"]);
    expect(Object.values(shape.columns).every((type) => type !== "")).toBe(true);
  });
}

function estimateTests(holding: MakeWarehouse): void {
  test("of a statement that would be answered says bytes or nothing, and reads no row", async () => {
    const { warehouse } = await holding(one({ cell: "integer" }, { cell: 2 ** 53 + 2 }));
    expect((await refusalOf(warehouse.query(cells, asking()))).refusal).toBe("malformed");
    const { bytes } = await warehouse.estimate(cells, asking());
    expect(bytes === undefined || bytes === 16).toBe(true);
  });

  test("is refused for a column that isn't there, as the statement would be", async () => {
    const { warehouse } = await holding(one({ cell: "integer" }, { cell: 1 }));
    const missing = ask(`SELECT rebounds FROM {${table}} WHERE played_on = @date LIMIT @limit`, { rebounds: "integer" });
    const [asked, estimated] = [
      await refusalOf(warehouse.query(missing, asking())),
      await refusalOf(warehouse.estimate(missing, asking())),
    ];
    expect(estimated).toMatchObject({ refusal: "no_such_place", message: asked.message, next: asked.next });
    expect(estimated.message).toContain("rebounds");
  });

  test("is refused for more bytes than one answer may cost, as the statement would be", async () => {
    const { warehouse } = await holding(one({ cell: "integer" }, { cell: 1 }));
    const within = (maxBytes: number) => warehouse.estimate(cells, asking({ budget: { maxRows: 10, maxBytes } }));
    await within(16);
    expect(await refusalOf(within(15))).toMatchObject({ refusal: "over_budget", message: expect.stringContaining("15 that") });
  });
}

function tablesTests(holding: MakeWarehouse): void {
  const named = (...names: TableName[]): WarehouseContent => {
    return { tables: Object.fromEntries(names.map((name) => [name, { columns: { played_on: "date" }, rows: [] }])) };
  };

  test("are those of the dataset, with its name, in order, and no other's", async () => {
    const { warehouse } = await holding(named("nba_raw.b", "nba_raw_2.c", "nba_raw.a", "nba.raw"));
    expect(await warehouse.tables("nba_raw", asking())).toEqual(["nba_raw.a", "nba_raw.b"]);
  });

  test("are all answered if the budget allows as many, and one more is refused as partial", async () => {
    const { warehouse } = await holding(named(...Array.from({ length: 23 }, (_, index) => `nba_raw.t${index}`)));
    const within = (maxRows: number) => warehouse.tables("nba_raw", asking({ budget: { maxRows, maxBytes: 2 ** 40 } }));
    expect(await within(23)).toHaveLength(23);
    expect(await refusalOf(within(22))).toMatchObject({ refusal: "partial", message: expect.stringContaining("22") });
  });
}

function endTests(holding: MakeWarehouse): void {
  const crowd = rowsOf(
    { cell: "integer" },
    Array.from({ length: 2000 }, (_, cell) => ({ cell })),
  );
  /** Some 10^16 combinations: it would be answered in years. */
  const endless = ask(
    `SELECT COUNTIF(a.cell + b.cell + c.cell > d.cell + e.cell) AS found
     FROM {${table}} AS a, {${table}} AS b, {${table}} AS c, {${table}} AS d, {${table}} AS e
     WHERE a.played_on = @date LIMIT @limit`,
    { found: "integer" },
  );

  test("a call that was cancelled before it began is refused", async () => {
    const { warehouse } = await holding(crowd);
    const call = asking({ signal: AbortSignal.abort() });
    expect(await refusalOf(read(warehouse, { cell: "integer" }, date, call))).toMatchObject({ refusal: "deadline" });
    expect(await refusalOf(warehouse.describe(table, call))).toMatchObject({ refusal: "deadline" });
    expect(await refusalOf(warehouse.estimate(cells, call))).toMatchObject({ refusal: "deadline" });
    expect(await refusalOf(warehouse.tables("nba_raw", call))).toMatchObject({ refusal: "deadline" });
  });

  test("a call cancelled in the middle is refused, though its query would go on for years", async () => {
    const { warehouse } = await holding(crowd);
    const caller = new AbortController();
    const answering = refusalOf(warehouse.query(endless, asking({ signal: caller.signal })));
    expect(await read(warehouse, { cell: "integer" })).toHaveLength(2000);
    caller.abort();
    expect(await answering).toMatchObject({ refusal: "deadline" });
  });

  test("a dozen queries that ran out of time, begun or still waiting their turn, leave the backend free for the next", async () => {
    const { warehouse } = await holding(crowd);
    await read(warehouse, { cell: "integer" });
    const soon = asking({ deadlineAt: Date.now() + 200 });
    const refused = await Promise.all(Array.from({ length: 12 }, () => refusalOf(warehouse.query(endless, soon))));
    expect(new Set(refused.map(({ refusal }) => refusal))).toEqual(new Set(["deadline"]));
    expect(await read(warehouse, { cell: "integer" })).toHaveLength(2000);
  });

  test("a deadline that has passed is refused, and so is one that passes in the middle, without any signal", async () => {
    const { warehouse } = await holding(crowd);
    expect(await refusalOf(read(warehouse, { cell: "integer" }, date, asking({ deadlineAt: 0 })))).toMatchObject({ refusal: "deadline" });
    const soon = asking({ deadlineAt: Date.now() + 50 });
    expect(await refusalOf(warehouse.query(endless, soon))).toMatchObject({ refusal: "deadline" });
  });

  test("a deadline further away than a timer can count is not taken for one that has passed", async () => {
    const { warehouse } = await holding(crowd);
    expect(await read(warehouse, { cell: "integer" }, date, asking({ deadlineAt: Infinity }))).toHaveLength(2000);
  });
}

function failureTests(holding: MakeWarehouse, refusals: readonly Refusal[]): void {
  const content = one({ cell: "integer" }, { cell: 1 });
  const failing = (kind: Failure["with"]): WarehouseContent => ({ ...content, failures: [{ port: "warehouse", with: kind }] });
  const immediate = refusals.filter((refusal) => refusal !== "deadline");

  test.each(immediate)(
    "a backend that answers %s is refused as that, with a reason and a next step, and never answers rows",
    async (refusal) => {
      const { warehouse } = await holding(failing(refusal));
      const refused = await Promise.all([
        refusalOf(read(warehouse, { cell: "integer" })),
        refusalOf(warehouse.describe(table, asking())),
        refusalOf(warehouse.estimate(cells, asking())),
        refusalOf(warehouse.tables("nba_raw", asking())),
      ]);
      expect(refused.map((each) => each.refusal)).toEqual(refused.map(() => refusal satisfies Refusal));
      for (const each of refused) {
        expect(each.message).toContain("nba_raw");
        expect(each.next).not.toBe("");
      }
      expect(refused[0].message).toContain(table);
      expect(refused[1].message).toContain(table);
    },
  );

  test("a backend that hangs is waited for until the call ends, then refused as deadline", async () => {
    const { warehouse } = await holding(failing("deadline"));
    const caller = new AbortController();
    const call = asking({ signal: caller.signal });
    const answering = [
      read(warehouse, { cell: "integer" }, date, call),
      warehouse.describe(table, call),
      warehouse.estimate(cells, call),
      warehouse.tables("nba_raw", call),
    ].map((each) => refusalOf(each));
    const healthy = await holding(content);
    await read(healthy.warehouse, { cell: "integer" });
    caller.abort();
    expect((await Promise.all(answering)).map(({ refusal }) => refusal)).toEqual(answering.map(() => "deadline"));
  });

  test("a backend that answers garbage is refused as malformed, whatever kind was declared", async () => {
    const columns = { a: "string", b: "date", c: "instant", d: "integer", e: "number", f: "boolean", g: "json" } as const;
    const { warehouse } = await holding({ ...rowsOf(columns, []), failures: [{ port: "warehouse", with: "garbage" }] });
    for (const [name, kind] of Object.entries(columns)) {
      expect(await refusalOf(read(warehouse, { [name]: kind }))).toMatchObject({
        refusal: "malformed",
        message: expect.stringContaining(kind),
      });
    }
    const [sql, all] = [`SELECT a FROM {${table}} WHERE played_on = @date LIMIT @limit`, asking()];
    expect(await refusalOf(warehouse.estimate(ask(sql, { a: "string" }), all))).toMatchObject({ refusal: "malformed" });
    expect(await refusalOf(warehouse.tables("nba_raw", all))).toMatchObject({ refusal: "malformed" });
  });

  test("a backend that answers empty has no rows but still its columns", async () => {
    const { warehouse } = await holding(failing("empty"));
    expect(await read(warehouse, { cell: "integer" })).toEqual([]);
    expect(Object.keys((await warehouse.describe(table, asking())).columns)).toEqual(["played_on", "cell"]);
    expect(await warehouse.tables("nba_raw", asking())).toEqual([]);
  });

  test("another table's failure, another look's and another port's leave an answer as it is", async () => {
    const failures: Failure[] = [
      { port: "warehouse", target: "nba_raw.other", with: "denied" },
      { port: "warehouse", target: "other-rows", with: "denied" },
      { port: "documents", with: "denied" },
    ];
    const { warehouse } = await holding({ ...content, failures });
    expect(await read(warehouse, { cell: "integer" })).toEqual([{ cell: 1 }]);
  });
}

function changeTests(holding: MakeWarehouse): void {
  /** A state that can be told: as many rows as its number, each saying it. */
  const state = (number: number): WarehouseContent =>
    rowsOf(
      { cell: "integer" },
      Array.from({ length: number }, () => ({ cell: number })),
    );

  test("a changed table is seen by the next query, and so is one changed back", async () => {
    const subject = await holding(state(1));
    for (const number of [1, 3, 2, 3]) {
      await subject.become(state(number));
      expect(await read(subject.warehouse, { cell: "integer" })).toEqual(Array.from({ length: number }, () => ({ cell: number })));
    }
  });

  test("a column that was added or taken away is seen by the next query", async () => {
    const subject = await holding(one({ cell: "integer" }, { cell: 1 }));
    await read(subject.warehouse, { cell: "integer" });
    await subject.become(one({ cell: "integer", more: "string" }, { cell: 1, more: "x" }));
    expect(await read(subject.warehouse, { cell: "integer", more: "string" })).toEqual([{ cell: 1, more: "x" }]);
    await subject.become(one({ cell: "integer" }, { cell: 1 }));
    expect(await refusalOf(read(subject.warehouse, { cell: "integer", more: "string" }))).toMatchObject({ refusal: "no_such_place" });
  });

  test("twenty queries at once, while the table changes, each see one state and the whole of it", async () => {
    const subject = await holding(state(100));
    const answering: Promise<Row[]>[] = [];
    for (let number = 100; number < 120; number += 1) {
      await subject.become(state(number));
      answering.push(read(subject.warehouse, { cell: "integer" }));
    }
    for (const rows of await Promise.all(answering)) {
      expect(new Set(rows.map((row) => row["cell"]))).toEqual(new Set([rows.length]));
    }
  });

  test("twenty queries at once for a table nobody asked for before are all answered", async () => {
    const { warehouse } = await holding(state(7));
    const answers = await Promise.all(Array.from({ length: 20 }, () => read(warehouse, { cell: "integer" })));
    expect(answers.map((rows) => rows.length)).toEqual(Array.from({ length: 20 }, () => 7));
  });
}

function one(columns: Readonly<Record<string, ColumnKind>>, row: Row): WarehouseContent {
  return rowsOf(columns, [row]);
}

function rowsOf(columns: Readonly<Record<string, ColumnKind>>, rows: readonly Row[]): WarehouseContent {
  return { tables: { [table]: { columns: { played_on: "date", ...columns }, rows: rows.map((row) => ({ played_on: date, ...row })) } } };
}

function cell(value: Value): Row {
  return { played_on: date, cell: value };
}

function ask(
  sql: string,
  columns: Query["columns"],
  { limit = 10_000, more = {} }: { limit?: number; more?: Query["params"] } = {},
): Query {
  const params: Query["params"] = { date: { kind: "date", value: date }, limit: { kind: "integer", value: limit }, ...more };
  return { name: "sample", sql, params, columns };
}

const cells: Query = ask(`SELECT cell FROM {${table}} WHERE played_on = @date LIMIT @limit`, { cell: "integer" });

/** The columns of the rows of one date. */
async function read(warehouse: Warehouse, columns: Query["columns"], day = date, call = asking()): Promise<Row[]> {
  const sql = `SELECT ${Object.keys(columns).join(", ")} FROM {${table}} WHERE played_on = @date LIMIT @limit`;
  const query = ask(sql, columns, { more: { date: { kind: "date", value: day } } });
  return [...(await warehouse.query(query, call)).rows];
}
