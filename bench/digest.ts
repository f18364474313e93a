import { digestOf } from "../src/checks/logging/digest.ts";
import type { LoggedLine } from "../src/evidence/looks/logs.ts";
import { loadPipeline } from "../src/pipeline/load.ts";
import { readFileSync } from "node:fs";
import { median } from "./measure.ts";

const entries = 10_000;
const words = ["read", "write", "load", "publish", "merge", "retry", "fetch", "count", "lock", "release", "parse", "send"];

/** Lines that name games, times and runs, every fourth with a stack trace. */
function linesOf(patterns: number): readonly LoggedLine[] {
  return Array.from({ length: entries }, (_, index) => {
    const kind = index % patterns;
    const [one, two, three] = [0, 1, 2].map((place) => words[Math.floor(kind / words.length ** place) % words.length]);
    const text = `${one}-${two} failed: could not ${three} rows of ${one} for game 00225${String(index % 977).padStart(5, "0")} at 2026-02-04T15:00:${String(index % 60).padStart(2, "0")}Z in run pgs-${index}`;
    const trace = `Traceback (most recent call last):\n${'  File "/app/worker.py", line 412, in handle\n    work()\n'.repeat(12)}RuntimeError: ${text}`;
    return {
      at: new Date(Date.UTC(2026, 1, 4) + index * 1000).toISOString(),
      severity: index % 10 === 0 ? "INFO" : "ERROR",
      revision: `u-0019${index % 3}-abc`,
      text: index % 4 === 0 ? trace : text,
      run: null,
      table: null,
    };
  });
}

/** The digest of ten thousand entries beside one pass that only writes each as JSON and strikes out its numbers, in the same run. */
export function benchDigest(rounds: number): void {
  const { log_texts: known } = loadPipeline({
    name: "nba.yaml",
    text: readFileSync(new URL("../pipelines/nba.yaml", import.meta.url), "utf8"),
  }).file;
  console.log(`digest of ${entries} entries`);
  for (const patterns of [5, 50, 500]) {
    const lines = linesOf(patterns);
    const [own, naive]: [number[], number[]] = [[], []];
    let found = 0;
    for (let round = 0; round < rounds; round += 1) {
      own.push(timed(() => (found = digestOf(lines, { unit: "u", known: known as never }).length))); // none of them is dated here
      naive.push(timed(() => new Map(lines.map((line) => [JSON.stringify(line).replaceAll(/\d+/gu, "#"), 1])).size));
    }
    console.log(
      `  ${patterns} kinds: ${found} patterns, median ${median(own).toFixed(0)} ms, ${(median(own) / median(naive)).toFixed(1)} times a naive pass`,
    );
  }
}

function timed(work: () => unknown): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}
