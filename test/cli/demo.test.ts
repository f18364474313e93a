import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Config } from "../../src/config.ts";
import { UserError } from "../../src/errors.ts";
import type { Session } from "../../src/session.ts";
import type { Tool } from "../../src/tool.ts";
import { fakeTool, report } from "../mcp/fake-tools.ts";
import { postgame } from "./fake-terminal.ts";

/** Answers with the clock that its session was opened for; the whole is bad at 18:00 only. */
const tool: Tool = {
  ...fakeTool(async (_, { session }) => {
    const clock = session?.scenario ?? "none";
    const verdict = clock.endsWith("18:00") ? "fail" : "pass";
    return report({
      verdict,
      summary: `SCENARIO feb-03 (invented data): So far: 2026-02-03 PASS, judged 1 of 2 checks as of ${clock} ET. Seen at ${clock}.`,
    });
  }),
  name: "validate_daily",
};

async function open({ scenario, clock }: Config): Promise<Session> {
  expect(scenario.value).toBe("feb-03");
  return { backend: "embedded", scenario: clock.value } as Session;
}

test("the demo shows one report whole, its exit code, the night through the day, and commands to type", async () => {
  const { code, out, err } = await postgame(["demo"], { tools: [tool], open });
  expect({ code, err }).toEqual({ code: 0, err: "" });
  await expect(out).toMatchFileSnapshot("./__snapshots__/demo.txt");
});

test("what is configured for real calls does not reach the demo", async () => {
  const env = { POSTGAME_SCENARIO: "healthy-night", POSTGAME_CLOCK: "2026-01-01 00:00", POSTGAME_JSON: "true" };
  const { out } = await postgame(["demo"], { tools: [tool], open, env });
  expect(out).toBe((await postgame(["demo"], { tools: [tool], open })).out);
});

test("what the demo keeps lies in a folder of its own that is gone afterwards, whether or not it could be played", async () => {
  for (const run of [async () => report(), async () => Promise.reject(new UserError("no"))]) {
    const folders = new Set<string>();
    const opening = async (config: Config): Promise<Session> => {
      await writeFile(join(config.state.value, "kept.json"), "{}");
      folders.add(config.state.value);
      return open(config);
    };
    await postgame(["demo"], { tools: [{ ...fakeTool(run), name: "validate_daily" }], open: opening, env: { POSTGAME_STATE: "/mine" } });
    expect(folders.size).toBe(1);
    const [folder = ""] = folders;
    expect(folder).not.toBe("/mine");
    await expect(stat(folder)).rejects.toThrow("ENOENT");
  }
});

test("a demo that can't be played exits 64 and prints nothing", async () => {
  const broken = () => Promise.reject(new UserError("scenarios/feb-03.yaml:3: unknown key"));
  expect(await postgame(["demo"], { tools: [tool], open: broken })).toEqual({
    code: 64,
    out: "",
    err: "scenarios/feb-03.yaml:3: unknown key\n",
  });
});
