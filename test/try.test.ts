import { test } from "vitest";
import { readFileSync } from "node:fs";
import { nba } from "./support/pipeline.ts";
import { loadScenario } from "../src/adapters/embedded/scenario/load.ts";
import { buildStores } from "../src/adapters/embedded/scenario/build.ts";
import { embeddedWarehouse } from "../src/adapters/embedded/warehouse.ts";
import { embeddedDocuments } from "../src/adapters/embedded/documents.ts";
import { storeClock } from "../src/adapters/embedded/clock.ts";
import { live } from "../src/evidence/gather.ts";
import { validateDaily } from "../tools/validate_daily.ts";
import { parseInstant } from "../src/pipeline/dates.ts";
test("x", async () => {
  for (const [name, clocks] of [["healthy-night", [""]], ["no-games", [""]], ["feb-03", ["2026-02-04 06:45","2026-02-04 09:00","2026-02-04 10:30","2026-02-04 13:00","2026-02-04 18:00","2026-02-04 19:00"]]] as const) {
  const sc = loadScenario({ name, text: readFileSync(`scenarios/${name}.yaml`, "utf8") }, nba);
  const stores = buildStores(sc, nba);
  for (const c of clocks) {
    const clock = storeClock(c === "" ? sc.clock : parseInstant(c, nba.zone)!);
    const ports = { warehouse: embeddedWarehouse(stores, clock), documents: embeddedDocuments(stores, clock) };
    const session = { pipeline: nba, backend: "embedded", scenario: name, begin: ({ signal }: { signal: AbortSignal }) => ({ now: () => clock.now(), pass: async (ms: number) => clock.advance(ms), gather: live({ ports, now: () => clock.now(), signal, deadlineAt: Date.now() + 45000, lookTimeoutMs: 10000, budget: { maxRows: 20000, maxBytes: 1e9 } }) }) };
    const t = performance.now();
    const r = await validateDaily.call({}, { session, signal: new AbortController().signal, progress: () => {} });
    console.log(c, Math.round(performance.now() - t), "ms", JSON.stringify(r, null, 1));
  }
  }
});
