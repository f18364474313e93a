import { readFileSync } from "node:fs";
import { loadPipeline } from "../../src/pipeline/load.ts";
import { instantOf } from "../../src/pipeline/dates.ts";
import { diceOf } from "./dice.ts";
import { drawStretch } from "./stretches.ts";
import { clocks } from "./clocks.ts";
import { dayMemory, judge } from "./judge.ts";
import { kinds } from "./kinds/kinds.ts";
import { tryKind } from "./try-kind.ts";
import type { Day } from "./day.ts";
const pipeline = loadPipeline({ name: "nba.yaml", text: readFileSync(new URL("../../pipelines/nba.yaml", import.meta.url), "utf8") });
const [seed, from, to, days, share] = process.argv.slice(2, 7).map(Number) as [number, number, number, number, number];
const only = process.argv[7];
const tally = new Map<string, { n: number; found: number; exact: number; turned: number; overall: number; shown: number }>();
let t = performance.now(), cleanMs = 0, faultMs = 0, nf = 0;
for (let i = from; i < to; i++) {
  const stretch = drawStretch(i, days, pipeline, diceOf(seed).for("stretch", i));
  for (const date of stretch.dates) {
    const memory = dayMemory();
    const byClock = new Map<string, Day>();
    for (const kind of kinds) {
      if (only && !kind.name.includes(only) && kind.family !== only) continue;
      const dice = diceOf(seed).for("kind", i, date, kind.family, kind.name);
      if (!dice.chance(share)) continue;
      const clock = dice.pick(kind.clocks);
      const asOf = instantOf(date, clocks[clock], pipeline.zone);
      let day = byClock.get(clock);
      if (!day) {
        const t0 = performance.now();
        const clean = await judge(stretch.stores, date, asOf, pipeline, memory);
        cleanMs += performance.now() - t0;
        day = { date, clock, asOf, rules: pipeline.rulesOn(date, asOf), stores: stretch.stores, world: stretch.stores.at(asOf), clean };
        byClock.set(clock, day);
      }
      const t0 = performance.now();
      let tried;
      try { tried = await tryKind(kind, day, dice, pipeline, memory); } catch (e) { console.log("THROWN", kind.family, kind.name, date, clock, e); continue; }
      faultMs += performance.now() - t0; nf++;
      if (!tried) continue;
      const k = `${kind.family}: ${kind.innocent ? "(innocent) " : ""}${kind.name}`;
      const x = tally.get(k) ?? { n: 0, found: 0, exact: 0, turned: 0, overall: 0, shown: 0 };
      tally.set(k, x);
      x.n++; x.found += tried.found ? 1 : 0; x.exact += tried.exact ? 1 : 0; x.turned += tried.turned.length ? 1 : 0; x.overall += tried.overall ? 1 : 0;
      if (tried.trouble && x.shown++ < 3) console.log("!!", k, stretch.name, date, clock, stretch.told.get(date) ?? "", tried.trouble.slice(0, 900));
    }
  }
}
for (const kind of kinds) { const k = `${kind.family}: ${kind.innocent ? "(innocent) " : ""}${kind.name}`; const x = tally.get(k); if (!x) { if (!only) console.log("NEVER", k); continue; } if (x.found < x.n || x.exact < x.n || x.turned || x.overall < x.n || only) console.log(k, JSON.stringify(x)); }
console.log("total", ((performance.now() - t) / 1000).toFixed(1), "s clean", (cleanMs / 1000).toFixed(1), "faults", (faultMs / 1000).toFixed(1), nf, "tries", (faultMs / nf).toFixed(1), "ms");
