import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readConfig } from "../../src/config.ts";
import { openSession } from "../../src/sessions/open.ts";

const state = await mkdtemp(join(tmpdir(), "open-"));
afterAll(() => rm(state, { recursive: true }));

const open = (flags: Record<string, string>) => openSession(readConfig({ state, ...flags }, {}), {});

test.each([
  [
    { scenario: "feb-03", project: "acme-nba" },
    "--project reads a real project and --scenario plays an invented night: leave out one of them.",
  ],
  [{ scenario: "feb-03", backend: "google" }, "--backend reads google and --scenario plays an invented night: leave out one of them."],
  [{ backend: "embedded" }, "The embedded backend plays a scenario: name one with --scenario."],
  [{ backend: "gogle" }, 'No backend "gogle"; known: embedded, google. Did you mean "google"?'],
  [{ clock: "2026-02-04 13:00" }, "--clock needs a scenario or a project to judge: name one with --scenario or --project."],
  [{ evidence: "x.json", project: "acme-nba" }, "--evidence answers from a file alone: leave out --project."],
  [{ project: "Acme NBA" }, '--project "Acme NBA" is no project id; `gcloud projects list` shows them.'],
  [
    { project: "acme-nba", clock: "13:00" },
    '--clock: "13:00" is no moment; write "2026-02-04 13:00" (America/New_York) or ISO 8601 with an offset.',
  ],
  [{ project: "acme-nba", clock: "2099-01-01 00:00" }, '--clock: "2099-01-01 00:00" is still to come; nothing can be read of it.'],
])("%j is refused: %s", async (flags, said) => {
  await expect(open(flags)).rejects.toThrow(said);
});

test.each([[{}], [{ backend: "google" }]])("with %j nothing is configured, and no data is made up", async (flags) => {
  expect(await open(flags)).toBeUndefined();
});

test("a project judged as of an earlier clock says so and keeps nothing", async () => {
  const [now, then] = [await open({ project: "acme-nba" }), await open({ project: "acme-nba", clock: "2026-02-04 13:00" })];
  expect(now).toMatchObject({ backend: "google", real: { project: "acme-nba" } });
  expect(now?.real?.past).toBeUndefined();
  expect(now?.history).toBeDefined();
  expect(then?.real?.past).toBe(true);
  expect(then?.history ?? then?.watches).toBeUndefined();
});

test.each([
  ["500MiB", 500 * 2 ** 20],
  ["2 GiB", 2 * 2 ** 30],
  ["1024", 1024],
])("%s are that many bytes", (text, bytes) => {
  expect(readConfig({ "call-bytes": text }, {})["call-bytes"]).toEqual({ value: bytes, source: "--call-bytes" });
});

test.each(["many", "1.5GiB", "-1", "2GB", "99999999999999999999"])("%j is no number of bytes", (text) => {
  expect(() => readConfig({ "day-bytes": text }, {})).toThrow(`--day-bytes is "${text}"; write a number of bytes such as 500MiB or 2GiB.`);
});
