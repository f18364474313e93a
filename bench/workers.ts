import { once } from "node:events";
import type { Worker } from "node:worker_threads";

/** Has a worker do what is left, one thing after the other; each answer is what it posts next. An error of the worker rejects. */
export async function keepAtWork<W, A>(worker: Worker, left: W[], take: (answer: A) => void): Promise<void> {
  for (let work = left.shift(); work !== undefined; work = left.shift()) {
    worker.postMessage(work);
    const [answer] = (await once(worker, "message")) as [A]; // what the worker's file posts
    take(answer);
  }
}
