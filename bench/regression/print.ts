import { wilson } from "../../src/checks/wilson.ts";
import type { Figures, KindFigures } from "./figures.ts";

/** The figures as a person reads them. */
export function printFigures({ clean, kinds, operator, again }: Figures, examples: number): void {
  const judged = Object.values(clean.judgements).reduce((sum, count) => sum + count, 0);
  console.log(`\nClean days: ${clean.days} (${clean.daysWithGames} with games), ${judged} judgements`);
  console.log(
    `  at ${Object.entries(clean.judgements)
      .map(([clock, count]) => `${clock} ${count}`)
      .join(", ")}`,
  );
  console.log(`  days with a warning or failure: ${share(clean.alarmDays, clean.days)}`);
  console.log(`  days with an unknown: ${share(clean.unknownDays, clean.days)}`);
  console.log(`  judgements that owed a pass and gave another verdict: ${clean.notPassed.length}`);
  tell(clean.alarms, examples);
  tell(clean.notPassed, examples);
  for (const [why, all] of Map.groupBy(Object.entries(clean.unknowns), ([, unknown]) => unknown.why)) {
    console.log(
      `  unknown, ${why === "" ? "without an explanation" : why}: ${all.map(([reason, { count }]) => `${reason} ${count}`).join(", ")}`,
    );
    tell(
      all.flatMap(([, { first }], place) => (place === 0 ? [first] : [])),
      1,
    );
  }
  console.log(
    `  made once more with nothing remembered, and with rows in another order: ${again.judgements}, of which ${again.different.length} came out otherwise`,
  );
  tell(again.different, examples);

  const named = Object.entries(kinds);
  const faults = named.toSorted(byId).filter(([, { innocent }]) => !innocent);
  const twins = named.toSorted(byId).filter(([, { innocent }]) => innocent);
  console.log(
    `\nFaults: ${faults.length} kinds, ${total(faults, "tried")} injected. Found: the check that is meant, its subject, verdict and reason; right: its`,
  );
  console.log(
    "numbers too. Other: a check that doesn't rest on the fault turned. Whole: the verdict on the night was as bad. Operator: rules",
  );
  console.log("of his that said more than on the clean day. All shares with their 95 % interval (Wilson).");
  console.log(`  ${"kind".padEnd(60)} ${"found".padEnd(29)} right other whole  operator`);
  for (const [id, kind] of faults) console.log(faultRow(id, kind));
  console.log(`\nInnocent twins: ${twins.length} kinds, ${total(twins, "tried")} tried. Quiet: no check said more than on the clean day.`);
  console.log(`  ${"kind".padEnd(60)} ${"quiet".padEnd(29)} operator spoke`);
  for (const [id, kind] of twins)
    console.log(`  ${id.padEnd(60)} ${share(kind.found, kind.tried).padEnd(29)} ${share(kind.operator, kind.tried)}`);
  for (const [id, kind] of named) {
    if (kind.troubles.length > 0) console.log(`\n${id}: ${kind.troubles.length} not as they should be`);
    tell(kind.troubles, examples);
  }

  printOperator(operator);
}

function printOperator({ days, spoken }: Figures["operator"]): void {
  const sets = Object.entries(spoken).map(([names, count]) => ({ names: JSON.parse(names) as readonly string[], count })); // as work.ts wrote it
  const speaking = (is: (name: string) => boolean): number => sets.reduce((sum, { names, count }) => sum + (names.some(is) ? count : 0), 0);
  const rules = [...new Set(sets.flatMap(({ names }) => names))].map((name) => ({ name, count: speaking((other) => other === name) }));
  const always = new Set(rules.filter(({ count }) => count > days / 2).map(({ name }) => name));
  console.log(
    `\nThe operator's own rules on the clean days with regular games: any of them speaks on ${share(
      speaking(() => true),
      days,
    )};`,
  );
  console.log(
    `without those that speak on more than half of the days, ${share(
      speaking((name) => !always.has(name)),
      days,
    )}. By rule:`,
  );
  for (const { name, count } of rules.toSorted((a, b) => b.count - a.count)) console.log(`  ${name.padEnd(60)} ${share(count, days)}`);
}

/** What is not as it should be. */
export function faultsIn({ clean, kinds, again }: Figures): readonly string[] {
  return [
    ...clean.alarms,
    ...clean.notPassed,
    ...Object.values(clean.unknowns).flatMap(({ first, why }) => (why === "" ? [first] : [])),
    ...again.different.map((place) => `remembered otherwise: ${place}`),
    ...Object.entries(kinds).flatMap(([id, { troubles }]) => troubles.map((trouble) => `${id}: ${trouble}`)),
  ];
}

function byId([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function total(kinds: readonly (readonly [string, KindFigures])[], key: "tried"): number {
  return kinds.reduce((sum, [, kind]) => sum + kind[key], 0);
}

function faultRow(id: string, kind: KindFigures): string {
  const { tried, found, exact, turned, overall } = kind;
  const counts = [exact, turned, overall].map((count) => String(count).padStart(5));
  return `  ${id.padEnd(60)} ${share(found, tried).padEnd(29)} ${counts.join(" ")}  ${share(kind.operator, tried)}`;
}

/** `412/412 = 100 % (99.1-100)` */
function share(part: number, whole: number): string {
  if (whole === 0) return "0/0";
  const { low, high } = wilson(part, whole);
  return `${part}/${whole} = ${tenths(part / whole)} % (${tenths(low)}-${tenths(high)})`;
}

function tenths(value: number): string {
  return String(Math.round(value * 1000) / 10);
}

function tell(all: readonly string[], most: number): void {
  for (const one of all.slice(0, most)) console.log(`    ${one.slice(0, 700)}`);
  if (all.length > most) console.log(`    and ${all.length - most} more`);
}
