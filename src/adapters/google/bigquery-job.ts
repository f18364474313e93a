import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { BackendError } from "../../errors.ts";
import type { Call } from "../../ports/call.ts";
import type { Param, Query, Row, TableName } from "../../ports/warehouse.ts";
import type { CallSpending, Reservation } from "../../spending.ts";
import { readAs } from "../read-as.ts";
import { renderStatement, tableIn } from "../statement.ts";
import { readRows } from "../warehouse-rows.ts";
import { tooManyRows } from "../warehouse-words.ts";
import type { About } from "./bigquery-errors.ts";
import { WireError, jobError, malformedReply, warehouseError } from "./bigquery-errors.ts";
import type { Field } from "./bigquery-values.ts";
import { columnsOf, fieldSchema, readings, rowSchema } from "./bigquery-values.ts";
import type { Wire } from "./bigquery-wire.ts";
import { alreadyThere } from "./bigquery-wire.ts";

/** One statement for one call. */
export interface Asking {
  readonly wire: Wire;
  readonly ask: Query;
  readonly call: Call;
  /** Aborted when the answer is no longer wanted. */
  readonly over: AbortSignal;
}

export interface Answered {
  readonly rows: readonly Row[];
  readonly billed: number | undefined;
}

const failure = z.object({ reason: z.string(), message: z.string().default("") });
const status = z.object({ state: z.string(), errorResult: failure.optional() });
const count = z.string().regex(/^\d+$/u).transform(Number);
const job = z.object({ status, statistics: z.object({ query: z.object({ totalBytesBilled: count.optional() }).optional() }).optional() });
const insertion = z.object({ jobReference: z.object({ jobId: z.string() }), status });
const dryRun = z.object({ status, statistics: z.object({ totalBytesProcessed: count }) });
const results = z.object({
  jobComplete: z.boolean(),
  errors: z.array(failure).optional(),
  schema: z.object({ fields: z.array(fieldSchema) }).optional(),
  totalRows: count.optional(),
  rows: z.array(rowSchema).default([]),
  pageToken: z.string().min(1).optional(),
});

/** How many bytes a statement would read; BigQuery answers without running it, and without a bill. */
export async function bytesToRead(asking: Asking): Promise<number> {
  const { wire, call, over } = asking;
  const about = aboutOf(asking, call.budget.maxBytes);
  // A cached answer would be told to cost nothing, and may be gone when the statement is run.
  const configuration = { ...configurationOf(asking, call.budget.maxBytes, { useQueryCache: false }), dryRun: true };
  const json = { jobReference: { projectId: wire.cloud.project, location: wire.cloud.location }, configuration };
  const reply = await wire.send({ method: "POST", uri: "/jobs", json }, about, over);
  return readAs(dryRun, reply, about.place, "dry run").statistics.totalBytesProcessed;
}

/**
 * Runs a statement as a job that may bill what was reserved. The job's id is ours, so that it can be cancelled at any
 * moment, and sent again without being run twice.
 */
export async function runJob(asking: Asking, spending: CallSpending, reservation: Reservation): Promise<Answered> {
  const { wire, over } = asking;
  if (over.aborted) spending.settle(reservation, 0); // Nothing was asked, and what listens below would not hear of it any more.
  over.throwIfAborted();
  const begun: Begun = { asking, about: aboutOf(asking, reservation.bytes), jobId: `postgame_${randomUUID()}` };
  const inserted = insert(begun, reservation.bytes);
  const abandon = (): void => {
    spending.settle(reservation, "lost");
    void inserted.catch(() => {}).then(() => cancel(wire, begun)); // Not before it is there.
  };
  over.addEventListener("abort", abandon, { once: true });
  try {
    await inserted;
    const rows = await readResults(begun);
    // Rows are believed once the job itself says that it has ended without an error.
    const { state, errorResult, billed } = await lookUp(begun);
    if (errorResult !== undefined) throw warehouseError(jobError(errorResult), begun.about, wire.cloud);
    if (state !== "DONE") throw malformedReply(begun.about);
    spending.settle(reservation, billed ?? "lost");
    return { rows, billed };
  } catch (error) {
    if (!over.aborted) await settleFailed(begun, error, inserted, (billed) => spending.settle(reservation, billed));
    throw error;
  } finally {
    over.removeEventListener("abort", abandon);
  }
}

interface Begun {
  readonly asking: Asking;
  readonly about: About;
  readonly jobId: string;
}

async function insert({ asking, about, jobId }: Begun, maxBytes: number): Promise<void> {
  const { wire, over } = asking;
  const { project, location } = wire.cloud;
  const json = {
    jobReference: { projectId: project, jobId, location },
    configuration: configurationOf(asking, maxBytes, { useQueryCache: true }),
  };
  const reply = await wire.send({ method: "POST", uri: "/jobs", json }, about, over);
  if (reply === alreadyThere) return;
  const made = readAs(insertion, reply, about.place, "job");
  if (made.jobReference.jobId !== jobId) throw malformedReply(about);
  if (made.status.errorResult !== undefined) throw warehouseError(jobError(made.status.errorResult), about, wire.cloud);
}

/** Asks the job what it billed. Nobody is charged for one that was refused; where nobody knows, all of it counts. */
async function settleFailed(
  begun: Begun,
  error: unknown,
  inserted: Promise<void>,
  settle: (billed: number | "lost") => void,
): Promise<void> {
  const wasMade = await inserted.then(
    () => true,
    () => false,
  );
  if (!wasMade) {
    const refused = isRefusal(error);
    settle(refused ? 0 : "lost");
    if (!refused) void cancel(begun.asking.wire, begun);
    return;
  }
  try {
    const { state, errorResult, billed } = await lookUp(begun);
    const free = errorResult !== undefined && errorResult.reason !== "stopped";
    settle(billed ?? (free ? 0 : "lost"));
    if (state !== "DONE") void cancel(begun.asking.wire, begun);
  } catch (unheard) {
    settle("lost");
    void cancel(begun.asking.wire, begun);
    if (!(unheard instanceof BackendError)) throw unheard;
  }
}

