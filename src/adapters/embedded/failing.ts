import type { Refusal } from "../../errors.ts";
import { BackendError } from "../../errors.ts";
import type { Call } from "../../ports/call.ts";
import type { Port } from "../../ports/ports.ts";
import type { Failure, World } from "./world.ts";

/** What is read, under every name that a failure may give it; the first is the one said in errors. */
export interface Places {
  readonly port: Port;
  readonly names: readonly [string, ...string[]];
}

/**
 * Fails as the scenario wants this question to fail. `empty` and `garbage` are for the adapter to answer with; a backend
 * that hangs never answers, so its caller must hold the deadline.
 */
export async function disturbance(world: World, places: Places, call: Call): Promise<"empty" | "garbage" | undefined> {
  const failure = world.failures.find((candidate) => concerns(candidate, places, call.look));
  switch (failure?.with) {
    case undefined:
    case "empty":
    case "garbage":
      refuseUnsupplied(world, places);
      return failure?.with;
    case "deadline":
      return new Promise(() => {});
    case "denied":
    case "unauthenticated":
    case "not_enabled":
    case "no_such_place":
    case "wrong_location":
    case "throttled":
    case "unavailable":
    case "malformed":
    case "partial":
    case "conflict":
    case "over_budget":
    case "not_supplied": {
      const [reason, next] = words(failure.with, services[places.port], places.names[0], call);
      throw new BackendError(failure.with, reason, next);
    }
  }
}

/** Before a wanted `empty`: what nobody supplied must not be said to be empty either. */
function refuseUnsupplied(world: World, { port, names }: Places): void {
  const unsupplied = world.unsupplied?.(port, names[0]);
  if (unsupplied !== undefined) throw new BackendError("not_supplied", unsupplied.notSupplied, unsupplied.next);
}

function concerns({ port, target }: Failure, places: Places, look: string): boolean {
  if (port !== places.port) return false;
  return target === undefined || places.names.includes(target) || look === target || look.startsWith(`${target} `);
}

interface Service {
  readonly name: string;
  readonly api: string;
  readonly permission: string;
  readonly role: string;
  readonly container: string;
}

const services: Readonly<Record<Port, Service>> = {
  warehouse: {
    name: "BigQuery",
    api: "bigquery.googleapis.com",
    permission: "bigquery.tables.getData",
    role: "roles/bigquery.dataViewer",
    container: "dataset",
  },
  documents: {
    name: "Firestore",
    api: "firestore.googleapis.com",
    permission: "datastore.entities.get",
    role: "roles/datastore.viewer",
    container: "database",
  },
  logs: {
    name: "Cloud Logging",
    api: "logging.googleapis.com",
    permission: "logging.logEntries.list",
    role: "roles/logging.viewer",
    container: "log bucket",
  },
  units: {
    name: "Cloud Run",
    api: "run.googleapis.com",
    permission: "run.services.get",
    role: "roles/run.viewer",
    container: "region",
  },
  schedules: {
    name: "Cloud Scheduler",
    api: "cloudscheduler.googleapis.com",
    permission: "cloudscheduler.jobs.get",
    role: "roles/cloudscheduler.viewer",
    container: "location",
  },
  objects: {
    name: "Cloud Storage",
    api: "storage.googleapis.com",
    permission: "storage.objects.get",
    role: "roles/storage.objectViewer",
    container: "bucket",
  },
};

function words(refusal: Exclude<Refusal, "deadline">, service: Service, place: string, call: Call): [reason: string, next: string] {
  const { name, api, permission, role, container } = service;
  switch (refusal) {
    case "denied":
      return [`denied: reading ${place} needs ${permission} (${role})`, `Grant ${role} to the account that reads ${place}.`];
    case "unauthenticated":
      return [`${name} took the credentials for reading ${place} as invalid or expired`, "Run: gcloud auth application-default login"];
    case "not_enabled":
      return [`${name} is not enabled: reading ${place} needs ${api}`, `Run: gcloud services enable ${api}`];
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
      return [`${name} answered 503 to the read of ${place}`, "Ask again; if it persists, look at https://status.cloud.google.com."];
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
        `reading ${place} would cost more than the ${call.budget.maxBytes} bytes that one answer may`,
        container === "dataset"
          ? `Raise the byte limit, or check that ${place} is still partitioned.`
          : "Raise the byte limit, or ask for less.",
      ];
    case "not_supplied":
      return [`nothing was supplied for ${place}`, `Add ${place} to the scenario.`];
  }
}
