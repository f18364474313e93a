import { readFile, readdir, stat } from "node:fs/promises";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError, short, unknownName } from "./errors.ts";
import type { SourceFile } from "./pipeline/yaml-file.ts";

export const packageRoot = new URL("../", import.meta.url);

/** Folders of the package that hold hand-written files, by what one of them is called. */
const folders = { scenario: "scenarios/", pipeline: "pipelines/" } as const;
export type FileKind = keyof typeof folders;

const mostBytes = 1_000_000;

/** Names of the shipped files of a kind, in order. */
export async function shippedNames(kind: FileKind): Promise<readonly string[]> {
  const files = await readdir(new URL(folders[kind], packageRoot));
  return files
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => basename(file, ".yaml"))
    .toSorted();
}

/** A file as the caller named it, and where it is. */
export interface FoundFile {
  readonly name: string;
  readonly path: string;
}

/** A shipped file by its name, or any file by its path: what has a slash or ends in .yaml is a path. */
export async function findFile(kind: FileKind, nameOrPath: string): Promise<SourceFile> {
  return readFound(kind, await locateFile(kind, nameOrPath));
}

/** Where that is; whether there is a file is seen when it is read. */
export async function locateFile(kind: FileKind, nameOrPath: string): Promise<FoundFile> {
  if (/[/\\]|\.ya?ml$/u.test(nameOrPath)) return { name: nameOrPath, path: nameOrPath };
  const known = await shippedNames(kind);
  if (!known.includes(nameOrPath)) throw new UserError(`${unknownName(kind, nameOrPath, known)} A file of your own is named by its path.`);
  const file = `${folders[kind]}${nameOrPath}.yaml`;
  return { name: file, path: fileURLToPath(new URL(file, packageRoot)) };
}

export async function readFound(kind: FileKind, { name, path }: FoundFile): Promise<SourceFile> {
  try {
    const about = await stat(path);
    if (!about.isFile()) throw new UserError(`The ${kind} file ${short(name)} is no ordinary file.`);
    if (about.size > mostBytes) throw new UserError(`The ${kind} file ${short(name)} is larger than ${mostBytes} bytes.`);
    return { name, path, text: await readFile(path, "utf8") };
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    const problem = error.code === "ENOENT" ? "there is no such file" : `it can't be read (${String(error.code)})`;
    throw new UserError(`The ${kind} file ${short(name)}: ${problem}.`, { cause: error });
  }
}
