import { setTimeout as sleep } from "node:timers/promises";
import { embeddedEngine } from "../src/adapters/embedded/warehouse.ts";
import { buildStores } from "../src/adapters/embedded/scenario/build.ts";
import { random } from "../src/adapters/embedded/scenario/generate/random.ts";
import { embeddedPorts } from "../src/adapters/embedded/ports.ts";
import { storeClock } from "../src/adapters/embedded/clock.ts";
import { googlePorts } from "../src/adapters/google/ports.ts";
import { memoryState } from "../src/adapters/state/memory.ts";
import type { Gather, Look } from "../src/evidence/evidence.ts";
import { live } from "../src/evidence/gather.ts";
import type { Session } from "../src/session.ts";
import { spendingIn } from "../src/spending.ts";
import { startFakeGoogle } from "../test/fakes/google.ts";
import { overNba } from "../test/support/own-pipeline.ts";
import { shippedScenario } from "../test/support/scenarios.ts";
import { validateDaily } from "../tools/validate_daily.ts";

/** When a look was made, and after which others. */
interface Made {
  readonly look: Look<unknown>;
  readonly began: number;
  readonly ended: number;
}

/**
 * A cold validate_daily over the real client libraries, each loopback answer held back 50 to 400 ms (drawn by the seed), beside the longest chain of looks
 * that had to wait for one another: the schedule and its witnesses, then what is declared to come after one another.
 */
export async function benchLatency(seeds: readonly number[]): Promise<void> {
  const scenario = shippedScenario("healthy-night");
  const pipeline = overNba("buckets: { published: { name: published } }\n");
  const stores = buildStores(scenario, pipeline);
  const engine = embeddedEngine();
  console.log(
    "validate_daily over the wire, each answer held back 50 to 400 ms; the first call of the process imports the client libraries",
  );
  for (const [nth, seed] of seeds.entries()) {
    const dice = random(seed, "latency");
    let answers = 0;
    const google = await startFakeGoogle(() => stores.at(scenario.clock), {
      engine,
      delay: async () => {
        answers += 1;
        await sleep(dice.whole(50, 400));
      },
    });
    const spending = spendingIn({
      state: memoryState(),
      zone: pipeline.zone,
      caps: { callBytes: 2 ** 40, dayBytes: 2 ** 40 },
      now: () => new Date(),
    });
    const ports = googlePorts(google.cloud, { repository: undefined, infrastructure: pipeline.file });
    const made: Made[] = [];
    const session: Session = {
      pipeline,
      backend: "google",
      begin: ({ signal }) => {
        const clock = storeClock(scenario.clock);
        const own = { ...ports(spending.open({ deadlineAt: Date.now() + 60_000 })), source: embeddedPorts(stores, clock, engine).source };
        const gather = live({
          ports: own,
          now: () => clock.now(),
          signal,
          deadlineAt: Date.now() + 60_000,
          lookTimeoutMs: 30_000,
          budget: { maxRows: 20_000, maxBytes: 2 ** 30 },
        });
        return { now: () => clock.now(), pass: async () => {}, gather: timing(gather, made) };
      },
    };
    const began = performance.now();
    const report = await validateDaily.call(
      { game_date: scenario.night.date },
      { session, signal: new AbortController().signal, progress: () => {} },
    );
    const took = performance.now() - began;
    const chain = longestChain(made);
    console.log(
      `  seed ${seed}${nth === 0 ? " (cold process)" : " (new clients)"}: ${took.toFixed(0)} ms, longest chain ${chain.ms.toFixed(0)} ms, x ${(took / chain.ms).toFixed(2)}; ${made.length} looks, ${answers} answers, ${report.verdict}; chain: ${chain.ids.join(" > ")}`,
    );
    google.stop();
  }
}

function timing(gather: Gather, made: Made[]): Gather {
  return async (look) => {
    const began = performance.now();
    const evidence = await gather(look);
    made.push({ look, began, ended: performance.now() });
    return evidence;
  };
}

/** The slate's looks come before all others; beyond that a look comes after those that it names. */
function longestChain(made: readonly Made[]): { readonly ms: number; readonly ids: readonly string[] } {
  const firstWave = Math.min(...made.map(({ ended }) => ended));
  const known = new Map<string, { ms: number; ids: readonly string[] }>();
  let best: { ms: number; ids: readonly string[] } = { ms: 0, ids: [] };
  for (const { look, began, ended } of made.toSorted((a, b) => a.ended - b.ended)) {
    const earlier = made.filter(
      (other) => look.after.includes(other.look.id) || (began >= firstWave && other.began < firstWave && other.ended <= began),
    );
    const before = earlier.map((other) => known.get(other.look.id) ?? { ms: 0, ids: [] }).toSorted((a, b) => b.ms - a.ms)[0] ?? {
      ms: 0,
      ids: [],
    };
    const own = { ms: before.ms + ended - began, ids: [...before.ids, look.id] };
    known.set(look.id, own);
    if (own.ms > best.ms) best = own;
  }
  return best;
}
