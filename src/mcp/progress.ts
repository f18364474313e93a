import type { ServerContext } from "@modelcontextprotocol/server";
import type { ToolContext } from "../tool.ts";

const leastMsBetween = 1000;

/**
 * Tells the client how far a call is: only if it asked to be told, only rising, and about once a second except for the last,
 * since some hosts ask on every request and show each note.
 */
export function progressTo({ mcpReq }: ServerContext): ToolContext["progress"] {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return () => {};
  let highest = 0;
  let toldAt = -leastMsBetween;
  return ({ done, total, message }) => {
    const now = performance.now();
    if (done <= highest || (done < total && now - toldAt < leastMsBetween)) return;
    highest = done;
    toldAt = now;
    const note = { method: "notifications/progress", params: { progressToken, progress: done, total, message } } as const;
    mcpReq.notify(note).catch(() => {}); // The client has gone: the call learns it by its signal.
  };
}
