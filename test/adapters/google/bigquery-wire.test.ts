import { createRequire } from "node:module";
import { BigQuery } from "@google-cloud/bigquery";
import { afterEach, describe, expect, test } from "vitest";
import type { ColumnKind } from "../../../src/pipeline/schema.ts";
import type { Query } from "../../../src/ports/warehouse.ts";
import { asking, refusalOf } from "../../contracts/asking.ts";
import type { HttpRoutes } from "../../fakes/http.ts";
import { sendJson } from "../../fakes/http.ts";
import { day, names, said, sample, stage, strikeStages, token } from "./bigquery-stage.ts";
import { loginWith } from "../../support/cloud.ts";

afterEach(strikeStages);

const require = createRequire(import.meta.url);
const results = require("../../fakes/samples/bigquery-query-results.json") as Results;
const view = require("../../fakes/samples/bigquery-view.json") as unknown;

interface Results {
  readonly schema: { readonly fields: readonly { readonly name: string; readonly type: string }[] };
  readonly rows: readonly { readonly f: readonly { readonly v: unknown }[] }[];
}

const kinds: Readonly<Record<string, ColumnKind>> = {
  name: "string",
  played_on: "date",
  at: "instant",
  points: "integer",
  rate: "number",
  spread: "number",
  is_dnp: "boolean",
  context: "json",
  features: "json",
  source: "json",
  lines: "json",
};

function replying(request: string, body: unknown): HttpRoutes {
  return async (given, response) => {
    if (said(given) !== request) return false;
    sendJson(response, 200, body);
    return true;
  };
}

function selecting(columns: Query["columns"]): Query {
  return { ...names, sql: names.sql.replace("name, points", Object.keys(columns).join(", ")), columns };
}

/** The statement itself would be refused by the fake, which has no such columns: its job is taken for good. */
async function answering(body: unknown) {
  const job = {
    jobReference: { projectId: "acme", jobId: "" },
    status: { state: "DONE" },
    statistics: { query: { totalBytesBilled: "10485760" } },
  };
  return stage({
    before: async (given, response) => {
      if (said(given) === "POST /jobs")
        return (sendJson(response, 200, { ...job, jobReference: JSON.parse(given.body).jobReference }), true);
      if (said(given) === "GET /jobs/ID") return (sendJson(response, 200, job), true);
      return replying("GET /queries/ID", body)(given, response);
    },
  });
}

describe("a documented reply", () => {
  test("is read into the port's one form, lists and records as JSON", async () => {
    const { warehouse } = await answering(results);
    expect(await warehouse.query(selecting(kinds), asking())).toEqual({
      rows: [
        {
          name: "Jokić",
          played_on: "2026-02-03",
          at: "2026-02-04T03:10:06.123Z",
          points: 27,
          rate: 0.285,
          spread: -3.5,
          is_dnp: false,
          context: { a: [1, null] },
          features: [1, 1.5e-7],
          source: { name: "gamebook", read_at: "1969-12-31T23:59:59.999Z" },
          lines: [{ book: "a", line: 24.5, seen: [1, 2] }],
        },
        {
          name: null,
          played_on: null,
          at: "1970-01-01T00:00:00.000Z",
          points: null,
          rate: 0,
          spread: null,
          is_dnp: true,
          context: null,
          features: [],
          source: null,
          lines: [],
        },
      ],
      bytes: 10 * 2 ** 20,
    });
  });

  const spoilt: [column: string, cell: unknown, why: string][] = [
    ["points", "9007199254740994", "an integer above 2^53"],
    ["spread", "9007199254740994.5", "a decimal above 2^53"],
    ["rate", "NaN", "no number"],
    ["rate", "Infinity", "no finite number"],
    ["rate", "", "an empty number"],
    ["is_dnp", "TRUE", "another spelling of true"],
    ["at", "2026-02-04T03:10:06Z", "a time in another form than was asked for"],
    ["context", "{", "half a document"],
    ["features", [{ v: "1.0" }, { v: "x" }], "a list with one that is no number"],
    ["source", { f: [{ v: "gamebook" }] }, "a record with a field too few"],
    ["lines", [{ v: { f: [{ v: "a" }, { v: "24.5" }, { v: [{ v: "9007199254740994" }] }] } }], "an integer above 2^53 deep inside"],
    ["lines", "[]", "a list that is text"],
  ];
  test.each(spoilt)("whose %s holds %j (%s) is malformed, and the column is named", async (column, cell) => {
    const index = results.schema.fields.findIndex(({ name }) => name === column);
    const rows = results.rows.map((row, at) => (at === 1 ? row : { f: row.f.map((old, place) => (place === index ? { v: cell } : old)) }));
    const { warehouse } = await answering({ ...results, rows });
    expect(await refusalOf(warehouse.query(selecting(kinds), asking()))).toMatchObject({
      refusal: "malformed",
      message: expect.stringContaining(`nba_raw.sample.${column}`),
    });
  });

  test("of a view has its columns, lists and records too, by the names that SQL uses", async () => {
    const { warehouse } = await stage({ before: replying("GET /datasets/nba_predictions/tables/current", view) });
    expect((await warehouse.describe("nba_predictions.current", asking())).columns).toEqual({
      game_date: "DATE",
      player: "ARRAY<STRUCT>",
      n: "INT64",
      rate: "FLOAT64",
      is_active: "BOOL",
    });
  });
});

