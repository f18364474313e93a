import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { folderState } from "../../../src/adapters/state/folder.ts";
import { thisProcess } from "../../../src/adapters/state/owner.ts";
import { BackendError } from "../../../src/errors.ts";
import { refusalOf } from "../../contracts/asking.ts";
import { call } from "../../contracts/state-contract.ts";
import { everyStep } from "./every-step.ts";
import { temporaryFolder } from "./folder-of.ts";

const script = fileURLToPath(new URL("child.ts", import.meta.url));
const key = "reports/a";

/** Half of a child's life would be compiling; a child that ends by itself leaves the result for those that don't. */
const compiled = mkdtempSync(join(tmpdir(), "postgame-compiled-"));
beforeAll(async () => void (await reaches(child("stop-at", join(compiled, "state"), "999", "put"))));
afterAll(() => rmSync(compiled, { recursive: true, force: true }));

function child(...args: string[]): ChildProcess & { stdout: NodeJS.ReadableStream } {
  const started = spawn(process.execPath, [script, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NODE_COMPILE_CACHE: compiled },
  });
  if (expect.getState().currentTestName === undefined) return started;
  onTestFinished(() => void started.kill("SIGKILL"));
  return started;
}

/** Whether the child came to the step, where it hangs now; false if it was done before. */
async function reaches(started: ReturnType<typeof child>): Promise<boolean> {
  const [said] = (await once(started.stdout, "data")) as [Buffer];
  return said.toString().startsWith("here");
}

async function kill(started: ChildProcess): Promise<void> {
  const exited = once(started, "exit");
  started.kill("SIGKILL");
  await exited;
}

describe("a process killed at any step", () => {
  const operations = [
    { operation: "first-put", before: undefined, after: "new" },
    { operation: "put", before: "old", after: "new" },
    { operation: "delete", before: "old", after: undefined },
  ];
  test.each(operations)("of a $operation leaves the entry as before or as after, and a folder that works at once", async (one) => {
    const seen = new Set<unknown>();
    for (let step = 1; ; step += 1) {
      const folder = await temporaryFolder();
      if (one.before !== undefined) await folderState(folder).put({ key, value: one.before }, call);
      const started = child("stop-at", folder, String(step), one.operation);
      const stopped = await reaches(started);
      if (!stopped) {
        expect(step).toBeGreaterThan(8);
        break;
      }
      await kill(started);
      const state = folderState(folder, { patienceMs: 1_000 });
      const value = (await state.get({ key }, call))?.value;
      expect([one.before, one.after], `killed at step ${step}`).toContain(value);
      seen.add(value);
      await state.put({ key, value: "next" }, call);
      expect((await state.get({ key }, call))?.value).toBe("next");
      expect(await state.list({ prefix: "reports/", limit: 9, order: "ascending" }, call)).toEqual({
        keys: [key],
        total: 1,
        setAside: 0,
      });
      expect(await readdir(folder)).not.toContain("lock");
    }
    expect(seen.size).toBe(2);
  });

  test("of setting a damaged entry aside leaves its content in one place or the other", async () => {
    for (let step = 1; ; step += 1) {
      const folder = await temporaryFolder();
      await folderState(folder).put({ key, value: "old" }, call);
      await writeFile(join(folder, "entries/reports/a.json"), "damaged");
      const started = child("stop-at", folder, String(step), "set-aside");
      if (!(await reaches(started))) break;
      await kill(started);
      expect(await refusalOf(folderState(folder).get({ key }, call))).toMatchObject({ refusal: "malformed" });
      const [aside = ""] = await readdir(join(folder, "aside/reports"));
      expect(await readFile(join(folder, "aside/reports", aside), "utf8")).toBe("damaged");
    }
  });
});

test("two processes at once lose no update and no entry, and meet no error but conflicts that are told", async () => {
  const folder = await temporaryFolder();
  const said = await Promise.all(["one", "two"].map((name) => text(child("mix", folder, name, "60").stdout)));
  const done = said.map((line) => JSON.parse(line) as { added: number; conflicts: number; kept: string[] });
  const state = folderState(folder);
  expect(done.map(({ added, conflicts }) => added + conflicts)).toEqual([60, 60]);
  expect((await state.get({ key: "counts/shared" }, call))?.value).toBe(done.reduce((sum, { added }) => sum + added, 0));
  const { keys } = await state.list({ prefix: "reports/", limit: 999, order: "ascending" }, call);
  expect(keys).toEqual(done.flatMap(({ kept }) => kept).toSorted());
  expect(keys).toHaveLength(80);
});