/** Whether the service, or the login before it, said no: then there is no job. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof BackendError)) return false;
  if (error.refusal === "unauthenticated" || error.refusal === "over_budget") return true;
  const code = error.cause instanceof WireError ? error.cause.code : undefined;
  return code === "ECONNREFUSED" || code === "ENOTFOUND" || (typeof code === "number" && code >= 400 && code < 500);
}

async function lookUp({ asking, about, jobId }: Begun) {
  const { wire, over } = asking;
  const reply = await wire.send({ uri: `/jobs/${jobId}`, qs: { location: wire.cloud.location } }, about, over);
  const { status: found, statistics } = readAs(job, reply, about.place, "job");
  return { ...found, billed: statistics?.query?.totalBytesBilled };
}

/** Nobody waits for it, so nobody hears of a failure; the job's own time limit ends it all the same. */
async function cancel(wire: Wire, { about, jobId }: Begun): Promise<void> {
  const request = { method: "POST", uri: `/jobs/${jobId}/cancel`, qs: { location: wire.cloud.location } } as const;
  await wire.send(request, about, new AbortController().signal).catch(() => {});
}

async function readResults(begun: Begun): Promise<Row[]> {
  const { asking, about } = begun;
  const { ask, call } = asking;
  const pages: z.output<typeof rowSchema>[] = [];
  let fields: readonly Field[] = [];
  let token: string | undefined;
  const asked = new Set<string>();
  do {
    if (token !== undefined && asked.has(token)) throw malformedReply(about); // Pages that follow themselves never end.
    if (token !== undefined) asked.add(token);
    const page = await completePage(begun, token, call.budget.maxRows + 1 - pages.length);
    pages.push(...page.rows);
    if (token === undefined) fields = page.schema.fields;
    if (pages.length > call.budget.maxRows || page.totalRows > call.budget.maxRows) throw tooManyRows(about.place, call.budget.maxRows);
    token = page.pageToken;
    if (token === undefined && page.totalRows !== pages.length) throw fewer(about.place, pages.length, page.totalRows);
  } while (token !== undefined);
  const columns = columnsOf(fields, pages);
  if (columns === undefined) throw malformedReply(about);
  return readRows(ask, about.place, columns, readings);
}

/** As long as BigQuery holds a request by itself. */
const pollMs = 10_000;

async function completePage({ asking, about, jobId }: Begun, pageToken: string | undefined, maxResults: number) {
  const { wire, call, over } = asking;
  for (;;) {
    const timeoutMs = Math.max(1, Math.min(pollMs, call.deadlineAt - Date.now()));
    const qs = { location: wire.cloud.location, "formatOptions.useInt64Timestamp": "true", maxResults, timeoutMs, pageToken };
    const reply = readAs(results, await wire.send({ uri: `/queries/${jobId}`, qs }, about, over), about.place, "answer");
    const failed = reply.errors?.find(({ reason }) => reason === "stopped" || reason === "timeout");
    if (failed !== undefined) throw warehouseError(jobError(failed), about, wire.cloud);
    const { schema, totalRows } = reply;
    if (reply.jobComplete && (schema === undefined || totalRows === undefined)) throw malformedReply(about);
    if (reply.jobComplete && schema !== undefined && totalRows !== undefined) return { ...reply, schema, totalRows };
    await sleep(50, undefined, { signal: over }); // It should have held the request; if it doesn't, we must not spin.
  }
}

function fewer(table: TableName, found: number, said: number): BackendError {
  return new BackendError("partial", `${table} answered ${found} of ${said} rows; a part of them would prove nothing`, "Ask again.");
}

interface Options {
  readonly useQueryCache: boolean;
}

/** Longest that BigQuery lets a query run. */
const longestJobMs = 6 * 3_600_000;

function configurationOf({ wire, ask, call }: Asking, maxBytes: number, { useQueryCache }: Options) {
  const { project } = wire.cloud;
  return {
    labels: { postgame: labelOf(call.look) },
    jobTimeoutMs: String(Math.max(1, Math.min(longestJobMs, call.deadlineAt - Date.now()))),
    query: {
      query: renderStatement(ask, { table: (name) => `\`${project}.${name}\``, param: (name) => `@${name}` }),
      useLegacySql: false,
      useQueryCache,
      maximumBytesBilled: String(maxBytes),
      parameterMode: "NAMED",
      queryParameters: Object.entries(ask.params).map(([name, param]) => ({ name, ...queryParameter(param) })),
    },
  };
}

function queryParameter({ kind, value }: Param) {
  const text = kind === "instant" ? new Date(value).toISOString() : String(value);
  return { parameterType: { type: parameterTypes[kind] }, parameterValue: { value: text } };
}

const parameterTypes: Readonly<Record<Param["kind"], string>> = { date: "DATE", instant: "TIMESTAMP", integer: "INT64", string: "STRING" };

/** The look that asked, for whoever wonders about a bill: `player-rows_2026-02-03`. Labels hold no other characters. */
function labelOf(look: string): string {
  return look
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/gu, "_")
    .slice(0, 63);
}

function aboutOf({ ask }: Asking, maxBytes: number): About {
  return { place: tableIn(ask.sql), maxBytes };
}
