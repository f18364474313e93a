import type { Evidence, EvidenceOf, FactsOf, Gather, Look, Looks, Unseen } from "../evidence/evidence.ts";
import type { CalendarDate } from "../pipeline/dates.ts";
import type { Rules } from "../pipeline/load.ts";
import type { PipelineFile, StageName } from "../pipeline/schema.ts";
import type { Depth } from "./depth.ts";
import type { BreaksFact, Finding } from "./finding.ts";
import { note, notApplicable, unknown } from "./finding.ts";
import type { Half, Moment } from "./moment.ts";
import type { Slate } from "./slate.ts";

/** What a judge knows besides facts: the date, the clock, the rules that hold for both, and which games there are. */
export interface Scope {
  readonly date: CalendarDate;
  readonly asOf: Date;
  readonly rules: Rules;
  /** The file the rules come from, for saying since when a rule holds. */
  readonly file: PipelineFile;
  readonly slate: Slate;
  readonly moment: Moment;
  /** Which half of the night is judged, and by it which checks must pass for a pass. */
  readonly half: Half;
  readonly core: readonly string[];
  /** The looks that the slate rests on. */
  readonly slateLooks: readonly Evidence<unknown>[];
  /** The newest earlier game date that was found good, YYYY-MM-DD, where reports are kept. */
  readonly lastGood?: string | undefined;
}

export interface Subject {
  /** What a finding's id ends in: a game `AWAY@HOME`, a table, the date. */
  readonly id: string;
}

/** Findings of one check and reason, put together for the report. */
export interface Group {
  readonly reason: string;
  readonly findings: readonly { readonly subject: string; readonly finding: Finding }[];
  /** How many subjects the check has in all. */
  readonly of: number;
  /** Sums of the figures of all its findings. */
  readonly sums?: Totals["sums"];
}

export interface Words {
  readonly observed?: string;
  readonly expected?: string;
  readonly next?: string;
  readonly breaks?: BreaksFact;
}

/** Sums of the figures that judges attached, and over how many subjects. */
export interface Totals {
  readonly sums: Readonly<Record<string, number>>;
  readonly subjects: number;
  /** Subjects that could not be judged: their share of the sums is missing. */
  readonly unknown: number;
}

/** What a person is told who asks about a check. Sentences; thresholds and due times are added from the pipeline file. */
export interface About {
  /** What went wrong once, or would, without it. */
  readonly why: string;
  /** How it judges. */
  readonly rule: string;
  /** The stage whose due time it waits for; absent for a check of state, which is always due. */
  readonly stage?: StageName;
  /** What to do when it speaks. */
  readonly todo: string;
}

interface Face {
  readonly id: string;
  readonly question: string;
  readonly about: About;
  /** In which half of the night it is asked; only after the games if absent. */
  readonly halves?: readonly Half[];
  /** About the stores as they are now, whatever the date: asked once where two dates are judged. */
  readonly ofState?: true;
  /** The part of a check of state that belongs to a date after all: asked of the other date too. */
  readonly ofDate?: Check;
  /** The least depth at which it is asked. */
  readonly depth: Depth;
  /** One line for several subjects with the same reason; what it leaves out is taken from the first finding. */
  readonly say?: (group: Group, scope: Scope) => Words | undefined;
  /** What an operator would copy into his notes. */
  readonly numbers?: (totals: Totals, scope: Scope) => Readonly<Record<string, string>>;
}

interface Spec<S extends Subject, N extends Looks, W extends Looks> extends Face {
  /** What is judged on this date; empty if nothing is, which the runner takes as unknown or not applicable by the slate. */
  readonly subjects: (scope: Scope) => readonly S[];
  /** Looks without which the subject is unknown. */
  readonly needs: (subject: S, scope: Scope) => N;
  /** Looks it would like: they reach the judge as evidence, seen or not. */
  readonly wants?: (subject: S, scope: Scope) => W;
  /** Pure: no I/O, no clock but `scope.asOf`. At least one finding. */
  readonly judge: (facts: FactsOf<N> & EvidenceOf<W>, about: { readonly subject: S; readonly scope: Scope }) => readonly Finding[];
}

