import type { Config } from "../config.ts";
import { UserError, unknownName } from "../errors.ts";
import type { Session } from "../session.ts";
import type { Connection } from "./outside.ts";

/** No backend unless one was asked for: an answer must never be invented because nothing was configured. */
export async function openSession(config: Config, google: Connection): Promise<Session | undefined> {
  const { "save-evidence": saved, evidence } = config;
  if (evidence.value !== undefined) return openReplay(evidence.value, config);
  const session = await openBackend(config, google);
  if (session === undefined || saved.value === undefined) return session;
  const { savingEvidence } = await import("../evidence-files.ts");
  return savingEvidence(session, saved.value);
}

async function openReplay(file: string, config: Config): Promise<Session> {
  const { scenario, clock, project, pipeline: pipelineFile, "save-evidence": saved, evidence } = config;
  const beside = [scenario, project, clock, saved].find(({ value }) => value !== undefined);
  if (beside !== undefined) throw new UserError(`${evidence.source} answers from a file alone: leave out ${beside.source}.`);
  const [{ openPipeline }, { replayedSession }] = await Promise.all([import("../pipeline-files.ts"), import("../evidence-files.ts")]);
  return replayedSession(file, await openPipeline(pipelineFile.value));
}

async function openBackend(config: Config, google: Connection): Promise<Session | undefined> {
  const { scenario, backend, project, clock } = config;
  if (backend.value !== undefined && backend.value !== "embedded" && backend.value !== "google") {
    throw new UserError(unknownName("backend", backend.value, ["embedded", "google"]));
  }
  if (scenario.value !== undefined) {
    if (backend.value === "google") throw contradiction(backend.source, "google", scenario.source);
    if (project.value !== undefined) throw contradiction(project.source, "a real project", scenario.source);
    const { scenarioSession } = await import("./scenario.ts");
    return scenarioSession(scenario.value, config);
  }
  if (backend.value === "embedded") throw new UserError("The embedded backend plays a scenario: name one with --scenario.");
  if (project.value !== undefined) {
    const { projectSession } = await import("./project.ts");
    return projectSession(project.value, config, google);
  }
  if (clock.value !== undefined)
    throw new UserError(`${clock.source} needs a scenario or a project to judge: name one with --scenario or --project.`);
  return undefined;
}

/** Data is invented or real, never both. */
function contradiction(one: string, reads: string, other: string): UserError {
  return new UserError(`${one} reads ${reads} and ${other} plays an invented night: leave out one of them.`);
}
