import { mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Files } from "../../../src/adapters/state/files.ts";
import { nodeFiles } from "../../../src/adapters/state/files.ts";
import { folderState } from "../../../src/adapters/state/folder.ts";
import { BackendError, UserError } from "../../../src/errors.ts";
import { refusalOf } from "../../contracts/asking.ts";
import { call, stateContract } from "../../contracts/state-contract.ts";
import { everyStep } from "./every-step.ts";
import { temporaryFolder } from "./folder-of.ts";

stateContract("a folder", async ({ schema }) => {
  const folder = await temporaryFolder();
  if (schema !== undefined) {
    await mkdir(folder);
    await writeFile(join(folder, "schema.json"), JSON.stringify({ schema, laterField: true }));
  }
  return { state: folderState(folder), again: folderState(folder), dispose: () => rm(folder, { recursive: true, force: true }) };
});

const key = "reports/a";

/** Files of which one step finds the disk full; half of what it was to write is written. */
function failingAt(step: number): { files: Files; taken: () => number } {
  let taken = 0;
  const files = everyStep(async (method, args, go) => {
    taken += 1;
    if (taken !== step) return go();
    if (method === "writeNew") await nodeFiles.writeNew(String(args[0]), String(args[1]).slice(0, 10));
    throw Object.assign(new Error(`ENOSPC: no space left on device, ${method}`), { code: "ENOSPC" });
  });
  return { files, taken: () => taken };
}

/** Every file below the folder with its content. */
async function contentOf(folder: string): Promise<Record<string, string>> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(await Promise.all(files.map(async (file) => [file.slice(folder.length + 1), await readFile(file, "utf8")])));
}

describe("what is on the disk", () => {
  test("reading makes nothing; writing makes folders and files that only their owner can read", async () => {
    const folder = await temporaryFolder();
    const state = folderState(folder);
    await state.get({ key }, call);
    await state.list({ prefix: "reports/", limit: 1, order: "ascending" }, call);
    await expect(stat(folder)).rejects.toThrow("ENOENT");

    await state.put({ key, value: 1 }, call);
    const modes = await Promise.all(
      ["", "entries", "entries/reports", "claims", "schema.json", "entries/reports/a.json"].map(async (path) =>
        ((await stat(join(folder, path))).mode & 0o777).toString(8),
      ),
    );
    expect(modes).toEqual(["700", "700", "700", "700", "600", "600"]);
  });

  test("after a write nothing is left of lock, claim and preparation", async () => {
    const folder = await temporaryFolder();
    const state = folderState(folder);
    await state.put({ key, value: 1 }, call);
    await state.put({ key, value: 2 }, call);
    await state.delete({ keys: [key] }, call);
    expect(await contentOf(folder)).toEqual({ "schema.json": '{"schema":1}\n' });
    expect(await readdir(join(folder, "claims"))).toEqual([]);
  });

  test("files of others in the folder are left alone and are no entries", async () => {
    const folder = await temporaryFolder();
    const state = folderState(folder);
    await state.put({ key, value: 1 }, call);
    await writeFile(join(folder, "entries/reports/.DS_Store"), "x");
    await writeFile(join(folder, "entries/reports/notes.txt"), "x");
    expect(await state.list({ prefix: "reports/", limit: 9, order: "ascending" }, call)).toMatchObject({ keys: [key], total: 1 });
  });
});

