#!/usr/bin/env node
// Plain JavaScript for any Node a host may start it with. The source is TypeScript and runs unbuilt, which needs a Node
// that strips types; where this one can't, the Node brought along by optionalDependencies takes over.
import { spawn } from "node:child_process";
import { readFileSync, realpathSync } from "node:fs";
import module, { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const neededNode = "22.18";

if (process.features.typescript) await start();
else handOver();

async function start() {
  module.enableCompileCache?.();
  const { main } = await import("../src/main.ts");
  // The cache is written at a normal exit only, and a host may kill us; so it's also written once start-up is over.
  setTimeout(() => module.flushCompileCache?.(), 1000).unref();
  process.exit(await main(process.argv.slice(2), process.env));
}

function handOver() {
  const node = nodeBroughtAlong();
  if (node === undefined) {
    console.error(
      `Postgame needs Node ${neededNode} or later; this is ${process.version} (${process.execPath}), and no Node is brought along for ${process.platform}-${process.arch}. Install a newer Node, or run npm ci without --omit=optional.`,
    );
    process.exit(64);
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
  const forwarded = ["SIGTERM", "SIGINT", "SIGHUP"];
  for (const signal of forwarded) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    console.error(`The Node brought along can't be started (${node}): ${error.message}`);
    process.exit(70);
  });
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code);
    // Ends as the child ended; a signal that does not end this process is told as shells tell it.
    for (const name of forwarded) process.removeAllListeners(name);
    process.kill(process.pid, signal);
    setTimeout(() => process.exit(128 + (constants.signals[signal] ?? 0)), 1000);
  });
}

/** Path of the Node that npm installed next to us for this platform; undefined where there is none, or it is the one running. */
function nodeBroughtAlong() {
  const platform = process.platform === "win32" ? "win" : process.platform;
  try {
    const manifest = createRequire(import.meta.url).resolve(`node-${platform}-${process.arch}/package.json`);
    const node = realpathSync(join(dirname(manifest), JSON.parse(readFileSync(manifest, "utf8")).bin.node));
    return node === realpathSync(process.execPath) ? undefined : node;
  } catch (error) {
    if (error.code === "MODULE_NOT_FOUND" || error.code === "ENOENT") return undefined;
    throw error;
  }
}
