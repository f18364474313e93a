import { nearest, unknownName } from "../../../errors.ts";
import { dateAt } from "../../../pipeline/dates.ts";
import type { Pipeline } from "../../../pipeline/load.ts";
import type { StageName } from "../../../pipeline/schema.ts";
import { beyondProblems, targetsOf } from "./beyond/problems.ts";
import { mostOfTeam, teams } from "./generate/league.ts";
import { journalTables } from "./generate/journals.ts";
import { processorsOf } from "./generate/processors.ts";
import type { Plot } from "./plot.ts";
import { plotOf } from "./plot.ts";
import { rowProblems } from "./row-problems.ts";
import type { Change, Fail, GameChoice, GivenGame, Night, Scenario, SetDocument } from "./scenario.ts";

/** Something that can't be played, and where in the file it stands. */
export interface Problem {
  readonly message: string;
  readonly path: readonly (string | number)[];
}

const mostGames = Math.floor(teams.length / 2);
const leastOfTeam = 8;

/** What is wrong with a scenario beyond its form: names that nothing bears, numbers that no night can hold. */
export function problemsOf(scenario: Scenario, pipeline: Pipeline): readonly Problem[] {
  if (pipeline.file.kind === "plain") {
    const message = `a healthy night is one of games, of which the pipeline file ${pipeline.name} has none; use \`base: nothing\` with \`files\``;
    return [{ message, path: ["base"] }];
  }
  const nights = [
    ...nightProblems(scenario.night, pipeline, ["night"]),
    ...scenario.nights.flatMap((night, index) => nightProblems(night, pipeline, ["nights", index])),
  ];
  if (nights.length > 0) return nights;
  if (scenario.files.length > 0) return [{ message: "files are for `base: nothing`, which invents nothing beside them", path: ["files"] }];
  const plot = plotOf(scenario, pipeline);
  return [...coverageProblems(plot), ...scenario.changes.flatMap((change, index) => changeProblems(plot, change, ["changes", index]))];
}

function nightProblems(night: Night, pipeline: Pipeline, path: Problem["path"]): Problem[] {
  const { games } = night;
  const list = typeof games === "object" ? games : [];
  const twice = playingTwice(list.map(({ game }) => game));
  return [
    ...outside("games", typeof games === "number" ? games : list.length, { from: 0, to: mostGames }, path),
    ...list.flatMap((game, index) => gameProblems(night, game, pipeline, [...path, "games", index])),
    ...twice.map((team) => ({ message: `${team} plays twice; a team plays at most once on a date`, path: [...path, "games"] })),
    ...sizeProblems(night, pipeline, path),
  ];
}

function sizeProblems(night: Night, pipeline: Pipeline, path: Problem["path"]): Problem[] {
  const { games, player_rows: rows, dnp, upcoming_players: upcoming } = night;
  if (games === undefined) {
    const total = rows ?? dnp ?? upcoming;
    return total === undefined ? [] : [{ message: "totals need `games` beside them: how many, or which", path }];
  }
  const owing = (stage: StageName, all: readonly GivenGame[]): number =>
    all.filter((game) => pipeline.file.games.competitions[game.prefix ?? "002"]?.owes.includes(stage)).length;
  const played = typeof games === "number" ? games : owing("box-scores", games.filter(isPlayed));
  const prepared = typeof games === "number" ? games : owing("analytics", games);
  const range = { from: played * 2 * leastOfTeam, to: played * 2 * mostOfTeam };
  const total = rows !== undefined && rows >= range.from && rows <= range.to ? rows : played * 34;
  return [
    ...outside("player_rows", rows, range, path),
    ...outside("dnp", dnp, { from: 0, to: total - played * 12 }, path),
    ...outside("upcoming_players", upcoming, { from: 0, to: prepared * 2 * mostOfTeam }, path),
  ];
}

function isPlayed(game: GivenGame): boolean {
  return game.postponed_to === undefined && [2, 3].includes(game.status ?? 3);
}

function outside(key: string, value: number | undefined, range: { from: number; to: number }, path: Problem["path"]): Problem[] {
  if (value === undefined || (value >= range.from && value <= range.to)) return [];
  return [{ message: `expected ${range.from} to ${range.to}, got ${value}`, path: [...path, key] }];
}

