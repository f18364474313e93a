import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterAll, onTestFinished } from "vitest";

export const bin = fileURLToPath(new URL("../../bin/postgame.mjs", import.meta.url));

/** Reports are kept for as long as the test file runs, never in the home of who runs it. */
const stateHome = mkdtempSync(join(tmpdir(), "postgame-test-"));
afterAll(() => rmSync(stateHome, { recursive: true, force: true }));

/** The environment without what would configure us. */
export const cleanEnv: Record<string, string> = {
  ...Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith("POSTGAME_")),
  ),
  XDG_STATE_HOME: stateHome,
};

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Child {
  readonly process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly ended: Promise<Ended>;
  /** Resolves with all of the stream's text once it matches. */
  saying(stream: "stdout" | "stderr", pattern: RegExp): Promise<string>;
}

/** Starts the real program; what still runs when the test ends is killed by its handle. */
export function start(
  args: readonly string[],
  node = process.execPath,
  env: Readonly<Record<string, string>> = {},
  nodeArgs: readonly string[] = [],
): Child {
  const child = spawn(node, [...nodeArgs, bin, ...args], { stdio: ["pipe", "pipe", "pipe"], env: { ...cleanEnv, ...env } });
  const text = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8");
    child[name].on("data", (chunk: string) => (text[name] += chunk));
  }
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = once(child, "close").then(([code, signal]) => ({ code, signal, ...text }));
  return {
    process: child,
    ended,
    saying: (name, pattern) =>
      new Promise((resolve, reject) => {
        const look = () => pattern.test(text[name]) && resolve(text[name]);
        child[name].on("data", look);
        void ended.then(() => reject(new Error(`Ended without saying ${String(pattern)}: ${JSON.stringify(text)}`)));
        look();
      }),
  };
}

/** Runs the real program to its end. */
export async function run(...args: readonly string[]): Promise<Ended> {
  const child = start(args);
  child.process.stdin.end();
  return child.ended;
}