describe("a held lock", () => {
  /** A folder whose lock another process holds, in the midst of its write. */
  async function heldFolder(): Promise<{ folder: string; holder: ChildProcess }> {
    const folder = await temporaryFolder();
    await folderState(folder).put({ key, value: "old" }, call);
    const holder = child("stop-at", folder, "9", "put");
    expect(await reaches(holder)).toBe(true);
    expect(await readdir(join(folder, "lock"))).toHaveLength(1);
    return { folder, holder };
  }

  test("of a process that lives is not taken, however old and though it is stopped; who waits is told who holds it", async () => {
    const { folder, holder } = await heldFolder();
    holder.kill("SIGSTOP");
    const state = folderState(folder, { patienceMs: 60, abandonedAfterMs: -1 });
    const refusal = await refusalOf(state.put({ key, value: "robbed" }, call));
    expect(refusal).toMatchObject({ refusal: "unavailable", message: expect.stringContaining(`held by process ${holder.pid}`) });
    expect((await state.get({ key }, call))?.value).toBe("old");
    holder.kill("SIGCONT");
    await kill(holder);
    await state.put({ key, value: "after" }, call);
  });

  test("is waited for no longer than the call lives", async () => {
    const { folder } = await heldFolder();
    const ends = new AbortController();
    const files = everyStep(async (method, args, go) => {
      if (method === "rename" && String(args[1]).endsWith("lock")) ends.abort();
      return go();
    });
    const putting = folderState(folder, { files }).put({ key, value: "late" }, { signal: ends.signal });
    expect(await refusalOf(putting)).toMatchObject({ refusal: "deadline" });
    expect(await readdir(join(folder, "claims"))).toEqual([]);
  });

  const ownedBy = async (folder: string, owner: object | string): Promise<void> => {
    const [token = ""] = await readdir(join(folder, "lock"));
    await writeFile(join(folder, "lock", token, "owner.json"), typeof owner === "string" ? owner : JSON.stringify(owner));
  };

  test("whose owner's pid belongs to another process by now is taken at once", async () => {
    const { folder } = await heldFolder();
    await ownedBy(folder, { ...thisProcess(), started: "1" });
    await folderState(folder, { patienceMs: 0 }).put({ key, value: "taken" }, call);
    expect((await folderState(folder).get({ key }, call))?.value).toBe("taken");
  });

  test.each([
    ["of another host", { ...thisProcess(), host: "elsewhere" }],
    ["with an unreadable owner file", "{"],
  ])("%s is left alone while it is young, and taken when it is abandoned", async (_, owner) => {
    const { folder } = await heldFolder();
    await ownedBy(folder, owner);
    expect(await refusalOf(folderState(folder, { patienceMs: 60 }).put({ key, value: "robbed" }, call))).toMatchObject({
      refusal: "unavailable",
    });
    await folderState(folder, { patienceMs: 0, abandonedAfterMs: -1 }).put({ key, value: "taken" }, call);
    expect((await folderState(folder).get({ key }, call))?.value).toBe("taken");
  });

  test("that is taken from an owner who lives after all takes his write with it, at whatever step he was", async () => {
    const ends = new Set<string>();
    for (let step = 1; ; step += 1) {
      const folder = await temporaryFolder();
      await folderState(folder).put({ key, value: "old" }, call);
      const [here, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      let taken = 0;
      const files = everyStep(async (_, __, go) => {
        taken += 1;
        if (taken === step) {
          here.resolve();
          await goOn.promise;
        }
        return go();
      });
      const putting = folderState(folder, { files })
        .put({ key, value: "first" }, call)
        .then(
          () => "written",
          (error: unknown) => (error instanceof BackendError ? error.refusal : "a bug"),
        );
      const stopped = await Promise.race([here.promise.then(() => true), putting.then(() => false)]);
      if (!stopped) break;
      const isHeld = ((await readdir(join(folder, "lock")).catch(() => [])) as string[]).length > 0;
      if (isHeld) await ownedBy(folder, { ...thisProcess(), host: "elsewhere" });
      await folderState(folder, { abandonedAfterMs: -1 }).put({ key, value: "second" }, call);
      goOn.resolve();
      const end = await putting;
      ends.add(end);
      const value = (await folderState(folder).get({ key }, call))?.value;
      // Held: he had written before we did, or may not write any more. Not held: he had written, or writes after us.
      const expected = isHeld || end !== "written" ? ["second"] : ["first", "second"];
      expect(expected, `stopped at step ${step}, ${end}`).toContain(value);
      expect(end).not.toBe("a bug");
    }
    expect([...ends].toSorted()).toEqual(["unavailable", "written"]);
  });

  test("is taken by one of many who find it stale at once, and none of them removes another's", async () => {
    const { folder, holder } = await heldFolder();
    await kill(holder);
    let [inside, most] = [0, 0];
    const files = everyStep(async (method, args, go) => {
      const isPending = method === "writeNew" && String(args[0]).includes("pending-");
      const isReleased = method === "rename" && String(args[0]).includes(join(folder, "lock/")) && String(args[1]).includes("claims");
      if (isPending) most = Math.max(most, (inside += 1));
      if (isReleased) inside -= 1;
      return go();
    });
    const state = folderState(folder, { files, patienceMs: 30_000 });
    await Promise.all(Array.from({ length: 12 }, (_, index) => state.put({ key: `reports/${index}`, value: index }, call)));
    expect(most).toBe(1);
    expect((await state.list({ prefix: "reports/", limit: 1, order: "ascending" }, call)).total).toBe(13);
  });
});
