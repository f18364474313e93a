import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { UserRefreshClient } from "google-auth-library";
import { afterEach, describe, expect, test, vi } from "vitest";
import { googleWarehouse } from "../../../src/adapters/google/bigquery.ts";
import type { BackendError, Refusal } from "../../../src/errors.ts";
import type { Warehouse } from "../../../src/ports/warehouse.ts";
import type { CallSpending } from "../../../src/spending.ts";
import { asking, refusalOf } from "../../contracts/asking.ts";
import type { FakeJob } from "../../fakes/bigquery.ts";
import type { HttpRoutes } from "../../fakes/http.ts";
import { sendJson, startHttpServer } from "../../fakes/http.ts";
import { cloudAt, names, plentyOf, said, sample, stage, strikeStages, token } from "./bigquery-stage.ts";
import { loginWith } from "../../support/cloud.ts";

afterEach(() => {
  strikeStages();
  vi.unstubAllEnvs();
});

const table = "nba_raw.sample";
const threeNames = ["Gordon", "Jokić", "Murray"];

async function namesOf(warehouse: Warehouse, call = asking()): Promise<string[]> {
  return (await warehouse.query(names, call)).rows.map((row) => String(row["name"])).toSorted();
}

/** Answers that request, as often as wanted, with an error's documented body. */
function failing(request: string, code: number, reason: string, message: string, times = Infinity): HttpRoutes {
  let left = times;
  return async (given, response) => {
    if (said(given) !== request || left <= 0) return false;
    left -= 1;
    sendJson(response, code, { error: { code, message, errors: [{ message, domain: "global", reason }], status: "X" } });
    return true;
  };
}

function told(error: BackendError): string {
  return `${error.message} ${error.next} ${inspect(error, { depth: 10, showHidden: true })}`;
}

const insertion = "POST /jobs";
const results = "GET /queries/ID";

describe("a service that is overloaded", () => {
  test.each([insertion, results, "GET /jobs/ID"])("and answers %s with 503 twice is asked a third time", async (request) => {
    const { warehouse, jobs } = await stage({ before: failing(request, 503, "backendError", "Retrying may solve the problem.", 2) });
    expect(await namesOf(warehouse)).toEqual(threeNames);
    expect(jobs).toHaveLength(1);
  });

  test("and makes the job although it answered 503 has it run once, not twice", async () => {
    let first = true;
    const { warehouse, jobs, requests, cloud } = await stage({
      before: async (request, response) => {
        if (said(request) !== insertion || !first) return false;
        first = false;
        const login = { authorization: `Bearer ${token}`, "content-type": "application/json" };
        await fetch(`${cloud.reach?.http}${request.url.pathname}`, { method: "POST", body: request.body, headers: login });
        sendJson(response, 503, {
          error: { code: 503, message: "Try again.", errors: [{ reason: "backendError", message: "Try again." }] },
        });
        return true;
      },
    });
    expect(await namesOf(warehouse)).toEqual(threeNames);
    expect(jobs).toHaveLength(1);
    expect(requests.filter((request) => said(request) === insertion)).toHaveLength(3);
  });

  test("for ever is unavailable after three attempts, and never later than the deadline", async () => {
    const before = failing("GET /datasets/nba_raw/tables/sample", 503, "backendError", "Retrying may solve the problem.");
    const { warehouse, requests } = await stage({ before });
    expect((await refusalOf(warehouse.describe(table, asking()))).refusal).toBe("unavailable");
    expect(requests).toHaveLength(3);
    expect((await refusalOf(warehouse.describe(table, asking({ deadlineAt: Date.now() + 30 })))).refusal).toBe("deadline");
    expect(requests).toHaveLength(4);
  });
});

