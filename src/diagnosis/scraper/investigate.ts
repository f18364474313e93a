import type { Scope } from "../../checks/check.ts";
import { judgedWithout } from "../../checks/check.ts";
import type { Finding } from "../../checks/finding.ts";
import { notApplicable, unknown } from "../../checks/finding.ts";
import { scopeOn } from "../../checks/scope.ts";
import { boxSource } from "../../checks/scraping/collection.ts";
import type { SlatedGame } from "../../checks/slate.ts";
import { gamesOwing } from "../../checks/slate.ts";
import { UserError, short, unknownName } from "../../errors.ts";
import type { Looking } from "../../evidence/looking.ts";
import { schedulerJobs } from "../../evidence/looks/schedules.ts";
import type { CalendarDate } from "../../pipeline/dates.ts";
import { addDays, calendarDateOf, clockText, dateAt } from "../../pipeline/dates.ts";
import type { Pipeline, Rules } from "../../pipeline/load.ts";
import { stageRules } from "../../pipeline/load.ts";
import { newestPostGameDate } from "../../pipeline/moments.ts";
import type { Named, Source, Thing } from "../../pipeline/things.ts";
import { dateInGame, noSuchThing, thingNamed } from "../../pipeline/things.ts";
import type { Inquiry, Line } from "../inquiry.ts";
import { findingsText, linesOf, nextCalls, numbersOf, proposalsOf } from "./answer.ts";
import type { Collected } from "./collect.ts";
import { collect } from "./collect.ts";
import { investigateJob, withoutScheduler } from "./job.ts";
import { unscheduled } from "./unscheduled.ts";

/** What a call hands over: how to look, under which rules, as of when. */
export interface Investigating extends Looking {
  readonly session: { readonly pipeline: Pipeline };
  readonly asOf: Date;
  /** Today's. */
  readonly rules: Rules;
  readonly past: boolean;
  readonly detailed: boolean;
}

export interface Investigated {
  /** Any name of a scraper, table, processor or completion key, a scheduler job, or a game. */
  readonly scraper: string;
  readonly gameDate?: string | undefined;
}

/** Why something that is collected is late or missing. Throws `UserError` for a name that nothing bears, and for a date that can't be meant. */
export async function investigate(asking: Investigating, { scraper: given, gameDate }: Investigated): Promise<Inquiry> {
  const { session, rules } = asking;
  if (given.trim() === "") throw new UserError("scraper is empty: name a scraper, its table, a scheduler job or a game.");
  const asked = gameDate === undefined ? undefined : dateAsked(gameDate, asking);
  const named = thingNamed(rules, session.pipeline.file, given);
  if (named === undefined) return ofJob(asking, given.trim(), { asked });
  const { thing } = named;
  switch (thing.kind) {
    case "job":
      return ofJob(asking, thing.job, { asked, corrected: named.corrected });
    case "noise":
      return simple(named, notApplicable("noise", `${short(named.name)}: ${thing.reason}; nothing of it is judged here`), asked);
    case "source":
      return ofSource(asking, named, thing, asked);
    case "game":
    case "game_id":
      return ofGame(asking, named, thing, asked);
  }
}

function dateAsked(given: string, { asOf, session: { pipeline } }: Investigating): CalendarDate {
  const date = calendarDateOf(given, "game_date");
  const today = dateAt(asOf, pipeline.zone);
  if (date <= today) return date;
  throw new UserError(`game_date ${date} is in the future: it is ${clockText(asOf, pipeline.zone)}; ask for ${today} or earlier.`);
}

/** A name that no file declares may still be a scheduler job's: only the scheduler knows. */
async function ofJob(
  asking: Investigating,
  name: string,
  { asked, corrected }: { asked?: CalendarDate | undefined; corrected?: string | undefined },
): Promise<Inquiry> {
  const { session, rules, asOf, past } = asking;
  const isDeclared = Object.hasOwn(rules.schedule ?? {}, name);
  if (past) {
    if (isDeclared) return withoutScheduler(name, undefined);
    throw noSuchThing(rules, session.pipeline.file, name);
  }
  const scheduler = await asking.gather(schedulerJobs(rules));
  if (!scheduler.seen) return withoutScheduler(name, scheduler);
  const known = scheduler.facts.jobs.map((job) => job.name);
  if (!isDeclared && !known.includes(name)) throw noSuchThing(rules, session.pipeline.file, name, known);
  const works = isDeclared ? rules.schedule?.[name]?.works_on : undefined;
  const today = dateAt(asOf, rules.zone);
  const about = works === "yesterday" ? addDays(today, -1) : today;
  const scope = await scopeOn({ pipeline: session.pipeline, date: asked ?? about, asOf, gather: asking.gather });
  return besideSlate(await investigateJob({ job: name, looking: asking, scope, scheduler: scheduler.facts, corrected }), scope);
}

