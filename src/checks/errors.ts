import type { Evidence, Look } from "../evidence/evidence.ts";
import type { LoggedLine } from "../evidence/looks/logs.ts";
import { keptFrom, retentionDays } from "../evidence/looks/logs.ts";
import type { ScheduleRow, TableFacts } from "../evidence/looks/tables.ts";
import { rowsOf, scheduleWindow } from "../evidence/looks/tables.ts";
import type { UnitErrorFacts } from "../evidence/looks/unit-errors.ts";
import { unitErrors } from "../evidence/looks/unit-errors.ts";
import { excerpt } from "../outside-text.ts";
import { instantOf } from "../pipeline/dates.ts";
import { dueAt } from "../pipeline/due.ts";
import type { Rules } from "../pipeline/load.ts";
import { tableRules } from "../pipeline/load.ts";
import { isOwed } from "./completion/mode.ts";
import type { Group, Scope, Totals, Words } from "./check.ts";
import { defineCheck } from "./check.ts";
import type { Figures, Finding } from "./finding.ts";
import { note, notApplicable, notDue, pass, problem, unknown } from "./finding.ts";
import { digestOf, isHarmless, isNew, isSevere, linesIn } from "./logging/digest.ts";
import type { LinePattern } from "./logging/digest.ts";
import { earlierWindow } from "./logging/compare-with.ts";
import { gamesOwing } from "./slate.ts";
import { surplusOf } from "./surplus.ts";
import { at, counted, listNames } from "./words.ts";

interface UnitSubject {
  readonly id: string;
  /** What it writes, as far as the pipeline file says so: where a fallback may have left surplus rows. */
  readonly tables: readonly string[];
}

type TableEvidence = Readonly<Record<string, Evidence<TableFacts> | undefined>>;

/** What new errors? A digest of the night's log of every unit of the chain, beside that of the last good day. */
export const errors = defineCheck({
  id: "errors",
  question: "What new errors?",
  depth: "standard",
  about: {
    why: "A worker answered every request with an error for 28 hours while its health endpoint said healthy. A MERGE that failed deleted and appended instead, and 72 rows were there twice.",
    rule: "Lines of ERROR and above from the first tip-off on, at most 24 hours, of every unit that a topic or a stage's job names; alike ones put together. A fallback that deletes and appends: P3 while its table holds surplus rows of the date or could not be looked at, else a note. A pattern of three lines or more that the last good day (or the last game date) lacks: P3; not to be compared: unknown. Lines known to be harmless are counted apart. A unit that logged nothing then, but earlier, is not applicable; one that never did is unknown. A share of errors is not given: nobody counts requests.",
    stage: "analytics",
    todo: "Read them with read_logs: it shows first and last time, revisions and, where lines tell, the cause.",
  },
  subjects: (scope): UnitSubject[] => (gamesOwing(scope.slate, "box-scores").length === 0 ? [] : [...chainUnits(scope.rules)]),
  needs: ({ id }, scope) => ({ log: unitErrors({ unit: id, date: scope.date, ...windowOf(scope), before: beforeOf(scope) }) }),
  wants: ({ tables }, { rules, date }): Readonly<Record<string, Look<TableFacts>>> =>
    Object.fromEntries(tables.map((table) => [table, rowsOf(rules, date, table)])),
  judge: ({ log, ...tables }, { subject, scope }) => judge(subject, log, tables as TableEvidence, scope), // Only looks of `wants` are left.
  say: sayErrors,
  numbers: ({ sums, subjects, unknown: lost }: Totals) => ({
    errors: [
      `${counted(sums["errors"] ?? 0, "line")} of ${subjects} units`,
      ...((sums["harmless"] ?? 0) > 0 ? [`${sums["harmless"]} harmless`] : []),
      ...(lost > 0 ? [`those of ${lost} not known`] : []),
    ].join(", "),
  }),
});

