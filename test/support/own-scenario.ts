import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A scenario of a test's own: ten games on 2026-02-03, asked about at 18:00 the next day. */
export function ownScenarioText(name: string, changes: string): string {
  const night = "{ date: 2026-02-03, games: 10, player_rows: 348, dnp: 131 }";
  return `scenario: ${name}\nabout: A test.\nbase: healthy\nseed: 3\nclock: 18:00\nnight: ${night}\nchanges:\n${changes}\n`;
}

/** The path of such a scenario as a file, which is gone when the test ends. */
export async function ownScenario(name: string, changes: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "postgame-scenario-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, `${name}.yaml`);
  await writeFile(file, ownScenarioText(name, changes));
  return file;
}
