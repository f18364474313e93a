import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import type { Report } from "../../src/report/schema.ts";

const bin = fileURLToPath(new URL("../../bin/postgame.mjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "postgame-evidence-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]) =>
  spawnSync(process.execPath, [bin, "validate_daily", "--state", join(folder, "state"), ...args], { encoding: "utf8" });
const reportOf = (stdout: string) => JSON.parse(stdout) as Report;
const file = join(folder, "night.json");

test("what was saved answers the same question again, without the scenario, and says where from", () => {
  const live = run("--scenario", "feb-03", "--game-date", "2026-02-03", "--json", "--save-evidence", file);
  expect(live.stderr).toBe("");
  const again = run("--evidence", file, "--game-date", "2026-02-03", "--json");
  expect(again.status).toBe(live.status);
  const [one, two] = [reportOf(live.stdout), reportOf(again.stdout)];
  expect(two.findings).toEqual(one.findings);
  expect(two.summary).toBe(one.summary.replace("(invented data): ", "(invented data): REPLAY of night.json: "));
  expect(two.asked).toEqual({ ...one.asked, evidence: "night.json" });
  expect(statSync(file).mode & 0o077).toBe(0);
});

test("a file that is there already is not written over, and the report is given all the same", () => {
  const before = readFileSync(file, "utf8");
  const { status, stdout, stderr } = run("--scenario", "healthy-night", "--json", "--save-evidence", file);
  expect(status).toBe(64);
  expect(reportOf(stdout).verdict).toBe("pass");
  expect(stderr).toContain("it is there already; name another");
  expect(readFileSync(file, "utf8")).toBe(before);
});

test("another date than the saved one is not in the file: unknown, exit 3", () => {
  const { status, stdout } = run("--evidence", file, "--game-date", "2026-02-02", "--json");
  expect(status).toBe(3);
  expect(reportOf(stdout).summary).toContain("is not in the evidence file");
});

test("a changed file is said and never passes", () => {
  const changed = join(folder, "changed.json");
  writeFileSync(changed, readFileSync(file, "utf8").replace('"examined":', '"examined":1'));
  const { status, stdout } = run("--evidence", changed, "--game-date", "2026-02-03", "--json");
  expect(status).toBe(3);
  expect(reportOf(stdout).summary).toContain("was changed since it was saved");
});

test.each([
  [["--evidence", "/nowhere/x.json"], "there is no such file or folder"],
  [["--evidence", file, "--scenario", "feb-03"], "--evidence answers from a file alone: leave out --scenario."],
  [["--evidence", file, "--clock", "2026-02-04 18:00"], "leave out --clock"],
])("%j is one sentence, exit 64", (args, sentence) => {
  const { status, stdout, stderr } = run(...args);
  expect([status, stdout]).toEqual([64, ""]);
  expect(stderr).toContain(sentence);
});
