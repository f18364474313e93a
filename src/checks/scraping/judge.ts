import type { Evidence } from "../../evidence/evidence.ts";
import type { AttemptRow, DecisionRow, ExpectedRunRow } from "../../evidence/looks/scraping.ts";
import type { TableFacts } from "../../evidence/looks/tables.ts";
import { tableRules } from "../../pipeline/load.ts";
import type { Scope } from "../check.ts";
import type { Figures, Finding } from "../finding.ts";
import { note, notDue, pass, problem, putOff, unknown, waitsFor } from "../finding.ts";
import { writtenBetween } from "../keep.ts";
import type { BoxEvidence } from "../landing.ts";
import { landedOf } from "../landing.ts";
import type { SlatedGame } from "../slate.ts";
import { at, counted, gap, listNames } from "../words.ts";
import type { Attempt, Decision } from "./attempts.ts";
import { attemptText, attemptsOf, attemptsText, decisionOf, decisionText, emptySuccesses, firstSuccess } from "./attempts.ts";
import type { Collecting } from "./collection.ts";
import { boxSource } from "./collection.ts";
import type { Landing } from "./landed.ts";
import type { Window } from "./window.ts";
import { nextWindowText, windowOf, windowText } from "./window.ts";

/** What is known of one collection besides its own rows; each may have been refused. */
interface Circumstances {
  readonly log: Evidence<TableFacts<AttemptRow>>;
  readonly decisions: Evidence<TableFacts<DecisionRow>>;
  readonly expected: Evidence<TableFacts<ExpectedRunRow>>;
  /** The other sources of the same box scores, by table. */
  readonly others: Readonly<Record<string, BoxEvidence>>;
  /** Tables that read the collection, by name. */
  readonly readers: Readonly<Record<string, Evidence<TableFacts>>>;
}

interface Case extends Circumstances {
  readonly id: string;
  readonly collection: Collecting;
  readonly owing: readonly SlatedGame[];
  readonly landing: Landing;
  readonly window: Window;
  readonly attempts: readonly Attempt[] | undefined;
  readonly decision: Decision | undefined;
  readonly scope: Scope;
}

interface Collected {
  readonly id: string;
  readonly collection: Collecting;
  readonly owing: readonly SlatedGame[];
  readonly landing: Landing;
}

/** One collection that is in force and owed. Rows decide; the execution log and the decisions explain. */
export function judgeCollection(own: Collected, around: Circumstances, scope: Scope): readonly Finding[] {
  const window = windowOf(own.collection, around.expected, scope);
  const attempts = attemptsOf(own.collection, around.log, scope);
  const decision = decisionOf(own.collection, around.decisions, window, scope);
  const told: Case = { ...own, ...around, window, attempts, decision, scope };
  if (scope.asOf < window.at) return notYet(told);
  return [own.landing.missing.length === 0 ? judgeLanded(told) : judgeMissing(told)];
}

/** Who asks while the games are played is told when the next window opens: nothing has failed before. */
function notYet({ id, collection, window, scope }: Case): readonly Finding[] {
  const next = `${id}: ${nextWindowText(collection, window, scope)}`;
  return [notDue(next, window.at, figures(0)), ...(scope.half === "post_game" ? [note("next_window", next)] : [])];
}

function figures(landed: 0 | 1, late: 0 | 1 = 0): Figures {
  return { collections: 1, landed, late };
}

