import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Guard } from "./guard.ts";
import { readGuards } from "./guard.ts";

/** What the tests need of the checkout; everything else stays where it is. */
const copied = [
  "src",
  "tools",
  "test",
  "pipelines",
  "scenarios",
  "skills",
  "bin",
  "docs",
  "README.md",
  "package.json",
  "tsconfig.json",
  "vitest.config.ts",
];

const root = fileURLToPath(new URL("../", import.meta.url));
const copy = mkdtempSync(join(tmpdir(), "postgame-guards-"));
const wanted = process.argv.slice(2);

/** Takes one guard out of the copy, runs its test file, puts it back. A guard is proven if tests fail, not if nothing compiles. */
function prove(guard: Guard): string {
  const apply = (...extra: string[]) =>
    spawnSync("git", ["apply", "--whitespace=nowarn", ...extra, guard.patch], { cwd: copy, encoding: "utf8" });
  const applied = apply();
  if (applied.status !== 0) return `STALE: the patch no longer applies: ${applied.stderr.trim().split("\n")[0]}`;
  const run = spawnSync(process.execPath, [join(root, "node_modules/vitest/vitest.mjs"), "run", guard.test], {
    cwd: copy,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1", CI: "1" },
  });
  apply("--reverse");
  const failed = /Tests\s+(\d+) failed/u.exec(run.stdout)?.[1];
  if (run.status === 0) return "SURVIVED: no test died";
  return failed === undefined
    ? `BROKEN: the test file did not run: ${run.stderr.trim().split("\n").at(-1) ?? ""}`
    : `proven: ${failed} tests die`;
}

let unproven = 0;
try {
  for (const name of copied) cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  const guards = readGuards().filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  for (const guard of guards) {
    const result = prove(guard);
    if (!result.startsWith("proven")) unproven += 1;
    console.log(`${guard.name.padEnd(24)} ${result}  (${guard.test})`);
  }
  console.log(`${guards.length - unproven} of ${guards.length} guards proven`);
} finally {
  rmSync(copy, { recursive: true, force: true });
}
process.exitCode = unproven === 0 ? 0 : 1;
