import { readFileSync, readdirSync } from "node:fs";

/** One guard of the machinery that keeps a false green away: what it holds, the patch that takes it out, the test that must then die. */
export interface Guard {
  readonly name: string;
  readonly holds: string;
  readonly test: string;
  /** Path of the patch file. */
  readonly patch: string;
}

const folder = new URL("patches/", import.meta.url);

/** All checked-in patches. A patch begins with two lines, `Guard: …` and `Test: …`, before its diff. */
export function readGuards(): readonly Guard[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".patch"))
    .toSorted()
    .map((file) => {
      const text = readFileSync(new URL(file, folder), "utf8");
      const header = (key: string) => new RegExp(`^${key}: (.+)$`, "mu").exec(text)?.[1];
      const [holds, test] = [header("Guard"), header("Test")];
      if (holds === undefined || test === undefined) throw new Error(`${file} lacks its Guard: or Test: line`);
      return { name: file.replace(/\.patch$/u, ""), holds, test, patch: new URL(file, folder).pathname };
    });
}
