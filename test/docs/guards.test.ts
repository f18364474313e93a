import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { readGuards } from "../../guards/guard.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const guards = readGuards();

test("docs/guards.md lists every guard with what it holds and the test that dies without it", () => {
  const listed = readFileSync(`${root}docs/guards.md`, "utf8");
  const rows = guards.map(({ name, holds, test: file }) => `| ${holds} | [\`${name}\`](../guards/patches/${name}.patch) | \`${file}\` |`);
  expect(listed.split("\n").filter((line) => line.startsWith("| ") && line.includes(".patch"))).toEqual(rows);
});

describe.each(guards)("$name", ({ patch, test: file }) => {
  test("its patch still applies, and its test file is there", () => {
    const applied = spawnSync("git", ["apply", "--check", patch], { cwd: root, encoding: "utf8" });
    expect(applied.stderr).toBe("");
    expect(existsSync(`${root}${file}`)).toBe(true);
  });
});
