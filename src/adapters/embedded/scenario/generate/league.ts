import { random } from "./random.ts";

export const teams: readonly string[] = (
  "ATL BOS BKN CHA CHI CLE DAL DEN DET GSW HOU IND LAC LAL MEM " + "MIA MIL MIN NOP NYK OKC ORL PHI PHX POR SAC SAS TOR UTA WAS"
).split(" ");

/** Most rows of one team in one game. */
export const mostOfTeam = 20;

/** Things, not people: no player of these scenarios bears anybody's name. */
const words = (
  "anchor basalt beacon birch boulder canyon cedar cinder clover cobalt comet copper coral delta ember fern flint garnet glacier " +
  "granite harbor hazel indigo ivory jasper juniper lantern lichen maple marble meadow nickel onyx opal pebble quartz raven saffron spruce thistle"
).split(" ");

/** The team's players in order of their standing, as `player_lookup`: the team's code and a word. */
export function roster(seed: number, team: string): readonly string[] {
  return random(seed, "roster", team)
    .shuffled(words)
    .slice(0, mostOfTeam)
    .map((word) => `${team.toLowerCase()}${word}`);
}
