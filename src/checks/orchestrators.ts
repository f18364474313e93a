import type { Evidence, Look } from "../evidence/evidence.ts";
import type { CompletionFacts } from "../evidence/looks/documents.ts";
import type { ExecutionFacts } from "../evidence/looks/orchestrators.ts";
import { executions, recordedIn } from "../evidence/looks/orchestrators.ts";
import { predictionCounts } from "../evidence/looks/predictions.ts";
import type { TableFacts } from "../evidence/looks/tables.ts";
import { rowsOf } from "../evidence/looks/tables.ts";
import type { UnitFacts } from "../evidence/looks/units.ts";
import { deployedUnit } from "../evidence/looks/units.ts";
import type { Rules } from "../pipeline/load.ts";
import type { Scope, Totals } from "./check.ts";
import { defineCheck } from "./check.ts";
import type { Finding } from "./finding.ts";
import { notApplicable } from "./finding.ts";
import type { Heard, Orchestrator } from "./orchestrating/executing.ts";
import { judgeExecuting, windowOf } from "./orchestrating/executing.ts";
import { judgeServing, servingRevisions } from "./orchestrating/serving.ts";
import { gamesOwing } from "./slate.ts";

const face = {
  id: "orchestrators",
  question: "Is each orchestrator really working?",
  depth: "quick",
  halves: ["pre_game", "post_game"],
  about: {
    why: "For three days a new revision of one never started while the old one went on serving: it was called an outage, and was none. Hours after the repair another crashed at its start, and completions were lost: that was one, and nobody saw it.",
    rule: "Functions that the pipeline file's topics name as receivers of completions. No revision that is ready and has traffic: P0. The newest not ready while an older one serves, or without all traffic: P1, running older code, never called down. Completions of the date, by the record or by rows, and half an hour later no line of the unit's own: P1; the platform's, of refused requests and starting instances, show no work. Silence counts only where the unit or those it hears of logged something else; where they didn't, or the platform counted lines that can't be read, it is unknown.",
    todo: "Read what the newest revision logged when it started. Look at the data before calling anything down: writing tables does not depend on these units, and scheduler jobs start the next phase too.",
  },
} as const;

/** What it did with one date's completions; that nothing serves is said once, with the state. */
const hearing = defineCheck({
  ...face,
  // Whether it served then, nobody knows later.
  ofState: true,
  subjects: ({ rules }): readonly Orchestrator[] => orchestratorsOf(rules),
  needs: ({ id }, { rules }) => ({ unit: deployedUnit(rules, id) }),
  wants: (subject, scope): Readonly<Record<string, Look<unknown>>> => wantsOf(subject, scope),
  judge: ({ unit, ...wanted }, { subject, scope }) => {
    const working = judgeWorking(unit, wanted, subject, scope);
    return working.length > 0 ? working : [notApplicable("not_serving", `nothing of ${subject.id} serves, as is said of its state`)];
  },
});

/** Is each orchestrator really working? Whether what should be live is live, `deployments` says of all other units. */
export const orchestrators = defineCheck({
  ...face,
  ofState: true,
  ofDate: hearing,
  subjects: ({ rules }): readonly Orchestrator[] => orchestratorsOf(rules),
  needs: ({ id }, { rules }) => ({ unit: deployedUnit(rules, id) }),
  wants: (subject, scope): Readonly<Record<string, Look<unknown>>> => wantsOf(subject, scope),
  judge: ({ unit, ...wanted }, { subject, scope }) =>
    counted([judgeServing(subject.id, unit, scope), ...judgeWorking(unit, wanted, subject, scope)]),
  numbers: ({ sums, subjects, unknown: lost }: Totals) => ({
    orchestrators: `${sums["working"] ?? 0}/${subjects} working${lost > 0 ? `, ${lost} not seen` : ""}`,
  }),
});

/** Functions that hear of completions: every unit that a completion's topic names as its receiver. */
export function orchestratorsOf(rules: Rules): readonly Orchestrator[] {
  const topics = Object.entries(rules.topics ?? {}).filter(([, { kind }]) => kind === "completion");
  const units = Object.entries(rules.units ?? {}).filter(([, { kind }]) => kind === "function");
  return units.flatMap(([id]) => {
    const own = topics.filter(([, { to = [] }]) => to.includes(id));
    if (own.length === 0) return [];
    const all = own.map(([, topic]) => topic);
    return [
      {
        id,
        topics: own.map(([name]) => name),
        publishers: all.flatMap(({ from = [] }) => from),
        tables: all.flatMap(({ shown_by: tables = [] }) => tables),
        records: all.flatMap(({ record }) => record ?? []),
        skips: all.find(({ skips }) => skips !== undefined)?.skips,
      },
    ];
  });
}

/** Where nothing serves, nothing can have been done. */
function judgeWorking(
  { unit }: UnitFacts,
  wanted: Readonly<Record<string, Evidence<unknown> | undefined>>,
  subject: Orchestrator,
  scope: Scope,
): readonly Finding[] {
  if (unit === null || servingRevisions(unit).length === 0) return [];
  const neverReady = unit.revisions.flatMap((revision) => (revision.ready ? [] : [revision.name]));
  return judgeExecuting(subject, heardOf(subject, wanted), neverReady, scope);
}

function wantsOf(subject: Orchestrator, scope: Scope): Readonly<Record<string, Look<unknown>>> {
  const { rules, date } = scope;
  const { since, until } = windowOf(scope);
  const { id: unit, publishers, skips, tables } = subject;
  const records = isRecorded(scope) ? subject.records : [];
  return {
    executed: executions(date, { unit, publishers, skips, since: since.toISOString(), until: until.toISOString() }),
    ...Object.fromEntries(records.map((collection) => [collection, recordedIn(rules, date, collection)])),
    // A night may hold more predictions than one answer takes.
    ...Object.fromEntries(
      tables.map((table) => [table, table === rules.predictions.table ? predictionCounts(rules, date) : rowsOf(rules, date, table)]),
    ),
  };
}

/** A date whose games the pipeline doesn't process has no record, and its collection may be empty by then. */
function isRecorded({ slate }: Scope): boolean {
  return slate.kind === "games" ? gamesOwing(slate, "analytics").length > 0 : slate.kind !== "none";
}

/** What `wantsOf` asked, by the same names. */
function heardOf({ tables, records }: Orchestrator, wanted: Readonly<Record<string, Evidence<unknown> | undefined>>): Heard {
  const executed = wanted["executed"] as Evidence<ExecutionFacts>; // made by executions()
  return {
    executed,
    records: records.flatMap((name) => (wanted[name] as Evidence<CompletionFacts> | undefined) ?? []), // made by recordedIn()
    tables: Object.fromEntries(
      tables.flatMap((name) => {
        const look = wanted[name] as Evidence<TableFacts> | undefined; // made by rowsOf() or predictionCounts()
        return look === undefined ? [] : [[name, look]];
      }),
    ),
  };
}

function counted(findings: readonly Finding[]): readonly Finding[] {
  const working = findings.every(({ verdict }) => verdict === "pass") ? 1 : 0;
  return findings.map((finding, index) => (index === 0 ? { ...finding, figures: { ...finding.figures, working } } : finding));
}
