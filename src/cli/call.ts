import { CancelledError } from "../errors.ts";
import type { Report } from "../report/schema.ts";
import type { Session } from "../session.ts";
import type { Tool } from "../tool.ts";
import type { Terminal } from "./terminal.ts";

/** Calls a tool for a person at a terminal: progress where he watches, and an end at once when he interrupts. */
export async function callTool(
  tool: Tool,
  raw: Readonly<Record<string, unknown>>,
  session: Session | undefined,
  terminal: Terminal,
): Promise<Report> {
  const { progress, interrupted } = terminal;
  try {
    const report = tool.callFromTerminal(raw, {
      session,
      signal: interrupted,
      progress: ({ done, total, message }) => progress?.(`${done}/${total} ${message}`),
    });
    return await Promise.race([report, cancelledOn(interrupted)]);
  } finally {
    progress?.("");
  }
}

/** A tool that ignores its signal must not keep a person waiting who has said stop. */
function cancelledOn(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(new CancelledError());
    signal.addEventListener("abort", () => reject(new CancelledError()), { once: true });
  });
}
