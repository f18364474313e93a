import { UserError, nearest, short } from "../../../../errors.ts";
import type { CalendarDate } from "../../../../pipeline/dates.ts";
import type { Pipeline } from "../../../../pipeline/load.ts";
import type { Column } from "../../../../pipeline/schema.ts";
import type { Row, Value } from "../../../../ports/warehouse.ts";
import type { GivenFile } from "../scenario.ts";
import type { RawValue } from "./convert.ts";
import { converter, expectedForms, written } from "./convert.ts";
import { readCsv } from "./csv.ts";
import type { FoundFile } from "./find-file.ts";
import { mostRows } from "./find-file.ts";
import { readNdjson } from "./ndjson.ts";
import { readParquet } from "./parquet.ts";
import type { Sink } from "./sink.ts";
import type { SuppliedTable } from "./supplied.ts";

const mostProblems = 8;

/** A table as its file has it: the declared columns that it has, each value of its declared kind. Other columns are left aside. */
export async function readTable(file: FoundFile, given: GivenFile, pipeline: Pipeline): Promise<SuppliedTable<Row>> {
  const declared = pipeline.file.tables[given.name];
  if (declared === undefined) throw new Error(`The pipeline file declares no table ${given.name}.`);
  const taking = rowTaker(file, declared.columns, declared.partition);
  await readInto(taking.sink, file, declared.columns);
  const { columns, rows } = taking.taken();
  const covers = given.covers ?? extent([...rows.keys()].toSorted());
  if (covers === undefined) throw new UserError(`${file.name}: has no row; say with \`covers\` which dates are empty.`);
  return { columns, partition: declared.partition, rows, covers, from: given.from };
}

function extent(dates: readonly CalendarDate[]): SuppliedTable["covers"] | undefined {
  const [from, to] = [dates[0], dates.at(-1)];
  return from === undefined || to === undefined ? undefined : { from, to };
}

async function readInto(sink: Sink, file: FoundFile, declared: Readonly<Record<string, Column>>): Promise<void> {
  switch (file.format) {
    case ".csv":
      return readCsv(file, sink);
    case ".parquet":
      return readParquet(file, declared, sink);
    case ".ndjson":
    case ".jsonl":
    case ".json":
      return readNdjson(file, sink);
  }
}

interface Taken {
  readonly columns: Readonly<Record<string, Column>>;
  readonly rows: ReadonlyMap<CalendarDate, readonly Row[]>;
}

/** Converts and keeps rows by date; all problems are told at once, up to a number. */
function rowTaker(file: FoundFile, declared: Readonly<Record<string, Column>>, partition: string): { sink: Sink; taken(): Taken } {
  const rows = new Map<CalendarDate, Row[]>();
  const problems: string[] = [];
  let columns: readonly { readonly name: string; readonly column: Column; readonly convert: (raw: RawValue) => Value | undefined }[] = [];
  let count = 0;

  const valueOf = (index: number, raw: RawValue | null, place: number): Value => {
    const known = columns[index];
    if (known === undefined || (raw === null && known.name !== partition)) return null;
    const value = raw === null ? undefined : known.convert(raw);
    if (value !== undefined) return value;
    problems.push(
      `${placeOf(file, place)}: ${known.name}: expected ${expectedForms[known.column.kind]}, got ${raw === null ? "nothing" : short(written(raw))}`,
    );
    if (problems.length >= mostProblems) throw new UserError([...problems, `Stopped reading after ${mostProblems} problems.`].join("\n"));
    return null;
  };
  const sink: Sink = {
    header(found) {
      refuseHeader(file, found, declared, partition);
      columns = Object.entries(declared).flatMap(([name, column]) =>
        found.includes(name) ? [{ name, column, convert: converter(column.kind) }] : [],
      );
      return columns.map(({ name }) => name);
    },
    row(place, values) {
      if ((count += 1) > mostRows) throw new UserError(`${file.name}: has more than ${mostRows} rows; export fewer dates.`);
      const row = Object.fromEntries(columns.map(({ name }, index) => [name, valueOf(index, values[index] ?? null, place)]));
      const day = row[partition];
      if (typeof day !== "string") return; // A problem, which ends the reading when all are found.
      const date = day.slice(0, 10) as CalendarDate; // of a date, or of an instant in UTC: the converter lets nothing else through
      const ofDate = rows.get(date);
      if (ofDate === undefined) rows.set(date, [row]);
      else ofDate.push(row);
    },
  };
  return {
    sink,
    taken() {
      if (problems.length > 0) throw new UserError(problems.join("\n"));
      return { columns: Object.fromEntries(columns.map(({ name, column }) => [name, column])), rows };
    },
  };
}

function refuseHeader(file: FoundFile, found: readonly string[], declared: Readonly<Record<string, Column>>, partition: string): void {
  const twice = found.find((name, index) => found.indexOf(name) !== index);
  if (twice !== undefined) throw new UserError(`${file.name}: names the column ${short(twice)} twice.`);
  if (found.includes(partition)) return;
  const near = nearest(
    partition,
    found.filter((name) => !Object.hasOwn(declared, name)),
  );
  const hint = near === undefined ? "" : ` Did you mean "${short(near)}"?`;
  throw new UserError(
    `${file.name}: has no column ${partition}, which says the date that each row belongs to.${hint} Its columns: ${short(found.join(", "))}`,
  );
}

function placeOf(file: FoundFile, place: number): string {
  return file.format === ".parquet" || file.format === ".json" ? `${file.name}: row ${place}` : `${file.name}:${place}`;
}
