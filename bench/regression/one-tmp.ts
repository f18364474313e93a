import { nba } from "./pipeline.ts";
import { workOn } from "./work.ts";
const [seed, index, days, faults, innocents] = process.argv.slice(2).map(Number) as [number, number, number, number, number];
const t = performance.now();
const f = await workOn({ seed, index, days, faults, innocents, enough: [], again: 0 }, nba);
const n = Object.values(f.kinds).reduce((s, k) => s + k.tried, 0);
console.log(index, f.clean.days, "days", n, "tries", ((performance.now() - t) / 1000).toFixed(1), "s", f.clean.alarms, f.clean.notPassed, f.clean.unknowns);
for (const [id, k] of Object.entries(f.kinds)) if (k.troubles.length) console.log(id, k.tried, k.troubles.slice(0, 2).map((x) => x.slice(0, 600)));
