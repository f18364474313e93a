import { z } from "zod";
import { BackendError } from "../../errors.ts";
import { quoted } from "../../outside-text.ts";
import type { TableName } from "../../ports/warehouse.ts";
import type { Permission } from "../refusal-words.ts";
import { refusalWords } from "../refusal-words.ts";
import { datasetOf } from "../statement.ts";
import { missingColumn, missingDataset, missingTable } from "../warehouse-words.ts";
import type { Cloud } from "./cloud.ts";
import { backendErrorOf } from "./errors.ts";
import { isLoginProblem, isNetworkProblem } from "./logging-in.ts";

/** What was asked of BigQuery when it failed. */
export interface About {
  /** A table, or a dataset by itself. */
  readonly place: TableName;
  readonly permission?: Permission;
  readonly maxBytes?: number;
}

/** A client library's error without the request and reply that hang on it: those carry the login. */
export class WireError extends Error {
  override readonly name = "WireError";
  readonly code: number | string | undefined;
  readonly errors: readonly { readonly reason: string }[];

  constructor(message: string, code: number | string | undefined, reason?: string) {
    super(message);
    this.code = code;
    this.errors = reason === undefined ? [] : [{ reason }];
  }
}

const reported = z.object({ errors: z.tuple([z.object({ reason: z.string(), message: z.string().optional() })], z.unknown()) });

/** Undefined for what neither a service nor a network says: a bug. */
export function wireErrorOf(error: unknown): WireError | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = "code" in error && (typeof error.code === "number" || typeof error.code === "string") ? error.code : undefined;
  // The library adds words of its own where a reply holds several errors.
  const [first] = reported.safeParse(error).data?.errors ?? [];
  if (isLoginProblem(error)) return new WireError("There is no login, or it is no longer good.", 401);
  if (code !== undefined) return new WireError(first?.message ?? error.message, code, first?.reason);
  // The only JSON that is parsed on the way is the answer's; what it says of itself holds pieces of it.
  if (error.name === "SyntaxError") return new WireError("The body of the answer is no JSON.", 400, "parseError");
  return error.name === "FetchError" || isNetworkProblem(error) ? new WireError("The connection failed.", "ECONNRESET") : undefined;
}

/** What a job says of its own failure has a reason and no status. https://cloud.google.com/bigquery/docs/error-messages */
export function jobError({ reason, message }: { readonly reason: string; readonly message: string }): WireError {
  return new WireError(message, statusOf[reason] ?? 500, reason);
}

const statusOf: Readonly<Record<string, number>> = {
  accessDenied: 403,
  invalid: 400,
  invalidQuery: 400,
  bytesBilledLimitExceeded: 400,
  notFound: 404,
  rateLimitExceeded: 403,
  quotaExceeded: 403,
  jobRateLimitExceeded: 403,
  responseTooLarge: 403,
  resourcesExceeded: 400,
  stopped: 499,
  timeout: 504,
  duplicate: 409,
  backendError: 503,
  internalError: 500,
};

/** The error that the port throws. Where only words tell, they are BigQuery's own, and a test holds a sample of each. */
export function warehouseError(error: unknown, about: About, cloud: Cloud): unknown {
  if (!(error instanceof WireError)) return error;
  const { place, permission, maxBytes } = about;
  const options = { cause: error };
  if (error.message.startsWith("Not found: Job ")) return malformedReply(about, error); // We have just made it.
  if (error.message.startsWith("Not found: Table ")) return missingTable(place, options);
  if (error.message.startsWith("Not found: Dataset ") && !isElsewhere(error)) return missingDataset(datasetIn(place), place, options);
  const [, unrecognized, notInside] = /^(?:Unrecognized name: `?(\w+)`?|Name (\w+) not found inside )/u.exec(error.message) ?? [];
  const column = unrecognized ?? notInside;
  if (column !== undefined) return missingColumn(place, column, options);
  if (/due to concurrent update/u.test(error.message)) return refused("conflict", about, options);
  if (isRefusedStatement(error)) {
    const reason = `BigQuery refuses the statement over ${place}: ${quoted(error.message)}`;
    return new BackendError("malformed", reason, "Compare the columns' types with the pipeline file: postgame doctor --compare.", options);
  }
  return backendErrorOf(error, { service: "warehouse", place, permission, maxBytes }, cloud);
}

/** The statement is ours and was right when it was written: what it is about has become something else. */
function isRefusedStatement({ code, errors }: WireError): boolean {
  const reason = errors[0]?.reason;
  return Number(code) === 400 && (reason === "invalidQuery" || reason === "invalid");
}

/** BigQuery says the same of a dataset that is not there at all: only asking for the dataset tells them apart. */
export function isElsewhere(error: unknown): boolean {
  return error instanceof WireError && /^Not found: Dataset .* was not found in location /u.test(error.message);
}

export function elsewhere(about: About, found: string, asked: string, cause: unknown): BackendError {
  const dataset = datasetIn(about.place);
  return new BackendError(
    "wrong_location",
    `${about.place} was looked for in ${asked}, but the dataset ${dataset} is in ${quoted(found)}`,
    `Set the location to ${quoted(found)}, or ask for datasets of ${asked} only.`,
    { cause },
  );
}

export function malformedReply(about: About, cause?: unknown): BackendError {
  return refused("malformed", about, { cause });
}

function refused(refusal: "malformed" | "conflict", { place }: About, options: ErrorOptions): BackendError {
  const { reason, next } = refusalWords(refusal, { service: "warehouse", place });
  return new BackendError(refusal, reason, next, options);
}

export function datasetIn(place: TableName): string {
  return place.includes(".") ? datasetOf(place) : place;
}
