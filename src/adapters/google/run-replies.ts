import { z } from "zod";
import type { Revision, Unit } from "../../ports/units.ts";
import { readAs } from "../read-as.ts";
import { shortName } from "./clients.ts";
import { instant } from "./wire-values.ts";

/** Where a revision says of which commit it was built: a label or, without it, an environment variable. */
export interface CommitMarks {
  readonly label: string;
  readonly variable: string;
}

/** Readers of Cloud Run's replies. Of environment variables they take names, and the one value that names the commit. */
export interface RunReplies {
  service(reply: unknown, name: string): Service;
  revisions(reply: unknown, name: string): { readonly items: readonly Revision[]; readonly next: string };
  job(reply: unknown, name: string): Unit;
}

export function runReplies(marks: CommitMarks | undefined): RunReplies {
  const revision = revisionSchema(marks);
  const revisionsPage = z.object({ revisions: z.array(revision), nextPageToken: z.string() });
  const job = jobSchema(marks);
  return {
    service: (reply, name) => readAs(service, reply, name, "deployed service"),
    revisions: (reply, name) => {
      const page = readAs(revisionsPage, reply, `the revisions of ${name}`, "list of revisions");
      return { items: page.revisions, next: page.nextPageToken };
    },
    job: (reply, name) => readAs(job, reply, name, "Run job"),
  };
}

/** A unit but for its revisions. */
export type Service = z.output<typeof service>;

const labels = z.record(z.string(), z.string());
const condition = z.object({ type: z.string(), state: z.string(), message: z.string() });
const conditions = z.array(condition);
const scaling = z.object({ minInstanceCount: z.int().min(0) });

/** Values may be secrets: only that of the variable which names the commit goes on from here. */
function containersSchema(variable?: string) {
  const env = z
    .object({ name: z.string().min(1), value: z.string().optional() })
    .transform(({ name, value }) => ({ name, commit: name === variable ? value : undefined }));
  return z.array(z.object({ env: z.array(env) })).transform((containers) => {
    const all = containers.flatMap((container) => container.env);
    return { variables: [...new Set(all.map(({ name }) => name))], commit: all.find(({ commit }) => commit !== undefined)?.commit };
  });
}

const marksOfFunction = z.object({
  labels,
  annotations: labels,
  buildConfig: z.object({ functionTarget: z.string() }).nullish(),
});

/**
 * A function of the second generation is a service that Cloud Functions manages, or that Cloud Run itself built from a
 * function. The API has no field that says which it is.
 */
function kindOf(given: z.output<typeof marksOfFunction>): "service" | "function" {
  const isManaged = given.labels["goog-managed-by"] === "cloudfunctions";
  const hasId = Object.hasOwn(given.annotations, "cloudfunctions.googleapis.com/function-id");
  return isManaged || hasId || (given.buildConfig?.functionTarget ?? "") !== "" ? "function" : "service";
}

export const serviceFace = z
  .object({ name: z.string().regex(/^projects\/[^/]+\/locations\/[^/]+\/services\/[^/]+$/u), ...marksOfFunction.shape })
  .transform((given): Pick<Unit, "name" | "kind"> => ({ name: shortName(given.name), kind: kindOf(given) }));

export const jobFace = z
  .object({ name: z.string().regex(/^projects\/[^/]+\/locations\/[^/]+\/jobs\/[^/]+$/u) })
  .transform(({ name }): Pick<Unit, "name" | "kind"> => ({ name: shortName(name), kind: "job" }));

const latestAllocation = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST";

