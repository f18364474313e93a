import type { Evidence } from "../evidence/evidence.ts";
import type { BoxScoreRow, TableFacts } from "../evidence/looks/tables.ts";
import { boxScoreRows } from "../evidence/looks/tables.ts";
import type { Look } from "../evidence/evidence.ts";
import type { Game } from "../pipeline/games.ts";
import { teamsOf } from "../pipeline/games.ts";
import type { Rules } from "../pipeline/load.ts";
import { tableRules } from "../pipeline/load.ts";
import type { Scope } from "./check.ts";
import { anyOf } from "./check.ts";
import { keepOne, writtenBetween } from "./keep.ts";

export type BoxEvidence = Evidence<TableFacts<BoxScoreRow>>;
type Source = Rules["box_scores"]["sources"][number];

/** What one raw source holds of one game. */
export interface Landed {
  readonly rows: number;
  /** Both teams with enough rows. */
  readonly complete: boolean;
  /** The weaker team's rows. */
  readonly least: number;
  readonly first?: Date;
  readonly last?: Date;
}

/** One look per live source of raw box scores, by table name. */
export function boxScoreLooks({ rules, date }: Scope): Readonly<Record<string, Look<TableFacts<BoxScoreRow>>>> {
  return Object.fromEntries(rules.box_scores.sources.map((source) => [source.table, boxScoreRows(rules, date, source.table)]));
}

/** The live sources with what was seen of each, in the pipeline file's order. */
export function sourcesOf(facts: Readonly<Record<string, BoxEvidence>>, rules: Rules): readonly { source: Source; look: BoxEvidence }[] {
  return rules.box_scores.sources.flatMap((source) => {
    const look = facts[source.table];
    return look === undefined ? [] : [{ source, look }];
  });
}

export function landedOf(facts: TableFacts<BoxScoreRow>, table: string, game: Game, rules: Rules): Landed {
  const declared = tableRules(rules, table);
  const least = rules.thresholds["box-scores"].team_rows.least;
  const perTeam = teamsOf(game).map(
    (team) =>
      keepOne(
        facts.rows.filter((row) => row.team_abbr === team),
        declared,
      ).rows,
  );
  const counts = perTeam.map((rows) => rows.length);
  const written = writtenBetween(perTeam.flat(), declared);
  return {
    rows: counts.reduce((sum, count) => sum + count, 0),
    complete: counts.every((count) => count >= least),
    least: Math.min(...counts),
    ...written,
  };
}

/** Whether the game's raw box scores are there from any live source, and since when the first complete one is. */
export function inputOf(
  game: Game,
  facts: Readonly<Record<string, BoxEvidence>>,
  rules: Rules,
): { there: "yes" | "no" | "unknown"; landedAt?: Date } {
  const sources = sourcesOf(facts, rules);
  const there = anyOf(
    sources.map(({ source, look }) => (look.seen ? { ...look, facts: landedOf(look.facts, source.table, game, rules) } : look)),
    (landed) => landed.complete,
  );
  const times = sources.flatMap(({ source, look }) => {
    const landed = look.seen ? landedOf(look.facts, source.table, game, rules) : undefined;
    return landed?.complete === true && landed.last !== undefined ? [landed.last.getTime()] : [];
  });
  return times.length === 0 ? { there } : { there, landedAt: new Date(Math.min(...times)) };
}
