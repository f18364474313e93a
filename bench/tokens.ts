import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { encode } from "gpt-tokenizer/encoding/o200k_base";
import { loadPipeline } from "../src/pipeline/load.ts";
import { loadScenario } from "../src/adapters/embedded/scenario/load.ts";

const root = new URL("../", import.meta.url);
const read = (file: string) => ({ name: file, text: readFileSync(new URL(file, root), "utf8") });

/** o200k tokens of what a model is handed: the tool list, and every report that a scenario expects. */
export function benchTokens(): void {
  const list: unknown = JSON.parse(read("test/mcp/__snapshots__/tools-list.json").text);
  console.log(`tokens (o200k): tools/list ${encode(JSON.stringify(list)).length}`);
  const pipeline = loadPipeline(read("pipelines/nba.yaml"));
  for (const file of readdirSync(new URL("scenarios/", root))) {
    const scenario = loadScenario(read(`scenarios/${file}`), pipeline);
    for (const { call, clock, with: input } of scenario.expect) {
      const options = Object.entries(input).flatMap(([key, value]) => [`--${key.replaceAll("_", "-")}`, value]);
      const state = mkdtempSync(join(tmpdir(), "postgame-bench-")); // No report kept before: what `since` adds is another question.
      const bin = fileURLToPath(new URL("bin/postgame.mjs", root));
      const { stdout } = spawnSync(
        process.execPath,
        [bin, call, ...options, "--scenario", scenario.name, "--state", state, "--clock", clock.toISOString(), "--json"],
        { encoding: "utf8" },
      );
      rmSync(state, { recursive: true, force: true });
      const { verdict } = JSON.parse(stdout) as { verdict: string };
      console.log(`  ${scenario.name.padEnd(24)} ${clock.toISOString()} ${verdict.padEnd(15)} ${encode(stdout.trimEnd()).length}`);
    }
  }
}
