import { UserError, nearest, short } from "../errors.ts";
import type { CalendarDate } from "./dates.ts";
import type { PipelineFile } from "./schema.ts";
import type { Rules } from "./load.ts";

/** What a name leads to. A scraper, its table and its processor are one thing under several names. */
export type Thing =
  | Source
  | { readonly kind: "job"; readonly job: string }
  | { readonly kind: "game"; readonly away: string; readonly home: string }
  | { readonly kind: "game_id"; readonly id: string }
  /** Faults of it concern nobody here. */
  | { readonly kind: "noise"; readonly reason: string };

export interface Source {
  readonly kind: "source";
  readonly scrapers: readonly string[];
  /** Declared, so it can be read. */
  readonly table?: string;
  readonly otherTable?: string;
  readonly processor?: string;
  readonly completionKey?: string;
  /** Id of the collection that says when it is due. */
  readonly collection?: string;
  /** From then on nothing arrives, by design. */
  readonly retired?: CalendarDate;
}

export interface Named {
  readonly thing: Thing;
  /** The name to go on with. */
  readonly name: string;
  /** Only where the given name was a wrong one: what is right, as a sentence without its end. */
  readonly corrected?: string;
}

type Known = Pick<Rules, "names" | "not_there" | "schedule" | "monitoring">;

/**
 * What somebody means who gives any of the names by which the pipeline goes, also one that his own notes have wrong. Undefined: none
 * that is declared; a scheduler job may still be called so.
 */
export function thingNamed(rules: Known, file: PipelineFile, given: string): Named | undefined {
  const asked = given.trim();
  const game = gameIn(asked);
  if (game !== undefined) return { thing: game, name: asked };
  const sources = sourcesOf(rules, file);
  const direct = sources.find((source) => namesOf(source).some((name) => same(name, asked)));
  const wrong = rules.not_there?.find(({ what, name }) => name === asked && (what === "table" || what === "job" || what === "scraper"));
  if (direct !== undefined) {
    const corrected = wrong === undefined ? {} : { corrected: wrongName(asked, wrong) };
    return { thing: direct, name: direct.scrapers[0] ?? asked, ...corrected };
  }
  const meant = sources.find(({ mistaken }) => mistaken.some((name) => same(name, lastPart(asked))));
  if (meant !== undefined) {
    const right = meant.scrapers[0] ?? meant.table ?? asked;
    return { thing: meant, name: right, corrected: `nothing is called "${short(asked)}"${because(wrong)}: meant is ${right}` };
  }
  if (Object.hasOwn(rules.schedule ?? {}, asked)) return { thing: { kind: "job", job: asked }, name: asked };
  if (wrong !== undefined) return leadOn(rules, file, asked, wrong);
  const noise = rules.monitoring?.noise?.find(({ of, prefix }) => of !== "collection" && asked.startsWith(prefix));
  return noise === undefined ? undefined : { thing: { kind: "noise", reason: noise.reason }, name: asked };
}

/** The refusal of a name that nothing bears: never an empty answer about it. `jobs`: those that the scheduler has. */
export function noSuchThing(rules: Known, file: PipelineFile, given: string, jobs: readonly string[] = []): UserError {
  const names = [
    ...sourcesOf(rules, file).flatMap((source) => [...namesOf(source), ...source.mistaken]),
    ...Object.keys(rules.schedule ?? {}),
    ...jobs,
  ];
  const near = nearest(given, [...new Set(names)]);
  const hint = near === undefined ? "" : ` Did you mean "${near}"?`;
  const collections = Object.keys(file.scraping.collections ?? {});
  const allowed = `a scraper, its table, processor or completion key, a scheduler job, or a game as AWAY@HOME; collections are ${collections.join(", ") || "not declared"}`;
  return new UserError(`No such name: "${short(given)}". scraper takes ${allowed}.${hint}`);
}