function judgeLanded(told: Case): Finding {
  const { id, landing, window, scope } = told;
  const whole = wholeAt(told);
  if (whole === undefined && scope.asOf > window.lateAt) return landedAtUnknown(told);
  if (whole === undefined || whole <= window.lateAt)
    return pass(`${id}: ${landedText(told)}${attemptsText(told.attempts, told.log, scope)}`, figures(1));
  const firsts = landing.first !== undefined && window.at < landing.first ? landing.first : whole;
  const brief = `${id} came ${timesText(told)}, ${gap(window.at, firsts)} after the expected ${windowText(window, scope)}`;
  if (isCoveredElsewhere(told)) return note("landed_late", `${brief}; other sources have the same games`, figures(1, 1));
  const { behind, untold } = readersOf(told);
  const open = untold.length === 0 ? "" : `; whether ${listNames(untold)} was written since could not be looked at`;
  if (behind.length === 0 && untold.length > 0)
    return unknown(
      "reader_unknown",
      `${brief}${open}`,
      `See why ${listNames(untold)} can't be read or dated, then ask again: it may have been computed without these rows.`,
      figures(1, 1),
    );
  if (behind.length === 0) return note("landed_late", `${brief}; everything that reads it is newer`, figures(1, 1));
  const landed = firsts < whole ? `first rows ${gap(window.at, firsts)} and the last game` : "landed";
  const observed = `${id}: ${landedText(told)}, ${landed} ${gap(window.at, whole)} after the expected ${windowText(window, scope)}`;
  return problem("P3", {
    reason: "landed_late_unread",
    observed: `${observed}; not read since by ${listNames(behind)}${open}${attemptsText(told.attempts, told.log, scope)}`,
    expected: `what reads ${told.collection.table} is newer than its last row`,
    next: `Run ${listNames(behind)} for ${scope.date} again: it was computed without these rows, or without some of them.`,
    figures: figures(1, 1),
  });
}

/** Since when it was whole; undefined where rows carry no stamp, the log tells no success, and no other game is known to be late. */
function wholeAt({ landing, attempts = [], window }: Case): Date | undefined {
  const known = landing.wholeAt;
  if (!landing.untimed || (known !== undefined && known > window.lateAt)) return known;
  return firstSuccess(attempts);
}

function landedAtUnknown(told: Case): Finding {
  const { id, window, scope } = told;
  const brief = `${id}: ${landedText(told)}, some or all without a write time, and no run that succeeded is known; lateness can't be told`;
  if (isCoveredElsewhere(told)) return note("landing_time_unknown", `${brief}; other sources have the same games`, figures(1));
  return unknown(
    "landing_time_unknown",
    `${brief} (expected ${windowText(window, scope)})`,
    "See why the write times are missing, and when the scraper ran.",
    figures(1),
  );
}

/** `10 of 10 games, 348 rows, 14:45 ET to 15:00 ET` */
function landedText(told: Case): string {
  const { covered, of, rows, first } = told.landing;
  return `${covered} of ${counted(of, "game")}, ${counted(rows, "row")}${first === undefined ? "" : `, ${timesText(told)}`}`;
}

function timesText({ landing: { first, last }, scope }: Case): string {
  if (first === undefined || last === undefined) return "late";
  return first < last ? `${at(first, scope)} to ${at(last, scope)}` : at(first, scope);
}

interface Readers {
  /** Looked at, and not newer than what they read. */
  readonly behind: readonly string[];
  /** Could not be looked at, or nothing tells which is newer. */
  readonly untold: readonly string[];
}

/** Who has read the rows. Of snapshots, of which more keep coming, the first rows count. */
function readersOf({ collection, landing, readers, scope: { rules } }: Case): Readers {
  const since = boxSource(collection, rules) === undefined ? landing.first : landing.last;
  const states = (collection.read_by ?? []).map((table) => {
    const look = readers[table];
    if (look?.seen !== true) return { table, state: "untold" };
    if (look.facts.rows.length === 0) return { table, state: "behind" };
    const written = writtenBetween(look.facts.rows, tableRules(rules, table));
    if (written === undefined || since === undefined) return { table, state: "untold" };
    return { table, state: written.last <= since ? "behind" : "newer" };
  });
  const named = (wanted: string) => states.flatMap(({ table, state }) => (state === wanted ? [table] : []));
  return { behind: named("behind"), untold: named("untold") };
}