/** Units that a topic names on either end, or that a job calls for a stage. */
export function chainUnits({ topics = {}, schedule = {}, units = {}, predictions }: Rules): readonly UnitSubject[] {
  const all = Object.values(topics);
  const named = new Set([
    ...all.flatMap(({ from = [], to = [] }) => [...from, ...to]),
    ...Object.values(schedule).flatMap(({ calls, feeds = [] }) => (calls === undefined || feeds.length === 0 ? [] : [calls])),
  ]);
  return Object.keys(units)
    .filter((id) => named.has(id))
    .map((id) => ({
      id,
      // A night may hold more predictions than one answer takes.
      tables: [...new Set(all.flatMap(({ from = [], shown_by: shown = [] }) => (from.includes(id) ? shown : [])))].filter(
        (table) => table !== predictions.table,
      ),
    }));
}

const dayMs = 24 * 60 * 60_000;

/** From the first tip-off on; where the schedule doesn't say when that is, from noon. */
function windowOf({ slate, date, rules, asOf }: Scope): { readonly since: Date; readonly until: Date } {
  const tipOffs = slate.kind === "games" ? slate.games.flatMap(({ tipOff }) => (tipOff === undefined ? [] : [tipOff.getTime()])) : [];
  const since = tipOffs.length === 0 ? instantOf(date, { day: 0, hour: 12, minute: 0 }, rules.zone) : new Date(Math.min(...tipOffs));
  const until = new Date(Math.min(asOf.getTime(), since.getTime() + dayMs));
  return { since: since < until ? since : new Date(until.getTime() - 1), until };
}

function beforeOf(scope: Scope): ReturnType<typeof earlierWindow> {
  const { rules, date, asOf, slateLooks, lastGood } = scope;
  const schedule = slateLooks.find(({ id }) => rules.kind !== "plain" && id === scheduleWindow(rules, date).id) as
    | Evidence<TableFacts<ScheduleRow>>
    | undefined; // made by scheduleWindow()
  return earlierWindow({ ...windowOf(scope), asOf, good: lastGood, schedule }, rules);
}

function judge(subject: UnitSubject, log: UnitErrorFacts, tables: TableEvidence, scope: Scope): readonly Finding[] {
  const { rules, date, asOf } = scope;
  const { since } = windowOf(scope);
  const patterns = digestOf(log.lines, { unit: subject.id, known: rules.log_texts, before: log.before ?? undefined });
  const severe = patterns.filter(({ severity }) => isSevere(severity));
  const bad = severe.filter((each) => !isHarmless(each));
  const figures = { errors: linesIn(bad), harmless: linesIn(severe.filter(isHarmless)) };
  const due = dueAt(rules, "analytics", date);
  if (asOf < due) return [notDue(`${counted(figures.errors, "ERROR line")} so far`, due, figures)];
  if (since < keptFrom(asOf)) return [notApplicable("expired", `lines are kept ${retentionDays} days`)];
  if (severe.length === 0) return [log.more ? partlyRead(subject) : quiet(subject, log, scope, figures)];
  const fallbacks = fallbackFindings(subject, log.lines, tables, scope);
  const said = [...fallbacks, ...patternFindings(subject, bad, log, { figures, scope })];
  const [first, ...rest] = said.length === 0 ? [pass(`${counted(figures.harmless, "line")} of ${subject.id}, known to be harmless`)] : said;
  const partly = log.more ? [partlyRead(subject)] : [];
  return first === undefined ? partly : [{ ...first, figures }, ...rest, ...partly];
}

function quiet({ id }: UnitSubject, { any, last }: UnitErrorFacts, scope: Scope, figures: Figures): Finding {
  const since = at(windowOf(scope).since, scope);
  if (any !== null) return pass(`no ERROR line of ${id} since ${since}`, figures);
  if (last !== null)
    return notApplicable("silent", `${id} logged nothing since ${since}; its last line before is of ${at(new Date(last), scope)}`);
  if (!isOwed(scope))
    return notApplicable(
      "not_owed",
      `${id} logged nothing since ${since}, and no game of this date goes through what follows the box scores`,
    );
  return unknown(
    "silent",
    `${id} logged nothing since ${since}, nor in the week before: silence proves nothing`,
    `See whether ${id} was called at all.`,
  );
}

