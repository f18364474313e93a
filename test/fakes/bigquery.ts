import { randomUUID } from "node:crypto";
import type types from "@google-cloud/bigquery/build/src/types.js";
import type { Engine } from "../../src/adapters/embedded/warehouse.ts";
import { embeddedEngine } from "../../src/adapters/embedded/warehouse.ts";
import type { StoredTable, World } from "../../src/adapters/embedded/world.ts";
import { datasetOf, tableIn } from "../../src/adapters/statement.ts";
import type { QueryConfiguration, Result } from "./bigquery-statement.ts";
import { check, datasets, find, neutral, refuseUnknown, run, sent, tables, wireTypeOfKind } from "./bigquery-statement.ts";
import type { Played } from "./bigquery-words.ts";
import { Refused, notFoundDataset, played } from "./bigquery-words.ts";
import type { HttpRequest, HttpRoutes } from "./http.ts";
import { sendJson } from "./http.ts";

export interface FakeBigQuery {
  readonly project: string;
  /** Of every dataset, unless `locations` says otherwise. */
  readonly location: string;
  readonly locations?: Readonly<Record<string, string>>;
  readonly engine?: Engine;
  /** Rows per page; the service pages by the size of its answers. */
  readonly pageRows?: number;
  readonly billing?: Billing;
  /** Whether the same statement over unchanged rows is answered from the cache, unbilled. */
  readonly caches?: boolean;
  /** Filled with every job, dry runs aside, in the order in which they were made. */
  readonly jobs?: FakeJob[];
}

/** How bytes become a bill: `scale` times what the stored rows come to, in whole units, at least the minimum. */
export interface Billing {
  readonly unit: number;
  readonly minimum: number;
  readonly scale?: number;
}

/** https://cloud.google.com/bigquery/pricing#on_demand_pricing */
export const realBilling: Billing = { unit: 2 ** 20, minimum: 10 * 2 ** 20 };

export interface FakeJob {
  readonly id: string;
  readonly asked: JobConfiguration;
  readonly location: string;
  state: "RUNNING" | "DONE";
  processed: number;
  billed: number;
  cacheHit: boolean;
  cancelled: boolean;
  refused?: Refused;
  result?: Result;
  readonly stop: AbortController;
  ended: Promise<void>;
}

interface JobConfiguration {
  readonly query: QueryConfiguration;
  readonly labels?: Readonly<Record<string, string>>;
  readonly jobTimeoutMs?: string;
  readonly dryRun?: boolean;
}

/**
 * BigQuery's REST API over a world's tables, as far as reading goes, with and without `/bigquery/v2`. What it can't run it
 * answers with 501. Its replies are of the types that the client's makers generate from the service's own description.
 * https://cloud.google.com/bigquery/docs/reference/rest
 */
export function bigqueryRoutes(at: () => World, fake: FakeBigQuery): HttpRoutes {
  const service: Service = { at, fake, engine: fake.engine ?? embeddedEngine(), jobs: new Map(), cached: new Map() };
  return async (request, response) => {
    const [, project, rest = ""] = /^(?:\/bigquery\/v2)?\/projects\/([^/]+)(\/.*)$/u.exec(decodeURIComponent(request.url.pathname)) ?? [];
    const route = routes.find(([method, pattern]) => method === request.method && pattern.test(rest));
    if (project === undefined || route === undefined) return false;
    const [, pattern, answer] = route;
    try {
      if (project !== fake.project) throw new Refused(404, "notFound", `Not found: Project ${project}`);
      const body = await answer(service, request, pattern.exec(rest)?.slice(1) ?? []);
      if (!request.gone.aborted) sendJson(response, 200, body);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      sendJson(response, error.code, error.body());
    }
    return true;
  };
}

interface Service {
  readonly at: () => World;
  readonly fake: FakeBigQuery;
  readonly engine: Engine;
  readonly jobs: Map<string, FakeJob>;
  readonly cached: Map<string, StoredTable["rows"]>;
}

type Answer = (service: Service, request: HttpRequest, names: readonly string[]) => Promise<unknown>;

const routes: readonly (readonly [method: string, path: RegExp, answer: Answer])[] = [
  ["POST", /^\/queries$/u, runQuery],
  [
    "GET",
    /^\/queries\/([^/]+)$/u,
    async (service, request, [id]) => results(service, request, jobOf(service, id), request.url.searchParams),
  ],
  ["POST", /^\/jobs$/u, insertJob],
  ["GET", /^\/jobs\/([^/]+)$/u, async (service, _, [id]) => jobResource(service, jobOf(service, id))],
  ["POST", /^\/jobs\/([^/]+)\/cancel$/u, async (service, _, [id]) => cancelJob(service, jobOf(service, id))],
  ["GET", /^\/datasets$/u, listDatasets],
  ["GET", /^\/datasets\/([^/]+)$/u, getDataset],
  ["GET", /^\/datasets\/([^/]+)\/tables$/u, listTables],
  ["GET", /^\/datasets\/([^/]+)\/tables\/([^/]+)$/u, getTable],
];

