import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { catalogue } from "../tools/index.ts";
import { commandLine } from "./cli/command-line.ts";
import type { ShippedScenario } from "./cli/installation.ts";
import { processTerminal } from "./cli/terminal.ts";
import type { Config } from "./config.ts";
import { UserError, short, unknownName } from "./errors.ts";
import { live } from "./evidence/gather.ts";
import type { History } from "./history/history.ts";
import type { Watches } from "./history/watches.ts";
import type { Session } from "./session.ts";
import { findFile, packageRoot, shippedNames } from "./shipped-files.ts";

/** What one call may take, whatever the backend. Hosts give up at 60 s or later. */
const limits = { lookTimeoutMs: 10_000, callMs: 55_000, budget: { maxRows: 20_000, maxBytes: 2 ** 30 } } as const;

/** Runs the command line; resolves to the exit code. */
export async function main(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Promise<number> {
  const bin = fileURLToPath(new URL("bin/postgame.mjs", packageRoot));
  return commandLine(
    args,
    {
      version: version(),
      invocation: `node ${quoted(shorter(relative(process.cwd(), bin), bin))}`,
      invocationAnywhere: `node ${quoted(bin)}`,
      tools: catalogue,
      env,
      open: openSession,
      serve: serveOnStdio,
      scenarios,
      pipeline: async ({ pipeline }) => (await import("./pipeline-files.ts")).openPipeline(pipeline.value),
      wall: () => new Date(),
      history: async ({ state }) => (await openMemory(state.value)).history,
    },
    processTerminal(),
  );
}

/** No backend unless one was asked for: an answer must never be invented because nothing was configured. */
async function openSession(config: Config): Promise<Session | undefined> {
  refuseWhatIsNotThereYet(config);
  const { "save-evidence": saved, evidence } = config;
  if (evidence.value !== undefined) return openReplay(evidence.value, config);
  const session = await openBackend(config);
  if (session === undefined || saved.value === undefined) return session;
  const { savingEvidence } = await import("./evidence-files.ts");
  return savingEvidence(session, saved.value);
}

async function openReplay(
  file: string,
  { scenario, clock, pipeline: pipelineFile, "save-evidence": saved, evidence }: Config,
): Promise<Session> {
  const beside = [scenario, clock, saved].find(({ value }) => value !== undefined);
  if (beside !== undefined) throw new UserError(`${evidence.source} answers from a file alone: leave out ${beside.source}.`);
  const [{ openPipeline }, { replayedSession }] = await Promise.all([import("./pipeline-files.ts"), import("./evidence-files.ts")]);
  return replayedSession(file, await openPipeline(pipelineFile.value));
}

async function openBackend(config: Config): Promise<Session | undefined> {
  const { scenario, backend, clock } = config;
  if (scenario.value !== undefined) return openScenario(scenario.value, config);
  if (backend.value !== undefined) throw new UserError("The embedded backend plays a scenario: name one with --scenario.");
  if (clock.value !== undefined) throw new UserError(`${clock.source} needs a scenario in this version: name one with --scenario.`);
  return undefined;
}

function refuseWhatIsNotThereYet({ backend, project }: Config): void {
  const way = "Name a scenario instead, e.g. --scenario feb-03.";
  if (backend.value === "google") throw new UserError(`Not in this version yet: the google backend (${backend.source}). ${way}`);
  if (project.value !== undefined) throw new UserError(`Not in this version yet: a Google Cloud project (${project.source}). ${way}`);
  if (backend.value !== undefined && backend.value !== "embedded") {
    throw new UserError(unknownName("backend", backend.value, ["embedded", "google"]));
  }
}

async function openScenario(scenarioName: string, { pipeline: pipelineFile, clock, state }: Config): Promise<Session> {
  const { pipeline, scenario, stores, engine, embedded } = await loadNight(scenarioName, pipelineFile.value);
  const morning = embedded.addDays(scenario.night.date, 1);
  const written = clock.value !== undefined && /^\d{2}:\d{2}(?::\d{2})?$/u.test(clock.value) ? `${morning} ${clock.value}` : clock.value;
  const start = written === undefined ? scenario.clock : embedded.parseInstant(written, pipeline.zone);
  if (start === undefined) {
    const given = `${clock.source}: "${short(clock.value ?? "")}" is no moment`;
    throw new UserError(
      `${given}; write "18:00" (the morning after the night, ${pipeline.zone}), "${morning} 18:00" or ISO 8601 with an offset.`,
    );
  }
  return {
    pipeline,
    backend: "embedded",
    scenario: scenario.name,
    ...(scenario.base === "nothing" ? { supplied: true as const } : {}),
    ...(await openMemory(state.value)),
    begin({ signal }) {
      const storeClock = embedded.storeClock(start);
      const now = (): Date => storeClock.now();
      const ports = embedded.embeddedPorts(stores, storeClock, engine);
      const { lookTimeoutMs, callMs, budget } = limits;
      return {
        now,
        gather: live({ ports, now, signal, deadlineAt: Date.now() + callMs, lookTimeoutMs, budget }),
        pass: async (ms) => storeClock.advance(ms),
      };
    },
  };
}

/** Touches no file before the first report is kept or asked for. */
async function openMemory(folder: string): Promise<{ history: History; watches: Watches }> {
  const [{ folderState }, { historyIn }, { watchesIn }] = await Promise.all([
    import("./adapters/state/folder.ts"),
    import("./history/history.ts"),
    import("./history/watches.ts"),
  ]);
  const state = folderState(folder);
  return { history: historyIn(state), watches: watchesIn(state) };
}

type Night = Awaited<ReturnType<typeof readNight>>;
const nights = new Map<string, Promise<Night>>();

/** A scenario is built once per process. One that can't be is tried again with the next call: its file may have been put right. */
function loadNight(scenarioName: string, pipelineName: string): Promise<Night> {
  const key = JSON.stringify([scenarioName, pipelineName]);
  const night = nights.get(key) ?? readNight(scenarioName, pipelineName);
  nights.set(key, night);
  night.catch(() => nights.delete(key));
  return night;
}

async function readNight(scenarioName: string, pipelineName: string) {
  const [scenarioFile, embedded] = await Promise.all([findFile("scenario", scenarioName), importEmbedded()]);
  const pipeline = await embedded.openPipeline(pipelineName);
  const scenario = embedded.loadScenario(scenarioFile, pipeline);
  const stores = await embedded.openStores(scenario, pipeline, scenarioFile.path ?? scenarioFile.name);
  return { pipeline, scenario, stores, engine: embedded.embeddedEngine(), embedded };
}

/** Everything heavy is imported here, on first use, so that listing the tools stays quick. */
async function importEmbedded() {
  const [
    { openPipeline },
    { addDays, parseInstant },
    { loadScenario },
    { openStores },
    { embeddedEngine },
    { embeddedPorts },
    { storeClock },
  ] = await Promise.all([
    import("./pipeline-files.ts"),
    import("./pipeline/dates.ts"),
    import("./adapters/embedded/scenario/load.ts"),
    import("./adapters/embedded/scenario/open.ts"),
    import("./adapters/embedded/warehouse.ts"),
    import("./adapters/embedded/ports.ts"),
    import("./adapters/embedded/clock.ts"),
  ]);
  return {
    addDays,
    openPipeline,
    parseInstant,
    loadScenario,
    openStores,
    embeddedEngine,
    embeddedPorts,
    storeClock,
  };
}

async function scenarios(): Promise<readonly ShippedScenario[]> {
  const names = await shippedNames("scenario");
  return Promise.all(
    names.map(async (name) => {
      const { scenario } = await loadNight(name, "nba");
      return { name, date: scenario.night.date, about: scenario.about };
    }),
  );
}

async function serveOnStdio(config: Config): Promise<void> {
  const { serve } = await import("./mcp/stdio.ts");
  const session = (): Promise<Session | undefined> => openSession(config);
  // Said without waiting for a call, but only once the start-up rush is over.
  setTimeout(
    () => void session().catch((error) => console.error("postgame:", error instanceof UserError ? error.message : error)),
    1000,
  ).unref();
  const skillsFolder = fileURLToPath(new URL("skills", packageRoot));
  await serve({ version: version(), tools: catalogue, session, skillsFolder, onBug: (error) => console.error("postgame:", error) });
}

function version(): string {
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(new URL("package.json", packageRoot), "utf8"))).version;
}

function shorter(one: string, other: string): string {
  return one.length < other.length ? one : other;
}

/** As a shell wants it. */
function quoted(path: string): string {
  return /^[\w./@:\\-]+$/u.test(path) ? path : `"${path}"`;
}
