import { isUtf8 } from "node:buffer";
import { readFile, realpath, stat } from "node:fs/promises";
import { extname, isAbsolute, relative, resolve, sep } from "node:path";
import { UserError, short } from "../../../../errors.ts";

export const mostBytes = 64 * 2 ** 20;
export const mostRows = 200_000;

export const formats = [".csv", ".ndjson", ".jsonl", ".json", ".parquet"] as const;
type Format = (typeof formats)[number];

/** A file that is there, inside its folder and small enough. */
export interface FoundFile {
  /** As the scenario names it. */
  readonly name: string;
  readonly path: string;
  readonly format: Format;
}

/** Nothing outside the scenario's own folder is read, whatever a path or a link in it says. */
export async function findFile(folder: string, name: string): Promise<FoundFile> {
  const format = formats.find((ending) => ending === extname(name).toLowerCase());
  if (format === undefined) throw new UserError(`${short(name)}: expected a file that ends in one of ${formats.join(", ")}.`);
  const root = await realpath(folder);
  const wanted = resolve(root, name);
  if (!isInside(root, wanted) && !isInside(resolve(folder), wanted)) throw outside(name);
  const path = await existing(name, wanted);
  if (!isInside(root, path)) throw outside(name);
  const about = await stat(path);
  if (!about.isFile()) throw new UserError(`${short(name)}: is no ordinary file.`);
  if (about.size > mostBytes) {
    throw new UserError(`${short(name)}: has ${about.size} bytes, at most ${mostBytes} (64 MiB) are read; export fewer dates or columns.`);
  }
  return { name, path, format };
}

async function existing(name: string, wanted: string): Promise<string> {
  try {
    return await realpath(wanted);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    const problem = error.code === "ENOENT" ? "there is no such file beside the scenario" : `it can't be read (${String(error.code)})`;
    throw new UserError(`${short(name)}: ${problem}.`, { cause: error });
  }
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function outside(name: string): UserError {
  return new UserError(`${short(name)}: lies outside the scenario's folder; put it beside the scenario file or below.`);
}

/** A byte that is no UTF-8 would be read as another character, so the file is refused. */
export async function readUtf8({ name, path }: FoundFile): Promise<Buffer> {
  const bytes = await readFile(path);
  if (!isUtf8(bytes)) throw new UserError(`${name}: is not UTF-8; export it again in that encoding.`);
  return bytes;
}
