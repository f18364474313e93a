import type { CalendarDate } from "../../src/pipeline/dates.ts";
import type { Dice } from "../regression/dice.ts";

/** The night into which a cause is put. */
export interface Setting {
  readonly date: CalendarDate;
  readonly games: number;
  readonly dice: Dice;
  /** `HH:MM` on the morning after the night, moved by up to so many minutes either way. */
  readonly about: (time: string, minutes?: number) => string;
}

/** What a cause does to a night, and the call that must name it. */
export interface Drawn {
  /** Entries of a scenario's `changes`, as they stand in a file. */
  readonly changes: readonly string[];
  /** When the question is asked: `HH:MM` on the morning after, or a date and time. */
  readonly clock: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Keys of `night` beside its date and games. */
  readonly night?: Readonly<Record<string, string | number>>;
}

export interface CauseKind {
  /** Unique among the kinds; the cause's id where one kind makes it. */
  readonly id: string;
  readonly tool: string;
  /** Ids of causes that name it rightly. */
  readonly names: readonly string[];
  /** Ids of causes that are there along with it. */
  readonly along?: readonly string[];
  readonly draw: (setting: Setting) => Drawn;
  /**
   * Stores without which the cause can't be established, as `fail` names them: then it must be left open. A store that is not
   * here may be lost without the cause being missed, or named wrongly.
   */
  readonly rests: readonly { readonly port: string; readonly target?: string }[];
  /** May be put into a night together with another of the same tool: neither hides the other. */
  readonly beside?: readonly string[];
}
