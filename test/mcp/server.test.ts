import { SkillsExtension, memorySkillFiles } from "@modelcontextprotocol/server/ext/skills";
import { describe, expect, test, vi } from "vitest";
import { catalogue } from "../../tools/index.ts";
import { CancelledError, UserError } from "../../src/errors.ts";
import { connect, eras } from "./connect.ts";
import type { Run } from "./fake-tools.ts";
import { fakeSession, fakeTool, report } from "./fake-tools.ts";

test("the catalogue's face is as it was reviewed", async () => {
  const { client } = await connect("legacy", { tools: catalogue });
  const { tools } = await client.listTools();
  await expect(`${JSON.stringify(tools, null, 2)}\n`).toMatchFileSnapshot("./__snapshots__/tools-list.json");
});

describe.each(eras)("to a client that negotiates %s", (era) => {
  test("every tool is listed as reading only, with its own schema and a loose one for its answer", async () => {
    const { client } = await connect(era);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(["judge_night"]);
    expect(tools[0]).toMatchObject({
      annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
      inputSchema: { type: "object", additionalProperties: false, properties: { depth: { enum: ["quick", "standard", "full"] } } },
      outputSchema: { type: "object", required: ["verdict", "summary"] },
    });
  });

  test("a tool that writes is not marked as reading", async () => {
    const { client } = await connect(era, { tools: [{ ...fakeTool(), effect: "writes" }] });
    const { tools } = await client.listTools();
    expect(tools[0]?.annotations).toMatchObject({ readOnlyHint: false, destructiveHint: true });
  });

  test("lists never change, so no subscription need be kept open for them", async () => {
    const { client } = await connect(era);
    const { tools, resources } = client.getServerCapabilities() ?? {};
    expect(tools?.listChanged ?? false).toBe(false);
    expect(resources?.listChanged ?? false).toBe(false);
    expect(client.getInstructions()).toContain("last night's data pipeline run");
  });

  test("the report is the structured content, and the text is the same, minified", async () => {
    const { client } = await connect(era);
    const result = await client.callTool({ name: "judge_night", arguments: {} });
    expect(result.isError ?? false).toBe(false);
    expect(result.structuredContent).toEqual(report());
    expect(result.content).toEqual([{ type: "text", text: JSON.stringify(report()) }]);
  });

  test("an unknown parameter is refused with the nearest known, not ignored", async () => {
    const { client } = await connect(era);
    const result = await client.callTool({ name: "judge_night", arguments: { gme_date: "2026-02-03" } });
    expect(result).toMatchObject({ isError: true });
    expect(messageOf(result)).toBe(
      'No parameter of judge_night "gme_date"; known: game_date, depth, limit, teams, dry_run. Did you mean "game_date"?',
    );
  });

  test("an unknown value is refused with the allowed ones", async () => {
    const { client } = await connect(era);
    const result = await client.callTool({ name: "judge_night", arguments: { depth: "quik" } });
    expect(messageOf(result)).toBe('No depth of judge_night: "quik"; known: quick, standard, full. Did you mean "quick"?');
  });

  test("what can't be opened is every call's error, and the tools are listed all the same", async () => {
    const session = async () => {
      throw new UserError('No scenario "fb-03"; known: feb-03.');
    };
    const { client } = await connect(era, { session });
    expect((await client.listTools()).tools).toHaveLength(1);
    for (let call = 0; call < 2; call += 1) {
      const result = await client.callTool({ name: "judge_night", arguments: {} });
      expect(result.isError).toBe(true);
      expect(messageOf(result)).toBe('No scenario "fb-03"; known: feb-03.');
    }
  });

  test("the tool is told by an undefined session that nothing is configured", async () => {
    const run = vi.fn<Run>(async () => report({ verdict: "unknown" }));
    const { client } = await connect(era, { tools: [fakeTool(run)], session: async () => undefined });
    const result = await client.callTool({ name: "judge_night", arguments: {} });
    expect(result.structuredContent).toMatchObject({ verdict: "unknown" });
    expect(run).toHaveBeenCalledWith(expect.anything(), expect.objectContaining({ session: undefined }));
  });

  test("the tool is handed the session", async () => {
    const run = vi.fn<Run>(async () => report());
    const { client } = await connect(era, { tools: [fakeTool(run)] });
    await client.callTool({ name: "judge_night", arguments: {} });
    expect(run).toHaveBeenCalledWith(expect.anything(), expect.objectContaining({ session: fakeSession }));
  });

  test("a bug is told by its class only, and in full to standard error", async () => {
    const bug = new TypeError("secret at /home/me/src/tool.ts");
    const onBug = vi.fn<(error: unknown) => void>();
    const { client } = await connect(era, { tools: [fakeTool(() => Promise.reject(bug))], onBug });
    const result = await client.callTool({ name: "judge_night", arguments: {} });
    expect(result.isError).toBe(true);
    expect(messageOf(result)).toBe("Internal error, a bug of Postgame's (TypeError); details are on the server's standard error.");
    expect(JSON.stringify(result)).not.toContain("/home/me");
    expect(onBug).toHaveBeenCalledExactlyOnceWith(bug);
  });

  test("an unknown tool is a protocol error", async () => {
    const { client } = await connect(era);
    await expect(client.callTool({ name: "judge_nigth", arguments: {} })).rejects.toMatchObject({ code: -32602 });
  });

  test("cancelling reaches the tool's signal and is no bug", async () => {
    const started = Promise.withResolvers<AbortSignal>();
    const cancelled = Promise.withResolvers<void>();
    const onBug = vi.fn<(error: unknown) => void>();
    const waiting = fakeTool(async (_, { signal }) => {
      started.resolve(signal);
      signal.addEventListener("abort", () => cancelled.resolve());
      await cancelled.promise;
      throw new CancelledError();
    });
    const { client } = await connect(era, { tools: [waiting], onBug });
    const caller = new AbortController();
    const call = client.callTool({ name: "judge_night", arguments: {} }, { signal: caller.signal });
    const signal = await started.promise;
    expect(signal.aborted).toBe(false);
    caller.abort("enough");
    await expect(call).rejects.toThrow("enough");
    await cancelled.promise;
    expect(signal.aborted).toBe(true);
    expect(onBug).not.toHaveBeenCalled();
  });

  test("progress rises, comes only to a client that asked, and not on every step", async () => {
    const { client, notified } = await connect(era, { tools: [fakeTool(inSteps([1, 2, 2, 3, 2, 4]))] });
    const heard: number[] = [];
    await client.callTool({ name: "judge_night", arguments: {} }, { onprogress: ({ progress }) => heard.push(progress) });
    expect(heard).toEqual([1, 4]);
    expect(notified).toEqual(["notifications/progress", "notifications/progress"]);
  });

  test("progress is never sent to a client that did not ask", async () => {
    const { client, notified } = await connect(era, { tools: [fakeTool(inSteps([1, 2, 3, 4]))] });
    await client.callTool({ name: "judge_night", arguments: {} });
    expect(notified).toEqual([]);
  });

  test("skills can be read as resources beside it, and leave the lists unchanging", async () => {
    const text = "---\nname: validate-daily\ndescription: Is last night healthy?\n---\nCall validate_daily.\n";
    const skills = await SkillsExtension.load(memorySkillFiles({ "validate-daily/SKILL.md": text }));
    const { client } = await connect(era, { skills });
    const { resources } = await client.listResources();
    expect(resources.map(({ uri }) => uri)).toEqual(
      expect.arrayContaining(["postgame://schema/report", "skill://validate-daily/SKILL.md"]),
    );
    const { contents } = await client.readResource({ uri: "skill://validate-daily/SKILL.md" });
    expect(contents).toMatchObject([{ text }]);
    expect(client.getServerCapabilities()?.resources?.listChanged ?? false).toBe(false);
  });

  test("the full schema of a report can be read as a resource", async () => {
    const { client } = await connect(era);
    const { resources } = await client.listResources();
    expect(resources.map(({ uri }) => uri)).toContain("postgame://schema/report");
    const { contents } = await client.readResource({ uri: "postgame://schema/report" });
    const [schema] = contents;
    expect(schema).toMatchObject({ mimeType: "application/schema+json" });
    expect(JSON.parse(schema !== undefined && "text" in schema ? schema.text : "")).toMatchObject({
      required: ["tool", "verdict", "summary", "asked", "numbers"],
    });
  });
});

function inSteps(steps: readonly number[]): Run {
  return async (_, { progress }) => {
    for (const done of steps) progress({ done, total: 4, message: `step ${done}` });
    return report();
  };
}

/** The one sentence of an error result. */
function messageOf(result: { content?: unknown }): unknown {
  const [first] = result.content as [{ type: "text"; text: string }];
  const { error } = JSON.parse(first.text) as { error: { message: unknown } };
  return error.message;
}
