import { readFileSync } from "node:fs";
import { buildStores } from "../src/adapters/embedded/scenario/build.ts";
import { loadScenario } from "../src/adapters/embedded/scenario/load.ts";
import type { Scenario } from "../src/adapters/embedded/scenario/scenario.ts";
import { loadPipeline } from "../src/pipeline/load.ts";
import type { Session } from "../src/session.ts";
import { sessionOver } from "../test/support/scenarios.ts";
import { validateDaily } from "../tools/validate_daily.ts";
import type { Sample } from "./measure.ts";
import { interleaved, median, row } from "./measure.ts";

const read = (file: string) => ({ name: file, text: readFileSync(new URL(`../${file}`, import.meta.url), "utf8") });
const pipeline = loadPipeline(read("pipelines/nba.yaml"));
const healthy = loadScenario(read("scenarios/healthy-night.yaml"), pipeline);

function session(scenario: Scenario): Session {
  return sessionOver(scenario, { pipeline, stores: buildStores(scenario, pipeline), patienceMs: 600_000 });
}

async function ask(asked: Session): Promise<Sample> {
  const began = performance.now();
  const report = await validateDaily.call(
    { game_date: healthy.night.date },
    { session: asked, signal: new AbortController().signal, progress: () => {} },
  );
  if (report.verdict !== "pass") throw new Error(`The healthy night did not pass: ${report.summary}`);
  return { ms: performance.now() - began, rssMiB: process.memoryUsage().rss / 2 ** 20 };
}

/** One night alone against the same night in a season of 1,230 games: warm, a question must not cost what it doesn't ask for. */
export async function benchValidate(rounds: number): Promise<void> {
  const night = { ...healthy.night, games: 10, days: 1 };
  const season = { ...healthy.night, games: 10, days: 122, games_a_day: 10 };
  const began = performance.now();
  const [alone, inSeason] = [session({ ...healthy, night }), session({ ...healthy, night: season })];
  const cold = await ask(alone);
  const coldSeason = await ask(inSeason);
  console.log(`validate_daily, ten games; set-up and both cold calls ${(performance.now() - began).toFixed(0)} ms`);
  console.log(
    `  cold, one night alone ${cold.ms.toFixed(0)} ms; cold, in a season of 1,230 games ${coldSeason.ms.toFixed(0)} ms (invents and loads the season)`,
  );
  const samples = await interleaved(rounds, {
    "warm, one night alone": () => ask(alone),
    "warm, in a season of 1,230 games": () => ask(inSeason),
  });
  const base = median(samples["warm, one night alone"].map(({ ms }) => ms));
  for (const [name, measured] of Object.entries(samples)) console.log(row(name, measured, base));
}
