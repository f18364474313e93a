import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { keepAtWork } from "../workers.ts";
import type { Figures } from "./figures.ts";
import { addFigures, noFigures } from "./figures.ts";
import { faultKinds, innocentKinds } from "./kinds/kinds.ts";
import { nba } from "./pipeline.ts";
import { faultsIn, printFigures } from "./print.ts";
import { proveEqual } from "./proof.ts";
import type { Work } from "./work.ts";

/** How validate_daily does on nights of our own generator, with nothing wrong and with faults put into their rows and documents. */
const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    days: { type: "string", default: "1000" },
    faults: { type: "string", default: "400" },
    innocents: { type: "string", default: "60" },
    workers: { type: "string", default: String(Math.min(4, availableParallelism())) },
    examples: { type: "string", default: "3" },
  },
});
const seed = values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : Number(values.seed);
const wanted = { days: Number(values.days), faults: Number(values.faults), innocents: Number(values.innocents) };
const daysAStretch = 25;
const stretchesARound = 4;
/** Where a kind can't be had as often as wanted, this many stretches are all that is tried. */
const mostStretches = 4 * Math.ceil(wanted.days / daysAStretch);

console.log(`Regression figures on our own generator; seed ${seed} (--seed ${seed} repeats it).`);
const began = performance.now();
const figures = noFigures();
await Promise.all([prove(), workThrough()]);
printFigures(figures, Number(values.examples));
const wrong = faultsIn(figures);
const rare = faultKinds.filter(({ id }) => (figures.kinds[id]?.tried ?? 0) < wanted.faults).map(({ id }) => id);
if (rare.length > 0) console.log(`\nTried less often than ${wanted.faults} times: ${rare.join(", ")}`);
console.log(
  `\n${wrong.length} things not as they should be; ${((performance.now() - began) / 60_000).toFixed(1)} min with ${values.workers} workers; seed ${seed}`,
);
process.exitCode = wrong.length === 0 ? 0 : 1;

async function prove(): Promise<void> {
  const compared = await proveEqual(seed, nba, ["D 14:30", "D+1 09:30"]);
  console.log(`${compared} looks made in memory and in DuckDB: all alike.`);
}

/**
 * Stretch after stretch until enough was seen of everything. What is enough is decided between rounds of a few stretches, so
 * that the same seed gives the same run, however fast each worker is.
 */
async function workThrough(): Promise<void> {
  const workers = Array.from({ length: Number(values.workers) }, () => new Worker(new URL("./worker.ts", import.meta.url)));
  try {
    for (let first = 0; first < mostStretches && isWanting(); first += stretchesARound) {
      const left = Array.from({ length: stretchesARound }, (_, place) => workOf(first + place));
      await Promise.all(workers.map((worker) => keepAtWork(worker, left, (found: Figures) => addFigures(figures, found))));
      console.error(`${figures.clean.days} days, ${Math.round((performance.now() - began) / 1000)} s`);
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function workOf(index: number): Work {
  const enough = [...faultKinds, ...innocentKinds].filter(({ id, innocent }) => {
    const tried = figures.kinds[id]?.tried ?? 0;
    return tried >= (innocent === true ? wanted.innocents : wanted.faults);
  });
  const perDay = (times: number): number => (1.5 * times) / wanted.days;
  return {
    seed,
    index,
    days: daysAStretch,
    faults: perDay(wanted.faults),
    innocents: perDay(wanted.innocents),
    enough: enough.map(({ id }) => id),
    again: 0.005,
  };
}

function isWanting(): boolean {
  return figures.clean.days < wanted.days || faultKinds.some(({ id }) => (figures.kinds[id]?.tried ?? 0) < wanted.faults);
}
