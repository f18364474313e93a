import { Console } from "node:console";
import { loadSkills } from "@modelcontextprotocol/server/ext/skills/node";
import { StdioServerTransport, serveStdio } from "@modelcontextprotocol/server/stdio";
import { short } from "../errors.ts";
import type { ServerOptions } from "./server.ts";
import { createServer } from "./server.ts";

export interface StdioOptions extends Omit<ServerOptions, "skills"> {
  /** Path of the folder of skill folders. */
  readonly skillsFolder: string;
}

/** Serves on standard input and output; resolves when the client has gone away or the process is told to end. */
export async function serve({ skillsFolder, ...options }: StdioOptions): Promise<void> {
  const protocol = reservedStandardOutput();
  const ended = theEnd(protocol);
  const skills = loadSkills(skillsFolder).catch((error: unknown) => options.onBug(error)); // Tools serve without them.
  const handle = serveStdio(async () => createServer({ ...options, skills: (await skills) ?? undefined }), {
    transport: new StdioServerTransport(process.stdin, protocol),
    onerror: (error) => console.error(`postgame: ${short(error.message)}`),
  });
  await ended;
  await handle.close();
}

/** Standard output for the protocol alone. What a library prints, by whichever console or stream, is heard on standard error. */
function reservedStandardOutput(): NodeJS.WriteStream {
  const { stdout, stderr } = process;
  Object.defineProperty(process, "stdout", { value: stderr });
  globalThis.console = new Console(stderr, stderr); // The one before may already hold the real stream.
  return stdout;
}

/** SIGTERM, SIGINT, the end of standard input, or nobody left to read standard output. */
function theEnd(protocol: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => resolve();
    process.once("SIGTERM", end).once("SIGINT", end);
    process.stdin.once("end", end).once("close", end);
    protocol.once("error", end);
  });
}
