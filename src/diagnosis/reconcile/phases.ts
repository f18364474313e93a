import type { Rules } from "../../pipeline/load.ts";
import type { StageName } from "../../pipeline/schema.ts";

export const phaseNumbers = ["2", "3", "4"] as const;
export type PhaseNumber = (typeof phaseNumbers)[number];

/** A phase whose record is reconciled: rules in which it is the tracked one, and the stage by which its record is due. */
export interface Phase {
  readonly number: PhaseNumber;
  /** As findings name it: `phase3`. */
  readonly id: string;
  readonly rules: Rules;
  readonly due: StageName;
}

/** The tracked phase, or another one in its place; undefined if the pipeline file says nothing of it. */
export function phaseIn(rules: Rules, number: "3" | "4"): Phase | undefined {
  if (rules.kind === "plain") return undefined;
  if (rules.completion.phase === `phase${number}`) return { number, id: rules.completion.phase, rules, due: "completion" };
  const other = Object.values(rules.other_phases ?? {}).find(({ phase }) => phase === `phase${number}`);
  if (other === undefined) return undefined;
  const { due, ...completion } = other;
  return { number, id: other.phase, rules: { ...rules, completion }, due };
}

/** `phase3` as people say it: `Phase 3`. */
export function titleOf(id: string): string {
  return id.replace("phase", "Phase ");
}
