import { parentPort } from "node:worker_threads";
import { nba } from "../regression/pipeline.ts";
import { causeKinds } from "./kinds/kinds.ts";
import type { Work } from "./work.ts";
import { workOff } from "./work.ts";

const port = parentPort;
if (port === null) throw new Error("This is run by bench/causes/run.ts.");
port.on("message", (work: Work) => {
  void workOff(work, causeKinds, nba).then((outcome) => port.postMessage(outcome));
});