interface Inserted {
  readonly jobReference?: { readonly jobId?: string; readonly location?: string };
  readonly configuration: JobConfiguration;
}

async function insertJob(service: Service, request: HttpRequest): Promise<unknown> {
  const { jobReference = {}, configuration } = JSON.parse(request.body) as Inserted; // What the API documents; the rest is refused below.
  refuseUnknown("configuration", configuration, ["dryRun", "labels", "jobTimeoutMs", "query"]);
  if (configuration.dryRun === true) return dryRun(service, request, configuration, jobReference.location);
  const id = jobReference.jobId ?? randomUUID();
  if (service.jobs.has(id))
    throw new Refused(409, "duplicate", `Already Exists: Job ${service.fake.project}:${service.fake.location}.${id}`);
  return jobResource(service, begin(service, id, configuration, jobReference.location));
}

/** jobs.query: makes a job and waits for it in one request. */
async function runQuery(service: Service, request: HttpRequest): Promise<types.default.IQueryResponse> {
  const { labels, jobTimeoutMs, location, timeoutMs, maxResults, formatOptions, requestId, ...query } = JSON.parse(request.body) as Record<
    string,
    string
  > & { formatOptions?: { useInt64Timestamp?: boolean }; labels?: Record<string, string> }; // documented so
  if (typeof requestId !== "string") throw new Refused(400, "invalid", "requestId is sent by every client.");
  const job = begin(service, randomUUID(), { query, ...(labels && { labels }), ...(jobTimeoutMs && { jobTimeoutMs }) }, location);
  const params = new URLSearchParams({ "formatOptions.useInt64Timestamp": String(formatOptions?.useInt64Timestamp ?? false) });
  for (const [name, value] of Object.entries({ timeoutMs, maxResults })) if (value !== undefined) params.set(name, String(value));
  const reply = await results(service, request, job, params);
  return { ...reply, kind: "bigquery#queryResponse", totalBytesBilled: String(job.billed) };
}

/** The world is that of the moment at which the job is made. Without a location the service takes that of the datasets. */
function begin(service: Service, id: string, asked: JobConfiguration, location = service.fake.location): FakeJob {
  const world = service.at();
  const ask = neutral(service.fake.project, asked.query);
  const failure = failureAt(service, world, tableIn(ask.sql));
  if (typeof failure === "object" && failure.door) throw failure.refused;
  const job: FakeJob = {
    id,
    asked,
    location,
    state: "RUNNING",
    processed: 0,
    billed: 0,
    cacheHit: false,
    cancelled: false,
    stop: new AbortController(),
    ended: Promise.resolve(),
  };
  service.jobs.set(id, job);
  service.fake.jobs?.push(job);
  job.ended = work(service, world, job, failure)
    .catch((error: unknown) => {
      if (job.cancelled) return;
      job.refused = error instanceof Refused ? error : new Refused(501, "notImplemented", `unsupported: ${String(error)}`);
    })
    .then(() => void (job.state = "DONE"));
  return job;
}

/** Bills before it runs, and so also what is cancelled later: the worst that the service may do. */
async function work(service: Service, world: World, job: FakeJob, failure: Played | undefined): Promise<void> {
  const { fake, engine, cached } = service;
  if (typeof failure === "object") throw failure.refused;
  const stopped = new Promise<never>((_, reject) => {
    job.stop.signal.addEventListener("abort", () => reject(new Error("stopped")), { once: true });
  });
  stopped.catch(() => {});
  if (failure === "hang") await stopped;
  const ask = neutral(fake.project, job.asked.query);
  refuseElsewhere(service, tableIn(ask.sql), job.location);
  const found = find(world, fake.project, ask, job.location);
  const key = JSON.stringify(job.asked.query.query) + JSON.stringify(job.asked.query.queryParameters);
  job.cacheHit = fake.caches !== false && job.asked.query.useQueryCache !== false && cached.get(key) === found.stored.rows;
  const { unit, minimum, scale = 1 } = fake.billing ?? realBilling;
  const bytes = found.bytes * scale;
  const bill = job.cacheHit ? 0 : Math.max(minimum, Math.ceil(bytes / unit) * unit);
  const { maximumBytesBilled: most } = job.asked.query;
  if (most !== undefined && bill > Number(most))
    throw new Refused(400, "bytesBilledLimitExceeded", `Query exceeded limit for bytes billed: ${most}. ${bill} or higher required.`);
  await check(engine, found, ask, job.stop.signal);
  job.processed = job.cacheHit ? 0 : bytes;
  job.billed = bill;
  const result = await Promise.race([run(engine, found, ask, job.stop.signal), stopped]);
  cached.set(key, found.stored.rows);
  const { fields } = result;
  if (failure === "empty") job.result = { fields, rows: [] };
  else if (failure === "garbage")
    job.result = { fields: fields.map(({ name }) => ({ name, type: "BYTES", mode: "NULLABLE" })), rows: [fields.map(() => "MDExMA==")] };
  else job.result = result;
}

