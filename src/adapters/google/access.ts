import type { Refusal } from "../../errors.ts";
import { quoted } from "../../outside-text.ts";
import { refusalWords } from "../refusal-words.ts";
import type { Cloud } from "./cloud.ts";
import type { Asked } from "./errors.ts";

/** Why a whole project, and not one reading of it, is closed to who asks. Services say 403 to each, and no role mends most. */
export type Access = "no_quota_project" | "quota_project_denied" | "no_project" | "no_region" | "no_billing" | "perimeter";

export const refusalOfAccess: Readonly<Record<Access, "unauthenticated" | "denied" | "no_such_place" | "wrong_location">> = {
  no_quota_project: "unauthenticated",
  quota_project_denied: "denied",
  no_project: "no_such_place",
  no_region: "wrong_location",
  no_billing: "denied",
  perimeter: "denied",
} satisfies Record<Access, Refusal>;

/** Undefined for any other refusal. A quota project that is missing comes with the reason of a service that is off. */
export function accessOf(error: Error, reason: string | undefined): Access | undefined {
  if (/requires a quota project/u.test(error.message)) return "no_quota_project";
  return byReason.get(reason ?? "") ?? byWords.find(([words]) => words.test(error.message))?.[1];
}

/** https://cloud.google.com/apis/design/errors, https://cloud.google.com/bigquery/docs/error-messages, and Cloud Storage's own. */
const byReason: ReadonlyMap<string, Access> = new Map([
  ["USER_PROJECT_DENIED", "quota_project_denied"],
  ["CONSUMER_INVALID", "no_project"],
  ["BILLING_DISABLED", "no_billing"],
  ["billingNotEnabled", "no_billing"],
  ["accountDisabled", "no_billing"],
  ["SECURITY_POLICY_VIOLATED", "perimeter"],
  ["vpcServiceControls", "perimeter"],
]);

const byWords: readonly (readonly [RegExp, Access])[] = [
  [/does not have required permission to use project/u, "quota_project_denied"],
  [/Permission denied on resource project/u, "no_project"],
  [/Permission denied on '?locations\//u, "no_region"],
  [/prohibited by organization's policy/u, "perimeter"],
  [/requires billing to be enabled|Billing has not been enabled|billing account/iu, "no_billing"],
];

export interface AccessWords {
  readonly reason: string;
  readonly next: string;
}

export function accessWords(access: Access, asked: Asked, cloud: Cloud, message: string): AccessWords {
  const { place } = asked;
  const { project, region, member } = cloud;
  switch (access) {
    case "no_quota_project":
      return {
        reason: `the login names no quota project, without which ${place} can't be read`,
        next: `Run: gcloud auth application-default set-quota-project ${project}`,
      };
    case "quota_project_denied":
      // The project that is charged is the login's, which need not be the one that is read.
      return refusalWords("denied", {
        ...asked,
        permission: "serviceusage.services.use",
        project: namedProject(message) ?? project,
        member,
      });
    case "no_project":
      return {
        reason: `there is no project ${quoted(namedProject(message) ?? project)}, or this login may not see it: ${place} could not be read`,
        next: "Check --project, and the login's quota project.",
      };
    case "no_region":
      return {
        reason: `${place} was looked for in ${region}, which is no location of the service or is closed to this login`,
        next: "Check the region in the pipeline file.",
      };
    case "no_billing":
      return {
        reason: `denied: billing is off for project ${project}, so ${place} can't be read`,
        next: `Link a billing account: https://console.cloud.google.com/billing/linkedaccount?project=${project}`,
      };
    case "perimeter":
      return {
        reason: `denied: a VPC Service Controls perimeter keeps ${place} from being read from here`,
        next: "Ask from inside the perimeter, or ask the organization's administrator for an ingress rule.",
      };
  }
}

/** An id only: these words become part of a command. */
function namedProject(message: string): string | undefined {
  const [, id] = /\b(?:use|resource) project ([a-z][a-z0-9:-]{4,61}[a-z0-9])(?![\w:-])/u.exec(message) ?? [];
  return id;
}