/** Whether this is a fallback whose games another source has complete: then nobody waits for it. */
function isCoveredElsewhere({ collection, owing, others, scope: { rules } }: Case): boolean {
  if (boxSource(collection, rules)?.preferred !== false) return false;
  return owing.every((game) =>
    Object.entries(others).some(([table, look]) => look.seen && landedOf(look.facts, table, game, rules).complete),
  );
}

function judgeMissing(told: Case): Finding {
  const { id, collection, landing, window, scope, attempts = [] } = told;
  const excuse = boxSource(collection, scope.rules) === undefined ? undecidedSlate(told) : undecidedGames(landing.missing);
  if (excuse !== undefined) return excuse;
  if (scope.asOf < window.dueAt) {
    return putOff(`${id}: nothing of the window of ${windowText(window, scope)} yet`, window.dueAt, figures(0));
  }
  if (isCoveredElsewhere(told))
    return note(
      "fallback_missing",
      `${id}: ${landing.covered} of ${counted(landing.of, "game")}, which other sources have complete`,
      figures(0),
    );
  const [empty] = landing.rows === 0 ? emptySuccesses(attempts, window, scope) : [];
  if (empty !== undefined) return succeededWithNothing(told, empty);
  const skipped = told.decision !== undefined && !told.decision.runs && landing.rows === 0;
  return problem(scope.asOf < window.lateAt ? "P3" : "P1", {
    reason: skipped ? "skipped" : landing.rows === 0 ? "not_landed" : "partly_landed",
    observed: `${missingText(told)}${attemptsText(told.attempts, told.log, scope)}${decisionText(told, scope)}`,
    expected: expectedText(told),
    next: `${skipped ? `See why ${collection.workflow} was skipped` : `See what became of ${listNames(collection.scrapers)}`}, then have it collect ${scope.date} again${landing.covered > 0 ? " for the games that are missing" : ""}.`,
    ...(scope.asOf < window.lateAt ? { graceUntil: window.lateAt } : {}),
    figures: figures(0, scope.asOf < window.lateAt ? 0 : 1),
  });
}

function missingText(told: Case): string {
  const { id, collection, landing, window, scope } = told;
  const missing = landing.covered > 0 ? ` (missing ${listNames(landing.missing.map(({ name }) => name))})` : "";
  const late = `expected ${windowText(window, scope)}, ${gap(window.at, scope.asOf)} ago`;
  return `${id}: ${landing.covered} of ${counted(landing.of, "game")} in ${collection.table}${missing}, ${late}`;
}

function expectedText({ collection, landing, window, scope }: Case): string {
  return `rows of ${counted(landing.of, "game")} in ${collection.table} by ${at(window.lateAt, scope)}`;
}

function succeededWithNothing(told: Case, empty: Attempt): Finding {
  const { id, collection, scope } = told;
  return problem("P1", {
    reason: "success_without_rows",
    observed: `${id}: ${listNames(collection.scrapers)} ended ${attemptText(empty, scope)}, and ${collection.table} holds no row of ${scope.date}${decisionText(told, scope)}`,
    expected: expectedText(told),
    next: `Look at what the source answered then: a success that brings nothing is not tried again by itself; have it collect ${scope.date} again.`,
    figures: figures(0, 1),
  });
}

/** Games without rows that are not over, or of which nobody knows whether they were played, prove nothing of a scraper. */
function undecidedGames(missing: readonly SlatedGame[]): Finding | undefined {
  if (missing.some((game) => game.standing.kind === "expected" && (game.final || game.odd !== undefined))) return undefined;
  return unsure(missing) ?? waitsFor("games");
}

function undecidedSlate({ owing }: Case): Finding | undefined {
  return owing.some(({ standing }) => standing.kind === "expected") ? undefined : unsure(owing);
}

function unsure(games: readonly SlatedGame[]): Finding | undefined {
  const [standing] = games.flatMap((game) => (game.standing.kind === "unsure" ? [game.standing] : []));
  return standing === undefined ? undefined : unknown(standing.reason, standing.said, standing.next);
}
