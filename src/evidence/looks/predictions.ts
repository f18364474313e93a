import { z } from "zod";
import { BackendError } from "../../errors.ts";
import type { CalendarDate } from "../../pipeline/dates.ts";
import type { Rules } from "../../pipeline/load.ts";
import { tableRules } from "../../pipeline/load.ts";
import type { Value } from "../../ports/warehouse.ts";
import type { Look } from "../evidence.ts";
import type { TableFacts } from "./table-look.ts";
import { tableLook } from "./table-look.ts";

const text = z.string().nullable();
const truth = z.boolean().nullable();
const value: z.ZodType<Value> = z.json();
const count = z.number().int().min(0);

const predictionCount = z
  .object({ player_lookup: text, system_id: text, game_id: text, is_active: truth, line_source: text, n: count, newest: text })
  .catchall(value);
const historyCount = z.object({ game_date: z.string(), system_id: text, is_active: truth, n: count }).catchall(value);
const gradedCount = z
  .object({ player_lookup: text, system_id: text, game_id: text, is_voided: truth, n: count, newest: text })
  .catchall(value);
const haltRow = z.object({ game_date: text, system_id: text, state: text, reason: text }).catchall(value);
const lineCount = z.object({ date: z.string(), rows: count, withLine: count, unreadable: count });

export type PredictionCount = z.output<typeof predictionCount>;
export type HistoryCount = z.output<typeof historyCount>;
export type GradedCount = z.output<typeof gradedCount>;
export type HaltRow = z.output<typeof haltRow>;
/** How many players of a date have features, and how many of them a line; `unreadable`: neither way of keeping it is there. */
export type LineCount = z.output<typeof lineCount>;

/** Predictions of a date, counted: a night may hold more than 20,000 rows, most of them superseded. */
export function predictionCounts(rules: Rules, date: CalendarDate): Look<TableFacts<PredictionCount>> {
  return tableLook(rules, date, rules.predictions.table, {
    row: predictionCount,
    name: "prediction-counts",
    columns: ["player_lookup", "system_id", "game_id", "is_active", "line_source"],
    required: ["player_lookup", "system_id", "game_id", "is_active"],
    grouped: { newest: "created_at" },
  });
}

/** Which systems predicted on the days before the date: as many days as the schedule is read for. */
export function predictionHistory(rules: Rules, date: CalendarDate): Look<TableFacts<HistoryCount>> {
  const columns = ["game_date", "system_id", "is_active"];
  return tableLook(rules, date, rules.predictions.table, {
    row: historyCount,
    name: "prediction-history",
    columns,
    required: columns,
    window: { before: rules.games.witness_days, after: 0 },
    grouped: {},
  });
}

/** Graded predictions of a date, one count per player, system, game and whether they were voided. */
export function gradedCounts(rules: Rules, date: CalendarDate): Look<TableFacts<GradedCount>> {
  const columns = ["player_lookup", "system_id", "game_id", "is_voided"];
  return tableLook(rules, date, rules.predictions.graded, {
    row: gradedCount,
    name: "graded-counts",
    columns,
    required: columns,
    grouped: { newest: "graded_at" },
  });
}

/** Whether predictions were stopped on purpose. A table without date and state tells nothing of it: no rows, and the columns are `absent`. */
export function haltState(rules: Rules, date: CalendarDate): Look<TableFacts<HaltRow>> {
  const table = rules.predictions.halt_state;
  const needed = ["game_date", "state"];
  const look = tableLook(rules, date, table, {
    row: haltRow,
    required: needed,
    whenEmpty: { mayBeEmpty: true, witness: "the table is described first: it is there, and its columns are known" },
  });
  return {
    ...look,
    async run(ports, call) {
      const { columns } = await ports.warehouse.describe(table, call);
      const absent = needed.filter((column) => !Object.hasOwn(columns, column));
      return absent.length > 0 ? { facts: { rows: [], absent }, examined: 0 } : look.run(ports, call);
    },
  };
}

/**
 * How many players have a betting line among their features, per date: the date and the days before it. Counted here, so
 * that saved evidence does not hold thousands of lists of features.
 */
export function lineCounts(rules: Rules, date: CalendarDate): Look<TableFacts<LineCount>> {
  const { table, line } = rules.features;
  const { partition, created_at: created = "created_at" } = tableRules(rules, table);
  const columns = [partition, "player_lookup", created, line.column, line.instead];
  const look = tableLook(rules, date, table, {
    row: z.object({ [partition]: z.string(), player_lookup: text }).catchall(z.custom<Value>()),
    name: "line-counts",
    columns,
    required: [partition, "player_lookup"],
    window: { before: rules.thresholds.lines.band.days, after: 0 },
  });
  const facts = z.object({ rows: z.array(lineCount), absent: z.array(z.string()) });
  return {
    ...look,
    async run(ports, call) {
      const found = await look.run(ports, call);
      const { rows, absent } = found.facts;
      if (absent.includes(line.column) && absent.includes(line.instead)) throw withoutLine(table, line);
      const players = rows.map((row) => ({
        date: textIn(row[partition]),
        player: textIn(row["player_lookup"]),
        created: textIn(row[created]),
        hasLine: hasLine(row, line, absent),
      }));
      return { ...found, facts: { rows: countLines(players), absent } };
    },
    parse: (saved) => facts.parse(saved),
  };
}

type Line = Rules["features"]["line"];

/** A feature row, as far as its line is concerned. */
interface Featured {
  readonly date: string;
  readonly player: string;
  readonly created: string;
  /** Undefined where the row holds it in neither way. */
  readonly hasLine: boolean | undefined;
}

/** One row per date and player is counted: the newest, as the table's keep rule has it. */
function countLines(rows: readonly Featured[]): readonly LineCount[] {
  const newest = new Map<string, Featured>();
  for (const row of rows.filter(({ player }) => player !== "")) {
    const key = `${row.date} ${row.player}`;
    const known = newest.get(key);
    if (known === undefined || row.created > known.created) newest.set(key, row);
  }
  const counts = new Map<string, LineCount>();
  for (const { date, hasLine: has } of newest.values()) {
    const { rows: all, withLine, unreadable } = counts.get(date) ?? { rows: 0, withLine: 0, unreadable: 0 };
    const [line, lost] = [withLine + (has === true ? 1 : 0), unreadable + (has === undefined ? 1 : 0)];
    counts.set(date, { date, rows: all + 1, withLine: line, unreadable: lost });
  }
  return [...counts.values()].toSorted((a, b) => (a.date < b.date ? -1 : 1));
}

/** 0 and null are no line. */
function hasLine(row: Readonly<Record<string, Value>>, { column, index, instead }: Line, absent: readonly string[]): boolean | undefined {
  const own = row[instead];
  if (typeof own === "number") return own !== 0;
  const list = row[column];
  const element = Array.isArray(list) ? list[index] : undefined;
  if (typeof element === "number") return element !== 0;
  if (element === null) return false;
  return (list ?? null) === null && !absent.includes(instead) ? false : undefined;
}

function textIn(found: Value | undefined): string {
  return typeof found === "string" ? found : "";
}

function withoutLine(table: string, { column, instead }: Line): BackendError {
  return new BackendError(
    "no_such_place",
    `${table} has neither a column ${column} nor ${instead}`,
    `Say in the pipeline file where ${table} keeps its betting line.`,
  );
}
