import { readFileSync } from "node:fs";
import { encode } from "gpt-tokenizer/encoding/o200k_base";
import { describe, expect, test } from "vitest";
import type { Stores } from "../../src/adapters/embedded/world.ts";
import type { Session } from "../../src/session.ts";
import { validateDaily } from "../../tools/validate_daily.ts";
import { calledBy } from "../support/input.ts";
import { remembering, sessionOver, shippedScenario, shippedScenarios, shippedStores } from "../support/scenarios.ts";

const built = new Map<string, Promise<Stores>>();

function storesOf(name: string): Promise<Stores> {
  const stores = built.get(name) ?? shippedStores(shippedScenario(name));
  built.set(name, stores);
  return stores;
}

const cases = shippedScenarios.flatMap((name) =>
  shippedScenario(name).expect.map((expectation) => ({ name, clock: expectation.clock, ...calledBy(expectation) })),
);

describe.each(cases)("$tool.name on $name at $clock", ({ name, clock, tool, input }) => {
  const ask = (session: Session, detail: string) =>
    tool.call({ ...input, detail }, { session, signal: new AbortController().signal, progress: () => {} });

  test("a concise answer stays within 1,300 tokens, a good one within 500 (700 where a diagnosing tool notes something), detail within 6,000", async () => {
    const session = remembering(sessionOver(shippedScenario(name), { clock, stores: await storesOf(name) }));
    const concise = await ask(session, "concise");
    const mostWhereGood = tool.name === "validate_daily" || concise.findings === undefined ? 500 : 700;
    const good = ["pass", "not_applicable", "not_due"].includes(concise.verdict);
    expect(encode(JSON.stringify(concise)).length).toBeLessThanOrEqual(good ? mostWhereGood : 1300);
    expect(encode(JSON.stringify(await ask(session, "detailed"))).length).toBeLessThanOrEqual(6000);
  });
});

test("a healthy night stays within 500 tokens, the slate that follows included", async () => {
  const session = sessionOver(shippedScenario("healthy-night"));
  const report = await validateDaily.call({}, { session, signal: new AbortController().signal, progress: () => {} });
  expect(encode(JSON.stringify(report)).length).toBeLessThanOrEqual(500);
});

test("what a session is handed of all tools before any call stays within 2,900 tokens", () => {
  const listed: unknown = JSON.parse(readFileSync(new URL("../mcp/__snapshots__/tools-list.json", import.meta.url), "utf8"));
  expect(encode(JSON.stringify(listed)).length).toBeLessThanOrEqual(2900);
});
