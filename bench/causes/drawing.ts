import { teams } from "../../src/adapters/embedded/scenario/generate/league.ts";
import type { Dice } from "../regression/dice.ts";
import type { Setting } from "./kind.ts";

/** A commit's first eight digits, to be written in quotes: some read as numbers. */
export function drawCommit(dice: Dice): string {
  return Array.from({ length: 8 }, () => "0123456789abcdef".charAt(dice.whole(0, 15))).join("");
}

/** The night's games by name, `AWAY@HOME`, for who must name one of them. */
export function drawGames({ dice, games }: Pick<Setting, "dice" | "games">): readonly string[] {
  const names = dice.some(teams, games * 2);
  return Array.from({ length: games }, (_, place) => `${names[2 * place]}@${names[2 * place + 1]}`);
}