describe("what BigQuery says of a failure", () => {
  const cases: [code: number, reason: string, message: string, refusal: Refusal, words: string][] = [
    [403, "rateLimitExceeded", "Exceeded rate limits: too many concurrent queries", "throttled", "rate limit exceeded"],
    [403, "quotaExceeded", "Quota exceeded: Your project exceeded quota for free query bytes scanned.", "throttled", table],
    [
      403,
      "accessDenied",
      "Access Denied: Table acme:nba_raw.sample: User does not have bigquery.tables.getData permission for table acme:nba_raw.sample, or perhaps it does not exist.",
      "denied",
      "bigquery.tables.getData (roles/bigquery.dataViewer)",
    ],
    [
      403,
      "accessDenied",
      "Access Denied: Project acme: User does not have bigquery.jobs.create permission in project acme.",
      "denied",
      "bigquery.jobs.create (roles/bigquery.jobUser)",
    ],
    [
      403,
      "accessNotConfigured",
      "BigQuery API has not been used in project 123456789 before or it is disabled.",
      "not_enabled",
      "bigquery.googleapis.com",
    ],
    [401, "authError", "Request had invalid authentication credentials.", "unauthenticated", "expired"],
    [400, "invalidQuery", "Unrecognized name: reb; Did you mean points? at [1:8]", "no_such_place", "nba_raw.sample has no column reb"],
    [400, "invalidQuery", "Name reb not found inside t at [1:8]", "no_such_place", "nba_raw.sample has no column reb"],
    [400, "invalidQuery", "Syntax error: Unexpected keyword FROM at [1:8]", "malformed", table],
    [
      404,
      "notFound",
      "Not found: Table acme:nba_raw.sample was not found in location us-west2",
      "no_such_place",
      "no table nba_raw.sample",
    ],
    [404, "notFound", "Not found: Dataset acme:nba_raw", "no_such_place", "no dataset nba_raw"],
    [400, "invalidQuery", "Could not serialize access to table acme:nba_raw.sample due to concurrent update", "conflict", table],
    [403, "responseTooLarge", "Response too large to return.", "partial", table],
    // Older replies came with 500; the reason is the same.
    [
      500,
      "bytesBilledLimitExceeded",
      "Query exceeded limit for bytes billed: 67108864. 99614720 or higher required.",
      "over_budget",
      table,
    ],
    [500, "backendError", "An internal error occurred and the request could not be completed.", "unavailable", table],
  ];

  test.each(cases)("%d %s (%s) is %s", async (code, reason, message, refusal, words) => {
    for (const request of [insertion, results]) {
      const { warehouse } = await stage({ before: failing(request, code, reason, message) });
      const refused = await refusalOf(warehouse.query(names, asking()));
      expect(refused.refusal).toBe(refusal);
      expect(refused.message).toContain(words);
      expect(refused.next).not.toBe("");
      expect(told(refused)).not.toContain(token);
    }
  });

  test.each([
    ["accessDenied", "denied"],
    ["notFound", "no_such_place"],
    ["invalidQuery", "malformed"],
    ["backendError", "unavailable"],
    ["rateLimitExceeded", "throttled"],
    ["responseTooLarge", "partial"],
    ["somethingNew", "unavailable"],
  ] satisfies [string, Refusal][])("a job that says %s itself, in a reply of 200, is %s", async (reason, refusal) => {
    const status = { state: "DONE", errorResult: { reason, message: "It failed." }, errors: [{ reason, message: "It failed." }] };
    for (const request of [insertion, "GET /jobs/ID"]) {
      const { warehouse } = await stage({
        before: async (given, response) => {
          if (said(given) !== request) return false;
          const jobId = /postgame_[\w-]+/u.exec(request === insertion ? given.body : given.url.pathname)?.[0];
          sendJson(response, 200, { kind: "bigquery#job", jobReference: { projectId: "acme", jobId }, status });
          return true;
        },
      });
      expect((await refusalOf(warehouse.query(names, asking()))).refusal).toBe(refusal);
    }
  });

  test("a dataset in another location is told from one that is nowhere, and its own location is said", async () => {
    const { warehouse } = await stage({ locations: { nba_raw: "US" } });
    const refused = await refusalOf(warehouse.query(names, asking()));
    expect(refused).toMatchObject({
      refusal: "wrong_location",
      message: "nba_raw.sample was looked for in us-west2, but the dataset nba_raw is in `US`",
    });
    const nowhere = { ...names, sql: names.sql.replace("nba_raw", "nba_rwa") };
    expect(await refusalOf(warehouse.query(nowhere, asking()))).toMatchObject({ refusal: "no_such_place" });
  });

  test("a dataset that may not be asked for is looked for in a wrong location, as BigQuery has said", async () => {
    const before = failing("GET /datasets/nba_raw", 403, "accessDenied", "Access Denied: Dataset acme:nba_raw");
    const { warehouse } = await stage({ locations: { nba_raw: "US" }, before });
    expect((await refusalOf(warehouse.query(names, asking()))).refusal).toBe("wrong_location");
  });
});

