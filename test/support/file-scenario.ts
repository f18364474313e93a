import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { loadScenario } from "../../src/adapters/embedded/scenario/load.ts";
import { openStores } from "../../src/adapters/embedded/scenario/open.ts";
import type { Scenario } from "../../src/adapters/embedded/scenario/scenario.ts";
import type { Stores } from "../../src/adapters/embedded/world.ts";
import { nba } from "./pipeline.ts";

/** A folder with these files by their paths in it, which is gone when the test ends. */
export async function folderWith(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "postgame-files-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
  return folder;
}

/** A scenario of files alone, about the night of 2026-02-03; `rest` is what stands under `files:` and after. */
export function fileScenario(rest: string): Scenario {
  const head = "scenario: mine\nabout: A test.\nbase: nothing\nclock: 18:00\nnight: { date: 2026-02-03 }\n";
  return loadScenario({ name: "mine.yaml", text: `${head}files:\n${rest}\n` }, nba);
}

export interface Opened {
  readonly scenario: Scenario;
  readonly stores: Stores;
}

export async function opened(rest: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<Opened> {
  const scenario = fileScenario(rest);
  return { scenario, stores: await openStores(scenario, nba, join(await folderWith(files), "mine.yaml")) };
}