async function ofSource(asking: Investigating, named: Named, source: Source, asked: CalendarDate | undefined): Promise<Inquiry> {
  const { session, rules: today, asOf, past } = asking;
  const { file } = session.pipeline;
  const declared = source.collection === undefined ? undefined : file.scraping.collections[source.collection];
  // What is eaten before the games is asked about on the day of the slate.
  const isOfSlate = declared !== undefined && stageRules(today, declared.owed_by).due.day === 0;
  const newest = newestPostGameDate(session.pipeline, asOf);
  const date = asked ?? (isOfSlate ? addDays(newest, 1) : newest);
  const rules = session.pipeline.rulesOn(date, asOf);
  const retired = source.retired !== undefined && source.retired <= date ? source.retired : undefined;
  if (retired !== undefined)
    return simple(named, notApplicable("retired", `${named.name} is retired since ${retired}: no rows from then on are right`), date);
  const id = source.collection;
  const collection = id === undefined ? undefined : rules.scraping.collections[id];
  if (id !== undefined && collection === undefined) {
    const { since, until } = declared ?? {};
    const said =
      until !== undefined && until <= date
        ? `retired since ${until}: no rows from then on are right`
        : `collected only since ${since ?? "another date"}`;
    return simple(named, notApplicable("retired", `${id}: ${said}`), date);
  }
  const scope = await scopeOn({ pipeline: session.pipeline, date, asOf, gather: asking.gather });
  if (id === undefined || collection === undefined)
    return withFace(besideSlate(await unscheduled(asking, source, named.name, scope), scope), named, scope);
  const closed = withoutGames(scope);
  if (closed !== undefined) return simple(named, closed, date);
  const owing = gamesOwing(scope.slate, collection.owed_by);
  if (owing.length === 0) return simple(named, notApplicable("not_owed", `${id}: no game of ${date} owes it`), date);
  return answer(
    [await collect(asking, { id, collection, processor: source.processor, owing, scope, past })],
    named,
    scope,
    asking.detailed,
  );
}

/** Why nothing of the date can be judged, where that is so. */
function withoutGames({ slate, date }: Scope): Finding | undefined {
  switch (slate.kind) {
    case "games":
    case "every_date":
      return undefined;
    case "unknown":
      return unknown(slate.reason, slate.observed, slate.next);
    case "switched_off":
      return notApplicable("switched_off", slate.said);
    case "none":
      return notApplicable("no_games", `no game of ${date} is expected, so nothing is collected: ${slate.why}`);
  }
}

type GameAsked = Extract<Thing, { readonly kind: "game" | "game_id" }>;

/** All that collects box scores, as far as this one game is concerned. */
async function ofGame(asking: Investigating, named: Named, thing: GameAsked, asked: CalendarDate | undefined): Promise<Inquiry> {
  const { session, asOf, past } = asking;
  const inName = dateInGame(named.name);
  const own = inName === undefined ? undefined : dateAsked(inName, asking);
  if (own !== undefined && asked !== undefined && own !== asked)
    throw new UserError(`scraper "${short(named.name)}" is of ${own}, and game_date says ${asked}.`);
  const date = asked ?? own ?? newestPostGameDate(session.pipeline, asOf);
  const scope = await scopeOn({ pipeline: session.pipeline, date, asOf, gather: asking.gather });
  const closed = withoutGames(scope);
  if (closed !== undefined) return simple(named, closed, date);
  const game = await gameAmong(scope, thing, named.name);
  const owing = gamesOwing(scope.slate, "box-scores").filter(({ name }) => name === game.name);
  if (owing.length === 0) {
    const why =
      game.standing.kind === "postponed"
        ? game.standing.said
        : game.standing.kind === "excluded"
          ? game.standing.rule
          : "it owes no box scores";
    return simple(named, notApplicable("not_expected", `${game.name} of ${date}: ${why}`), date);
  }
  const collections = Object.entries(scope.rules.scraping.collections).filter(([, each]) => boxSource(each, scope.rules) !== undefined);
  const found = await Promise.all(
    collections.map(([id, collection]) => {
      const processor = scope.rules.names?.find(({ table }) => table === collection.table)?.processor;
      return collect(asking, { id, collection, processor, owing, scope, past });
    }),
  );
  return answer(found, { ...named, name: game.name }, scope, asking.detailed);
}

