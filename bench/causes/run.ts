import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { keepAtWork } from "../workers.ts";
import { shortfallsIn, tableOf } from "./figures.ts";
import { causeKinds } from "./kinds/kinds.ts";
import type { Outcome, Work } from "./work.ts";

/** How often the diagnosing tools name the right cause on drawn nights, the wrong one, and none; and what they say of nights on which nothing is wrong. */
const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    times: { type: "string", default: "100" },
    quiet: { type: "string", default: "300" },
    kinds: { type: "string" },
    workers: { type: "string", default: String(Math.min(4, availableParallelism())) },
    examples: { type: "string", default: "3" },
  },
});
const seed = values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : Number(values.seed);
const wanted = values.kinds?.split(",");
const kinds = causeKinds.filter(({ id }) => wanted === undefined || wanted.includes(id));
console.log(`Cause figures on our own generator: ${kinds.length} causes, seed ${seed} (--seed ${seed} repeats it).`);

const began = performance.now();
const left: Work[] = [
  ...kinds.flatMap(({ id }) => Array.from({ length: Number(values.times) }, (_, index) => ({ seed, index, kind: id }))),
  ...Array.from({ length: Number(values.quiet) }, (_, index) => ({ seed, index, quiet: true as const })),
];
const outcomes: Outcome[] = [];
// Whoever has waited long enough still gets the figures of what was done.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => left.splice(0));
const workers = Array.from({ length: Number(values.workers) }, () => new Worker(new URL("worker.ts", import.meta.url)));
try {
  await Promise.all(workers.map((worker) => keepAtWork(worker, left, take)));
} finally {
  await Promise.all(workers.map((worker) => worker.terminate()));
}
const order = [...kinds.map(({ id }) => id), "quiet"];
const sorted = outcomes.toSorted((a, b) => order.indexOf(a.of) - order.indexOf(b.of));
console.log(tableOf(sorted));
const short = shortfallsIn(sorted);
for (const { of, variation, told } of sorted.filter((outcome) => outcome.told !== undefined).slice(0, Number(values.examples)))
  console.log(`\n${of} (${variation}): ${told}`);
console.log(
  `\n${short.length === 0 ? "Nothing falls short" : short.join("; ")}; ${sorted.length} cases in ${((performance.now() - began) / 60_000).toFixed(1)} min with ${values.workers} workers; seed ${seed}`,
);
process.exitCode = short.length === 0 ? 0 : 1;

function take(outcome: Outcome): void {
  outcomes.push(outcome);
  if (outcomes.length % 100 === 0) console.error(`${outcomes.length} cases, ${Math.round((performance.now() - began) / 1000)} s`);
}
