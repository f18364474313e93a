import type { Config } from "../config.ts";
import { UserError, short } from "../errors.ts";
import { live } from "../evidence/gather.ts";
import type { Session } from "../session.ts";
import { findFile } from "../shipped-files.ts";
import { limits } from "./limits.ts";
import { openMemory } from "./memory.ts";

/** An invented night, or one from files, as it is at a clock. */
export async function scenarioSession(scenarioName: string, { pipeline: pipelineFile, clock, state }: Config): Promise<Session> {
  const { pipeline, scenario, stores, engine, embedded } = await loadNight(scenarioName, pipelineFile.value);
  const morning = embedded.addDays(scenario.night.date, 1);
  const written = clock.value !== undefined && /^\d{2}:\d{2}(?::\d{2})?$/u.test(clock.value) ? `${morning} ${clock.value}` : clock.value;
  const { history, watches } = await openMemory(state.value);
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
    history,
    watches,
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

type Night = Awaited<ReturnType<typeof readNight>>;
const nights = new Map<string, Promise<Night>>();

/** A scenario is built once per process. One that can't be is tried again with the next call: its file may have been put right. */
export function loadNight(scenarioName: string, pipelineName: string): Promise<Night> {
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
    import("../pipeline-files.ts"),
    import("../pipeline/dates.ts"),
    import("../adapters/embedded/scenario/load.ts"),
    import("../adapters/embedded/scenario/open.ts"),
    import("../adapters/embedded/warehouse.ts"),
    import("../adapters/embedded/ports.ts"),
    import("../adapters/embedded/clock.ts"),
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
