import { instantOf } from "../pipeline/dates.ts";
import { dueAt, timeliness } from "../pipeline/due.ts";
import type { Group, Scope, Words } from "./check.ts";
import { couldNotLook, defineCheck } from "./check.ts";
import type { Finding } from "./finding.ts";
import { note, notDue, pass, problem, waitsFor } from "./finding.ts";
import type { BoxEvidence, Landed } from "./landing.ts";
import { boxScoreLooks, landedOf, sourcesOf } from "./landing.ts";
import type { SlatedGame } from "./slate.ts";
import { gamesOwing } from "./slate.ts";
import { at, consequences, counted, gap, listNames, readerText, severityBy } from "./words.ts";

interface GameSubject {
  readonly id: string;
  readonly game: SlatedGame;
}

/** Are raw box scores there? Any live source will do; the preferred one missing is only a warning. */
export const boxScores = defineCheck({
  id: "box-scores",
  question: "Are raw box scores there for both teams of every game?",
  depth: "quick",
  about: {
    why: "Analytics can only be as whole as the raw rows. One night the gamebook came almost nine hours late, and what ran meanwhile ran without it.",
    rule: "Rows for both teams from any live source will do. No source: P1, within the grace P3. The preferred source missing after the grace: P3; landed after it: a note with the delay. An unusual number of rows: P4.",
    stage: "box-scores",
    todo: "Find out why the collection did not land, collect the date again, then run Phase 3 and whatever has read without it.",
  },
  subjects: ({ slate }): GameSubject[] => gamesOwing(slate, "box-scores").map((game) => ({ id: game.name, game })),
  needs: () => ({}),
  wants: (_subject, scope) => boxScoreLooks(scope),
  judge: (facts, { subject, scope }) => judgeGame(subject.game, facts, scope),
  say: sayBoxScores,
  numbers: ({ sums, subjects }) => ({ box_scores: `${sums["landed"] ?? 0}/${subjects} games` }),
});

interface Source {
  readonly table: string;
  readonly preferred: boolean;
  readonly expected: Date;
  readonly look: BoxEvidence;
  readonly landed?: Landed;
}

function judgeGame(game: SlatedGame, facts: Readonly<Record<string, BoxEvidence>>, scope: Scope): readonly Finding[] {
  const { rules, date, asOf } = scope;
  const sources: Source[] = sourcesOf(facts, rules).map(({ source, look }) => ({
    table: source.table,
    preferred: source.preferred,
    expected: instantOf(date, source.expected, rules.zone),
    look,
    ...(look.seen ? { landed: landedOf(look.facts, source.table, game, rules) } : {}),
  }));
  const complete = sources.filter((source) => source.landed?.complete);
  const figures = { landed: complete.length > 0 ? 1 : 0 };
  const due = dueAt(rules, "box-scores", date);
  if (asOf < due) return [notDue("raw box scores", due, figures)];
  if (complete.length > 0)
    return [pass(`complete in ${complete.map((source) => source.table).join(", ")}`, figures), ...preferredFindings(sources, scope)];
  const lost = sources.flatMap(({ look }) => (look.seen ? [] : [look]));
  if (lost.length > 0) return lost.map(couldNotLook);
  return [missing(game, sources, scope)];
}

function missing(game: SlatedGame, sources: readonly Source[], { rules, date, asOf }: Scope): Finding {
  if (!game.final && game.odd === undefined) return waitsFor("games");
  const time = timeliness(rules, "box-scores", date, asOf);
  if (time.state === "not_due") return notDue("raw box scores", time.from);
  const best = sources.reduce<Source | undefined>(
    (most, source) => ((source.landed?.rows ?? 0) > (most?.landed?.rows ?? 0) ? source : most),
    undefined,
  );
  const { least } = rules.thresholds["box-scores"].team_rows;
  return problem(severityBy(time, "P1"), {
    reason: best === undefined ? "missing" : "partial",
    observed:
      best === undefined
        ? `no rows in ${sources.map((source) => source.table).join(", ")}`
        : `${best.landed?.rows} rows in ${best.table}, one team has ${best.landed?.least}`,
    expected: `at least ${least} rows for both teams from any source by ${at(time.state === "grace" ? time.until : time.since, { rules, date })}`,
    next: `Collect the box scores of ${date} again; analytics of these games waits for them.`,
    ...consequences(time),
  });
}

