import { BackendError } from "../../../src/errors.ts";
import type { Refusal } from "../../../src/errors.ts";
import { describe, expect, test } from "vitest";
import { warehouseError, wireErrorOf } from "../../../src/adapters/google/bigquery-errors.ts";
import type { Cloud } from "../../../src/adapters/google/cloud.ts";
import { backendErrorOf } from "../../../src/adapters/google/errors.ts";
import { loggingIn } from "../../../src/adapters/google/logging-in.ts";
import { saidRedacted } from "../../../src/adapters/google/redacted-words.ts";

const cloud: Cloud = { project: "acme", region: "us-west9", location: "us-west2", database: "(default)", member: "user:a@example.com" };
const told = (error: unknown): unknown => backendErrorOf(error, { service: "units", place: "phase4" }, cloud);
/** The way that BigQuery's errors go. */
const toldOfTable = (error: unknown): unknown => warehouseError(wireErrorOf(error) ?? error, { place: "nba_raw.games" }, cloud);
const coded = (message: string, code: number | string, given: object = {}): Error => Object.assign(new Error(message), { code, ...given });
const ways: [string, (error: unknown) => unknown][] = [
  ["every service", told],
  ["BigQuery", toldOfTable],
];

describe.each(ways)("on the way to %s", (_, ask) => {
  test.each([
    "invalid_grant",
    "Could not load the default credentials. Browse to https://cloud.google.com/docs/authentication/getting-started for more.",
    "The incoming JSON object does not contain a client_email field",
    "The incoming JSON object does not contain a private_key field",
    "PERMISSION_DENIED: unable to impersonate: Permission 'iam.serviceAccounts.getAccessToken' denied",
    "Unexpected error determining execution environment: nobody knows",
    "No key or keyFile set.",
    "2 UNKNOWN: Getting metadata from plugin failed with error: error:1E08010C:DECODER routines::unsupported",
  ])("no login is told from: %s", (message) => {
    for (const error of [new Error(message), coded(message, 2), coded(message, 403)])
      expect(ask(error)).toMatchObject({ refusal: "unauthenticated", next: "Run: gcloud auth application-default login" });
  });

  test("a private key that is none is no login, by the code that OpenSSL gives", () => {
    expect(ask(coded("error:1E08010C:DECODER routines::unsupported", "ERR_OSSL_UNSUPPORTED"))).toMatchObject({
      refusal: "unauthenticated",
    });
  });

  test.each([
    "SELF_SIGNED_CERT_IN_CHAIN",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "CERT_HAS_EXPIRED",
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "ERR_SSL_WRONG_VERSION_NUMBER",
    "EPROTO",
    "ECONNABORTED",
    "ECONNREFUSED",
    "EAI_AGAIN",
    "UND_ERR_CONNECT_TIMEOUT",
    "HPE_INVALID_CONSTANT",
    "ERR_STREAM_PREMATURE_CLOSE",
  ])("a connection that fails with %s is unavailable", (code) => {
    expect(ask(coded("It failed.", code))).toMatchObject({ refusal: "unavailable" });
    expect(ask(Object.assign(new Error("fetch failed"), { cause: coded("It failed.", code) }))).toMatchObject({ refusal: "unavailable" });
  });

  test("a token that could not be fetched because nobody answered is unavailable, not a missing login", () => {
    const said =
      "Getting metadata from plugin failed with error: request to https://oauth2.googleapis.com/token failed, reason: connect ECONNREFUSED";
    expect(ask(coded(said, 2))).toMatchObject({ refusal: "unavailable" });
  });

  test.each(["Z_DATA_ERROR", "Z_BUF_ERROR", "ERR_BUFFER_TOO_LARGE"])("a body that unpacking refuses with %s is malformed", (code) => {
    expect(ask(coded("incorrect header check", code))).toMatchObject({ refusal: "malformed" });
  });

  test.each([
    new TypeError("Cannot read properties of undefined (reading 'rows')"),
    Object.assign(new TypeError("It must be a string."), { code: "ERR_INVALID_ARG_TYPE" }),
    Object.assign(new TypeError("Invalid URL"), { code: "ERR_INVALID_URL" }),
    coded("invalid argument", "UND_ERR_INVALID_ARG"),
    coded("no such file", "ENOENT"),
    new RangeError("Invalid time value"),
  ])("a bug stays one: %s", (error) => {
    expect(ask(error)).not.toBeInstanceOf(BackendError);
  });
});