const service = z
  .object({
    name: z.string().regex(/\/services\/[^/]+$/u),
    ...marksOfFunction.shape,
    latestCreatedRevision: z.string(),
    latestReadyRevision: z.string(),
    template: z.object({ containers: containersSchema(), scaling: scaling.nullish() }),
    scaling: z.object({ ...scaling.shape, scalingMode: z.string(), manualInstanceCount: z.int().nullish() }).nullish(),
    trafficStatuses: z.array(z.object({ type: z.string(), revision: z.string(), percent: z.int().min(0).max(100) })),
  })
  .transform((given) => {
    const latestReady = given.latestReadyRevision === "" ? undefined : shortName(given.latestReadyRevision);
    const manual = given.scaling?.scalingMode === "MANUAL" ? (given.scaling.manualInstanceCount ?? 0) : 0;
    return {
      name: shortName(given.name),
      kind: kindOf(given),
      latestCreated: shortName(given.latestCreatedRevision),
      latestReady,
      traffic: trafficOf(given.trafficStatuses, latestReady),
      // Asked for of the service as a whole, or of each of its revisions.
      minInstances: Math.max(given.scaling?.minInstanceCount ?? 0, given.template.scaling?.minInstanceCount ?? 0, manual),
      variables: given.template.containers.variables,
    };
  });

interface Target {
  readonly type: string;
  readonly revision: string;
  readonly percent: number;
}

/** A tag is a target of its own without a share; a share of the latest may come beside one by name. */
function trafficOf(targets: readonly Target[], latestReady: string | undefined): Unit["traffic"] {
  const shares = new Map<string, number>();
  for (const { type, revision, percent } of targets) {
    const to = type === latestAllocation && revision === "" ? latestReady : shortName(revision);
    if (percent > 0 && to !== undefined && to !== "") shares.set(to, (shares.get(to) ?? 0) + percent);
  }
  return [...shares].map(([revision, percent]) => ({ revision, percent }));
}

function revisionSchema(marks: CommitMarks | undefined) {
  return z
    .object({
      name: z.string().regex(/\/revisions\/[^/]+$/u),
      createTime: instant,
      labels,
      conditions,
      containers: containersSchema(marks?.variable),
    })
    .transform((given): Revision => ({
      name: shortName(given.name),
      createdAt: given.createTime,
      ...readiness(given.conditions),
      commit: commitOf(marks, given.labels, given.containers.commit),
    }));
}

function jobSchema(marks: CommitMarks | undefined) {
  const task = z.object({ containers: containersSchema(marks?.variable) });
  return z
    .object({
      name: z.string().regex(/\/jobs\/[^/]+$/u),
      generation: z.string().regex(/^\d+$/u),
      createTime: instant,
      updateTime: instant.nullish(),
      labels,
      terminalCondition: condition.nullish(),
      template: z.object({ labels, template: task }),
    })
    .transform((given): Unit => {
      const name = shortName(given.name);
      const { containers } = given.template.template;
      const revision: Revision = {
        name: `${name}-${given.generation.padStart(5, "0")}`,
        createdAt: given.updateTime ?? given.createTime,
        ...readiness(given.terminalCondition ? [given.terminalCondition] : []),
        commit: commitOf(marks, { ...given.labels, ...given.template.labels }, containers.commit),
      };
      return {
        name,
        kind: "job",
        revisions: [revision],
        latestCreated: revision.name,
        latestReady: revision.ready ? revision.name : undefined,
        traffic: [{ revision: revision.name, percent: 100 }],
        minInstances: 0,
        variables: containers.variables,
      };
    });
}

function readiness(given: z.output<typeof conditions>): Pick<Revision, "ready" | "problem"> {
  const ready = given.find(({ type }) => type === "Ready");
  if (ready?.state === "CONDITION_SUCCEEDED") return { ready: true };
  const failed = given.filter(({ state }) => state === "CONDITION_FAILED");
  const problem = [ready, ...failed].map((each) => each?.message ?? "").find((message) => message !== "");
  return { ready: false, ...(problem === undefined ? {} : { problem }) };
}

function commitOf(marks: CommitMarks | undefined, found: Readonly<Record<string, string>>, built: string | undefined): string | undefined {
  if (marks === undefined) return undefined;
  const labelled = Object.hasOwn(found, marks.label) ? found[marks.label] : undefined;
  return [labelled, built].find((each) => each !== undefined && each !== "");
}
