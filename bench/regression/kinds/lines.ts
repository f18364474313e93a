import { wilson } from "../../../src/checks/wilson.ts";
import { addDays } from "../../../src/pipeline/dates.ts";
import type { Row, Value } from "../../../src/ports/warehouse.ts";
import type { Day } from "../day.ts";
import { amount, text } from "../day.ts";
import { family } from "../kind.ts";
import { beforeAndAfter, featureRows } from "./prepared-rows.ts";

function hasLine(row: Row): boolean {
  return amount(row, "feature_25_value") !== 0;
}

/** A feature row without its line, in both the ways in which a line is kept. */
function withoutLine({ rules }: Day): (row: Row) => Row {
  const { column, index, instead } = rules.features.line;
  return (row) => {
    const list = row[column];
    const cleared: Value = Array.isArray(list) ? list.map((value: Value, place: number) => (place === index ? 0 : value)) : (list ?? null);
    return { [instead]: 0, [column]: cleared };
  };
}

/** The lowest share of the days before, or the usual one where they are too few. */
function floor(day: Day): number {
  const { days, least_days: enough, usual } = day.rules.thresholds.lines.band;
  const { table } = day.rules.features;
  const span = { column: "game_date", from: addDays(day.date, -days), to: addDays(day.date, -1) };
  const counts = new Map<string, { rows: number; lines: number }>();
  for (const row of day.world.table(table, span)?.rows ?? []) {
    const date = text(row, "game_date");
    if (date < span.from || date > span.to) continue;
    const count = counts.get(date) ?? { rows: 0, lines: 0 };
    counts.set(date, { rows: count.rows + 1, lines: count.lines + (hasLine(row) ? 1 : 0) });
  }
  const shares = [...counts.values()].map(({ rows, lines: lined }) => lined / rows);
  return shares.length < enough ? usual : Math.min(...shares);
}

export const lines = family(
  "lines",
  beforeAndAfter,
  [
    {
      name: "hardly any lines",
      draw(day, dice, edit) {
        const rows = featureRows(day);
        const lined = rows.filter(hasLine);
        const { least } = day.rules.thresholds.lines.band;
        let most = -1;
        while (most + 1 < lined.length && wilson(most + 1, rows.length).high < least) most += 1;
        if (most < 0) return undefined;
        const kept = dice.whole(0, most);
        edit.change(day.rules.features.table, dice.some(lined, lined.length - kept), withoutLine(day));
        const says = [`${kept} of ${rows.length} players with features have a line`];
        return [{ check: "lines", subject: day.date, verdict: "fail", reason: "hardly_any_lines", says }];
      },
    },
    {
      name: "fewer lines than usual",
      draw(day, dice, edit) {
        const rows = featureRows(day);
        const lined = rows.filter(hasLine);
        const { least } = day.rules.thresholds.lines.band;
        const usual = floor(day);
        const able = Array.from({ length: lined.length }, (_, count) => count).filter((count) => {
          const { high } = wilson(count, rows.length);
          return high >= least && high < usual;
        });
        if (able.length === 0) return undefined;
        const kept = dice.pick(able);
        edit.change(day.rules.features.table, dice.some(lined, lined.length - kept), withoutLine(day));
        const says = [`${kept} of ${rows.length} players with features have a line`];
        return [{ check: "lines", subject: day.date, verdict: "warn", reason: "fewer_lines_than_usual", says }];
      },
    },
  ],
  [
    {
      name: "as few lines as chance can bring",
      draw(day, dice, edit) {
        const rows = featureRows(day);
        const lined = rows.filter(hasLine);
        const { least } = day.rules.thresholds.lines.band;
        const usual = floor(day);
        const fewest = Array.from({ length: lined.length }, (_, count) => count).find(
          (count) => wilson(count, rows.length).high >= Math.max(usual, least),
        );
        if (fewest === undefined) return undefined;
        edit.change(day.rules.features.table, dice.some(lined, lined.length - fewest), withoutLine(day));
        return [];
      },
    },
    {
      name: "lines in the list only",
      draw(day, _dice, edit) {
        if (featureRows(day).length === 0) return undefined;
        edit.change(day.rules.features.table, featureRows(day), { feature_25_value: null });
        return [];
      },
    },
    {
      name: "lines in their own column only",
      draw(day, _dice, edit) {
        if (featureRows(day).length === 0) return undefined;
        edit.change(day.rules.features.table, featureRows(day), { features: null });
        return [];
      },
    },
    {
      name: "a line for everybody",
      draw(day, _dice, edit) {
        const { column, index, instead } = day.rules.features.line;
        if (featureRows(day).length === 0) return undefined;
        edit.change(day.rules.features.table, featureRows(day), (row) => {
          const list = row[column];
          return {
            [instead]: 11.5,
            [column]: Array.isArray(list) ? list.map((value: Value, place: number) => (place === index ? 11.5 : value)) : null,
          };
        });
        return [];
      },
    },
    {
      name: "no line written as nothing",
      draw(day, _dice, edit) {
        const { column, index, instead } = day.rules.features.line;
        const rows = featureRows(day).filter((row) => !hasLine(row));
        if (rows.length === 0) return undefined;
        edit.change(day.rules.features.table, rows, (row) => {
          const list = row[column];
          return {
            [instead]: null,
            [column]: Array.isArray(list) ? list.map((value: Value, place: number) => (place === index ? null : value)) : null,
          };
        });
        return [];
      },
    },
  ],
);
