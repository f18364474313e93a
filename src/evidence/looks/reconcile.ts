import { z } from "zod";
import { BackendError } from "../../errors.ts";
import type { CalendarDate } from "../../pipeline/dates.ts";
import { daysBetween } from "../../pipeline/dates.ts";
import type { Rules } from "../../pipeline/load.ts";
import { tableRules } from "../../pipeline/load.ts";
import type { TableName, Value } from "../../ports/warehouse.ts";
import type { Look } from "../evidence.ts";
import { documentByHand } from "./by-hand.ts";
import { completionRecord, nothingThere, readRecord } from "./documents.ts";
import type { PostponementRow, ScheduleRow, TableFacts } from "./tables.ts";
import { postponements, scheduleWindow } from "./tables.ts";
import type { Kind } from "./table-look.ts";
import { tableLook } from "./table-look.ts";

/** The dates that are asked about, oldest first. Each look below is one request for all of them. */
export type Dates = readonly [CalendarDate, ...CalendarDate[]];

const text = z.string().nullable();
const value: z.ZodType<Value> = z.json();
const count = z.int().min(0);
const stamp = text.default(null);

/** Fields that a repair would change, as they are stored: its before-image. */
const repairable = ["_completed_count", "_triggered", "_trigger_reason"] as const;

const kept = completionRecord.extend({ raw: z.record(z.string(), z.json()) });
const records = z.object({ records: z.record(z.string(), kept.nullable()) });

/** A record, and what a repair would change of it as it is stored; what is not there is left out. */
export type KeptRecord = z.output<typeof kept>;
/** By date; null where there is no document. */
export type RecordsFacts = z.output<typeof records>;

/** Records of all dates in one request. Absence is believed only if the collection holds documents. */
export function recordsOf(collection: string, dates: Dates): Look<RecordsFacts> {
  return {
    id: named(collection, dates),
    port: "documents",
    asked: `documents of ${collection} for ${said(dates)}`,
    byHand: documentByHand(collection, dates.at(-1) ?? dates[0]),
    after: [],
    whenEmpty: "must-have",
    async run(ports, call) {
      const found = await ports.documents.getMany({ collection, ids: dates }, call);
      if (found.length !== dates.length) throw answeredOthers(collection);
      const there = found.flatMap((document, index) => (document === undefined ? [] : [[dates[index] ?? "", document] as const]));
      const others = there.length > 0 ? [] : await ports.documents.list({ collection, limit: 1 }, call);
      if (there.length + others.length === 0) throw nothingThere(collection, "these");
      const read = there.map(([date, document]) => [date, { ...readRecord(document), raw: rawOf(document.fields) }] as const);
      const facts = { records: Object.fromEntries([...dates.map((date) => [date, null] as const), ...read]) };
      return { facts, examined: Math.max(there.length, others.length) };
    },
    parse: (saved) => records.parse(saved),
  };
}

function rawOf(fields: Readonly<Record<string, unknown>>): KeptRecord["raw"] {
  const there = repairable.filter((name) => fields[name] !== undefined).map((name) => [name, fields[name]]);
  return z.record(z.string(), z.json()).parse(Object.fromEntries(there));
}

/** What a table holds of a date, and of each team where it is asked by teams. */
const held = z.object({
  date: z.string(),
  team: text,
  opponent: text,
  rows: count,
  /** Different players among them, where they are told apart; else the rows. */
  keys: count,
  newest: text,
});

export type Held = z.output<typeof held>;
const heldFacts = z.object({ held: z.array(held) });
export type HeldFacts = z.output<typeof heldFacts>;

interface By {
  readonly team?: string;
  readonly opponent?: string;
  /** Told apart within a team: what is there twice counts once in `keys`. */
  readonly player?: string;
}

/** How a table is counted: the tracked phase's by team, so that whole games show; others as a whole. */
function byOf(rules: Rules, table: TableName): By {
  const { players, defense, offense } = rules.analytics;
  if (table === players) return { team: "team_abbr", opponent: "opponent_team_abbr", player: "player_lookup" };
  if (table === offense) return { team: "team_abbr", opponent: "opponent_team_abbr" };
  if (table === defense) return { team: "defending_team_abbr", opponent: "opponent_team_abbr" };
  const shared = [
    ...Object.values(rules.completion.processors).map((processor) => processor.table),
    ...rules.box_scores.sources.map((s) => s.table),
  ];
  return shared.includes(table) && Object.hasOwn(tableRules(rules, table).columns, "team_abbr") ? { team: "team_abbr" } : {};
}