describe("what can't be read", () => {
  const path = (folder: string): string => join(folder, "entries/reports/a.json");
  const damages: readonly (readonly [string, (text: string) => string])[] = [
    ["empty", () => ""],
    ["half-written", (text) => text.slice(0, text.length / 2)],
    ["without its last byte", (text) => text.slice(0, -1)],
    ["changed in one character, yet JSON", (text) => text.replace("Boston", "Bostom")],
    ["another key's", (text) => text.replace(key, "reports/b")],
    ["binary", () => "\u0000\ufffd\u0001"],
    ["followed by more", (text) => `${text}more\n`],
  ];

  test.each(damages)("an entry that is %s is malformed, named, and set aside as it was; it is never absent", async (_, damage) => {
    const folder = await temporaryFolder();
    const state = folderState(folder);
    await state.put({ key, value: { team: "Boston" } }, call);
    const damaged = damage(await readFile(path(folder), "utf8"));
    await writeFile(path(folder), damaged);

    const refusal = await refusalOf(state.get({ key }, call));
    expect(refusal).toMatchObject({ refusal: "malformed", message: expect.stringContaining(join(folder, "aside/reports/a~")) });
    const [aside = ""] = await readdir(join(folder, "aside/reports"));
    expect(await readFile(join(folder, "aside/reports", aside), "utf8")).toBe(damaged);
    expect(await refusalOf(folderState(folder).get({ key }, call))).toMatchObject({ refusal: "malformed" });
    expect(await refusalOf(state.put({ key, value: 1, only: { ifAbsent: true } }, call))).toMatchObject({ refusal: "malformed" });
    expect(await state.list({ prefix: "reports/", limit: 9, order: "ascending" }, call)).toEqual({ keys: [], total: 0, setAside: 1 });

    await state.put({ key, value: "anew" }, call);
    expect((await state.get({ key }, call))?.value).toBe("anew");
    expect(await readFile(join(folder, "aside/reports", aside), "utf8")).toBe(damaged);
  });

  test("a damaged entry is not overwritten before it was set aside and said", async () => {
    const folder = await temporaryFolder();
    const state = folderState(folder);
    await state.put({ key, value: 1 }, call);
    await writeFile(path(folder), "rubbish");
    expect(await refusalOf(state.put({ key, value: 2 }, call))).toMatchObject({ refusal: "malformed" });
    expect(Object.values(await contentOf(folder))).toContain("rubbish");
  });

  test("a reader that met damage leaves alone what another has meanwhile written whole", async () => {
    const folder = await temporaryFolder();
    const state = folderState(folder);
    await state.put({ key, value: "whole" }, call);
    const whole = await readFile(path(folder), "utf8");
    let first = true;
    const late: Files = {
      ...nodeFiles,
      read: async (file) => {
        if (file !== path(folder) || !first) return nodeFiles.read(file);
        first = false;
        return whole.slice(0, 20);
      },
    };
    expect((await folderState(folder, { files: late }).get({ key }, call))?.value).toBe("whole");
    expect(await readdir(folder)).not.toContain("aside");
  });

  test.each([
    ["newer", '{"schema":2,"compressed":true}', /schema version 2, .* version 1/u],
    ["rubbish", "{", /doesn't say which schema version/u],
    ["empty", "", /its schema file is empty/u],
    ["without a number", '{"schema":"1"}', /doesn't say which schema version/u],
  ])("a store whose schema file is %s is refused, and nothing in it is changed", async (_, text, words) => {
    const folder = await temporaryFolder();
    const state = folderState(folder);
    await state.put({ key, value: 1 }, call);
    await writeFile(join(folder, "schema.json"), text);
    await writeFile(join(folder, "entries/reports/b.json"), "in a form of the future");
    const before = await contentOf(folder);
    for (const ask of [
      () => state.get({ key: "reports/b" }, call),
      () => state.put({ key, value: 2 }, call),
      () => state.delete({ keys: [key] }, call),
    ]) {
      await expect(ask()).rejects.toThrow(UserError);
      await expect(ask()).rejects.toThrow(words);
    }
    expect(await contentOf(folder)).toEqual(before);
  });

  test("entries without a schema file are refused, not taken for an empty store", async () => {
    const folder = await temporaryFolder();
    const state = folderState(folder);
    await state.put({ key, value: 1 }, call);
    await rm(join(folder, "schema.json"));
    await expect(state.get({ key }, call)).rejects.toThrow(UserError);
    await expect(state.put({ key, value: 2 }, call)).rejects.toThrow(/no schema\.json/u);
  });
});

describe("a file system that refuses", () => {
  const failing = (method: keyof Files, code: string): Files => ({
    ...nodeFiles,
    [method]: async () => {
      throw Object.assign(new Error(`${code}: refused, ${method}`), { code });
    },
  });
  const writes = ["read", "writeNew", "makeFolder", "rename", "syncFolder"] as const;

  test.each(writes.flatMap((method) => ["ENOSPC", "EACCES", "EIO"].map((code) => ({ method, code }))))(
    "$code from $method is a refusal in words that name the folder, and leaves the old or the new value whole",
    async ({ method, code }) => {
      const folder = await temporaryFolder();
      await folderState(folder).put({ key, value: "old" }, call);
      const refusal = await refusalOf(
        folderState(folder, { files: failing(method, code), patienceMs: 50 }).put({ key, value: "new" }, call),
      );
      expect(refusal.refusal).toBe(code === "EACCES" ? "denied" : "unavailable");
      expect(refusal.message).toContain(folder);
      expect(refusal.message).toContain(code);
      const value = (await folderState(folder).get({ key }, call))?.value;
      expect(["old", "new"]).toContain(value);
      if (method !== "syncFolder") expect(value).toBe("old");
      await folderState(folder).put({ key, value: "after" }, call);
    },
  );

  test("no space left at any one step leaves the old or the new value whole, and nobody locked out", async () => {
    const codes = new Set<unknown>();
    for (let step = 1; ; step += 1) {
      const folder = await temporaryFolder();
      await folderState(folder).put({ key, value: "old" }, call);
      const { files, taken } = failingAt(step);
      const said = await folderState(folder, { files })
        .put({ key, value: "new" }, call)
        .then(
          () => "new",
          (error: unknown) => error,
        );
      if (taken() < step) {
        expect(step).toBeGreaterThan(8);
        break;
      }
      codes.add(said instanceof BackendError ? said.refusal : said);
      const value = (await folderState(folder).get({ key }, call))?.value;
      expect(["old", "new"], `after a failure at step ${step}`).toContain(value);
      if (said === "new") expect(value).toBe("new");
      await folderState(folder, { patienceMs: 0 }).put({ key, value: "after" }, call);
    }
    expect([...codes]).toEqual(["unavailable"]);
  });

  test.each(["read", "names"] as const)("%s that is not permitted is denied, never an empty store", async (method) => {
    const folder = await temporaryFolder();
    await folderState(folder).put({ key, value: 1 }, call);
    const state = folderState(folder, { files: failing(method, "EACCES") });
    expect(await refusalOf(state.list({ prefix: "reports/", limit: 1, order: "ascending" }, call))).toMatchObject({ refusal: "denied" });
  });

  test("a file where the folder belongs is no such place", async () => {
    const folder = await temporaryFolder();
    await writeFile(folder, "");
    for (const place of [folder, join(folder, "deeper")]) {
      const state = folderState(place);
      expect(await refusalOf(state.get({ key }, call))).toMatchObject({ refusal: "no_such_place" });
      expect(await refusalOf(state.put({ key, value: 1 }, call))).toMatchObject({ refusal: "no_such_place" });
    }
  });

  test("an error that isn't the file system's is a bug and flies", async () => {
    const files: Files = {
      ...nodeFiles,
      writeNew: async () => {
        throw new RangeError("a bug");
      },
    };
    await expect(folderState(await temporaryFolder(), { files }).put({ key, value: 1 }, call)).rejects.toThrow(RangeError);
  });
});
