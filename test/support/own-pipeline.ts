import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { embeddedPorts } from "../../src/adapters/embedded/ports.ts";
import { storeClock } from "../../src/adapters/embedded/clock.ts";
import { embeddedEngine } from "../../src/adapters/embedded/warehouse.ts";
import { live } from "../../src/evidence/gather.ts";
import type { Pipeline } from "../../src/pipeline/load.ts";
import { loadPipeline } from "../../src/pipeline/load.ts";
import type { Session } from "../../src/session.ts";
import { worldOf } from "../adapters/embedded/world-of.ts";

const shipped = { name: "pipelines/nba.yaml", text: readFileSync(new URL("../../pipelines/nba.yaml", import.meta.url), "utf8") };

/** A pipeline of one's own over the shipped one; `pipeline` and `extends` are written here. */
export function overNba(text: string, statements: Readonly<Record<string, string>> = {}): Pipeline {
  const read = Object.fromEntries(Object.entries(statements).map(([name, sql]) => [name, { text: sql }]));
  return loadPipeline({ name: "mine.yaml", text: `pipeline: mine\nextends: nba\n${text}`, bases: [shipped], statements: read });
}

/** Why that is refused; `loaded` if it isn't. */
export function refusalOf(load: () => unknown): string {
  try {
    load();
    return "loaded";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Files below a folder that is gone when the test ends; resolves to the folder. */
export async function filesIn(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "postgame-pipeline-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

/** A session over literal stores, as the product builds it over a scenario's. */
export function sessionOn(pipeline: Pipeline, content: Parameters<typeof worldOf>[0], clock: Date): Session {
  const world = worldOf(content);
  const stores = { at: () => world };
  const engine = embeddedEngine();
  return {
    pipeline,
    backend: "embedded",
    scenario: "literal",
    begin: ({ signal }) => {
      const storesClock = storeClock(clock);
      const now = (): Date => storesClock.now();
      const ports = embeddedPorts(stores, storesClock, engine);
      const deadlineAt = Date.now() + 45_000;
      const budget = { maxRows: 20_000, maxBytes: 2 ** 30 };
      return {
        now,
        pass: async (ms) => storesClock.advance(ms),
        gather: live({ ports, now, signal, deadlineAt, lookTimeoutMs: 20_000, budget }),
      };
    },
  };
}