/** What is to be said of the preferred source when box scores are there all the same. */
function preferredFindings(sources: readonly Source[], scope: Scope): readonly Finding[] {
  const preferred = sources.find((source) => source.preferred);
  if (preferred === undefined) return [];
  const { rules, date, asOf } = scope;
  const late = instantOf(date, rules.stages["box-scores"].grace_until, rules.zone);
  const expected = `${preferred.table} by ${at(preferred.expected, scope)}`;
  const fallbacks = sources.filter((source) => source.landed?.complete && !source.preferred).map((source) => source.table);
  if (preferred.landed === undefined) {
    return [
      problem("P3", {
        reason: "preferred_not_seen",
        observed: `${preferred.table} could not be looked at; judged on ${fallbacks.join(", ")}`,
        expected,
        next: preferred.look.seen ? "" : preferred.look.next,
      }),
    ];
  }
  if (!preferred.landed.complete) {
    if (asOf < late) return [];
    const observed = `${preferred.landed.rows} rows in ${preferred.table}; complete in ${fallbacks.join(", ")}`;
    return [
      problem("P3", {
        reason: "preferred_missing",
        observed,
        expected,
        next: `Find out why ${preferred.table} did not land; fallback rows carry fewer columns.`,
      }),
    ];
  }
  return [...sizeFindings(preferred, scope), ...lateFindings(preferred, late, scope)];
}

function sizeFindings({ table, landed }: Source, { rules }: Scope): readonly Finding[] {
  const { from, to, reason } = rules.thresholds["box-scores"].game_rows;
  const rows = landed?.rows ?? 0;
  if (rows >= from && rows <= to) return [];
  return [
    problem("P4", {
      reason: "unusual_size",
      observed: `${rows} rows in ${table}`,
      expected: `${from}-${to} rows per game (${reason})`,
      next: `Compare the game's rows with the league's box score.`,
    }),
  ];
}

function lateFindings(preferred: Source, late: Date, scope: Scope): readonly Finding[] {
  const { landed, expected, table } = preferred;
  if (landed?.first === undefined || landed.last === undefined || landed.last <= late) return [];
  const figures = { first: landed.first.getTime(), last: landed.last.getTime() };
  return [note("landed_late", lateText(table, landed.first, landed.last, expected, scope), figures)];
}

function lateText(table: string, first: Date, last: Date, expected: Date, scope: Scope): string {
  return `${table}: rows now there came ${at(first, scope)} to ${at(last, scope)}; first rows ${gap(expected, first)} after the expected ${at(expected, scope)}`;
}

function sayBoxScores({ reason, findings, of }: Group, scope: Scope): Words | undefined {
  const { rules, date, asOf } = scope;
  const names = listNames(findings.map(({ subject }) => subject));
  if (reason === "missing" || reason === "partial") {
    const time = timeliness(rules, "box-scores", date, asOf);
    const reader = time.state === "not_due" ? "" : readerText(time.breaks, scope, "them");
    return {
      observed: `${findings.length} of ${of} games have ${reason === "missing" ? "no" : "only some"} raw box scores: ${names}${reader}`,
    };
  }
  if (reason === "preferred_missing") {
    return { observed: `${preferredTable(rules)} lacks ${counted(findings.length, "game")} that other sources have complete: ${names}` };
  }
  if (reason === "landed_late") {
    const preferred = rules.box_scores.sources.find((source) => source.preferred);
    const first = Math.min(...findings.map(({ finding }) => finding.figures?.["first"] ?? Infinity));
    const last = Math.max(...findings.map(({ finding }) => finding.figures?.["last"] ?? -Infinity));
    if (preferred === undefined) return undefined;
    return { observed: lateText(preferred.table, new Date(first), new Date(last), instantOf(date, preferred.expected, rules.zone), scope) };
  }
  return undefined;
}

function preferredTable(rules: Scope["rules"]): string {
  return rules.box_scores.sources.find((source) => source.preferred)?.table ?? "the preferred source";
}
