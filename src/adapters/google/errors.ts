import type { Refusal } from "../../errors.ts";
import { BackendError } from "../../errors.ts";
import type { Permission, ServiceName } from "../refusal-words.ts";
import { refusalWords, roles } from "../refusal-words.ts";
import type { Access } from "./access.ts";
import { accessOf, accessWords, refusalOfAccess } from "./access.ts";
import type { Cloud } from "./cloud.ts";
import { isLoginProblem, isNetworkProblem } from "./logging-in.ts";

/** What was asked when it failed. */
export interface Asked {
  readonly service: ServiceName;
  readonly place: string;
  readonly permission?: Permission | undefined;
  readonly maxBytes?: number | undefined;
}

/**
 * A client library's error as the one that ports throw. Told apart by codes and reasons; by words only where Google gives
 * nothing else. What is no answer of the service, nor of the way there, is a bug of ours and is answered as it came.
 */
export function backendErrorOf(error: unknown, asked: Asked, cloud: Cloud): unknown {
  if (error instanceof BackendError || !(error instanceof Error)) return error;
  const refusal = refusalOf(error);
  if (refusal === undefined) return error;
  const options = { cause: error };
  if (refusal === "deadline") return new BackendError("deadline", `no answer in time to the read of ${asked.place}`, "Ask again.", options);
  const access = closedBy(error);
  if (access !== undefined) {
    const words = accessWords(access, asked, cloud, error.message);
    return new BackendError(refusal, words.reason, words.next, options);
  }
  const { reason, next } = refusalWords(refusal, {
    ...asked,
    permission: asked.permission ?? namedPermission(error.message),
    project: cloud.project,
    member: cloud.member,
  });
  return new BackendError(refusal, reason, next, options);
}

/** Asks, and throws what a client library throws as ports do. */
export async function explained<T>(asked: Asked, cloud: Cloud, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw backendErrorOf(error, asked, cloud);
  }
}

/** Undefined for what no service and no network says. */
export function refusalOf(error: Error): Refusal | undefined {
  if (isAbort(error)) return "deadline";
  if (isLoginProblem(error)) return "unauthenticated";
  if (isNetworkProblem(error)) return "unavailable";
  const access = closedBy(error);
  if (access !== undefined) return refusalOfAccess[access];
  const code = codeOf(error);
  if (typeof code === "number") return code < 100 ? ofGrpc(code, error) : ofHttp(code, error);
  return typeof code === "string" && unpackingCodes.test(code) ? "malformed" : undefined;
}

/** Of zlib: a body that is not packed as it says, or is far larger than any answer. */
const unpackingCodes = /^Z_[A-Z]+_ERROR$|^ERR_BUFFER_TOO_LARGE$/u;

/** HTTP's status may be text. */
function codeOf(error: Error): unknown {
  const code = "code" in error ? error.code : undefined;
  return typeof code === "string" && /^\d{3}$/u.test(code) ? Number(code) : code;
}

/** Only a 403 is asked for its words: those of another error may quote what we asked. */
function closedBy(error: Error): Access | undefined {
  const code = codeOf(error);
  if (isLoginProblem(error) || (code !== 7 && code !== 403)) return undefined;
  const reason = "reason" in error && typeof error.reason === "string" ? error.reason : httpReason(error);
  return accessOf(error, reason);
}

function isAbort(error: Error): boolean {
  return error.name === "AbortError" || error.name === "TimeoutError";
}

/** https://grpc.io/docs/guides/status-codes/ */
function ofGrpc(code: number, error: Error): Refusal | undefined {
  switch (code) {
    case 1:
    case 4:
      return "deadline";
    case 5:
      return "no_such_place";
    case 7:
      return isNotEnabled(error) ? "not_enabled" : "denied";
    case 8:
      return "throttled";
    case 9:
      return "no_such_place"; // A database of another mode, an index that is not there.
    case 10:
      return "conflict";
    case 13:
    case 14:
    case 2:
      return "unavailable";
    case 15:
      return "partial";
    case 16:
      return "unauthenticated";
    case 3:
    case 11:
    case 12:
      return "malformed";
    default:
      return undefined;
  }
}

/** https://cloud.google.com/bigquery/docs/error-messages, https://cloud.google.com/storage/docs/json_api/v1/status-codes */
function ofHttp(status: number, error: Error): Refusal | undefined {
  const reason = httpReason(error);
  switch (reason) {
    case "bytesBilledLimitExceeded":
      return "over_budget";
    case "rateLimitExceeded":
    case "userRateLimitExceeded":
    case "quotaExceeded":
    case "jobRateLimitExceeded":
      return "throttled";
    case "accessNotConfigured":
      return "not_enabled";
    case "responseTooLarge":
      return "partial";
    case undefined:
  }
  if (status === 401) return "unauthenticated";
  if (status === 403) return isNotEnabled(error) ? "not_enabled" : "denied";
  if (status === 404) return /not found in location/u.test(error.message) ? "wrong_location" : "no_such_place";
  if (status === 408 || status === 499 || status === 504) return "deadline";
  if (status === 409 || status === 412) return "conflict";
  if (status === 429) return "throttled";
  if (status >= 500) return "unavailable";
  return status >= 400 ? "malformed" : undefined;
}

function httpReason(error: Error): string | undefined {
  const [first]: unknown[] = "errors" in error && Array.isArray(error.errors) ? error.errors : [];
  return typeof first === "object" && first !== null && "reason" in first && typeof first.reason === "string" ? first.reason : undefined;
}

function isNotEnabled(error: Error): boolean {
  if ("reason" in error && error.reason === "SERVICE_DISABLED") return true;
  return /SERVICE_DISABLED|has not been used in project .* before or it is disabled/u.test(error.message);
}

/** Google names the missing permission in its words only; one that is not known here is left to the service's usual. */
function namedPermission(message: string): Permission | undefined {
  const isKnown = (name: string): name is Permission => Object.hasOwn(roles, name);
  return [...message.matchAll(/\b[a-z]+\.[a-zA-Z]+\.[a-zA-Z]+\b/gu)].map(([name]) => name).find(isKnown);
}