function gameProblems(night: Night, game: GivenGame, pipeline: Pipeline, path: Problem["path"]): Problem[] {
  const { competitions } = pipeline.file.games;
  const prefix = game.prefix ?? "002";
  const owes = competitions[prefix]?.owes ?? [];
  const unknownTeams = owes.length === 0 ? [] : game.game.split("@").filter((team) => !teams.includes(team));
  const later = game.postponed_to;
  return [
    ...(competitions[prefix] === undefined ? [{ message: unknownName("competition", prefix, Object.keys(competitions)), path }] : []),
    ...unknownTeams.map((team) => ({ message: unknownName("team", team, teams), path })),
    ...(later !== undefined && later <= night.date ? [{ message: `postponed_to ${later} is not after ${night.date}`, path }] : []),
  ];
}

function playingTwice(games: readonly string[]): readonly string[] {
  const all = games.flatMap((game) => game.split("@"));
  return [...new Set(all.filter((team, index) => all.indexOf(team) !== index))];
}

/** Dates and moments of which the stores hold nothing, or not yet. */
function coverageProblems(plot: Plot): Problem[] {
  const { scenario, season } = plot;
  const end = season.processed.at(-1) ?? scenario.night.date;
  const beyond = (clock: Date, path: Problem["path"]): Problem[] =>
    dateAt(clock, plot.pipeline.zone) <= end ? [] : [{ message: `is after ${end}, the last day that the stores hold`, path }];
  return [
    ...beyond(scenario.clock, ["clock"]),
    ...scenario.expect.flatMap(({ clock }, index) => beyond(clock, ["expect", index, "clock"])),
    ...movedProblems(plot, scenario.night, ["night"]),
    ...scenario.nights.flatMap((night, index) => movedProblems(plot, night, ["nights", index])),
    ...scenario.nights.flatMap(({ date }, index): Problem[] => {
      const path = ["nights", index, "date"];
      if (date === scenario.night.date) return [{ message: `${date} is the night in focus; describe it under \`night\``, path }];
      return season.scheduled.includes(date) ? [] : [{ message: outOfReach(plot, date, season.scheduled), path }];
    }),
  ];
}

/** Postponed games must land on a date that the schedule covers and on which their teams are free. */
function movedProblems({ season }: Plot, { games }: Night, path: Problem["path"]): Problem[] {
  return (typeof games === "object" ? games : []).flatMap(({ postponed_to: date }, index): Problem[] => {
    if (date === undefined) return [];
    const at = [...path, "games", index];
    if (!season.scheduled.includes(date))
      return [{ message: `${date} is not covered; the schedule ends ${season.scheduled.at(-1)}`, path: at }];
    return playingTwice(season.night(date).games.map(({ name }) => name)).map((team) => ({
      message: `${team} plays twice on ${date}`,
      path: at,
    }));
  });
}

function changeProblems(plot: Plot, change: Change, path: Problem["path"]): Problem[] {
  switch (change.verb) {
    case "arrive":
    case "duplicate":
      return [...tableProblems(plot, change, [...path, change.verb]), ...nightProblemsOf(plot, change, change.games, path)];
    case "remove":
    case "values":
    case "totals": {
      const { night } = change;
      return [
        ...tableProblems(plot, change, [...path, change.verb]),
        ...rowProblems(change, path),
        ...(night === "all" ? [] : nightProblemsOf(plot, { night }, change.verb === "totals" ? "all" : change.games, path)),
      ];
    }
    case "run": {
      const known = processorsOf(plot.pipeline).map(({ className }) => className);
      const unknown = known.includes(change.processor)
        ? []
        : [{ message: unknownName("processor", change.processor, known), path: [...path, "run"] }];
      return [...unknown, ...nightOfChange(plot, change, path)];
    }
    case "set":
      return setProblems(plot, change, path);
    case "fail":
      return failProblems(plot, change, path);
    case "log":
    case "revision":
    case "commit":
    case "job":
    case "subscription":
    case "alert":
    case "object":
      return beyondProblems(plot, change, path);
  }
}

