import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";

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
  const gcloud = onPath("gcloud", env);
  const sdks = [
    ...(gcloud === undefined ? [] : [dirname(dirname(realpathSync(gcloud)))]),
    "/usr/lib/google-cloud-sdk",
    "/usr/share/google-cloud-sdk",
    "/opt/google-cloud-sdk",
    "/snap/google-cloud-cli/current",
    join(homedir(), "google-cloud-sdk"),
  ];
  if (javaOf(env) === undefined) return undefined;
  return sdks.map((sdk) => join(sdk, "platform/cloud-firestore-emulator/cloud-firestore-emulator.jar")).find((path) => existsSync(path));
}

function javaOf(env: NodeJS.ProcessEnv): string | undefined {
  const home = env["JAVA_HOME"];
  return home === undefined ? onPath("java", env) : join(home, "bin", "java");
}

function onPath(program: string, env: NodeJS.ProcessEnv): string | undefined {
  const folders = (env["PATH"] ?? "").split(delimiter);
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
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

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // listening on a port, so neither a pipe nor null
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
