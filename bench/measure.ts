import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export interface Sample {
  readonly ms: number;
  /** Resident memory at the answer, MiB; 0 where it can't be read. */
  readonly rssMiB: number;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Milliseconds from the spawn of a process until it ends by itself. */
export async function untilExit(args: readonly string[]): Promise<Sample> {
  const began = performance.now();
  const child = spawn(process.execPath, args, { stdio: "ignore" });
  await once(child, "exit");
  return { ms: performance.now() - began, rssMiB: 0 };
}

/** Milliseconds from the spawn of a stdio server to its answer to tools/list. */
export async function untilToolsList(args: readonly string[]): Promise<Sample> {
  const began = performance.now();
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "ignore"] });
  const send = (message: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  send({
    id: 1,
    method: "initialize",
    params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "bench", version: "0" } },
  });
  send({ method: "notifications/initialized" });
  send({ id: 2, method: "tools/list" });
  for await (const line of createInterface({ input: child.stdout })) {
    if ((JSON.parse(line) as { id?: number }).id !== 2) continue;
    const ms = performance.now() - began;
    const rssMiB = await residentMiB(child.pid);
    child.kill("SIGTERM");
    await once(child, "exit");
    return { ms, rssMiB };
  }
  throw new Error(`${args.join(" ")} ended without answering tools/list`);
}

async function residentMiB(pid: number | undefined): Promise<number> {
  const { readFile } = await import("node:fs/promises");
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/VmRSS:\s+(\d+) kB/u.exec(status)?.[1] ?? 0) / 1024;
}

/** Runs the candidates in turn, round after round, so that a busy machine slows all of them alike. */
export async function interleaved<K extends string>(
  rounds: number,
  candidates: Readonly<Record<K, () => Promise<Sample>>>,
): Promise<Record<K, Sample[]>> {
  const names = Object.keys(candidates) as K[];
  const samples = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<K, Sample[]>;
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) samples[name].push(await candidates[name]());
  }
  return samples;
}

export function row(name: string, samples: readonly Sample[], against: number): string {
  const times = samples.map(({ ms }) => ms);
  const memory = median(samples.map(({ rssMiB }) => rssMiB));
  const ratio = (median(times) / against).toFixed(2);
  return `  ${name.padEnd(34)} median ${median(times).toFixed(1).padStart(8)} ms   min ${Math.min(...times)
    .toFixed(1)
    .padStart(8)} ms   x ${ratio}${memory > 0 ? `   ${memory.toFixed(0)} MiB` : ""}`;
}