describe("what is asked of BigQuery", () => {
  test("is the statement as it is, with its parameters typed, in the project's location, cached, labelled and limited", async () => {
    const { warehouse, requests } = await stage();
    const params: Query["params"] = {
      date: { kind: "date", value: day },
      since: { kind: "instant", value: "2026-02-03T22:10:00-05:00" },
      name: { kind: "string", value: "Jokić" },
      limit: { kind: "integer", value: 10 },
    };
    const sql = "SELECT points FROM {nba_raw.sample} WHERE played_on = @date AND seen_at >= @since AND name = @name LIMIT @limit";
    const call = asking({ look: "Player-Rows of nba_raw.sample 2026-02-03", deadlineAt: Date.now() + 60_000 });
    expect((await warehouse.query({ name: "x", sql, params, columns: { points: "integer" } }, call)).rows).toEqual([{ points: 0 }]);
    const [insertion, reading, accounting, ...more] = requests;
    expect(more).toEqual([]);
    const { jobReference, configuration } = JSON.parse(insertion?.body ?? "");
    expect(jobReference).toEqual({ projectId: "acme", jobId: expect.stringMatching(/^postgame_[\w-]{36}$/u), location: "us-west2" });
    expect(configuration).toEqual({
      labels: { postgame: "player-rows_of_nba_raw_sample_2026-02-03" },
      jobTimeoutMs: expect.stringMatching(/^\d{5}$/u),
      query: {
        query: "SELECT points FROM `acme.nba_raw.sample` WHERE played_on = @date AND seen_at >= @since AND name = @name LIMIT @limit",
        useLegacySql: false,
        useQueryCache: true,
        maximumBytesBilled: String(64 * 2 ** 20),
        parameterMode: "NAMED",
        queryParameters: [
          { name: "date", parameterType: { type: "DATE" }, parameterValue: { value: day } },
          { name: "since", parameterType: { type: "TIMESTAMP" }, parameterValue: { value: "2026-02-04T03:10:00.000Z" } },
          { name: "name", parameterType: { type: "STRING" }, parameterValue: { value: "Jokić" } },
          { name: "limit", parameterType: { type: "INT64" }, parameterValue: { value: "10" } },
        ],
      },
    });
    for (const each of [reading, accounting]) expect(each?.url.searchParams.get("location")).toBe("us-west2");
    for (const each of requests) expect(each.headers.authorization).toBe(`Bearer ${token}`);
  });

  test("follows every page, with no row twice and none left out, and asks for no more rows than may be answered", async () => {
    const rows = Array.from({ length: 23 }, (_, points) => ({ played_on: day, name: "x", points, seen_at: null }));
    const columns = { played_on: "date", name: "string", points: "integer", seen_at: "instant" } as const;
    const { warehouse, requests } = await stage({ content: { tables: { "nba_raw.sample": { columns, rows } } }, pageRows: 5 });
    const found = await warehouse.query(names, asking({ budget: { maxRows: 23, maxBytes: 2 ** 30 } }));
    expect(found.rows.map((row) => Number(row["points"])).toSorted((a, b) => a - b)).toEqual(rows.map(({ points }) => points));
    const pages = requests
      .filter((request) => said(request) === "GET /queries/ID")
      .map(({ url }) => Number(url.searchParams.get("maxResults")));
    expect(pages).toEqual([24, 19, 14, 9, 4]);
  });
});

