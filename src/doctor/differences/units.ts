import { nearest } from "../../errors.ts";
import type { Rules } from "../../pipeline/load.ts";
import type { Comparison, Difference } from "../difference.ts";
import type { Patch } from "../patch.ts";
import { removed, together } from "../patch.ts";

const mostNamed = 20;

/** Deployed services, functions and jobs. */
export function unitComparison(rules: Rules): Comparison {
  const declared = Object.entries(rules.units ?? {});
  return {
    port: "units",
    asked: "deployed units",
    ask: async ({ units }, call) => {
      const there = (await units.list(call)).map(({ name }) => name);
      const known = new Set(declared.flatMap(([name, { aliases = [] }]) => [name, ...aliases]));
      const others = there.filter((name) => !known.has(name));
      const missing = declared.filter(([name, { aliases = [] }]) => ![name, ...aliases].some((each) => there.includes(each)));
      return [...missing.map(([name]) => missingUnit(name, others, rules)), ...undeclared(others)];
    },
  };
}

function missingUnit(name: string, others: readonly string[], rules: Rules): Difference {
  const near = nearest(name, others);
  const instead = near === undefined ? "" : `; ${near} is, which the file doesn't know`;
  return { about: `unit ${name}`, said: `the file declares it, nothing of that name is deployed${instead}`, patch: without(name, rules) };
}

/** The unit taken away, and from whatever names it. */
function without(name: string, { schedule, topics }: Rules): Patch {
  const called = Object.entries(schedule ?? {}).filter(([, { calls }]) => calls === name);
  const heard = Object.entries(topics ?? {}).flatMap(([topic, entry]) =>
    (["from", "to"] as const).flatMap((end): Patch[] => {
      const named = entry[end];
      if (named?.includes(name) !== true) return [];
      const left = named.filter((each) => each !== name);
      return [{ topics: { [topic]: { [end]: left.length === 0 ? removed : left } } }];
    }),
  );
  return together([
    { units: { [name]: removed } },
    ...called.map(([job]): Patch => ({ schedule: { [job]: { calls: removed } } })),
    ...heard,
  ]);
}

/** Which folders make them stale only a person can say. */
function undeclared(others: readonly string[]): readonly Difference[] {
  if (others.length === 0) return [];
  const named = others.slice(0, mostNamed).join(", ");
  const more = others.length > mostNamed ? ` and ${others.length - mostNamed} more` : "";
  return [{ about: "units", said: `${others.length} are deployed that the file doesn't know: ${named}${more}` }];
}