describe("an answer that is none", () => {
  const replying = (
    request: string,
    body: string,
    type = "application/json; charset=UTF-8",
    length = Buffer.byteLength(body),
  ): HttpRoutes => {
    return async (given, response) => {
      if (said(given) !== request) return false;
      response.writeHead(200, { "content-type": type, "content-length": length });
      response.write(body);
      if (length === Buffer.byteLength(body)) response.end();
      else response.write("", () => response.destroy());
      return true;
    };
  };
  const description = "GET /datasets/nba_raw/tables/sample";

  test.each([
    ["half a JSON body", '{"kind":"bigquery#getQueryResultsResponse","jobComplete":true,"rows":[{"f"', undefined],
    ["a page of HTML", "<html><body>Sign in to the network</body></html>", "text/html"],
    ["HTML that says it is JSON", "<html></html>", undefined],
    ["nothing", "", undefined],
    ["an empty object", "{}", undefined],
    ["null", "null", undefined],
    ["a list", "[]", undefined],
  ])("%s is malformed, in place of results or of a table", async (_, body, type) => {
    for (const request of [insertion, results, description]) {
      const { warehouse } = await stage({ before: replying(request, body, type) });
      const asked = request === description ? warehouse.describe(table, asking()) : warehouse.query(names, asking());
      expect(await refusalOf(asked)).toMatchObject({ refusal: "malformed", message: expect.stringContaining(table) });
    }
  });

  test.each([
    ["broken off in the middle", replying(results, '{"kind":', undefined, 4000)],
    ["cut before a byte of it came", (async (given, response) => said(given) === results && (response.destroy(), true)) as HttpRoutes],
  ])("%s is unavailable, and counts as spent whole where the job can't be asked what it billed", async (_, before) => {
    const mebibyte = 2 ** 20;
    const spending = plentyOf(100 * mebibyte);
    const jobs: FakeJob[] = [];
    const afterwards: HttpRoutes = async (given, response) => {
      await jobs[0]?.ended;
      return before(given, response);
    };
    const { warehouse } = await stage({ before: afterwards, spending, jobs });
    expect((await refusalOf(warehouse.query(names, asking()))).refusal).toBe("unavailable");
    // The job itself says what it billed: the least there is.
    const { signal } = new AbortController();
    expect((await spending.reserve({ what: "all", least: 1, wanted: 100 * mebibyte }, signal)).bytes).toBe(90 * mebibyte);

    const blind: HttpRoutes = async (given, response) => said(given) === "GET /jobs/ID" && (response.destroy(), true);
    const other = plentyOf(100 * mebibyte);
    const lost = await stage({
      before: async (given, response) => (await before(given, response)) || blind(given, response),
      spending: other,
    });
    expect((await refusalOf(lost.warehouse.query(names, asking()))).refusal).toBe("unavailable");
    expect((await other.reserve({ what: "all", least: 1, wanted: 100 * mebibyte }, signal)).bytes).toBe(36 * mebibyte);
  });

  test("nobody who listens is unavailable, and nothing was spent", async () => {
    const spending = plentyOf(64 * 2 ** 20);
    const server = await startHttpServer([]);
    server.stop();
    const refused = await refusalOf(googleWarehouse(cloudAt(server.address), spending).query(names, asking()));
    expect(refused.refusal).toBe("unavailable");
    await expect(spending.reserve({ what: "all", least: 2 ** 26, wanted: 2 ** 26 }, new AbortController().signal)).resolves.toBeDefined();
  });

  test("whose pages follow themselves is malformed, and does not go on until the rows run out", async () => {
    let pages = 0;
    const { warehouse } = await stage({
      before: async (given, response) => {
        if (said(given) !== results) return false;
        pages += 1;
        const fields = ["name", "points"].map((name) => ({ name, type: name === "name" ? "STRING" : "INTEGER" }));
        sendJson(response, 200, { jobComplete: true, totalRows: "3", schema: { fields }, rows: [], pageToken: "again" });
        return true;
      },
    });
    expect((await refusalOf(warehouse.query(names, asking()))).refusal).toBe("malformed");
    expect(pages).toBe(2);
  });

  test("without its last page is partial, though every page that came was whole", async () => {
    const { warehouse } = await stage({
      pageRows: 2,
      before: async (given, response) => {
        if (said(given) !== results || !given.url.searchParams.has("pageToken")) return false;
        const schema = {
          fields: [
            { name: "name", type: "STRING" },
            { name: "points", type: "INTEGER" },
          ],
        };
        sendJson(response, 200, { jobComplete: true, totalRows: "3", schema });
        return true;
      },
    });
    expect(await refusalOf(warehouse.query(names, asking()))).toMatchObject({
      refusal: "partial",
      message: expect.stringContaining("2 of 3 rows"),
    });
  });

  test.each([
    ["a row of fewer cells than columns", { rows: [{ f: [{ v: "Jokić" }] }], totalRows: "1" }],
    ["a cell without a value", { rows: [{ f: [{ v: "Jokić" }, {}] }], totalRows: "1" }],
    ["a number that is none", { rows: [{ f: [{ v: "Jokić" }, { v: "1x" }] }], totalRows: "1" }],
    ["an empty number", { rows: [{ f: [{ v: "Jokić" }, { v: "" }] }], totalRows: "1" }],
    ["no count of rows", { rows: [{ f: [{ v: "Jokić" }, { v: "1" }] }] }],
    ["no schema", { schema: undefined, rows: [], totalRows: "0" }],
  ])("with %s is malformed", async (_, given) => {
    const schema = {
      fields: [
        { name: "name", type: "STRING" },
        { name: "points", type: "INTEGER" },
      ],
    };
    const { warehouse } = await stage({ before: replying(results, JSON.stringify({ jobComplete: true, schema, ...given })) });
    expect((await refusalOf(warehouse.query(names, asking()))).refusal).toBe("malformed");
  });

  test("of a table whose column has become another type is malformed, and says which", async () => {
    const { warehouse } = await stage({
      content: {
        tables: {
          [table]: {
            columns: { played_on: "date", name: "string", points: "string" },
            rows: [{ played_on: "2026-02-03", name: "x", points: "12" }],
          },
        },
      },
    });
    expect(await refusalOf(warehouse.query(names, asking()))).toMatchObject({
      refusal: "malformed",
      message: "nba_raw.sample.points answered STRING 12, which is not of the declared kind integer",
    });
  });
});