describe("the fake, asked by the real client's own methods", () => {
  const client = async (given: Parameters<typeof stage>[0] = {}) => {
    const staged = await stage({ pageRows: 2, ...given });
    const options = { projectId: "acme", location: "us-west2", apiEndpoint: staged.address, autoRetry: false };
    return { ...staged, bigquery: new BigQuery({ ...options, authClient: loginWith(token) }) };
  };
  const query = "SELECT name, points, seen_at FROM `acme.nba_raw.sample` WHERE played_on = @date LIMIT @limit";
  const params = { date: BigQuery.date(day), limit: 10 };

  test("answers query() with every page's rows, as the client parses them", async () => {
    const { bigquery } = await client();
    const [rows] = (await bigquery.query({ query, params, location: "us-west2" })) as unknown as [
      { points: number; seen_at: { value: string } }[],
    ];
    expect(rows.map(({ points }) => points).toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
    expect(rows[0]?.seen_at.value).toBe("2026-02-04T03:10:00.120Z");
  });

  test("runs a job, tells what it cost, and a dry run without a job", async () => {
    const { bigquery, jobs } = await client();
    const [job] = await bigquery.createQueryJob({ query, params, maximumBytesBilled: "20971520" });
    expect((await job.getQueryResults())[0]).toHaveLength(3);
    const [metadata] = await job.getMetadata();
    expect(metadata).toMatchObject({ status: { state: "DONE" }, statistics: { query: { totalBytesBilled: "10485760", cacheHit: false } } });
    const [dry] = await bigquery.createQueryJob({ query, params, dryRun: true });
    expect(Number(dry.metadata.statistics.totalBytesProcessed)).toBeGreaterThan(0);
    expect(jobs).toHaveLength(1);
    await expect(bigquery.createQueryJob({ query: query.replace("points", "rebounds"), params, dryRun: true })).rejects.toMatchObject({
      code: 400,
      errors: [{ reason: "invalidQuery" }],
    });
  });

  test("refuses a job over its limit, unbilled, and a job id that is taken", async () => {
    const { bigquery, jobs } = await client();
    const [job] = await bigquery.createQueryJob({ query, params, maximumBytesBilled: String(10 * 2 ** 20 - 1), jobId: "mine" });
    await expect(job.getQueryResults()).rejects.toMatchObject({ errors: [{ reason: "bytesBilledLimitExceeded" }] });
    expect(jobs[0]?.billed).toBe(0);
    await expect(bigquery.createQueryJob({ query, params, jobId: "mine" })).rejects.toMatchObject({ code: 409 });
  });

  test("holds a request for a job that has not ended, and ends it when it is cancelled", async () => {
    const { bigquery, jobs } = await client({ content: { ...sample, failures: [{ port: "warehouse", with: "deadline" }] } });
    const [job] = await bigquery.createQueryJob({ query, params });
    await expect(job.getQueryResults({ timeoutMs: 40 })).rejects.toThrow("did not complete before 40ms");
    await job.cancel();
    expect(jobs[0]).toMatchObject({ state: "DONE", cancelled: true });
    expect((await job.getMetadata())[0]).toMatchObject({ status: { errorResult: { reason: "stopped" } } });
  });

  test("lists datasets and tables, and describes one", async () => {
    const { bigquery } = await client();
    expect((await bigquery.getDatasets())[0].map(({ id }) => id)).toEqual(["nba_raw"]);
    const [tables] = await bigquery.dataset("nba_raw").getTables();
    expect(tables.map(({ id }) => id)).toEqual(["sample"]);
    const [metadata] = await bigquery.dataset("nba_raw").table("sample").getMetadata();
    expect(metadata.schema.fields.map(({ type }: { type: string }) => type)).toEqual(["DATE", "STRING", "INTEGER", "TIMESTAMP"]);
    await expect(bigquery.dataset("nba_rwa").table("sample").getMetadata()).rejects.toMatchObject({ code: 404 });
  });

  test.each([
    ["two tables", query.replace(" WHERE", ", `acme.nba_raw.other` WHERE")],
    ["an unquoted table", query.replaceAll("`", "")],
    ["a function that only BigQuery has", query.replace("points", "SAFE_DIVIDE(points, points)")],
    ["a table function", query.replace("`acme.nba_raw.sample`", "UNNEST([1])")],
  ])("says loudly that it can't run %s", async (_, statement) => {
    const { bigquery } = await client();
    await expect(bigquery.query({ query: statement, params })).rejects.toThrow(/unsupported|Nothing answers|socket hang up/u);
  });
});
