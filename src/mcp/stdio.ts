import { Console } from "node:console";
import { loadSkills } from "@modelcontextprotocol/server/ext/skills/node";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { short } from "../errors.ts";
import type { ServerOptions } from "./server.ts";
import { createServer } from "./server.ts";

export interface StdioOptions extends Omit<ServerOptions, "skills"> {
  /** Path of the folder of skill folders. */
  readonly skillsFolder: string;
}

/** Serves on standard input and output; resolves when the client has gone away or the process is told to end. */
export async function serve({ skillsFolder, ...options }: StdioOptions): Promise<void> {
  // Standard output belongs to the protocol, also where a library means to be chatty.
  globalThis.console = new Console(process.stderr, process.stderr);
  const ended = theEnd();
  const skills = loadSkills(skillsFolder).catch((error: unknown) => options.onBug(error)); // Tools serve without them.
  const handle = serveStdio(async () => createServer({ ...options, skills: (await skills) ?? undefined }), {
    onerror: (error) => console.error(`postgame: ${short(error.message)}`),
  });
  await ended;
  await handle.close();
}

/** SIGTERM, SIGINT, the end of standard input, or nobody left to read standard output. */
function theEnd(): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => resolve();
    process.once("SIGTERM", end).once("SIGINT", end);
    process.stdin.once("end", end).once("close", end);
    process.stdout.once("error", end);
  });
}