describe("an answer that takes too long", () => {
  /** Undefined before the job's cancellation has reached the service. */
  const cancelled = (requests: readonly Parameters<typeof said>[0][]) => requests.find((each) => said(each) === "POST /jobs/ID/cancel");
  const soon = () => asking({ deadlineAt: Date.now() + 250 });

  test("is ended at the deadline: the job is cancelled at the service, and what it might bill counts", async () => {
    const spending = plentyOf(64 * 2 ** 20);
    const content = { ...sample, failures: [{ port: "warehouse", with: "deadline" } as const] };
    const { warehouse, jobs, requests } = await stage({ content, spending });
    const call = soon();
    expect((await refusalOf(warehouse.query(names, call))).refusal).toBe("deadline");
    await vi.waitUntil(() => jobs[0]?.cancelled);
    expect(cancelled(requests)?.url.searchParams.get("location")).toBe("us-west2");
    expect(Number(jobs[0]?.asked.jobTimeoutMs)).toBeLessThanOrEqual(250);
    expect((await refusalOf(spending.reserve({ what: "all", least: 1, wanted: 1 }, new AbortController().signal))).refusal).toBe(
      "over_budget",
    );
  });

  test("is not asked for at all where the caller has gone meanwhile: not while the login was made", async () => {
    const caller = new AbortController();
    const { cloud, requests } = await stage();
    const leaving = {
      ...cloud,
      get authClient() {
        queueMicrotask(() => caller.abort());
        return loginWith(token);
      },
    };
    const refused = await refusalOf(googleWarehouse(leaving, plentyOf()).query(names, asking({ signal: caller.signal })));
    expect(refused.refusal).toBe("deadline");
    // It is cancelled, should it be there all the same, once its own request has ended.
    await vi.waitUntil(() => cancelled(requests) ?? requests.find((each) => said(each) === insertion));
    expect(requests.map(said)).not.toContain(insertion);
  });

  test("is not asked for at all where the caller has gone meanwhile: not once bytes were reserved, and they are given back", async () => {
    const mebibyte = 2 ** 20;
    const caller = new AbortController();
    const spending = plentyOf(64 * mebibyte);
    const { cloud, requests } = await stage();
    const settled = Promise.withResolvers<unknown>();
    const leaving: CallSpending = {
      ...spending,
      reserve: async (ask, signal) => {
        const reservation = await spending.reserve(ask, signal);
        caller.abort();
        return reservation;
      },
      settle: (reservation, billed) => {
        spending.settle(reservation, billed);
        settled.resolve(billed);
      },
    };
    const refused = await refusalOf(googleWarehouse(cloud, leaving).query(names, asking({ signal: caller.signal })));
    expect(refused.refusal).toBe("deadline");
    expect(await settled.promise).toBe(0);
    expect(requests).toEqual([]);
  });

  test("is ended when the caller cancels, also while the job is still being made", async () => {
    const made = Promise.withResolvers<void>();
    const heard = Promise.withResolvers<void>();
    const before: HttpRoutes = async (given) => {
      if (said(given) !== insertion) return false;
      heard.resolve();
      await made.promise;
      return false;
    };
    const content = { ...sample, failures: [{ port: "warehouse", with: "deadline" } as const] };
    const { warehouse, jobs, requests } = await stage({ content, before });
    const caller = new AbortController();
    const answering = refusalOf(warehouse.query(names, asking({ signal: caller.signal })));
    await heard.promise;
    caller.abort();
    expect((await answering).refusal).toBe("deadline");
    expect(cancelled(requests)).toBeUndefined();
    made.resolve();
    await vi.waitUntil(() => jobs[0]?.cancelled);
    expect(cancelled(requests)).toBeDefined();
  });

  test("because a page never comes is refused as deadline, not as the pages that came", async () => {
    const { warehouse, requests } = await stage({
      pageRows: 1,
      before: async (given) => {
        if (said(given) === results && given.url.searchParams.has("pageToken")) await new Promise(() => {});
        return false;
      },
    });
    expect((await refusalOf(warehouse.query(names, soon()))).refusal).toBe("deadline");
    await vi.waitUntil(() => cancelled(requests));
  });

  test("is polled for, with no more patience than the deadline leaves", async () => {
    const { warehouse, requests } = await stage({ content: { ...sample, failures: [{ port: "warehouse", with: "deadline" }] } });
    await refusalOf(warehouse.query(names, soon()));
    const patience = requests.filter((each) => said(each) === results).map((each) => Number(each.url.searchParams.get("timeoutMs")));
    expect(patience.length).toBeGreaterThan(0);
    expect(Math.max(...patience)).toBeLessThanOrEqual(250);
  });

  test("of a job that somebody else has cancelled is no answer without rows", async () => {
    const { warehouse, jobs, cloud } = await stage({ content: { ...sample, failures: [{ port: "warehouse", with: "deadline" }] } });
    const answering = refusalOf(warehouse.query(names, asking()));
    await vi.waitUntil(() => jobs[0]);
    await fetch(`${cloud.reach?.http}/projects/acme/jobs/${jobs[0]?.id}/cancel`, { method: "POST" });
    expect((await answering).refusal).toBe("deadline");
  });
});