async function dryRun(
  service: Service,
  { gone }: HttpRequest,
  asked: JobConfiguration,
  location = service.fake.location,
): Promise<unknown> {
  const world = service.at();
  const ask = neutral(service.fake.project, asked.query);
  const table = tableIn(ask.sql);
  const failure = failureAt(service, world, table);
  if (typeof failure === "object") throw failure.refused;
  if (failure === "hang") return ended(gone);
  if (failure === "garbage") return { kind: "bigquery#job", status: "DONE", statistics: { totalBytesProcessed: -1 } };
  refuseElsewhere(service, table, location);
  const found = find(world, service.fake.project, ask, location);
  await check(service.engine, found, ask, gone);
  const bytes = String(found.bytes * (service.fake.billing?.scale ?? 1));
  const reference = { projectId: service.fake.project, location };
  const query = { totalBytesProcessed: bytes, totalBytesBilled: "0", cacheHit: false, statementType: "SELECT" };
  const statistics = { totalBytesProcessed: bytes, query };
  const status = { state: "DONE" };
  return { kind: "bigquery#job", jobReference: reference, status, statistics } satisfies types.default.IJob;
}

function failureAt({ fake }: Service, world: World, table: string): Played | undefined {
  return played(world, [table], `${fake.project}:${table}`);
}

function refuseElsewhere({ fake }: Service, table: string, location: string): void {
  const dataset = datasetOf(table);
  const own = fake.locations?.[dataset] ?? fake.location;
  if (own.toLowerCase() !== location.toLowerCase()) throw notFoundDataset(`${fake.project}:${dataset}`, location);
}

function jobOf({ jobs, fake }: Service, id = ""): FakeJob {
  const job = jobs.get(id);
  if (job === undefined) throw new Refused(404, "notFound", `Not found: Job ${fake.project}:${id}`);
  return job;
}

/** Held until the job has ended, the client's patience or the usual ten seconds are over, or the client has gone. */
async function results(
  service: Service,
  { gone }: HttpRequest,
  job: FakeJob,
  params: URLSearchParams,
): Promise<types.default.IGetQueryResultsResponse> {
  await patiently(job.ended, Number(params.get("timeoutMs") ?? 10_000), gone);
  const reference = { projectId: service.fake.project, jobId: job.id, location: job.location };
  const reply = { kind: "bigquery#getQueryResultsResponse", etag: randomUUID(), jobReference: reference };
  if (job.state !== "DONE") return { ...reply, jobComplete: false };
  // https://cloud.google.com/bigquery/docs/error-messages: `stopped` goes with 200.
  if (job.cancelled) return { ...reply, jobComplete: true, errors: [stopped], totalRows: "0" };
  if (job.refused !== undefined) throw job.refused;
  const { fields = [], rows = [] } = job.result ?? {};
  const start = offsetIn(job, params.get("pageToken"));
  const page = rows.slice(start, start + Math.min(service.fake.pageRows ?? 100_000, Number(params.get("maxResults") ?? Infinity)));
  const useInt64Timestamp = params.get("formatOptions.useInt64Timestamp") === "true";
  const next = start + page.length;
  return {
    ...reply,
    jobComplete: true,
    schema: { fields: [...fields] },
    totalRows: String(rows.length),
    totalBytesProcessed: String(job.processed),
    cacheHit: job.cacheHit,
    ...(page.length === 0 ? {} : { rows: page.map((row) => ({ f: row.map((cell) => ({ v: sent(cell, useInt64Timestamp) })) })) }),
    ...(next < rows.length ? { pageToken: tokenOf(job, next) } : {}),
  };
}

const stopped = { reason: "stopped", message: "Job execution was cancelled: User requested cancellation" };

function tokenOf({ id }: FakeJob, offset: number): string {
  return Buffer.from(`${id}/${offset}`).toString("base64");
}

function offsetIn(job: FakeJob, token: string | null): number {
  if (token === null) return 0;
  const [id, offset] = Buffer.from(token, "base64").toString().split("/");
  if (id !== job.id) throw new Refused(400, "invalid", "Invalid page token.");
  return Number(offset);
}

