import type { Evidence, Look } from "../evidence/evidence.ts";
import type { RunDayRow } from "../evidence/looks/scraping.ts";
import { runDays } from "../evidence/looks/scraping.ts";
import type { RunRow, TableFacts } from "../evidence/looks/tables.ts";
import { processorRuns, rowsOf } from "../evidence/looks/tables.ts";
import { dueAt } from "../pipeline/due.ts";
import { tableRules } from "../pipeline/load.ts";
import type { Rules } from "../pipeline/load.ts";
import type { Group, Scope, Totals, Words } from "./check.ts";
import { couldNotLook, defineCheck } from "./check.ts";
import type { Finding } from "./finding.ts";
import { notDue, unknown } from "./finding.ts";
import type { BoxEvidence } from "./landing.ts";
import { boxScoreLooks } from "./landing.ts";
import type { OutputEvidence, RunSubject } from "./running/judge.ts";
import { judgeOthers, judgeProcessor, notRecorded } from "./running/judge.ts";
import type { Run } from "./running/run.ts";
import { runsIn } from "./running/run.ts";
import { gamesOwing } from "./slate.ts";
import { counted, listNames } from "./words.ts";

/** What processors the pipeline file doesn't name are judged under, together. */
const others: RunSubject = { id: "others", stage: "completion" };

/** Did processor runs end well? Runs explain: whether their output is there is judged by the checks of the tables. */
export const runs = defineCheck({
  id: "runs",
  question: "Did processor runs end well?",
  depth: "standard",
  about: {
    why: "Two runs of one processor 18 s apart both fell back to delete and insert. Another ended in success having written nothing, and its record said complete.",
    rule: "Running too long: P3, much too long P2. Runs that overlap: P2 while their table holds surplus rows or could not be looked at, else a note. A run without an end that another outlived may have been refused by the lock: a note while the table is clean, and never called an overlap where the table could not be looked at. Success with 0 records: P1 where games were expected and the table holds no row of the date, else a note. Runs that failed or that the lock refused are notes beside one that ended well.",
    stage: "analytics",
    todo: "Read the processor's log between start and end of the run; then see whether its table is whole before running it again.",
  },
  subjects: (scope): RunSubject[] => (gamesOwing(scope.slate, "analytics").length === 0 ? [] : [...named(scope.rules), others]),
  needs: (_subject, { rules, date }) => ({ history: processorRuns(rules, date) }),
  wants: (subject, scope): Readonly<Record<string, Look<TableFacts>>> => ({
    days: runDays(scope.rules, scope.date),
    ...(subject.table === undefined ? {} : { output: rowsOf(scope.rules, scope.date, subject.table) }),
    ...(subject.eatsGames === true ? boxScoreLooks(scope) : {}),
  }),
  judge: ({ history, days, output, ...boxes }, { subject, scope }) =>
    judge(subject, { history, days, output, boxes: boxes as Readonly<Record<string, BoxEvidence>> }, scope), // Only box looks are left.
  say: sayRuns,
  numbers: ({ sums, unknown: lost }: Totals) => ({ runs: countsText(sums, lost) }),
});

/** Processors that the pipeline file names, by class, with the table that each fills and the stage it is due in. */
function named(rules: Rules): readonly RunSubject[] {
  const { processors, next_phase: next } = rules.completion;
  const subject = (id: string, table: string, eatsGames: boolean): RunSubject => ({
    id,
    table,
    eatsGames,
    stage: tableRules(rules, table).stage,
  });
  return [
    ...Object.values(processors).map(({ class: id, table, eats_games: eatsGames }) => subject(id, table, eatsGames)),
    ...Object.entries(next.processors ?? {}).map(([id, table]) => subject(id, table, false)),
  ];
}

interface RunFacts {
  readonly history: TableFacts<RunRow>;
  readonly days: Evidence<TableFacts> | undefined;
  readonly output: OutputEvidence | undefined;
  readonly boxes: Readonly<Record<string, BoxEvidence>>;
}

function judge(subject: RunSubject, facts: RunFacts, scope: Scope): readonly Finding[] {
  const { rules, date, asOf } = scope;
  const all = runsIn(facts.history.rows);
  const known = named(rules).map(({ id }) => id);
  const own = all.filter(({ processor }) => (subject.id === others.id ? !known.includes(processor) : processor === subject.id));
  const due = dueAt(rules, subject.stage, date);
  if (asOf < due) return [notDue(`${counted(own.length, "run")} so far`, due, subject.id === others.id ? {} : figuresOf(own))];
  const silent = all.length === 0 ? silence(facts.days, scope) : undefined;
  if (silent !== undefined) return [silent];
  if (subject.id === others.id) return judgeOthers(own, scope);
  if (own.length === 0) return [notRecorded(subject, facts.output, all.length === 0, scope)];
  const [first, ...rest] = judgeProcessor(subject, own, facts, scope);
  return first === undefined ? [] : [{ ...first, figures: figuresOf(own) }, ...rest];
}

/** An empty history is only believed to be one if it held runs of the days before. */
function silence(days: Evidence<TableFacts> | undefined, { rules, date }: Scope): Finding | undefined {
  if (days === undefined) return undefined;
  if (!days.seen) return couldNotLook(days);
  if (days.facts.rows.some((row) => isCounted(row) && row.n > 0)) return undefined;
  return unknown(
    "history_empty",
    `${rules.run_history} holds no run of ${date} and none of the ${rules.games.witness_days} days before, so its silence says nothing`,
    `See that ${rules.run_history} is still being written, then ask again.`,
  );
}

function isCounted(row: TableFacts["rows"][number]): row is RunDayRow {
  return typeof row["n"] === "number";
}

function figuresOf(own: readonly Run[]): Readonly<Record<string, number>> {
  const count = (state: Run["state"]): number => own.filter((run) => run.state === state).length;
  return { well: count("well"), running: count("running"), failed: count("failed"), refused: count("refused") };
}

function countsText(sums: Totals["sums"], lost: number): string {
  const parts = ["running", "failed", "refused"].flatMap((name) => ((sums[name] ?? 0) > 0 ? [`${sums[name]} ${name}`] : []));
  return [`${sums["well"] ?? 0} ended well`, ...parts, ...(lost > 0 ? [`those of ${lost} not seen`] : [])].join(", ");
}

function sayRuns({ findings }: Group): Words | undefined {
  return findings.length < 2 ? undefined : { observed: listNames(findings.map(({ finding }) => finding.observed.split("; ")[0] ?? "")) };
}
