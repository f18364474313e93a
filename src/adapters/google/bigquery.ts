import { z } from "zod";
import { BackendError } from "../../errors.ts";
import type { Call } from "../../ports/call.ts";
import type { TableName, TableShape, Warehouse } from "../../ports/warehouse.ts";
import type { CallSpending, Reserving } from "../../spending.ts";
import { readAs } from "../read-as.ts";
import { datasetOf, tableIn } from "../statement.ts";
import { tooCostly, tooManyTables } from "../warehouse-words.ts";
import { whileWanted } from "../while-wanted.ts";
import type { Answered, Asking } from "./bigquery-job.ts";
import { bytesToRead, runJob } from "./bigquery-job.ts";
import { fieldSchema, typeOf } from "./bigquery-values.ts";
import type { Wire } from "./bigquery-wire.ts";
import { bigqueryWire } from "./bigquery-wire.ts";
import type { Cloud } from "./cloud.ts";

/** BigQuery, asked within what one call may spend. */
export function googleWarehouse(cloud: Cloud, spending: CallSpending): Warehouse {
  const wire = bigqueryWire(cloud);
  return {
    query: (ask, call) =>
      whileWanted(call, async (over) => {
        const { rows, billed } = await answered({ wire, ask, call, over }, spending);
        return { rows, ...(billed === undefined ? {} : { bytes: billed }) };
      }),
    estimate: (ask, call) =>
      whileWanted(call, async (over) => {
        const bytes = await bytesToRead({ wire, ask, call, over });
        if (bytes > call.budget.maxBytes) throw tooCostly(tableIn(ask.sql), bytes, call.budget.maxBytes);
        return { bytes };
      }),
    tables: (dataset, call) => whileWanted(call, (over) => listTables(wire, dataset, call, over)),
    describe: (table, call) => whileWanted(call, (over) => describe(wire, table, over)),
  };
}

const mebibyte = 2 ** 20;
/** BigQuery bills whole MiB, and at least ten per job and table. https://cloud.google.com/bigquery/pricing#on_demand_pricing */
const leastBytes = 10 * mebibyte;
/**
 * Reserved for a read of one partition before anybody has asked what it costs: a night of the largest tables is a tenth of
 * it, and what costs more is refused unbilled, measured and asked again. Less would save nothing: what isn't billed is given
 * back. More would let fewer statements run at once.
 */
const usualBytes = 64 * mebibyte;

async function answered(asking: Asking, spending: CallSpending): Promise<Answered> {
  const { ask, call } = asking;
  const { maxBytes } = call.budget;
  const table = tableIn(ask.sql);
  if (ask.heavy !== true) {
    const usual = { what: table, least: Math.min(leastBytes, maxBytes), wanted: Math.min(usualBytes, maxBytes) };
    const answer = await reserved(asking, spending, usual);
    if (!(answer instanceof BackendError)) return answer;
  }
  const bytes = await bytesToRead(asking);
  const billable = Math.max(leastBytes, Math.ceil(bytes / mebibyte) * mebibyte);
  if (billable > maxBytes) throw tooCostly(table, billable, maxBytes);
  const answer = await reserved(asking, spending, { what: table, least: billable, wanted: billable });
  if (answer instanceof BackendError) throw answer;
  return answer;
}

/** The refusal where BigQuery itself found that it would cost more than was reserved; the caps of our own refuse before it is asked. */
async function reserved(asking: Asking, spending: CallSpending, ask: Reserving): Promise<Answered | BackendError> {
  const reservation = await spending.reserve(ask, asking.over);
  try {
    return await runJob(asking, spending, reservation);
  } catch (error) {
    if (error instanceof BackendError && error.refusal === "over_budget") return error;
    throw error;
  }
}

const table = z.object({
  tableReference: z.object({ datasetId: z.string(), tableId: z.string() }),
  type: z.string(),
  schema: z.object({ fields: z.array(fieldSchema).default([]) }).optional(),
});

/** Tables and views alike. One that was made without a schema has no columns. */
async function describe(wire: Wire, name: TableName, over: AbortSignal): Promise<TableShape> {
  const dataset = datasetOf(name);
  const uri = `/datasets/${dataset}/tables/${name.slice(dataset.length + 1)}`;
  const reply = await wire.send({ uri, qs: { view: "BASIC" } }, { place: name, permission: "bigquery.tables.get" }, over);
  const { schema } = readAs(table, reply, name, "table");
  return { columns: Object.fromEntries((schema?.fields ?? []).map((field) => [field.name, typeOf(field)])) };
}

const listed = z.object({
  kind: z.literal("bigquery#tableList"),
  tables: z.array(z.object({ tableReference: z.object({ tableId: z.string().min(1) }) })).default([]),
  nextPageToken: z.string().min(1).optional(),
});

async function listTables(wire: Wire, dataset: string, { budget }: Call, over: AbortSignal): Promise<readonly TableName[]> {
  const names: TableName[] = [];
  let pageToken: string | undefined;
  do {
    const qs = { maxResults: 1000, pageToken };
    const reply = await wire.send({ uri: `/datasets/${dataset}/tables`, qs }, { place: dataset, permission: "bigquery.tables.list" }, over);
    const page = readAs(listed, reply, dataset, "list of tables");
    names.push(...page.tables.map(({ tableReference }) => `${dataset}.${tableReference.tableId}`));
    if (names.length > budget.maxRows) throw tooManyTables(dataset, budget.maxRows);
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  return names.toSorted();
}
