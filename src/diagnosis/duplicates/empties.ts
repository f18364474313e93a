import { notApplicable, notDue, unknown } from "../../checks/finding.ts";
import { scopeOn } from "../../checks/scope.ts";
import { gamesOwing } from "../../checks/slate.ts";
import type { Gather } from "../../evidence/evidence.ts";
import type { Window } from "../../evidence/looks/duplicates.ts";
import type { CalendarDate } from "../../pipeline/dates.ts";
import { addDays, clockText, daysBetween } from "../../pipeline/dates.ts";
import { dueAt } from "../../pipeline/due.ts";
import type { Pipeline } from "../../pipeline/load.ts";
import type { Line } from "../inquiry.ts";
import type { CountedTable } from "./lines.ts";

interface Asked {
  readonly pipeline: Pipeline;
  readonly asOf: Date;
  readonly gather: Gather;
  readonly window: Window;
}

/** So many dates' slates are looked at to tell an empty table that is right from one that is not. */
const mostSlates = 10;

/** What a table without a row in the window means: no row can be there twice, but none was looked at either. */
export async function emptyLine(empty: CountedTable, asked: Asked): Promise<Line> {
  const { table, declared, evidence } = empty;
  const { pipeline, asOf, window } = asked;
  const due = datesOf(window).filter((date) => dueAt(pipeline.rulesOn(date, asOf), declared.stage, date) <= asOf);
  const newest = due.at(-1);
  const said = `${table} holds no row from ${window.from} to ${window.to}`;
  if (newest === undefined) {
    const from = dueAt(pipeline.rulesOn(window.to, asOf), declared.stage, window.to);
    return { id: `empty/${table}`, finding: notDue(`${said}; due ${clockText(from, pipeline.zone)}`, from), evidence };
  }
  const { owed, looks } = await isOwed(empty, due, asked);
  const all = [...evidence, ...looks];
  if (!owed)
    return {
      id: "empty",
      subjects: [table],
      finding: notApplicable("no_games", "no game of the window goes through this stage"),
      evidence: all,
    };
  const finding = unknown(
    "empty",
    `${said}, though it is due: nothing was there to be counted`,
    `See with validate_daily why ${table} is empty.`,
  );
  return { id: `empty/${table}`, finding, evidence: all };
}

/** Whether any date may owe rows: certain only where every slate was seen. */
async function isOwed({ declared }: CountedTable, due: readonly CalendarDate[], { pipeline, asOf, gather }: Asked) {
  if (due.length > mostSlates) return { owed: true, looks: [] };
  const scopes = await Promise.all(due.map((date) => scopeOn({ pipeline, date, asOf, gather })));
  const owed = scopes.some(({ slate }) => {
    if (slate.kind === "none") return false;
    return slate.kind !== "games" || declared.stage === "box-scores" || gamesOwing(slate, "analytics").length > 0;
  });
  return { owed, looks: scopes.flatMap(({ slateLooks }) => slateLooks.map(({ id }) => id)) };
}

/** When the first of a table's rows are to be judged; undefined where some already are. */
export function judgedFrom({ declared, tally }: CountedTable, pipeline: Pipeline, asOf: Date): Date | undefined {
  const dates = tally.days.flatMap(({ date }) => (date === undefined ? [] : [date as CalendarDate])); // a partition of dates holds nothing else
  const times = dates.toReversed().map((date) => () => dueAt(pipeline.rulesOn(date, asOf), declared.stage, date));
  let earliest: Date | undefined;
  for (const time of times) {
    const due = time();
    if (due <= asOf) return undefined;
    earliest = due;
  }
  return earliest;
}

function datesOf({ from, to }: Window): readonly CalendarDate[] {
  const days = Math.min(daysBetween(from, to), 366);
  return Array.from({ length: days + 1 }, (_, index) => addDays(to, index - days));
}