function tableProblems(plot: Plot, change: Extract<Change, { readonly table: string }>, path: Problem["path"]): Problem[] {
  const { table } = change;
  if (plot.sources.has(table)) return [];
  const journals = journalTables(plot.pipeline);
  if (journals.includes(table)) return journalProblems(change, path);
  if (table === plot.pipeline.file.run_history) return [{ message: `${table} is written with \`run\``, path }];
  return [{ message: unknownName("table", table, [...plot.sources.keys(), ...journals]), path }];
}

/** Its rows follow from what the other tables get, and belong to no game. */
function journalProblems(change: Extract<Change, { readonly table: string }>, path: Problem["path"]): Problem[] {
  if (change.verb === "totals")
    return [{ message: `${change.table} follows from what lands elsewhere; it has no totals of its own`, path }];
  const isWhole = change.games === "all" || (change.verb === "arrive" && change.games === 0);
  return isWhole
    ? []
    : [{ message: `rows of ${change.table} belong to no game; leave \`games\` out`, path: [...path.slice(0, -1), "games"] }];
}

function nightProblemsOf(
  plot: Plot,
  change: { readonly night?: Night["date"] | undefined },
  choice: GameChoice,
  path: Problem["path"],
): Problem[] {
  return [...nightOfChange(plot, change, path), ...choiceProblems(plot, change, choice, [...path, "games"])];
}

function nightOfChange(plot: Plot, { night }: { readonly night?: Night["date"] | undefined }, path: Problem["path"]): Problem[] {
  if (night === undefined || plot.season.processed.includes(night)) return [];
  return [{ message: outOfReach(plot, night, plot.season.processed), path: [...path, "night"] }];
}

function choiceProblems(
  plot: Plot,
  change: { readonly night?: Night["date"] | undefined },
  choice: GameChoice,
  path: Problem["path"],
): Problem[] {
  if (change.night !== undefined && !plot.season.processed.includes(change.night)) return [];
  const names = plot.season.night(change.night ?? plot.season.nightInFocus).games.map(({ name }) => name);
  if (typeof choice === "number")
    return choice > names.length ? [{ message: `${choice} games asked for; the night has ${names.length}`, path }] : [];
  if (typeof choice === "string") return [];
  return choice.flatMap((name, index) =>
    names.includes(name) ? [] : [{ message: unknownName("game", name, names), path: [...path, index] }],
  );
}

export function setProblems(plot: Plot, change: SetDocument, path: Problem["path"]): Problem[] {
  const { collections, completion } = plot.pipeline.file;
  const known = Object.keys(collections);
  if (!known.includes(change.collection)) return [{ message: unknownName("collection", change.collection, known), path: [...path, "set"] }];
  const processors = Object.keys(completion.processors);
  const misspelt = Object.keys(change.fields).filter(
    (name) =>
      change.collection === completion.collection &&
      !name.startsWith("_") &&
      !processors.includes(name) &&
      nearest(name, processors) !== undefined,
  );
  const empty = !change.delete && !change.whole && Object.keys(change.fields).length + change.drop.length === 0;
  return [
    ...misspelt.map((name) => ({ message: unknownName("processor", name, processors), path: [...path, "fields", name] })),
    ...(empty ? [{ message: "changes nothing; give `fields`, `drop`, `whole: true` or `delete: true`", path: [...path, "set"] }] : []),
  ];
}

export function failProblems(plot: Plot, { port, target, from, until }: Fail, path: Problem["path"]): Problem[] {
  const known = targetsOf(plot, port);
  const first = target?.split(/[ /]/u)[0];
  return [
    ...(first === undefined || known === undefined || known.includes(first)
      ? []
      : [{ message: unknownName("target", first, known), path: [...path, "target"] }]),
    ...(until !== undefined && until <= from ? [{ message: "ends before it begins", path: [...path, "until"] }] : []),
  ];
}

function outOfReach(plot: Plot, date: string, covered: readonly string[]): string {
  return `${date} is not covered (${covered[0]} to ${covered.at(-1)}); raise \`night.days\`, now ${plot.scenario.night.days}`;
}
