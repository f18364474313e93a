import type { Evidence, Look } from "../evidence/evidence.ts";
import type { CompletionFacts } from "../evidence/looks/documents.ts";
import type { ExecutionFacts } from "../evidence/looks/orchestrators.ts";
import { executions, recordedIn } from "../evidence/looks/orchestrators.ts";
import { predictionCounts } from "../evidence/looks/predictions.ts";
import type { TableFacts } from "../evidence/looks/tables.ts";
import { rowsOf } from "../evidence/looks/tables.ts";
import { deployedUnit } from "../evidence/looks/units.ts";
import type { Rules } from "../pipeline/load.ts";
import type { Scope, Totals } from "./check.ts";
import { defineCheck } from "./check.ts";
import type { Finding } from "./finding.ts";
import type { Heard, Orchestrator } from "./orchestrating/executing.ts";
import { judgeExecuting, windowOf } from "./orchestrating/executing.ts";
import { judgeServing, servingRevisions } from "./orchestrating/serving.ts";

/** Is each orchestrator really working? Whether what should be live is live, `deployments` says of all other units. */
export const orchestrators = defineCheck({
  id: "orchestrators",
  question: "Is each orchestrator really working?",
  depth: "quick",
  halves: ["pre_game", "post_game"],
  ofState: true,
  about: {
    why: "For three days a new revision of one never started while the old one went on serving: it was called an outage, and was none. Hours after the repair another crashed at its start, and completions were lost: that was one, and nobody saw it.",
    rule: "Functions that the pipeline file's topics name as receivers of completions. No revision that is ready and has traffic: P0. The newest not ready while an older one serves, or without all traffic: P1, running older code, never called down. Completions of the date, by the record or by rows, and half an hour later no line of the unit: P1. Silence counts only where the unit or those it hears of logged something else; where they didn't, or the platform counted lines that can't be read, it is unknown.",
    todo: "Read what the newest revision logged when it started. Look at the data before calling anything down: writing tables does not depend on these units, and scheduler jobs start the next phase too.",
  },
  subjects: ({ rules }): readonly Orchestrator[] => orchestratorsOf(rules),
  needs: ({ id }, { rules }) => ({ unit: deployedUnit(rules, id) }),
  wants: (subject, scope): Readonly<Record<string, Look<unknown>>> => wantsOf(subject, scope),
  judge: ({ unit, ...wanted }, { subject, scope }) => {
    const serving = judgeServing(subject.id, unit, scope);
    // Where nothing serves, nothing can have been done.
    const neverReady = unit.unit?.revisions.flatMap((revision) => (revision.ready ? [] : [revision.name])) ?? [];
    const works = unit.unit !== null && servingRevisions(unit.unit).length > 0;
    const working = works ? judgeExecuting(subject, heardOf(subject, wanted), neverReady, scope) : [];
    return counted([serving, ...working]);
  },
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

function wantsOf(subject: Orchestrator, scope: Scope): Readonly<Record<string, Look<unknown>>> {
  const { rules, date } = scope;
  const { since, until } = windowOf(scope);
  const { id: unit, publishers, skips, tables, records } = subject;
  return {
    executed: executions(date, { unit, publishers, skips, since: since.toISOString(), until: until.toISOString() }),
    ...Object.fromEntries(records.map((collection) => [collection, recordedIn(rules, date, collection)])),
    // A night may hold more predictions than one answer takes.
    ...Object.fromEntries(
      tables.map((table) => [table, table === rules.predictions.table ? predictionCounts(rules, date) : rowsOf(rules, date, table)]),
    ),
  };
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
