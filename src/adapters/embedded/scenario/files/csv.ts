import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import { CsvError, parse } from "csv-parse";
import { UserError } from "../../../../errors.ts";
import type { FoundFile } from "./find-file.ts";
import { readUtf8 } from "./find-file.ts";
import type { Sink } from "./sink.ts";

const pieceBytes = 2 ** 18;
const lineFeed = 10;
const carriageReturn = 13;

/** RFC 4180 with a header. An empty field, quoted or not, is null. */
export async function readCsv(file: FoundFile, sink: Sink): Promise<void> {
  const bytes = await readUtf8(file);
  const lines = lineCounter(bytes);
  let places: readonly number[] | undefined;
  const parser = parse({
    bom: true,
    record_delimiter: ["\r\n", "\n"],
    skip_empty_lines: true,
    on_record(fields: readonly string[], { bytes: end }) {
      if (places === undefined) places = sink.header(fields).map((column) => fields.indexOf(column));
      else {
        const values = places.map((place) => fields[place] ?? "");
        sink.row(
          lines.next(),
          values.map((value) => (value === "" ? null : value)),
        );
      }
      lines.moveTo(end);
      return null;
    },
  });
  try {
    await pipeline(Readable.from(pieces(bytes)), parser.resume());
  } catch (error) {
    throw error instanceof CsvError ? new UserError(`${file.name}:${lines.next()}: ${problemOf(error)}`, { cause: error }) : error;
  }
  if (places === undefined) throw new UserError(`${file.name}: is empty; its first line must name the columns.`);
}

/** A large file must not hold up other calls. */
async function* pieces(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    yield bytes.subarray(start, start + pieceBytes);
    await nextTurn();
  }
}

/** The parser's own count takes a quoted CR LF for two lines; ours goes by its place in the file. */
function lineCounter(bytes: Buffer): { next(): number; moveTo(end: number): void } {
  let [line, at] = [1, 0];
  const step = (end: number): void => {
    for (let found = bytes.indexOf(lineFeed, at); found !== -1 && found < end; found = bytes.indexOf(lineFeed, at)) {
      line += 1;
      at = found + 1;
    }
  };
  return {
    /** Where the next record begins: after the blank lines that the parser skips. */
    next() {
      for (;;) {
        const end = bytes[at] === carriageReturn ? at + 1 : at;
        if (bytes[end] !== lineFeed) return line;
        step(end + 1);
      }
    },
    moveTo: step,
  };
}

function problemOf({ code }: CsvError): string {
  if (code === "CSV_RECORD_INCONSISTENT_FIELDS_LENGTH") return "has another number of fields than the header.";
  if (code === "CSV_QUOTE_NOT_CLOSED") return "a quote is opened in this record and never closed.";
  return "is no CSV: a quote inside a field must be doubled, and the field quoted.";
}
