import { createInterface } from "node:readline/promises";
import { styleText } from "node:util";
import type { WriteStream } from "node:tty";
import { CancelledError } from "../errors.ts";
import type { Paint } from "./text.ts";
import { coloured, plain, printable } from "./text.ts";

export type StyleTextFormat = Parameters<typeof styleText>[0];

/** Where a command's words go. */
export interface Terminal {
  /** Standard output: answers only. Resolves once written, also when the reader has gone away. */
  out(text: string): Promise<void>;
  /** Standard error: everything else. */
  err(text: string): Promise<void>;
  /** Columns for text meant to be read, 80 to 120. */
  readonly width: number;
  readonly paint: Paint;
  /** One line on standard error that replaces the one before; absent where nobody watches. */
  readonly progress?: (line: string) => void;
  /** Asks a person and answers what he typed; absent where nobody is there to type. */
  readonly ask?: (question: string) => Promise<string>;
  /** Aborted by an interrupt; its reason is the signal's name. */
  readonly interrupted: AbortSignal;
}

export function processTerminal(): Terminal {
  const { stdout, stderr } = process;
  const interrupted = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => interrupted.abort(name));
  // A reader who has seen enough (`| head`) is no error; without a listener it would end us with a stack.
  stdout.on("error", () => {});
  stderr.on("error", () => {});
  return {
    out: (text) => written(stdout, text),
    err: (text) => written(stderr, text),
    width: Math.min(120, Math.max(80, stdout.columns ?? 100)),
    paint: styleText("red", "x", { stream: stdout }) === "x" ? plain : coloured,
    ...(stderr.isTTY && { progress: (line: string) => overwrite(stderr, line) }),
    ...(process.stdin.isTTY && stderr.isTTY && { ask: (question: string) => asked(question, interrupted.signal) }),
    interrupted: interrupted.signal,
  };
}

/** The end of input is no answer. */
async function asked(question: string, signal: AbortSignal): Promise<string> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await prompt.question(question, { signal });
  } catch (error) {
    if (signal.aborted) throw new CancelledError();
    throw error;
  } finally {
    prompt.close();
  }
}

function written(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve) => {
    if (text === "" || stream.destroyed) resolve();
    else stream.write(text, () => resolve());
  });
}

function overwrite(stream: WriteStream, line: string): void {
  stream.cursorTo(0);
  stream.clearLine(1);
  stream.write(printable(line).slice(0, (stream.columns || 80) - 1));
}