/** Every name but the mistaken ones that leads to the source, the short form of its table too. */
export function namesOf(source: Source): readonly string[] {
  const { scrapers, table, otherTable, processor, completionKey, collection } = source;
  const tables = [table, otherTable].flatMap((name) => (name === undefined ? [] : [name, lastPart(name)]));
  return [collection, ...scrapers, ...tables, processor, completionKey].flatMap((name) => name ?? []);
}

type SourceNamed = Source & { readonly mistaken: readonly string[] };

/** Every source by its names, and the collections that no name is declared for. */
function sourcesOf({ names = [] }: Known, file: PipelineFile): readonly SourceNamed[] {
  const collections = Object.entries(file.scraping.collections ?? {});
  const named = names
    .filter(({ scrapers, completion_key: key }) => scrapers !== undefined || key !== undefined)
    .map((entry): SourceNamed => {
      const { scrapers = [], table, other_table: otherTable, processor, completion_key: completionKey, retired, mistaken = [] } = entry;
      const collection = collections.find(
        ([, each]) => each.table === table || each.scrapers.some((each2) => scrapers.includes(each2)),
      )?.[0];
      return {
        kind: "source",
        scrapers,
        mistaken,
        ...(table === undefined ? {} : { table }),
        ...(otherTable === undefined ? {} : { otherTable }),
        ...(processor === undefined ? {} : { processor }),
        ...(completionKey === undefined ? {} : { completionKey }),
        ...(collection === undefined ? {} : { collection }),
        ...(retired === undefined ? {} : { retired }),
      };
    });
  const known = new Set(named.flatMap(({ collection }) => collection ?? []));
  const others = collections
    .filter(([id]) => !known.has(id))
    .map(([collection, { scrapers, table }]): SourceNamed => ({ kind: "source", scrapers, table, collection, mistaken: [] }));
  return [...named, ...others];
}

type Wrong = NonNullable<Rules["not_there"]>[number];

function leadOn(rules: Known, file: PipelineFile, asked: string, wrong: Wrong): Named {
  const found = wrong.instead === asked ? undefined : thingNamed(rules, file, wrong.instead);
  if (found === undefined)
    throw new UserError(`${wrongName(asked, wrong)}; there is ${wrong.instead}. Name a scraper, a table that one fills, or a job.`);
  return { ...found, corrected: `${wrongName(asked, wrong)}: there is ${wrong.instead}` };
}

/** `nbac_gamebook_player_stats is no scraper (that is its table)` */
function wrongName(asked: string, { what, note }: Wrong): string {
  return `no ${what} is called "${short(asked)}"${note === undefined ? "" : ` (${note})`}`;
}

function because(wrong: Wrong | undefined): string {
  return wrong?.note === undefined ? "" : ` (${wrong.note})`;
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Without its dataset. */
function lastPart(table: string): string {
  return table.slice(table.lastIndexOf(".") + 1);
}

/** The forms in which the stores name a game: `BOS@NYK`, `20260203_BOS_NYK`, `20260203/BOSNYK`, `0022500775`. */
function gameIn(asked: string): Thing | undefined {
  if (/^\d{10}$/u.test(asked)) return { kind: "game_id", id: asked };
  const [, away, home] =
    /^([A-Z]{2,4})@([A-Z]{2,4})$/iu.exec(asked) ??
    /^\d{8}_([A-Z]{2,4})_([A-Z]{2,4})$/iu.exec(asked) ??
    /^\d{8}\/([A-Z]{3})([A-Z]{3})$/iu.exec(asked) ??
    [];
  return away === undefined || home === undefined ? undefined : { kind: "game", away: away.toUpperCase(), home: home.toUpperCase() };
}

/** The date in a game's name, where it has one: `2026-02-03`. */
export function dateInGame(asked: string): string | undefined {
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})[_/]/u.exec(asked.trim()) ?? [];
  return year === undefined ? undefined : `${year}-${month}-${day}`;
}
