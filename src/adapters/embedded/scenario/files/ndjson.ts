import { setImmediate as nextTurn } from "node:timers/promises";
import { UserError, short } from "../../../../errors.ts";
import type { RawValue } from "./convert.ts";
import { parsedJson } from "./convert.ts";
import type { FoundFile } from "./find-file.ts";
import { readUtf8 } from "./find-file.ts";
import type { Sink } from "./sink.ts";

type RawObject = Readonly<Record<string, RawValue>>;

/** One object of a file, and its place: its line, or its number where the file is one JSON array. */
interface Placed {
  readonly place: number;
  readonly object: RawObject;
}

const linesAtOnce = 5000;

/** An export leaves out what is null, so a table has every column that any of its rows names. */
export async function readNdjson(file: FoundFile, sink: Sink): Promise<void> {
  const rows = await readObjects(file);
  const columns = new Set<string>();
  for (const { object } of rows) for (const column of Object.keys(object)) columns.add(column);
  const wanted = sink.header([...columns]);
  for (const { place, object } of rows) {
    sink.row(
      place,
      wanted.map((column) => object[column] ?? null),
    );
  }
}

/** Every object of a file: one a line, or in `.json` a list of them. */
export async function readObjects(file: FoundFile): Promise<readonly Placed[]> {
  const text = (await readUtf8(file)).toString("utf8").replace(/^\uFEFF/u, "");
  return file.format === ".json" ? listed(file, text) : lineByLine(file, text);
}

function listed(file: FoundFile, text: string): Placed[] {
  const list = parsedJson(text);
  if (!Array.isArray(list)) throw new UserError(`${file.name}: expected a JSON list of objects; one object a line goes by .ndjson.`);
  return list.map((object: RawValue, index) => {
    if (isObject(object)) return { place: index + 1, object };
    throw new UserError(`${file.name}: item ${index + 1}: expected an object, got ${short(JSON.stringify(object))}.`);
  });
}

async function lineByLine(file: FoundFile, text: string): Promise<Placed[]> {
  const found: Placed[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const object = parsedJson(line);
    if (object === undefined || !isObject(object))
      throw new UserError(`${file.name}:${index + 1}: expected one JSON object, got ${short(line)}`);
    found.push({ place: index + 1, object });
    if (found.length % linesAtOnce === 0) await nextTurn(); // A large file must not hold up other calls.
  }
  return found;
}

function isObject(raw: RawValue): raw is RawObject {
  return typeof raw === "object" && raw !== null && !Array.isArray(raw) && Object.getPrototypeOf(raw) === Object.prototype;
}
