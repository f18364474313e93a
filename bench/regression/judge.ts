import { storeClock } from "../../src/adapters/embedded/clock.ts";
import type { Stores } from "../../src/adapters/embedded/world.ts";
import { catalogue } from "../../src/checks/catalogue.ts";
import type { Check, Examined, Scope, Unit } from "../../src/checks/check.ts";
import type { Verdict } from "../../src/checks/finding.ts";
import { verdictOn } from "../../src/checks/night.ts";
import type { Overall } from "../../src/checks/overall.ts";
import type { Judgement } from "../../src/checks/runner.ts";
import type { Evidence, Gather } from "../../src/evidence/evidence.ts";
import type { CalendarDate } from "../../src/pipeline/dates.ts";
import type { Pipeline } from "../../src/pipeline/load.ts";
import type { Memory } from "./remembered.ts";
import { rememberingGather } from "./remembered.ts";

export interface Judged {
  readonly judgement: Judgement;
  readonly overall: Overall;
  readonly verdicts: ReadonlyMap<string, Verdict>;
}

/** What is remembered of one date between judgements: looks, and what judges said of the same facts. */
export interface DayMemory {
  readonly looks: Memory;
  readonly units: RememberedUnits;
}

type RememberedUnits = Map<string, { readonly tokens: readonly unknown[]; readonly units: readonly Unit[] }[]>;

export function dayMemory(): DayMemory {
  return { looks: new Map(), units: new Map() };
}

/** The product's own judgement of a date over these stores at this moment. */
export async function judge(stores: Stores, date: CalendarDate, asOf: Date, pipeline: Pipeline, memory: DayMemory): Promise<Judged> {
  const clock = storeClock(asOf);
  return judgedBy(rememberingChecks(memory.units), date, pipeline, {
    now: () => clock.now(),
    gather: rememberingGather(stores, clock, memory.looks),
    pass: async (ms) => clock.advance(ms),
  });
}

interface Call {
  readonly now: () => Date;
  readonly gather: Gather;
  readonly pass: (ms: number) => Promise<void>;
}

export async function judgedBy(checks: readonly Check[], date: CalendarDate, pipeline: Pipeline, call: Call): Promise<Judged> {
  const { judgement, overall } = await verdictOn(date, { checks, pipeline, ...call });
  return { judgement, overall, verdicts: new Map(judgement.checks.map(({ check, verdict }) => [check.id, verdict])) };
}

/**
 * The catalogue, but what a judge said is remembered: judges are pure, so the same facts at the same moment on the same slate
 * get the same answer. A share of the judgements is made without this, and must come out alike.
 */
function rememberingChecks(remembered: RememberedUnits): readonly Check[] {
  return catalogue.map((check) => ({ ...check, units: (scope) => unitsOf(check, scope, remembered) }));
}

function unitsOf(check: Check, scope: Scope, remembered: RememberedUnits): readonly Unit[] {
  const tokens = [scope.half, scope.asOf.getTime(), ...scope.slateLooks.map(tokenOf)];
  const all = remembered.get(check.id) ?? [];
  remembered.set(check.id, all);
  const known = all.find((candidate) => areSame(candidate.tokens, tokens));
  if (known !== undefined) return known.units;
  const units = check.units(scope).map(rememberingUnit);
  all.push({ tokens, units });
  return units;
}

function rememberingUnit(unit: Unit): Unit {
  const all: { readonly tokens: readonly unknown[]; readonly examined: Examined }[] = [];
  return {
    ...unit,
    async examine(gather, asOf) {
      const evidence = await Promise.all(unit.looks.map((look) => gather(look)));
      const tokens = [asOf.getTime(), ...evidence.map(tokenOf)];
      const known = all.find((candidate) => areSame(candidate.tokens, tokens));
      if (known !== undefined) return { ...known.examined, evidence: evidence.map(({ id }) => id) };
      const examined = await unit.examine(gather, asOf);
      all.push({ tokens, examined });
      return examined;
    },
  };
}

/** The facts themselves, which are the same object as long as the look was not made anew; of a refusal, what was refused. */
function tokenOf(evidence: Evidence<unknown>): unknown {
  return evidence.seen ? evidence.facts : `${evidence.refusal} ${evidence.reason}`;
}

function areSame(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((token, index) => token === other[index]);
}

/** What is learnt of a fault is of no use for the next one: it is forgotten, and what was known of the clean day stays. */
export async function forgetting<T>({ looks, units }: DayMemory, work: () => Promise<T>): Promise<T> {
  const known = [looks, units].map((map) => new Map([...map].map(([name, all]) => [name, all.length])));
  try {
    return await work();
  } finally {
    for (const [index, map] of [looks, units].entries()) {
      for (const [name, all] of map) {
        const before = known[index]?.get(name);
        if (before === undefined) map.delete(name);
        else all.length = before;
      }
    }
  }
}

export interface Spoken {
  readonly check: string;
  readonly subject: string;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly observed: string;
}

/** Every finding with its check and subject. */
export function findingsOf({ judgement }: Judged): readonly Spoken[] {
  return judgement.checks.flatMap(({ check, subjects }) =>
    subjects.flatMap(({ subject, findings }) =>
      findings.map(({ verdict, reason, observed }) => ({ check: check.id, subject, verdict, reason, observed })),
    ),
  );
}