describe("while logging in", () => {
  const failing = (error: Error) => loggingIn(async () => Promise.reject(error)).catch((caught: unknown) => caught);

  test.each([
    new SyntaxError(`Unexpected token 'P', "PRIVATE..." is not valid JSON`),
    new TypeError("Cannot read properties of null (reading 'type')"),
    coded("no such file", "ENOENT"),
    coded("Permission denied", 403),
  ])("whatever fails is a missing login, with nothing of its words: %s", async (error) => {
    for (const ask of [told, toldOfTable]) {
      const refused = ask(await failing(error));
      expect(refused).toMatchObject({ refusal: "unauthenticated" });
      expect(refused instanceof BackendError && refused.message).not.toContain("PRIVATE");
    }
  });

  test.each([coded("getaddrinfo ENOTFOUND", "ENOTFOUND"), coded("Try again", 503), coded("gone", "500")])(
    "a network that fails says nothing about the login: %s",
    async (error) => {
      expect(told(await failing(error))).toMatchObject({ refusal: "unavailable" });
    },
  );
});

const quotaProject =
  "Your application is authenticating by using local Application Default Credentials. The run.googleapis.com API requires a quota project, which is not set by default.";
const cases: [string, Refusal, string, string, string?][] = [
  [quotaProject, "unauthenticated", "quota project", "Run: gcloud auth application-default set-quota-project acme", "SERVICE_DISABLED"],
  [
    "Caller does not have required permission to use project other-project. Grant the caller the roles/serviceusage.serviceUsageConsumer role.",
    "denied",
    "serviceusage.services.use (roles/serviceusage.serviceUsageConsumer)",
    "Run: gcloud projects add-iam-policy-binding other-project --member=user:a@example.com --role=roles/serviceusage.serviceUsageConsumer",
    "USER_PROJECT_DENIED",
  ],
  ["Permission denied on resource project acme-typo.", "no_such_place", "`acme-typo`", "--project", "CONSUMER_INVALID"],
  ["Permission denied on 'locations/us-west9' (or it may not exist).", "wrong_location", "us-west9", "region"],
  [
    "This API method requires billing to be enabled. Please enable billing on project #123.",
    "denied",
    "billing",
    "https://console.cloud.google.com/billing/linkedaccount?project=acme",
    "BILLING_DISABLED",
  ],
  [
    "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: abc",
    "denied",
    "perimeter",
    "administrator",
    "SECURITY_POLICY_VIOLATED",
  ],
];

describe("a 403 of the first day", () => {
  test.each(cases)("%s", (message, refusal, words, next, reason) => {
    const spoken = [message, saidRedacted(message)].flatMap((said) => [coded(said, 7), coded(said, 403)]);
    for (const error of spoken) for (const ask of [told, toldOfTable]) expect(ask(error)).toMatchObject({ refusal });
    const refused = told(coded(message, 7, reason === undefined ? {} : { reason }));
    expect(refused).toMatchObject({ refusal, message: expect.stringContaining(words), next: expect.stringContaining(next) });
    if (words.startsWith("serviceusage") || words === "perimeter")
      expect(refused).not.toHaveProperty("next", expect.stringContaining("run.viewer"));
  });

  test.each(cases.filter(([, , , , reason]) => reason !== undefined && reason !== "SERVICE_DISABLED"))(
    "the reason alone tells it, whatever the words: %s",
    (_, refusal, _words, _next, reason) => {
      expect(told(coded("No.", 7, { reason }))).toMatchObject({ refusal });
    },
  );

  test("BigQuery's own reason tells that billing is off, and no role is named for it", () => {
    const refused = toldOfTable(coded("Access Denied: no.", 403, { errors: [{ reason: "billingNotEnabled", message: "No." }] }));
    expect(refused).toMatchObject({ refusal: "denied", message: expect.stringContaining("billing") });
    expect(refused).not.toHaveProperty("next", expect.stringContaining("roles/"));
  });

  test("a service that is off stays that, and a plain denial stays one of its own permission", () => {
    expect(told(coded("No.", 7, { reason: "SERVICE_DISABLED" }))).toMatchObject({ refusal: "not_enabled" });
    expect(told(coded("Permission 'run.services.get' denied on resource", 7))).toMatchObject({
      message: expect.stringContaining("run.services.get"),
    });
  });

  test("of words that are no refusal of access nothing is concluded: a statement may hold them", () => {
    expect(told(coded("Unrecognized: requires a quota project", 3))).toMatchObject({ refusal: "malformed" });
  });
});

describe("a statement that BigQuery refuses", () => {
  test.each(["invalidQuery", "invalid"])("for %s is told in its own words, with where to look", (reason) => {
    const message = "No matching signature for operator = for argument types";
    expect(toldOfTable(coded(message, 400, { errors: [{ reason, message }] }))).toMatchObject({
      refusal: "malformed",
      message: `BigQuery refuses the statement over nba_raw.games: \`${message}\``,
      next: "Compare the columns' types with the pipeline file: postgame doctor --compare.",
    });
  });

  test("is no body that is no JSON: that one is told as before", () => {
    const refused = toldOfTable(new SyntaxError("Unexpected end of JSON input"));
    expect(refused).toMatchObject({ refusal: "malformed", message: expect.not.stringContaining("refuses the statement") });
  });
});
