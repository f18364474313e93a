import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { freePort, onPath, sdkFolders } from "./gcloud-sdk.ts";

interface Emulator {
  readonly port: number;
  /** Takes all documents of a project away. */
  clear(project: string): Promise<void>;
  stop(): Promise<void>;
}

/** Where Google's own Firestore emulator lies on this machine; undefined if nowhere. */
export function emulatorJar(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const given = env["POSTGAME_FIRESTORE_EMULATOR_JAR"];
  if (given !== undefined) return existsSync(given) ? given : undefined;
  if (javaOf(env) === undefined) return undefined;
  return sdkFolders(env)
    .map((sdk) => join(sdk, "platform/cloud-firestore-emulator/cloud-firestore-emulator.jar"))
    .find((path) => existsSync(path));
}

function javaOf(env: NodeJS.ProcessEnv): string | undefined {
  const home = env["JAVA_HOME"];
  return home === undefined ? onPath("java", env) : join(home, "bin", "java");
}

export async function startEmulator(jar: string): Promise<Emulator> {
  const port = await freePort();
  // Not every jar says which class is its main one.
  const main = "com.google.cloud.datastore.emulator.firestore.CloudFirestore";
  const java = javaOf(process.env) ?? "java";
  const child = spawn(java, ["-Duser.language=en", "-cp", jar, main, "--host=127.0.0.1", `--port=${port}`], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stderr.resume();
  await answering(child, port);
  child.stdout.resume();
  return {
    port,
    async clear(project) {
      const url = `http://127.0.0.1:${port}/emulator/v1/projects/${project}/databases/(default)/documents`;
      const { ok, status } = await fetch(url, { method: "DELETE" });
      if (!ok) throw new Error(`The emulator refused to forget the documents of ${project}: ${status}.`);
    },
    stop: () => stopped(child),
  };
}

/** It says on its standard output that it runs; whether it answers is asked after each such word. */
async function answering(child: ChildProcess, port: number): Promise<void> {
  const gone = new Promise<never>((_, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`The emulator ended with ${code} before it answered.`)));
  });
  const spoken = async (): Promise<void> => {
    for await (const _ of child.stdout?.iterator({ destroyOnReturn: false }) ?? []) {
      const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
      if (answer?.ok === true) return;
    }
    throw new Error("The emulator fell silent before it answered.");
  };
  try {
    await Promise.race([spoken(), gone]);
  } catch (error) {
    await stopped(child);
    throw error;
  } finally {
    gone.catch(() => {});
  }
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGKILL");
  await ended;
}
