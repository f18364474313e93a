import { storeClock } from "../../src/adapters/embedded/clock.ts";
import { embeddedPorts } from "../../src/adapters/embedded/ports.ts";
import { embeddedEngine } from "../../src/adapters/embedded/warehouse.ts";
import { catalogue } from "../../src/checks/catalogue.ts";
import type { Evidence } from "../../src/evidence/evidence.ts";
import { instantOf } from "../../src/pipeline/dates.ts";
import type { Pipeline } from "../../src/pipeline/load.ts";
import type { ClockName } from "./clocks.ts";
import { clocks } from "./clocks.ts";
import { diceOf } from "./dice.ts";
import { judgedBy } from "./judge.ts";
import { gatherOver, liveGather } from "./remembered.ts";
import { drawStretch } from "./stretches.ts";

/** Makes the same looks in memory and in DuckDB, and says how many came out alike; one that does not throws. */
export async function proveEqual(seed: number, pipeline: Pipeline, moments: readonly ClockName[]): Promise<number> {
  const stretch = drawStretch(0, 3, pipeline, diceOf(seed).for("proof"));
  const engine = embeddedEngine();
  let compared = 0;
  for (const date of stretch.dates) {
    for (const name of moments) {
      const asOf = instantOf(date, clocks[name], pipeline.zone);
      const [clock, other] = [storeClock(asOf), storeClock(asOf)];
      const call = (own: typeof clock) => ({ now: () => own.now(), pass: async (ms: number) => own.advance(ms) });
      const inMemory = await judgedBy(catalogue, date, pipeline, { ...call(clock), gather: gatherOver(stretch.stores, clock) });
      const ports = embeddedPorts(stretch.stores, other, engine);
      const inDuckDb = await judgedBy(catalogue, date, pipeline, { ...call(other), gather: liveGather(ports, other) });
      const byId = new Map(inDuckDb.judgement.looks.map((look) => [look.id, look]));
      for (const look of inMemory.judgement.looks) {
        const twin = byId.get(look.id);
        if (twin === undefined || normal(look) !== normal(twin))
          throw new Error(`Memory and DuckDB answer ${look.id} (${name}, seed ${seed}) otherwise.`);
        compared += 1;
      }
    }
  }
  return compared;
}

/** Without an order of rows, which a statement without ORDER BY has not. */
function normal(look: Evidence<unknown>): string {
  const facts = look.seen ? look.facts : { refusal: look.refusal };
  return JSON.stringify(facts, (_key, value: unknown) =>
    Array.isArray(value) ? value.map((one) => JSON.stringify(one)).toSorted() : sorted(value),
  );
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
