import { parentPort } from "node:worker_threads";
import { nba } from "./pipeline.ts";
import type { Work } from "./work.ts";
import { workOn } from "./work.ts";

const port = parentPort;
if (port === null) throw new Error("This is run by bench/regression/run.ts.");
port.on("message", (work: Work) => {
  void workOn(work, nba).then((figures) => port.postMessage(figures));
});