/** A check × subject, ready to be examined. */
export interface Unit {
  readonly check: string;
  readonly subject: string;
  readonly looks: readonly Look<unknown>[];
  readonly needs: readonly string[];
  readonly wants: readonly string[];
  examine(gather: Gather, asOf: Date): Promise<Examined>;
}

export interface Examined {
  /** What decides the subject's verdict; at least one. */
  readonly findings: readonly Finding[];
  /** Wanted looks that were refused: named, but no part of the verdict. */
  readonly without: readonly Finding[];
  readonly evidence: readonly string[];
}

export interface Check extends Face {
  /** One unit per subject; none if the date gives the check nothing to judge. */
  units(scope: Scope): readonly Unit[];
}

/** Makes a check of a question, its looks and a pure judge. Facts are typed by what `needs` and `wants` return. */
export function defineCheck<S extends Subject, N extends Looks, W extends Looks = Record<never, never>>(spec: Spec<S, N, W>): Check {
  const { subjects, needs, wants, judge, ...face } = spec;
  return {
    ...face,
    units: (scope) =>
      subjects(scope).map((subject) => {
        const needed = needs(subject, scope);
        const wanted: Looks = wants?.(subject, scope) ?? {};
        return {
          check: spec.id,
          subject: subject.id,
          looks: [...Object.values(needed), ...Object.values(wanted)],
          needs: Object.values(needed).map((look) => look.id),
          wants: Object.values(wanted).map((look) => look.id),
          examine: async (gather, asOf) => {
            const [seen, hoped] = await Promise.all([gatherAll(needed, gather), gatherAll(wanted, gather)]);
            const evidence = [...Object.values(seen), ...Object.values(hoped)];
            const found = conclude(seen, hoped, (facts) =>
              judge(facts as FactsOf<N> & EvidenceOf<W>, { subject, scope: { ...scope, asOf } }),
            );
            return { ...found, evidence: [...new Set(evidence.map((look) => look.id))] };
          },
        };
      }),
  };
}

/** Several ways to judge under one id: the units of all of them. */
export function combineChecks(face: Face, parts: readonly Check[]): Check {
  return { ...face, units: (scope) => parts.flatMap((part) => part.units(scope)) };
}

/** A lost need makes the subject unknown; a lost want is named; silence is unknown too. Nothing else decides this. */
function conclude(
  needed: Readonly<Record<string, Evidence<unknown>>>,
  wanted: Readonly<Record<string, Evidence<unknown>>>,
  judge: (facts: Readonly<Record<string, unknown>>) => readonly Finding[],
): Omit<Examined, "evidence"> {
  const lost = new Map(Object.values(needed).flatMap((look) => (look.seen ? [] : [[look.id, look] as const])));
  if (lost.size > 0) return { findings: [...lost.values()].map(couldNotLook), without: [] };
  const facts = Object.fromEntries(Object.entries(needed).map(([name, look]) => [name, look.seen ? look.facts : undefined]));
  const judged = judge({ ...facts, ...wanted });
  const missed = Object.values(wanted).filter((look) => !look.seen);
  const without = missed.map(judgedWithout);
  const silence = unknown("no_finding", "the check came to no finding", "Report this as a fault of the check.");
  return { findings: judged.length === 0 ? [silence] : judged, without };
}

export function couldNotLook(look: Unseen): Finding {
  if (look.off !== undefined) return notApplicable("switched_off", look.reason);
  return unknown(look.refusal, `${look.asked}: ${look.reason}`, look.next);
}

/** Of a look that the judgement can do without. */
export function judgedWithout({ id, reason }: Pick<Unseen, "id" | "reason">): Finding {
  return note("judged_without", `judged without ${id}: ${reason}`);
}

async function gatherAll(looks: Looks, gather: Gather): Promise<Readonly<Record<string, Evidence<unknown>>>> {
  const made = await Promise.all(Object.entries(looks).map(async ([name, look]) => [name, await gather(look)] as const));
  return Object.fromEntries(made);
}

/**
 * Whether any of several sources says yes: yes if one seen look says so, no only if all were seen, otherwise unknown.
 */
export function anyOf<F>(looks: readonly Evidence<F>[], says: (facts: F) => boolean): "yes" | "no" | "unknown" {
  if (looks.some((look) => look.seen && says(look.facts))) return "yes";
  return looks.every((look) => look.seen) ? "no" : "unknown";
}
