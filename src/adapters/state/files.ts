import { mkdir, open, readFile, readdir, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { BackendError } from "../../errors.ts";

/** What the folder asks of the file system: little enough that a test can fail any of it. */
export interface Files {
  read(path: string): Promise<string>;
  /** Writes a file that isn't there yet and waits until it is on the disk. */
  writeNew(path: string, text: string): Promise<void>;
  /** With its parents. */
  makeFolder(path: string): Promise<void>;
  /** Atomic. */
  rename(from: string, to: string): Promise<void>;
  /** A file or a folder with all in it; nothing if it isn't there. */
  remove(path: string): Promise<void>;
  removeEmptyFolder(path: string): Promise<void>;
  names(folder: string): Promise<readonly string[]>;
  /** By the file system's own clock, in milliseconds since the epoch. */
  modifiedMs(path: string): Promise<number>;
  /** Waits until the folder's names are on the disk. */
  syncFolder(path: string): Promise<void>;
}

export const nodeFiles: Files = {
  read: (path) => readFile(path, "utf8"),
  writeNew: (path, text) => writeFile(path, text, { flag: "wx", mode: 0o600, flush: true }),
  makeFolder: async (path) => void (await mkdir(path, { recursive: true, mode: 0o700 })),
  rename,
  remove: (path) => rm(path, { recursive: true, force: true }),
  removeEmptyFolder: rmdir,
  names: (folder) => readdir(folder),
  modifiedMs: async (path) => (await stat(path)).mtimeMs,
  async syncFolder(path) {
    if (process.platform === "win32") return; // Folders can't be opened there.
    const folder = await open(path, "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },
};

/** The error's code if it is the file system's, e.g. `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" && /^E[A-Z0-9]+$/u.test(error.code)
    ? error.code
    : undefined;
}

/** What the promise answers, or undefined if it fails with one of the codes. */
export async function unless<T>(codes: readonly string[], answering: Promise<T>): Promise<T | undefined> {
  try {
    return await answering;
  } catch (error) {
    if (codes.includes(codeOf(error) ?? "")) return undefined;
    throw error;
  }
}

const denied = ["EACCES", "EPERM", "EROFS"];
const full = ["ENOSPC", "EDQUOT"];

/** The file system's refusal in words. */
export function inWords(asked: string, place: string, code: string, cause: unknown): BackendError {
  const elsewhere = "or choose another folder with --state";
  if (denied.includes(code)) {
    const next = `Give the user who runs Postgame read and write access to it, ${elsewhere}.`;
    return new BackendError("denied", `${place}: ${asked} is not permitted (${code}).`, next, { cause });
  }
  if (full.includes(code)) {
    return new BackendError("unavailable", `${place}: ${asked} found no space left (${code}).`, `Make room, ${elsewhere}.`, { cause });
  }
  if (code === "ENOTDIR" || code === "EEXIST") {
    return new BackendError(
      "no_such_place",
      `${place}: ${asked} found a file where a folder belongs (${code}).`,
      "Name a folder with --state.",
      {
        cause,
      },
    );
  }
  return new BackendError("unavailable", `${place}: ${asked} is not possible (${code}).`, `Look at the folder, ${elsewhere}.`, { cause });
}
