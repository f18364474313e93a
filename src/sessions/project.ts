import { setTimeout as sleep } from "node:timers/promises";
import type { Cloud } from "../adapters/google/cloud.ts";
import type { Recording } from "../adapters/google/recording.ts";
import type { Config } from "../config.ts";
import { UserError, short } from "../errors.ts";
import type { Gather } from "../evidence/evidence.ts";
import { live } from "../evidence/gather.ts";
import { parseInstant } from "../pipeline/dates.ts";
import type { Pipeline } from "../pipeline/load.ts";
import type { Ports } from "../ports/ports.ts";
import type { CallSession, Real, RecordedCall, Session } from "../session.ts";
import type { CallSpending, Spending } from "../spending.ts";
import { limits } from "./limits.ts";
import type { Memory } from "./memory.ts";
import { openMemory } from "./memory.ts";
import type { Connection } from "./outside.ts";

/** A real project, read only. */
export async function projectSession(project: string, config: Config, connection: Connection): Promise<Session> {
  const opened = await openProject(project, config, connection);
  const { pipeline, cloud } = opened;
  const asOf = momentOf(config, pipeline, opened.now());
  const { history, watches } = opened.memory;
  return {
    pipeline,
    backend: "google",
    real: {
      project,
      identity: cloud.member,
      repository: config.repo.value,
      clockAhead: opened.clockAhead,
      ...(asOf === undefined ? {} : { past: true as const }),
      record: ({ signal }) => recorded(opened, asOf, signal),
    },
    // What was judged as of another moment than now is no part of how the nights went on.
    ...(asOf === undefined ? { history, watches } : {}),
    begin: ({ signal }) => begin(opened, asOf, signal),
  };
}

/** What a project's ports are made of; kept for the process, since a client library takes its time to connect. */
export interface OpenedProject {
  readonly pipeline: Pipeline;
  readonly cloud: Cloud;
  readonly memory: Memory;
  readonly spending: Spending;
  /** What time it is. */
  readonly now: () => Date;
  /** The ports of one call. After a refused login they are made anew: a new login then counts without a restart. */
  ports(call: CallSpending): Ports;
  /** Ports of their own, whose exchanges are heard. */
  record(): Promise<Recording>;
  /** To be told when a login was refused. */
  renew(): void;
  readonly clockAhead: NonNullable<Real["clockAhead"]>;
}

export async function openProject(
  project: string,
  config: Config,
  { reach, login, now = () => new Date() }: Connection,
): Promise<OpenedProject> {
  if (!/^(?:[a-z][a-z0-9.-]*:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/u.test(project)) {
    throw new UserError(`${config.project.source} "${short(project)}" is no project id; \`gcloud projects list\` shows them.`);
  }
  const [{ openPipeline }, { googlePorts }, { identityOf }, { clockAheadOf }, { spendingIn }, memory] = await Promise.all([
    import("../pipeline-files.ts"),
    import("../adapters/google/ports.ts"),
    import("../adapters/google/identity.ts"),
    import("../adapters/google/clock.ts"),
    import("../spending.ts"),
    openMemory(config.state.value),
  ]);
  const pipeline = await openPipeline(config.pipeline.value);
  const cloud = cloudOf(project, config, pipeline, { reach, member: await identityOf() });
  const asking = (): Cloud => (login === undefined ? cloud : { ...cloud, authClient: login() });
  const caps = { callBytes: config["call-bytes"].value, dayBytes: config["day-bytes"].value };
  const about = { repository: config.repo.value, infrastructure: pipeline.file };
  const key = JSON.stringify([project, cloud.region, cloud.location, cloud.database, config.repo.value, pipeline.version, reach?.http]);
  return {
    pipeline,
    cloud,
    now,
    memory,
    spending: spendingIn({ state: memory.state, zone: pipeline.zone, caps, now }),
    ports: (spending) => {
      const known = connected.get(key);
      const clients = known !== undefined && known.member === cloud.member ? known.clients : googlePorts(asking(), about);
      connected.set(key, { member: cloud.member, clients });
      return clients(spending);
    },
    record: async () => {
      const { recordingOf } = await import("../adapters/google/recording.ts");
      return recordingOf(asking(), about);
    },
    renew: () => connected.delete(key),
    clockAhead: (signal) => clockAheadOf(cloud, now, signal),
  };
}

interface Connected {
  /** Whose credentials the clients hold, and whose name stands in their words: a changed login needs others. */
  readonly member: string | undefined;
  readonly clients: (spending: CallSpending) => Ports;
}

const connected = new Map<string, Connected>();

function cloudOf(project: string, config: Config, { file }: Pipeline, rest: Pick<Cloud, "reach" | "member">): Cloud {
  const region = file.region;
  if (region === undefined) throw new UserError("The pipeline file names no region: add `region: us-west2`, or wherever the services run.");
  return { project, region, location: config.location.value ?? region, database: config.database.value, ...rest };
}

/** Nobody waits for one answer to all of them, and they are asked one by one: each look has its own limit. */
const recordingMs = 15 * 60_000;

async function recorded(opened: OpenedProject, asOf: Date | undefined, signal: AbortSignal): Promise<RecordedCall> {
  const recording = await opened.record();
  return { ...begin({ ...opened, ports: recording.ports }, asOf, signal, recordingMs), capture: () => recording.capture() };
}

function begin(opened: OpenedProject, asOf: Date | undefined, signal: AbortSignal, callMs: number = limits.callMs): CallSession {
  const began = Date.now();
  const spending = opened.spending.open({ deadlineAt: began + callMs });
  const now = (): Date => (asOf === undefined ? opened.now() : new Date(asOf.getTime() + Date.now() - began));
  const { lookTimeoutMs, budget } = limits;
  const gather = live({
    ports: opened.ports(spending),
    now: opened.now,
    signal,
    deadlineAt: began + callMs,
    lookTimeoutMs,
    budget,
  });
  return {
    now,
    gather: noticingLogins(gather, () => opened.renew()),
    pass: (ms) => waited(ms, signal),
    end: () => spending.close(),
  };
}

function noticingLogins(gather: Gather, renew: () => void): Gather {
  return async (look) => {
    const evidence = await gather(look);
    if (!evidence.seen && evidence.refusal === "unauthenticated") renew();
    return evidence;
  };
}

/** Ends early when the caller goes away: the next look then says so. */
async function waited(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}

/** Undefined: now. */
function momentOf({ clock }: Config, { zone }: Pipeline, now: Date): Date | undefined {
  if (clock.value === undefined) return undefined;
  const moment = parseInstant(clock.value, zone);
  if (moment === undefined)
    throw new UserError(
      `${clock.source}: "${short(clock.value)}" is no moment; write "2026-02-04 13:00" (${zone}) or ISO 8601 with an offset.`,
    );
  if (moment > now) throw new UserError(`${clock.source}: "${short(clock.value)}" is still to come; nothing can be read of it.`);
  return moment;
}
