import type { Verdict } from "../../src/checks/finding.ts";
import type { ClockName } from "./clocks.ts";
import type { Day } from "./day.ts";
import type { Dice } from "./dice.ts";
import type { Edit } from "./fault.ts";

/** What must be said of a fault: by which check, of what, with which verdict, and the numbers in it. */
export interface Sign {
  readonly check: string;
  /** As the finding names it; any if absent. */
  readonly subject?: string;
  readonly verdict: Verdict;
  readonly reason: string;
  /** Texts of the finding. */
  readonly says?: readonly string[];
  /** Texts of the line that a report makes of all findings of this check and reason. */
  readonly line?: readonly string[];
}

/** One way in which a night goes wrong, or only looks as if it did. */
export interface Kind {
  /** `family: name`. */
  readonly id: string;
  readonly name: string;
  /** The check that must speak. */
  readonly family: string;
  /** At which moments it is asked about. */
  readonly clocks: readonly ClockName[];
  /** Other checks that rest on what is broken: these may speak of it too. */
  readonly rests: readonly string[];
  /** Puts it into the day's rows and documents; undefined where the day can't have it. */
  readonly draw: (day: Day, dice: Dice, edit: Edit) => readonly Sign[] | undefined;
  /** Nothing is wrong: no check may say more than it says of the clean day, but for notes. */
  readonly innocent?: true;
}

type Given = Omit<Kind, "id" | "family" | "clocks" | "rests" | "innocent"> & Partial<Pick<Kind, "clocks" | "rests">>;

/** Kinds of one family that are asked about at the same moments. */
export function family(name: string, usual: readonly ClockName[], faults: readonly Given[], twins: readonly Given[]): readonly Kind[] {
  const whole = (given: Given): Kind => ({ id: `${name}: ${given.name}`, family: name, clocks: usual, rests: [], ...given });
  return [...faults.map(whole), ...twins.map((given) => ({ ...whole(given), innocent: true as const }))];
}
