import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { folderState } from "../../src/adapters/state/folder.ts";
import type { Report } from "../../src/report/schema.ts";
import { temporaryFolder } from "../adapters/state/folder-of.ts";
import { call } from "../contracts/state-contract.ts";
import { bin, cleanEnv, run } from "../mcp/child.ts";

const scenario = ["--scenario", "feb-03"];

async function server(folder: string, clock: string): Promise<Client> {
  const client = new Client({ name: "test", version: "0.0.0" });
  const args = [bin, "serve", ...scenario, "--clock", clock, "--state", folder];
  await client.connect(new StdioClientTransport({ command: process.execPath, args, env: cleanEnv }));
  onTestFinished(() => client.close());
  return client;
}

/** Every kind of question that keeps a report, two at a time as an agent would. */
async function askServer(client: Client, times: number): Promise<Report[]> {
  const questions = Array.from({ length: times }, (_, index) => ({
    game_date: index % 4 === 3 ? "2026-02-02" : "2026-02-03",
    depth: index % 20 === 0 ? "standard" : "quick",
    detail: index % 5 === 0 ? "detailed" : "concise",
  }));
  const reports: Report[] = [];
  const next = questions[Symbol.iterator]();
  const asking = Array.from({ length: 2 }, async () => {
    for (const question of next) {
      const { isError, structuredContent } = await client.callTool({ name: "validate_daily", arguments: question });
      expect(isError).not.toBe(true);
      reports.push(structuredContent as Report); // Parsed as a report before it left.
    }
  });
  await Promise.all(asking);
  return reports;
}

async function askTerminal(folder: string, times: number): Promise<Report[]> {
  const reports: Report[] = [];
  for (let turn = 0; turn < times; turn += 1) {
    const args = ["--game-date", "2026-02-03", "--depth", "quick", "--clock", "2026-02-04 19:00", "--state", folder, "--json"];
    const { stdout, stderr } = await run("validate_daily", ...scenario, ...args);
    expect(stderr).toBe("");
    reports.push(JSON.parse(stdout) as Report);
    const { code } = await run("history", "--state", folder);
    expect(code).toBe(0);
  }
  return reports;
}

test("two servers and a terminal on one folder: of 200 mixed calls none errs, and every report is kept", { timeout: 120_000 }, async () => {
  const folder = await temporaryFolder();
  const clients = await Promise.all([server(folder, "2026-02-04 13:00"), server(folder, "2026-02-04 18:00")]);
  const [served, typed] = await Promise.all([Promise.all(clients.map((client) => askServer(client, 95))), askTerminal(folder, 4)]);
  const last = await askTerminal(folder, 1);
  const reports = [...served.flat(), ...typed, ...last];
  expect(reports).toHaveLength(195);
  expect(reports.flatMap(({ state }) => state ?? [])).toEqual([]);

  const { keys, total, setAside } = await folderState(folder).list({ prefix: "reports/", limit: 999, order: "ascending" }, call);
  expect({ total, setAside }).toEqual({ total: 195, setAside: 0 });
  const entries = await Promise.all(keys.map((key) => folderState(folder).get({ key }, call)));
  const summaries = (all: readonly Report[]): string[] => all.map(({ asked, summary }) => `${asked["game_date"]} ${summary}`).toSorted();
  const kept = entries.map((entry) => entry?.value as { report: Report } | undefined);
  expect(summaries(kept.flatMap((one) => one?.report ?? []))).toEqual(summaries(reports));
  expect(await readdir(join(folder, "claims"))).toEqual([]);

  const { stdout } = await run("history", "--state", folder, "--limit", "300", "--json");
  const listed = JSON.parse(stdout) as { reports: { as_of: string }[]; total: number };
  expect(listed.total).toBe(195);
  expect(listed.reports.map((one) => one.as_of)).toEqual(
    listed.reports
      .map((one) => one.as_of)
      .toSorted()
      .toReversed(),
  );
  expect(last[0]?.since?.compared_with).toBe("2026-02-04T18:00:00-05:00");
});
