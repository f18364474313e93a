import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OAuth2Client } from "google-auth-library";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { readConfig } from "../../src/config.ts";
import { openProject, projectSession } from "../../src/sessions/project.ts";
import { startHttpServer } from "../fakes/http.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "project-"));
  vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", join(folder, "credentials.json"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const config = () => readConfig({ state: folder, project: "acme-nba" }, {});

test("clients of one login serve the calls that follow, but never those of another login", async () => {
  let logins = 0;
  const login = () => ((logins += 1), new OAuth2Client());
  const callAs = async (account: string): Promise<number> => {
    await writeFile(join(folder, "credentials.json"), JSON.stringify({ type: "authorized_user", account }));
    const opened = await openProject("acme-nba", config(), { reach: { http: "http://127.0.0.1:9/logins" }, login });
    opened.ports(opened.spending.open({ deadlineAt: 0 }));
    return logins;
  };
  expect(await callAs("one@example.com")).toBe(1);
  expect(await callAs("one@example.com")).toBe(1);
  expect(await callAs("other@example.com")).toBe(2);
  expect(await callAs("one@example.com")).toBe(3);
});

test("a project's session tells how far this machine's clock is ahead of it", async () => {
  const server = await startHttpServer([
    async (_, response) => {
      response.setHeader("Date", "Wed, 04 Feb 2026 16:00:00 GMT");
      response.end("{}");
      return true;
    },
  ]);
  try {
    const session = await projectSession("acme-nba", config(), {
      reach: { http: server.address },
      now: () => new Date("2026-02-04T17:00:00Z"),
    });
    expect(await session.real?.clockAhead?.(new AbortController().signal)).toBe(3_599_500);
  } finally {
    server.stop();
  }
});
