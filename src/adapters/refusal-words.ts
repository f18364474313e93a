import type { Refusal } from "../errors.ts";
import type { Port } from "../ports/ports.ts";

/** Who may refuse: the service behind each port, and the metrics that several ports read besides. */
export type ServiceName = Port | "metrics";

/** What was asked of whom, as far as words need it. */
export interface Refused {
  readonly service: ServiceName;
  /** What was read: a table, a collection, a unit. */
  readonly place: string;
  /** The one that was missing, where it is not the service's usual; one of those in `roles`. */
  readonly permission?: Permission | undefined;
  readonly project?: string | undefined;
  /** Who asked, as `--member` takes it, e.g. `user:someone@example.com`; unknown if absent. */
  readonly member?: string | undefined;
  readonly maxBytes?: number | undefined;
}

interface Words {
  readonly reason: string;
  readonly next: string;
}

/** One sentence why nobody could look, and one what to do, the same for every adapter. A deadline's words are its caller's. */
export function refusalWords(refusal: Exclude<Refusal, "deadline">, about: Refused): Words {
  const [reason, next] = sentences(refusal, about);
  return { reason, next };
}

/** Every permission that reading takes, and the smallest predefined role with it. https://cloud.google.com/iam/docs/roles-permissions */
export const roles = {
  "bigquery.datasets.get": "roles/bigquery.metadataViewer",
  "bigquery.tables.getData": "roles/bigquery.dataViewer",
  "bigquery.tables.get": "roles/bigquery.metadataViewer",
  "bigquery.tables.list": "roles/bigquery.metadataViewer",
  "bigquery.jobs.create": "roles/bigquery.jobUser",
  "datastore.entities.get": "roles/datastore.viewer",
  "datastore.entities.list": "roles/datastore.viewer",
  "logging.logEntries.list": "roles/logging.viewer",
  "run.services.get": "roles/run.viewer",
  "run.services.list": "roles/run.viewer",
  "run.revisions.list": "roles/run.viewer",
  "run.jobs.get": "roles/run.viewer",
  "run.jobs.list": "roles/run.viewer",
  "cloudscheduler.jobs.get": "roles/cloudscheduler.viewer",
  "cloudscheduler.jobs.list": "roles/cloudscheduler.viewer",
  "pubsub.topics.list": "roles/pubsub.viewer",
  "pubsub.subscriptions.list": "roles/pubsub.viewer",
  "monitoring.alertPolicies.list": "roles/monitoring.viewer",
  "monitoring.alerts.list": "roles/monitoring.viewer",
  "monitoring.timeSeries.list": "roles/monitoring.viewer",
  "storage.objects.get": "roles/storage.objectViewer",
  "storage.objects.list": "roles/storage.objectViewer",
  "serviceusage.services.use": "roles/serviceusage.serviceUsageConsumer",
} as const;
export type Permission = keyof typeof roles;

interface Service {
  readonly name: string;
  readonly api: string;
  /** The one that is named where nobody says which is missing. */
  readonly permission: Permission | undefined;
  readonly container: string;
}

const services: Readonly<Record<ServiceName, Service>> = {
  warehouse: {
    name: "BigQuery",
    api: "bigquery.googleapis.com",
    permission: "bigquery.tables.getData",
    container: "dataset",
  },
  documents: {
    name: "Firestore",
    api: "firestore.googleapis.com",
    permission: "datastore.entities.get",
    container: "database",
  },
  logs: {
    name: "Cloud Logging",
    api: "logging.googleapis.com",
    permission: "logging.logEntries.list",
    container: "log bucket",
  },
  units: {
    name: "Cloud Run",
    api: "run.googleapis.com",
    permission: "run.services.get",
    container: "region",
  },
  schedules: {
    name: "Cloud Scheduler",
    api: "cloudscheduler.googleapis.com",
    permission: "cloudscheduler.jobs.get",
    container: "location",
  },
  topics: {
    name: "Pub/Sub",
    api: "pubsub.googleapis.com",
    permission: "pubsub.subscriptions.list",
    container: "project",
  },
  alerts: {
    name: "Cloud Monitoring",
    api: "monitoring.googleapis.com",
    permission: "monitoring.alertPolicies.list",
    container: "project",
  },
  metrics: {
    name: "Cloud Monitoring",
    api: "monitoring.googleapis.com",
    permission: "monitoring.timeSeries.list",
    container: "project",
  },
  source: {
    name: "git",
    api: "git",
    permission: undefined,
    container: "repository",
  },
  objects: {
    name: "Cloud Storage",
    api: "storage.googleapis.com",
    permission: "storage.objects.get",
    container: "bucket",
  },
};

function sentences(refusal: Exclude<Refusal, "deadline">, about: Refused): [reason: string, next: string] {
  const { name, api, container } = services[about.service];
  const { place, project } = about;
  switch (refusal) {
    case "denied":
      return deniedSentences(about);
    case "unauthenticated":
      return [
        `${name} took the credentials for reading ${place} as missing, invalid or expired`,
        "Run: gcloud auth application-default login",
      ];
    case "not_enabled":
      return [
        `${name} is not enabled${project === undefined ? "" : ` in project ${project}`}: reading ${place} needs ${api}`,
        `Run: gcloud services enable ${api}${project === undefined ? "" : ` --project=${project}`}`,
      ];
    case "no_such_place":
      return [`${name} knows no ${place}`, `Check the project, the ${container} and the spelling of ${place} in the pipeline file.`];
    case "wrong_location":
      return [`${name} looked for ${place} in another location than its own`, `Set the location of ${place}'s ${container}.`];
    case "throttled":
      return [
        `${name} throttled the read of ${place}: rate limit exceeded`,
        "Ask again in a minute; look at the project's quotas if it persists.",
      ];
    case "unavailable":
      return [`${name} gave no answer to the read of ${place}`, "Ask again; if it persists, look at https://status.cloud.google.com."];
    case "malformed":
      return [
        `${name} answered the read of ${place} in a form that it never uses`,
        `Look at ${place} by hand, and at what answers for ${api}.`,
      ];
    case "partial":
      return [`${name} broke off while answering ${place}; a part of it would prove nothing`, "Ask again."];
    case "conflict":
      return [`${place} was changed by somebody else while ${name} read it`, "Ask again when the writing run has ended."];
    case "over_budget":
      return [
        `reading ${place} would cost more than the ${about.maxBytes ?? "allowed"} bytes that one answer may`,
        container === "dataset"
          ? `Raise the byte limit, or check that ${place} is still partitioned.`
          : "Raise the byte limit, or ask for less.",
      ];
    case "not_supplied":
      return [`nothing was supplied for ${place}`, `Add ${place} to the scenario.`];
  }
}

/** Names the permission, the smallest role that has it, and the command that grants it. */
function deniedSentences({ service, place, project, member, permission }: Refused): [reason: string, next: string] {
  const { name, container, permission: usual } = services[service];
  const missing = permission ?? usual;
  if (missing === undefined) return [`denied: ${name} may not read ${place}`, `Give the account that reads it access to the ${container}.`];
  const role = roles[missing];
  const reason = `denied: reading ${place} needs ${missing} (${role})`;
  if (project === undefined) return [reason, `Grant ${role} to the account that reads ${place}.`];
  return [reason, `Run: gcloud projects add-iam-policy-binding ${project} --member=${member ?? "MEMBER"} --role=${role}`];
}
