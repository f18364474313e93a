import { McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { z } from "zod";

/** The least a server on this SDK can be: what a start costs before anything of ours is loaded. */
serveStdio(() => {
  const server = new McpServer({ name: "sdk-only", version: "0.0.0" });
  server.registerTool("nothing", { description: "Does nothing.", inputSchema: z.object({}) }, async () => ({ content: [] }));
  return server;
});
