/**
 * A process of its own over a state folder, for tests to end or to race:
 * `stop-at FOLDER STEP put|first-put|delete|set-aside` hangs before that step of the file system, half of a file written;
 * `mix FOLDER NAME COUNT` does mixed operations and prints what it has done.
 */
import { nodeFiles } from "../../../src/adapters/state/files.ts";
import { folderState } from "../../../src/adapters/state/folder.ts";
import { BackendError } from "../../../src/errors.ts";
import type { StateCall } from "../../../src/ports/state.ts";
import { everyStep } from "./every-step.ts";

const [mode = "", folder = "", ...rest] = process.argv.slice(2);
const call: StateCall = { signal: new AbortController().signal };

if (mode === "stop-at") await stopAt(Number(rest[0]), rest[1] ?? "");
else await mix(rest[0] ?? "", Number(rest[1]));

async function stopAt(step: number, operation: string): Promise<void> {
  let taken = 0;
  const alive = setInterval(() => {}, 60_000);
  const files = everyStep(async (method, args, go) => {
    taken += 1;
    if (taken !== step) return go();
    if (method === "writeNew") await nodeFiles.writeNew(String(args[0]), String(args[1]).slice(0, 10));
    process.stdout.write("here\n");
    return new Promise(() => {});
  });
  const state = folderState(folder, { files });
  const key = "reports/a";
  if (operation === "delete") await state.delete({ keys: [key] }, call);
  else if (operation === "set-aside") await state.get({ key }, call).catch(() => {});
  else await state.put({ key, value: "new" }, call);
  process.stdout.write("done\n");
  clearInterval(alive);
}

/** Adds to a shared counter, keeps entries of its own and removes every third of them, reads and lists in between. */
async function mix(name: string, count: number): Promise<void> {
  const state = folderState(folder, { patienceMs: 30_000 });
  const done = { added: 0, conflicts: 0, kept: [] as string[] };
  for (let turn = 0; turn < count; turn += 1) {
    const found = await state.get({ key: "counts/shared" }, call);
    const only = found === undefined ? ({ ifAbsent: true } as const) : { ifVersion: found.version };
    try {
      await state.put({ key: "counts/shared", value: Number(found?.value ?? 0) + 1, only }, call);
      done.added += 1;
    } catch (error) {
      if (!(error instanceof BackendError && error.refusal === "conflict")) throw error;
      done.conflicts += 1;
    }
    const key = `reports/${name}-${turn}`;
    await state.put({ key, value: { turn }, only: { ifAbsent: true } }, call);
    if (turn % 3 === 0) await state.delete({ keys: [key] }, call);
    else done.kept.push(key);
    await state.list({ prefix: "reports/", limit: 5, order: "descending" }, call);
  }
  process.stdout.write(`${JSON.stringify(done)}\n`);
}
