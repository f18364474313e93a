import type { Look } from "../evidence/evidence.ts";
import type { CalendarDate } from "../pipeline/dates.ts";
import { instantOf } from "../pipeline/dates.ts";
import { gameOf } from "../pipeline/games.ts";
import type { Pipeline } from "../pipeline/load.ts";
import { stageNames } from "../pipeline/schema.ts";
import type { Check, Scope } from "./check.ts";
import type { Half } from "./moment.ts";
import type { Slate } from "./slate.ts";

/** What a check asks of which port on a date with one game: nobody is asked here, only the questions are made. */
export function looksOf(check: Check, pipeline: Pipeline, date: CalendarDate): readonly Pick<Look<unknown>, "port" | "asked">[] {
  return everyLook([check], pipeline, date).map(({ port, asked }) => ({ port, asked }));
}

/** Every look that these checks would make of such a date, each once. */
export function everyLook(checks: readonly Check[], pipeline: Pipeline, date: CalendarDate): readonly Look<unknown>[] {
  const looks = checks.flatMap((check) =>
    (check.halves ?? ["post_game"]).flatMap((half) => check.units(exampleScope(pipeline, date, half)).flatMap((unit) => unit.looks)),
  );
  return [...new Map(looks.map((look) => [look.id, look])).values()];
}

function exampleScope(pipeline: Pipeline, date: CalendarDate, half: Half): Scope {
  const asOf = instantOf(date, { day: 2, hour: 0, minute: 0 }, pipeline.zone);
  const rules = pipeline.rulesOn(date, asOf);
  const core = half === "pre_game" ? rules.core_pre_game : rules.core;
  return { date, asOf, rules, file: pipeline.file, slate: exampleSlate(pipeline, date), slateLooks: [], moment: half, half, core };
}

function exampleSlate({ file, zone }: Pipeline, date: CalendarDate): Slate {
  if (file.kind === "plain") return { kind: "every_date" };
  const game = {
    ...gameOf("AWAY", "HOME"),
    status: null,
    final: true,
    tipOff: instantOf(date, { day: 0, hour: 19, minute: 0 }, zone),
    owes: stageNames,
    competition: "",
    standing: { kind: "expected" } as const,
  };
  return { kind: "games", games: [game] };
}