function jobResource({ fake }: Service, job: FakeJob): types.default.IJob {
  const { id, state, refused, cancelled, processed, billed, cacheHit, asked, location } = job;
  const failure = cancelled ? stopped : refused;
  const status: types.default.IJobStatus = { state };
  if (failure !== undefined && state === "DONE") {
    status.errorResult = { reason: failure.reason, message: failure.message };
    status.errors = [status.errorResult];
  }
  const query = { totalBytesProcessed: String(processed), totalBytesBilled: String(billed), cacheHit, statementType: "SELECT" };
  return {
    kind: "bigquery#job",
    id: `${fake.project}:${location}.${id}`,
    jobReference: { projectId: fake.project, jobId: id, location },
    configuration: { jobType: "QUERY", query: { query: asked.query.query ?? "" } },
    status,
    statistics: { totalBytesProcessed: String(processed), ...(state === "DONE" ? { query } : {}) },
  };
}

async function cancelJob(service: Service, job: FakeJob): Promise<types.default.IJobCancelResponse> {
  if (job.state !== "DONE") {
    job.cancelled = true;
    job.stop.abort();
    await job.ended;
  }
  return { kind: "bigquery#jobCancelResponse", job: jobResource(service, job) };
}

async function listDatasets({ at, fake }: Service): Promise<types.default.IDatasetList> {
  const names = datasets(at());
  const listed = names.map((name) => ({ kind: "bigquery#dataset", datasetReference: { datasetId: name, projectId: fake.project } }));
  return { kind: "bigquery#datasetList", datasets: listed };
}

async function getDataset({ at, fake }: Service, _: HttpRequest, [dataset = ""]: readonly string[]): Promise<unknown> {
  const world = at();
  const lies = world.failures.some((failure) => failure.port === "warehouse" && failure.with === "wrong_location");
  if (!datasets(world).includes(dataset)) throw notFoundDataset(`${fake.project}:${dataset}`);
  const location = lies ? "US" : (fake.locations?.[dataset] ?? fake.location);
  const found = { kind: "bigquery#dataset", datasetReference: { datasetId: dataset, projectId: fake.project }, location };
  return found satisfies types.default.IDataset;
}

async function listTables({ at, fake }: Service, { url, gone }: HttpRequest, [dataset = ""]: readonly string[]): Promise<unknown> {
  const world = at();
  const failure = played(world, [dataset], `${fake.project}:${dataset}`);
  if (typeof failure === "object") throw failure.refused;
  if (failure === "hang") return ended(gone);
  if (failure === "garbage") return { kind: "bigquery#tables", items: "none" };
  if (!datasets(world).includes(dataset)) throw notFoundDataset(`${fake.project}:${dataset}`);
  const names = failure === "empty" ? [] : tables(world).filter((table) => datasetOf(table) === dataset);
  const start = Number(url.searchParams.get("pageToken") ?? 0);
  const most = Math.min(fake.pageRows ?? 1000, Number(url.searchParams.get("maxResults") ?? 50));
  const page = names
    .slice(start, start + most)
    .map((name) => ({ kind: "bigquery#table", type: "TABLE", tableReference: reference(fake, name) }));
  const next = start + page.length < names.length ? { nextPageToken: String(start + page.length) } : {};
  return {
    kind: "bigquery#tableList",
    ...(page.length === 0 ? {} : { tables: page }),
    totalItems: names.length,
    ...next,
  } satisfies types.default.ITableList;
}

async function getTable({ at, fake }: Service, { gone }: HttpRequest, [dataset = "", name = ""]: readonly string[]): Promise<unknown> {
  const world = at();
  const table = `${dataset}.${name}`;
  const failure = played(world, [table], `${fake.project}:${table}`);
  if (typeof failure === "object") throw failure.refused;
  if (failure === "hang") return ended(gone);
  if (failure === "garbage") return { kind: "bigquery#table", schema: "none" };
  const stored = world.table(table);
  if (stored === undefined && !datasets(world).includes(dataset)) throw notFoundDataset(`${fake.project}:${dataset}`);
  if (stored === undefined) throw new Refused(404, "notFound", `Not found: Table ${fake.project}:${table}`);
  const fields = Object.entries(stored.columns).map(([column, { kind }]) => ({
    name: column,
    type: wireTypeOfKind[kind],
    mode: "NULLABLE",
  }));
  const location = fake.locations?.[dataset] ?? fake.location;
  return {
    kind: "bigquery#table",
    tableReference: reference(fake, table),
    type: "TABLE",
    location,
    schema: { fields },
  } satisfies types.default.ITable;
}

function reference({ project }: FakeBigQuery, table: string): types.default.ITableReference {
  const dataset = datasetOf(table);
  return { projectId: project, datasetId: dataset, tableId: table.slice(dataset.length + 1) };
}

/** Until the client has gone: a backend that hangs. */
function ended(gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => gone.addEventListener("abort", () => resolve(), { once: true }));
}

async function patiently(work: Promise<void>, ms: number, gone: AbortSignal): Promise<void> {
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, ms);
  await Promise.race([work, over.promise, ended(gone)]);
  clearTimeout(timer);
}
