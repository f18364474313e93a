import { existsSync, realpathSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";

/** Where the gcloud SDK, which brings the emulators, may lie on this machine. */
export function sdkFolders(env: NodeJS.ProcessEnv): readonly string[] {
  const gcloud = onPath("gcloud", env);
  return [
    ...(gcloud === undefined ? [] : [dirname(dirname(realpathSync(gcloud)))]),
    "/usr/lib/google-cloud-sdk",
    "/usr/share/google-cloud-sdk",
    "/opt/google-cloud-sdk",
    "/snap/google-cloud-cli/current",
    join(homedir(), "google-cloud-sdk"),
  ];
}

export function onPath(program: string, env: NodeJS.ProcessEnv): string | undefined {
  const folders = (env["PATH"] ?? "").split(delimiter);
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

/** One that an emulator may listen on; they don't choose one themselves. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // listening on a port, so neither a pipe nor null
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
