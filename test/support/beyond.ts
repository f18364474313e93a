import { at } from "./instants.ts";
import { healthyBacklogs, healthyPolicies, healthySubscriptions, healthyTopics } from "./messages.ts";
import { nba } from "./pipeline.ts";
import { healthyJobs } from "./schedules.ts";

/** What looks beyond tables and documents answer on a healthy night, by their id; undefined for those that are none of these. */
export function healthyBeyond(look: string): unknown {
  const [kind = "", name = ""] = look.split(" ");
  if (look === "scheduler jobs") return { jobs: healthyJobs(at("00:00", "2026-02-09")) };
  if (look === "topics") return { topics: healthyTopics() };
  if (look === "subscriptions") return { subscriptions: healthySubscriptions() };
  if (look === "backlogs") return { backlogs: healthyBacklogs() };
  if (look === "policies") return { policies: healthyPolicies() };
  if (look === "incidents") return { incidents: [] };
  if (kind === "unit") return { unit: healthyUnit(name) };
  if (kind === "errors") return healthyErrors();
  if (kind === "executions") return healthyExecutions(name);
  if (kind === "object") return { file: healthyFile(name) };
  if (look === "heartbeats") return healthyHeartbeats();
  if (kind === "locks") return { documents: [], more: false };
  if (kind === "lock-holders") return { beats: [] };
  if (kind === "lock-lines") return { lines: [], more: false, any: at("09:00").toISOString() };
  if (look === "repository tip") return healthyTip();
  if (kind === "drift") return healthyDrift(look.replace("drift of ", ""));
  return undefined;
}

/** One revision, ready, with all traffic. */
export function healthyUnit(name: string) {
  const revision = `${name}-00041-abc`;
  return {
    name,
    kind: "function",
    revisions: [{ name: revision, createdAt: at("12:00", "2026-01-20").toISOString(), ready: true, commit: "4def1124" }],
    latestCreated: revision,
    latestReady: revision,
    traffic: [{ revision, percent: 100 }],
    minInstances: nba.file.units?.[name]?.min_instances ?? 0,
    variables: [...(nba.file.units?.[name]?.variables ?? [])],
  };
}

/** It logged after the last completion of the night. */
export function healthyExecutions(name: string) {
  return {
    lines: [{ at: at("09:00").toISOString(), revision: `${name}-00041-abc` }],
    more: false,
    counted: null,
    witness: null,
    skipped: null,
    idle: null,
    oldest: null,
  };
}

/** Lines, and none of ERROR among them. */
function healthyErrors() {
  const any = at("09:00").toISOString();
  return { lines: [], more: false, before: null, compared: "", any, last: any };
}

/** One per processor; the last run of the night has beaten. */
function healthyHeartbeats() {
  return { documents: 20, newest: { id: "MLFeatureStoreProcessor", beat: at("07:20").toISOString(), stored: "timestamp" } };
}

/** A published file that carries the night's date: of its own name, or tonight's, written the evening before. */
export function healthyFile(path: string) {
  const own = /\d{4}-\d{2}-\d{2}/u.exec(path)?.[0];
  const written = own === undefined ? at("22:00", "2026-02-02") : at("09:30");
  return { updatedAt: written.toISOString(), readable: true, dates: [own ?? "2026-02-03"] };
}

/** A copy of the repository that was fetched just now. */
export function healthyTip() {
  const head = { sha: "a".repeat(40), at: at("12:00", "2026-02-02").toISOString(), subject: "Describe the morning's routine" };
  return { branch: "origin/main", head, fetchedAt: at("18:00").toISOString(), shallow: false };
}

/** Code that lacks nothing. */
export function healthyDrift(name: string) {
  const nothing = { total: 0, commits: [] };
  const createdAt = at("12:00", "2026-01-20").toISOString();
  return { compared: "commit", revision: `${name}-00041-abc`, commit: "4def1124", createdAt, missing: [], own: nothing, shared: nothing };
}