describe("a login", () => {
  /** A token endpoint that knows one refresh token. */
  async function tokens(): Promise<{ readonly url: string; readonly good: Set<string>; readonly stop: () => void }> {
    const good = new Set<string>();
    const server = await startHttpServer([
      async ({ body }, response) => {
        const refresh = new URLSearchParams(body).get("refresh_token") ?? "";
        if (good.has(refresh)) sendJson(response, 200, { access_token: `ya29.for-${refresh}`, expires_in: 3599, token_type: "Bearer" });
        else sendJson(response, 400, { error: "invalid_grant", error_description: "Token has been expired or revoked." });
        return true;
      },
    ]);
    return { url: `${server.address}/token`, good, stop: () => server.stop() };
  }

  const loggedIn = (url: string, refreshToken: string) =>
    new UserRefreshClient({
      clientId: "client",
      clientSecret: "GOCSPX-secret-of-the-client",
      refreshToken,
      endpoints: { oauth2TokenUrl: url },
    });

  const account = { type: "service_account", client_email: "a@acme.iam.gserviceaccount.com", private_key_id: "1" };
  test.each([
    ["that does not parse", "{ PRIVATE-4711"],
    ["without an address", JSON.stringify({ ...account, client_email: undefined, private_key: "PRIVATE-4711" })],
    ["whose key is none", JSON.stringify({ ...account, private_key: "PRIVATE-4711" })],
    ["that is null", "null"],
  ])("from a file %s is unauthenticated, without any of its words, and one that was mended is used", async (_, content) => {
    const folder = await mkdtemp(join(tmpdir(), "login-"));
    const file = join(folder, "key.json");
    await writeFile(file, content);
    vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", file);
    const { cloud } = await stage();
    let isMended = false;
    const { authClient: _unused, ...bare } = cloud;
    const broken = Object.defineProperty(bare, "authClient", { get: () => (isMended ? loginWith(token) : undefined) });
    const warehouse = googleWarehouse(broken, plentyOf());
    const refused = await refusalOf(warehouse.query(names, asking()));
    expect(refused).toMatchObject({ refusal: "unauthenticated", next: "Run: gcloud auth application-default login" });
    expect(`${refused.message} ${refused.next}`).not.toContain("4711");
    isMended = true;
    expect(await namesOf(warehouse)).toEqual(threeNames);
    await rm(folder, { recursive: true });
  });

  test("whose refresh fails in the middle of a call is unauthenticated, in words without any secret", async () => {
    const { url, good, stop } = await tokens();
    good.add("1//0first-refresh-token-of-the-test");
    const login = loggedIn(url, "1//0first-refresh-token-of-the-test");
    const { warehouse, cloud, address } = await stage({ given: { authClient: login } });
    expect(await namesOf(warehouse)).toEqual(threeNames);
    good.clear();
    login.credentials.expiry_date = 1; // As an hour later.
    const refused = await refusalOf(warehouse.query(names, asking()));
    expect(refused).toMatchObject({ refusal: "unauthenticated", next: "Run: gcloud auth application-default login" });
    for (const secret of ["1//0first", "GOCSPX", "ya29."]) expect(told(refused)).not.toContain(secret);

    good.add("1//0second-refresh-token-of-the-test");
    const anew = { ...cloud, authClient: loggedIn(url, "1//0second-refresh-token-of-the-test") };
    expect(await namesOf(googleWarehouse(anew, plentyOf()))).toEqual(threeNames);
    expect(address).toBe(cloud.reach?.http);
    stop();
  });

  test("that was renewed is found by the next question, without a restart, where the project's own is asked for anew", async () => {
    let current = loginWith("ya29.expired-token-of-the-loopback");
    const before: HttpRoutes = async ({ headers }, response) => {
      if (headers.authorization === `Bearer ${token}`) return false;
      sendJson(response, 401, {
        error: { code: 401, message: "Request had invalid authentication credentials.", errors: [{ reason: "authError" }] },
      });
      return true;
    };
    const { cloud } = await stage({ before });
    const renewing = {
      ...cloud,
      get authClient() {
        return current;
      },
    };
    const warehouse = googleWarehouse(renewing, plentyOf());
    const refused = await refusalOf(warehouse.query(names, asking()));
    expect(refused.refusal).toBe("unauthenticated");
    expect(told(refused)).not.toContain("ya29.");
    current = loginWith(token);
    expect(await namesOf(warehouse)).toEqual(threeNames);
  });

  test("is never sent to an emulator that the environment names: a real project's questions are not led elsewhere", async () => {
    vi.stubEnv("BIGQUERY_EMULATOR_HOST", "http://127.0.0.1:1");
    const { warehouse, requests } = await stage();
    expect(await namesOf(warehouse)).toEqual(threeNames);
    expect(requests.every(({ url }) => url.pathname.startsWith("/bigquery/v2/projects/acme/"))).toBe(true);
  });
});
