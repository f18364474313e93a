import type { OwnCheck } from "../../pipeline/own-checks.ts";
import type { KnownStage, StageName } from "../../pipeline/schema.ts";
import type { Scope } from "../check.ts";
import type { SlatedGame } from "../slate.ts";
import { gamesOwing } from "../slate.ts";
import { stageOf } from "./timing.ts";

/** What an own check is asked about: a game, or the date. */
export interface OwnSubject {
  readonly id: string;
  readonly game?: SlatedGame;
}

/** None where the date has no game that owes what the check looks at; that the slate is unknown is the runner's to say. */
export function subjectsOf(check: OwnCheck, scope: Scope): readonly OwnSubject[] {
  const { date, slate, rules } = scope;
  const whole = [{ id: date }];
  const perGame = "per" in check && check.per === "game";
  if (slate.kind === "every_date") return whole;
  if (check.every_day === true && !perGame) return whole;
  const games = gamesOwing(slate, owedStage(stageOf(check, rules)));
  if (perGame) return games.map((game) => ({ id: game.name, game }));
  return games.length === 0 ? [] : whole;
}

/** Competitions say what their games owe by the stages that work on games; the others follow from analytics. */
function owedStage(stage: StageName | undefined): StageName {
  const followed: Partial<Record<StageName, KnownStage>> = { completion: "analytics", "same-day": "analytics" };
  return stage === undefined ? "games" : (followed[stage] ?? stage);
}
