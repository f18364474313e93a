import { UserError } from "../../../errors.ts";
import type { CalendarDate } from "../../../pipeline/dates.ts";
import type { Value } from "../../../ports/warehouse.ts";
import { random } from "./generate/random.ts";
import type { Plot, TableFacts } from "./plot.ts";
import { gameChosen } from "./plot.ts";
import type { Values } from "./scenario.ts";
import type { Stored, TableStep } from "./verbs.ts";

/** Rows that are there, drawn by the seed, get other values; `rows` of them where that is known. */
export function valuesStep(plot: Plot, table: TableFacts, change: Values, date: CalendarDate, rows: () => number | undefined): TableStep {
  return {
    at: change.from.getTime(),
    apply(before) {
      const candidates = matching(plot, change, date, before);
      const count = rows() ?? Math.round(candidates.length * (change.share ?? 1));
      if (count > candidates.length) throw tooFew(plot, change, candidates.length);
      const dice = random(plot.scenario.seed, "values", table.name, date, ...Object.keys(change.set));
      const drawn = new Set(count === candidates.length ? candidates : dice.shuffled(candidates).slice(0, count));
      return before.map((entry) => (drawn.has(entry) ? { game: entry.game, row: { ...entry.row, ...change.set } } : entry));
    },
  };
}

/** Rows of the change's games that hold what it wants them to hold. */
export function matching(
  plot: Plot,
  { games, where }: Pick<Values, "games" | "where">,
  date: CalendarDate,
  rows: readonly Stored[],
): readonly Stored[] {
  const isChosen = gameChosen(plot, games, date);
  const wanted = Object.entries(where);
  return rows.filter(({ game, row }) => isChosen(game) && wanted.every(([column, value]) => isSame(row[column] ?? null, value)));
}

/** The number of rows that fall on each date where one number is given for all. */
export function spreadRows(plot: Plot, change: Values, there: ReadonlyMap<CalendarDate, number>): ReadonlyMap<CalendarDate, number> {
  const rows = change.rows ?? 0;
  const all = [...there.values()].reduce((sum, count) => sum + count, 0);
  if (rows > all) throw tooFew(plot, change, all);
  const upTo = (place: number): number => (all === 0 ? 0 : Math.floor((place * rows) / all));
  let place = 0;
  return new Map(
    [...there].map(([date, count]) => {
      const from = place;
      place += count;
      return [date, upTo(place) - upTo(from)];
    }),
  );
}

function isSame(one: Value, other: Value): boolean {
  return one === other || (typeof one === "object" && JSON.stringify(one) === JSON.stringify(other));
}

function tooFew(plot: Plot, { table, rows }: Values, there: number): UserError {
  return new UserError(
    `${plot.scenario.name}: values ${table}: ${rows} rows asked for, ${there} that match are there then; ask for fewer.`,
  );
}