function partlyRead({ id }: UnitSubject): Finding {
  return unknown("partly_read", `${id} logged more ERROR lines than were read`, `Read the log of ${id} with read_logs.`);
}

const least = 3;

function patternFindings(
  { id }: UnitSubject,
  bad: readonly LinePattern[],
  log: UnitErrorFacts,
  { figures: { errors: total = 0 }, scope }: { readonly figures: Figures; readonly scope: Scope },
): readonly Finding[] {
  const from = `since ${at(windowOf(scope).since, scope)}`;
  const frequent = bad.filter(({ count }) => count >= least);
  const fresh = frequent.filter(isNew);
  if (fresh.length > 0) {
    return [
      problem("P3", {
        reason: "new_errors",
        observed: `${counted(linesIn(fresh), "ERROR line")} of ${id} ${from} in ${counted(fresh.length, "pattern")}, none of them in ${log.compared}: ${lineOf(fresh[0])}`,
        expected: `no pattern of ${least} ERROR lines or more that the last good day lacks`,
        next: `Read the log of ${id} with read_logs.`,
      }),
    ];
  }
  if (frequent.length > 0 && log.before === null) {
    const observed = `${counted(linesIn(frequent), "ERROR line")} of ${id} ${from}, and whether they are new is not known: ${log.compared}; most: ${lineOf(frequent[0])}`;
    return [unknown("not_compared", observed, `Read the log of ${id} with read_logs.`)];
  }
  return bad.length === 0
    ? []
    : [note("known_errors", `${counted(total, "ERROR line")} of ${id}, few or as usual; most: ${lineOf(bad[0])}`)];
}

const fallback = /\bmerge_fallback\b/u;

/** Per table that a MERGE's fallback deleted and appended. */
function fallbackFindings({ id }: UnitSubject, lines: readonly LoggedLine[], tables: TableEvidence, scope: Scope): readonly Finding[] {
  const own = lines.filter(({ text }) => fallback.test(text));
  return [...Map.groupBy(own, ({ table }) => table ?? "")].map(([named, all]) => {
    const table = Object.keys(tables).find((each) => each === named || each.endsWith(`.${named}`));
    const look = table === undefined ? undefined : tables[table];
    const times = `${counted(all.length, "fallback")} of ${id} to delete and append${table === undefined ? "" : ` in ${table}`}`;
    if (look?.seen === true && table !== undefined) {
      const { rows } = surplusOf(look.facts.rows, tableRules(scope.rules, table));
      return rows === 0
        ? note("merge_fallback", `${times}; it holds no surplus row of ${scope.date}`)
        : fellBack(`${times}; it holds ${counted(rows, "surplus row")} of ${scope.date}`);
    }
    return fellBack(`${times}; whether rows are there twice could not be looked at`);
  });
}

function fellBack(observed: string): Finding {
  return problem("P3", {
    reason: "merge_fallback",
    observed,
    expected: "a MERGE that goes through, or one that leaves each key once",
    next: "Count surplus rows of that table and date with find_duplicates.",
  });
}

const exampleCharacters = 90;

function lineOf(pattern: LinePattern | undefined): string {
  return pattern === undefined ? "" : `${pattern.count} × ${excerpt(pattern.example, exampleCharacters)}`;
}

function sayErrors({ findings, reason }: Group): Words | undefined {
  if (findings.length < 2 || reason !== "known_errors") return undefined;
  return { observed: `ERROR lines, few or as usual, of ${listNames(findings.map(({ subject }) => subject))}` };
}
