import { z } from "zod";
import { calendarDate } from "../../../pipeline/dated.ts";
import type { CalendarDate } from "../../../pipeline/dates.ts";
import { record, scalar, text, word } from "../../../pipeline/yaml-file.ts";
import { change } from "./change-schema.ts";
import { givenFile } from "./files/file-schema.ts";
import { suppliedProblems } from "./files/supplied-problems.ts";
import { problemsOf } from "./problems.ts";
import type { Schema, Setting } from "./reading.ts";
import { count, games, keyed, momentIn, within } from "./reading.ts";
import type { Expectation, Scenario } from "./scenario.ts";
import { bases, expectedVerdicts } from "./scenario.ts";

export function scenarioSchema(setting: Setting): Schema<Scenario> {
  const moment = momentIn(setting);
  const night = {
    date: calendarDate,
    games: games.optional(),
    player_rows: count.optional(),
    dnp: count.optional(),
    upcoming_players: count.optional(),
  };
  const shape = record({
    scenario: scalar(`the file's own name, ${setting.fileName}`, (value) => (value === setting.fileName ? value : undefined)),
    about: text,
    base: word(bases),
    seed: count.optional(),
    clock: moment,
    night: record({ ...night, days: within(1, 200).optional(), games_a_day: within(1, 15).optional() }),
    nights: z.array(record(night), "expected a list of nights").optional(),
    files: z.array(givenFile(setting), "expected a list of files").optional(),
    changes: z.array(change(setting), "expected a list of changes").optional(),
    expect: z.array(expectation(moment), "expected a list of calls with what they must say").optional(),
  });
  return shape
    .transform(({ scenario, seed, night: focus, nights, files, changes, expect, clock, ...rest }): Scenario => ({
      ...rest,
      name: scenario,
      seed: seed ?? 1,
      clock,
      night: { ...focus, days: focus.days ?? 35 },
      nights: nights ?? [],
      files: files ?? [],
      changes: changes ?? [],
      expect: (expect ?? []).map((one) => ({ ...one, clock: one.clock ?? clock })),
    }))
    .superRefine((scenario, context) => {
      const problems = scenario.base === "healthy" ? problemsOf : suppliedProblems;
      for (const { message, path } of problems(scenario, setting.pipeline)) context.addIssue({ code: "custom", message, path: [...path] });
    });
}

/** Finds the date of the night in focus, wherever the rest of the file stands; the full schema then says what is wrong. */
export const nightDate: Schema<CalendarDate | undefined> = z.unknown().transform((input) => {
  const found = z.object({ night: z.object({ date: calendarDate }) }).safeParse(input);
  return found.success ? found.data.night.date : undefined;
});

function expectation(moment: Schema<Date>): Schema<Omit<Expectation, "clock"> & { readonly clock?: Date | undefined }> {
  const verdict = word(expectedVerdicts);
  const texts = z.array(text, "expected a list of texts").optional();
  return record({
    call: text,
    clock: moment.optional(),
    with: keyed(() => text).optional(),
    verdict,
    exit: within(0, 70).optional(),
    findings: keyed(() => verdict).optional(),
    says: texts,
    never: texts,
  }).transform(({ with: given, findings, says, never, ...rest }) => ({
    ...rest,
    with: given ?? {},
    findings: findings ?? {},
    says: says ?? [],
    never: never ?? [],
  }));
}