async function gameAmong({ slate, slateLooks, date, rules }: Scope, thing: GameAsked, given: string): Promise<SlatedGame> {
  const games = slate.kind === "games" || slate.kind === "none" ? slate.games : [];
  const found = games.find((game) =>
    thing.kind === "game" ? sameTeams(game, thing) : teamsOfId(thing.id, slateLooks, date, rules)?.includes(game.away) === true,
  );
  if (found !== undefined) return found;
  throw new UserError(
    unknownName(
      `game on ${date}`,
      given,
      games.map(({ name }) => name),
    ),
  );
}

function sameTeams({ away, home }: SlatedGame, asked: { readonly away: string; readonly home: string }): boolean {
  return (away === asked.away && home === asked.home) || (away === asked.home && home === asked.away);
}

/** The teams of an id, as the schedule's look has them. */
function teamsOfId(id: string, looks: Scope["slateLooks"], date: CalendarDate, { games }: Rules): readonly string[] | undefined {
  const [schedule] = looks;
  if (schedule?.seen !== true || typeof schedule.facts !== "object" || schedule.facts === null || !("rows" in schedule.facts))
    return undefined;
  const rows: unknown = schedule.facts.rows;
  const row = (Array.isArray(rows) ? rows : []).find(
    (each: Record<string, unknown>) => each["game_id"] === id && each["game_date"] === date,
  ) as Record<string, unknown> | undefined; // a row of the look at games.schedule
  return row === undefined || games.schedule === "" ? undefined : [String(row["away_team_tricode"]), String(row["home_team_tricode"])];
}

function answer(found: readonly Collected[], named: Named, scope: Scope, detailed: boolean): Inquiry {
  const main = found.find(({ story }) => story?.causes !== undefined) ?? found[0];
  if (main === undefined) return simple(named, notApplicable("not_owed", `nothing is collected for ${scope.date}`), scope.date);
  // A short answer names what is established or open; what is ruled out would be most of it.
  const causes = main.story?.causes?.filter(({ standing }) => detailed || standing !== "ruled_out");
  const text = findingsText(main, named.corrected);
  const due = found.flatMap(({ finding }) =>
    finding.verdict === "not_due" ? (finding.from ?? []) : "graceUntil" in finding ? (finding.graceUntil ?? []) : [],
  );
  const askAgain = due.toSorted((a, b) => a.getTime() - b.getTime())[0];
  const timeline = (main.story?.timeline ?? []).toSorted((a, b) => a.at.getTime() - b.at.getTime());
  const proposals = found.flatMap(proposalsOf);
  const told = {
    lines: found.flatMap(linesOf),
    numbers: numbersOf(main),
    proposals,
    next: nextCalls(main),
  };
  const inquiry = besideSlate({ ...told, asked: {} }, scope, new Set(found.flatMap(({ lost }) => lost.map(({ id }) => id))));
  return withFace(
    {
      ...inquiry,
      ...(causes === undefined ? {} : { causes }),
      ...(main.finding.verdict === "pass" || main.finding.verdict === "not_due"
        ? {}
        : { timeline: timeline.slice(detailed ? 0 : -mostTold) }),
      ...(text === undefined ? {} : { text }),
      ...(askAgain === undefined ? {} : { askAgain }),
    },
    named,
    scope,
  );
}

/** A look at the slate that was lost: which games are expected may be otherwise. */
function besideSlate(inquiry: Inquiry, { slateLooks }: Scope, told: ReadonlySet<string> = new Set()): Inquiry {
  const lost: readonly Line[] = slateLooks.flatMap((look) =>
    look.seen || look.off !== undefined || told.has(look.id) ? [] : [{ id: "slate", finding: judgedWithout(look), evidence: [look.id] }],
  );
  return { ...inquiry, lines: [...inquiry.lines, ...lost] };
}

/** Happenings in a short answer: the last ones. */
const mostTold = 5;

/** Under which name it was found, and on which date. */
function withFace(inquiry: Inquiry, named: Named, { date }: Pick<Scope, "date">): Inquiry {
  const corrected = named.corrected === undefined ? {} : { corrected: named.corrected };
  const headline = `${named.name} ${date}${named.corrected === undefined ? "" : ` (${named.corrected})`}`;
  return { ...inquiry, asked: { ...inquiry.asked, scraper: named.name, game_date: date, ...corrected }, headline };
}

function simple(named: Named, finding: Finding, date: CalendarDate | undefined): Inquiry {
  const inquiry: Inquiry = { lines: [{ id: `scraper/${short(named.name)}`, finding, evidence: [] }], numbers: {}, asked: {} };
  return date === undefined ? { ...inquiry, asked: { scraper: short(named.name) } } : withFace(inquiry, named, { date });
}