/** One table counted for all dates. `after`: the records, flags before rows. */
export function heldIn(rules: Rules, dates: Dates, table: TableName, after: readonly string[] = []): Look<HeldFacts> {
  const { partition, written_at: written, created_at: created, columns, as: alias = table } = tableRules(rules, table);
  const { team, opponent, player } = byOf(rules, table);
  const wanted = [partition, ...[team, opponent, player].flatMap((column) => column ?? [])];
  const deduced = written !== undefined && columns[written]?.inferred === true;
  const look = spanLook(rules, dates, table, {
    name: `${alias}-by-date`,
    row: counted,
    columns: wanted,
    required: [...wanted, ...(written === undefined || deduced ? [] : [written])],
    grouped: { ...(written === undefined ? {} : { newest: written }), ...(created === undefined ? {} : { made: created }) },
    whenEmpty: { mayBeEmpty: true, witness: "the records and the schedule, which say whether rows are to be expected" },
  });
  return {
    ...look,
    after: [...after],
    async run(ports, call) {
      const found = await look.run(ports, call);
      return { ...found, facts: { held: summed(found.facts.rows, { partition, team, opponent, player }) } };
    },
    parse: (saved) => heldFacts.parse(saved),
  };
}

const counted = z.object({ n: count, newest: stamp, made: stamp }).catchall(value);
type Counted = z.output<typeof counted>;

interface Columns {
  readonly partition: string;
  readonly team: string | undefined;
  readonly opponent: string | undefined;
  readonly player: string | undefined;
}

/** Groups of the statement, put together per date and team: thousands of players need not be kept. */
function summed(rows: readonly Counted[], { partition, team, opponent, player }: Columns): Held[] {
  const groups = new Map<string, Held>();
  const textIn = (row: Counted, column: string | undefined): string | null => {
    const found = column === undefined ? null : row[column];
    return typeof found === "string" ? found : null;
  };
  for (const row of rows) {
    const [date, ours, theirs] = [textIn(row, partition) ?? "", textIn(row, team), textIn(row, opponent)];
    const key = JSON.stringify([date, ours, theirs]);
    const { rows: before, keys, newest } = groups.get(key) ?? { rows: 0, keys: 0, newest: null };
    const more = player === undefined ? row.n : textIn(row, player) === null ? 0 : 1;
    const latest = [newest, row.newest, row.made].flatMap((time) => time ?? []).toSorted((a, b) => Date.parse(a) - Date.parse(b));
    groups.set(key, { date, team: ours, opponent: theirs, rows: before + row.n, keys: keys + more, newest: latest.at(-1) ?? null });
  }
  return [...groups.values()];
}

const ran = z
  .object({
    data_date: z.string(),
    processor_name: text,
    run_id: text,
    status: text,
    records_processed: z.number().nullable(),
    n: count,
    newest: stamp,
    oldest: stamp,
  })
  .catchall(value);

/** A run as the history tells it: a row when it starts, another when it ends. `oldest`: its start, `newest`: its end. */
export type RanRow = z.output<typeof ran>;

/** Runs of all dates. */
export function ranOn(rules: Rules, dates: Dates): Look<TableFacts<RanRow>> {
  const columns = [tableRules(rules, rules.run_history).partition, "processor_name", "run_id", "status", "records_processed"];
  return spanLook(rules, dates, rules.run_history, {
    name: "runs-by-date",
    row: ran,
    columns,
    required: [...columns, "started_at", "processed_at"],
    grouped: { newest: "processed_at", oldest: "started_at" },
    whenEmpty: { mayBeEmpty: true, witness: "the table is described first; runs only explain, rows decide" },
  });
}

/** The schedule from `witness_days` before the first date to as many after the last. */
export function scheduleAround(rules: Rules, dates: Dates): Look<TableFacts<ScheduleRow>> {
  return { ...scheduleWindow(rules, dates.at(-1) ?? dates[0], spanned(dates)), id: named("schedule", dates) };
}

/** Postponements of all dates. */
export function postponedOn(rules: Rules, dates: Dates): Look<TableFacts<PostponementRow>> {
  return { ...postponements(rules, dates.at(-1) ?? dates[0], spanned(dates)), id: named("postponements", dates) };
}

function spanned(dates: Dates): number {
  return daysBetween(dates[0], dates.at(-1) ?? dates[0]);
}

function spanLook<R extends Readonly<Record<string, Value>>>(
  rules: Rules,
  dates: Dates,
  table: TableName,
  kind: Kind<R> & { name: string },
): Look<TableFacts<R>> {
  const look = tableLook(rules, dates.at(-1) ?? dates[0], table, { ...kind, window: { before: spanned(dates), after: 0 } });
  return { ...look, id: named(kind.name, dates), after: [] };
}

function named(what: string, dates: Dates): string {
  return `${what} ${said(dates)}`;
}

function said(dates: Dates): string {
  const last = dates.at(-1) ?? dates[0];
  const whole = daysBetween(dates[0], last) + 1 === dates.length;
  return dates.length === 1 ? last : `${dates[0]} to ${last}${whole ? "" : ` (${dates.length} dates)`}`;
}

function answeredOthers(collection: string): BackendError {
  return new BackendError("malformed", `${collection} answered another number of documents than it was asked for`, "Ask again.");
}
