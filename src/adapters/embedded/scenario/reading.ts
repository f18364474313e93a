import { z } from "zod";
import type { CalendarDate } from "../../../pipeline/dates.ts";
import { addDays, parseInstant } from "../../../pipeline/dates.ts";
import { calendarDate } from "../../../pipeline/dated.ts";
import type { Pipeline } from "../../../pipeline/load.ts";
import { either, record, scalar, text } from "../../../pipeline/yaml-file.ts";

export { either } from "../../../pipeline/yaml-file.ts";
import type { GameChoice, GivenGame } from "./scenario.ts";

/** What a time or a field means depends on these. */
export interface Setting {
  readonly pipeline: Pipeline;
  /** The night in focus: `HH:MM` is a time on the morning after it. */
  readonly night: CalendarDate;
  /** The file's name without folder and ending. */
  readonly fileName: string;
}

export type Schema<T> = z.ZodType<T, unknown>;

export const count = within(0, 1_000_000);
const gameName = scalar("a game as AWAY@HOME", (value) => (/^[A-Z]{3}@[A-Z]{3}$/u.test(value) ? value : undefined));

const gameList: Schema<readonly GivenGame[]> = z.array(
  either<GivenGame>((input) =>
    typeof input === "string"
      ? gameName.transform((game) => ({ game }))
      : record({ game: gameName, prefix: text.optional(), status: within(1, 9).optional(), postponed_to: calendarDate.optional() }),
  ),
);

export const games: Schema<number | readonly GivenGame[]> = either<number | readonly GivenGame[]>((input) =>
  Array.isArray(input) ? gameList : scalar("a number of games, or a list of games as AWAY@HOME", wholeNumber),
);

export function choice(...words: readonly ("all" | "rest")[]): Schema<GameChoice> {
  return either<GameChoice>((input) =>
    Array.isArray(input)
      ? z.array(gameName)
      : scalar(
          `${words.join(", ")}, a number of games, or a list of games as AWAY@HOME`,
          (value) => words.find((known) => known === value) ?? wholeNumber(value),
        ),
  );
}

export function momentIn(setting: Setting): Schema<Date> {
  const expected = `a time: 15:00[:06] on the morning after the night, 2026-02-03 19:30 (both ${setting.pipeline.zone}), or ISO 8601 with Z or an offset`;
  return scalar(expected, (value) => instantOf(setting, value));
}

export function instantOf({ night, pipeline: { zone } }: Setting, value: string): Date | undefined {
  return parseInstant(/^\d{2}:\d{2}(?::\d{2})?$/u.test(value) ? `${addDays(night, 1)} ${value}` : value, zone);
}

export function within(from: number, to: number): Schema<number> {
  return scalar(`a whole number from ${from} to ${to}`, (value) => {
    const whole = wholeNumber(value);
    return whole !== undefined && whole >= from && whole <= to ? whole : undefined;
  });
}

function wholeNumber(value: string): number | undefined {
  return /^\d{1,9}$/u.test(value) ? Number(value) : undefined;
}

/** A map with keys of the writer's choice, each read by its own schema. */
export function keyed<T>(value: (key: string) => Schema<T>): Schema<Record<string, T>> {
  return either<Record<string, T>>((input) => {
    if (typeof input !== "object" || input === null || Array.isArray(input)) return z.record(z.string(), z.never(), "expected a map");
    return z.strictObject(Object.fromEntries(Object.keys(input).map((key) => [key, value(key)])));
  });
}
