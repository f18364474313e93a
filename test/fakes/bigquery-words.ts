import type { Failure, World } from "../../src/adapters/embedded/world.ts";
import { failureOf } from "./failures.ts";

/** An error as BigQuery words it. https://cloud.google.com/bigquery/docs/error-messages */
export class Refused extends Error {
  readonly code: number;
  readonly reason: string;

  constructor(code: number, reason: string, message: string) {
    super(message);
    this.code = code;
    this.reason = reason;
  }

  body(): unknown {
    const { code, message, reason } = this;
    return { error: { code, message, errors: [{ message, domain: "global", reason }], status: statuses[code] ?? "UNKNOWN" } };
  }
}

const statuses: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  409: "ALREADY_EXISTS",
  501: "UNIMPLEMENTED",
  503: "UNAVAILABLE",
};

export type Played =
  /** `door`: of the request; else of the job that it made. */
  { readonly refused: Refused; readonly door: boolean } | "empty" | "garbage" | "hang";

/** Of a world's failures the first that concerns one of the names, or the whole port, as BigQuery says it. */
export function played({ failures }: World, names: readonly string[], place: string): Played | undefined {
  const failure = failureOf(failures, "warehouse", names);
  switch (failure?.with) {
    case undefined:
      return undefined;
    case "empty":
    case "garbage":
      return failure.with;
    case "deadline":
      return "hang";
    case "unauthenticated":
    case "not_enabled":
    case "throttled":
    case "unavailable":
      return { refused: refusedWith(failure.with, place), door: true };
    case "denied":
    case "no_such_place":
    case "wrong_location":
    case "malformed":
    case "partial":
    case "conflict":
    case "over_budget":
    case "not_supplied":
      return { refused: refusedWith(failure.with, place), door: false };
  }
}

function refusedWith(refusal: Exclude<Failure["with"], "empty" | "garbage" | "deadline">, place: string): Refused {
  switch (refusal) {
    case "denied":
      return new Refused(
        403,
        "accessDenied",
        `Access Denied: Table ${place}: User does not have permission to query table ${place}, or perhaps it does not exist.`,
      );
    case "unauthenticated":
      return new Refused(
        401,
        "authError",
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.",
      );
    case "not_enabled":
      return new Refused(
        403,
        "accessNotConfigured",
        "BigQuery API has not been used in project 123456789 before or it is disabled. Enable it, then retry.",
      );
    case "no_such_place":
      return new Refused(404, "notFound", `Not found: Table ${place} was not found in location us-west2`);
    case "wrong_location":
      return notFoundDataset(place.replace(/\..*$/u, ""), "us-west2");
    case "throttled":
      return new Refused(
        403,
        "rateLimitExceeded",
        "Exceeded rate limits: too many concurrent queries for this project_and_region. For more information, see https://cloud.google.com/bigquery/docs/troubleshoot-quotas",
      );
    case "unavailable":
      return new Refused(503, "backendError", "Error encountered during execution. Retrying may solve the problem.");
    case "malformed":
      return new Refused(400, "invalidQuery", "Syntax error: Unexpected identifier at [1:1]");
    case "partial":
      return new Refused(
        403,
        "responseTooLarge",
        "Response too large to return. Consider specifying a destination table in your job configuration.",
      );
    case "conflict":
      return new Refused(400, "invalidQuery", `Could not serialize access to table ${place} due to concurrent update`);
    case "over_budget":
      return new Refused(
        400,
        "bytesBilledLimitExceeded",
        "Query exceeded limit for bytes billed: 67108864. 107374182400 or higher required.",
      );
    case "not_supplied":
      throw new Error("BigQuery has no words for what a scenario leaves out.");
  }
}

export function notFoundDataset(dataset: string, location?: string): Refused {
  return new Refused(
    404,
    "notFound",
    `Not found: Dataset ${dataset}${location === undefined ? "" : ` was not found in location ${location}`}`,
  );
}
