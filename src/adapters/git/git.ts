import { execFile } from "node:child_process";
import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import { gitRefusal } from "./refusals.ts";

/** Runs git in one repository. Exit codes that a command answers with are given back, all others are refused. */
export type Git = (args: readonly string[], given: Asking) => Promise<Ran>;

interface Asking {
  readonly over: AbortSignal;
  readonly answers?: readonly number[];
  /** Paths are given in git's own form, `:(literal)…` or `:(exclude,literal)…`; otherwise they are names as they stand. */
  readonly ownForm?: true;
}

export interface Ran {
  readonly code: number;
  readonly out: string;
}

/**
 * A checkout's own configuration must not start a program, nothing may be fetched, and no lock may be taken in it.
 * Whatever is asked for must be in the folder itself: a repository around it is another one.
 */
const settings = [
  "core.fsmonitor=false",
  "core.hooksPath=/dev/null",
  "core.quotePath=false",
  "i18n.logOutputEncoding=UTF-8",
  "log.showSignature=false",
  "protocol.allow=never",
].flatMap((setting) => ["-c", setting]);

/** Longest output that is read: some hundred thousand commits. */
const mostBytes = 64 * 2 ** 20;
/** Each look asks a few times, and every unit has one: more at once would only stand in each other's way. */
const mostAtOnce = 4;

export function gitIn(folder: string, program: string): Git {
  const turn = turns(mostAtOnce);
  const running = new Map<string, Promise<Ran>>();
  /** Many units ask the same at the same time: they share one answer, unless its asker went away before it came. */
  const shared: Git = async (args, { over, answers = [], ownForm }) => {
    const key = JSON.stringify([args, answers, ownForm]);
    const others = running.get(key);
    if (others !== undefined)
      return others.catch((error: unknown) =>
        isAbort(error) && !over.aborted ? shared(args, { over, answers, ...(ownForm && { ownForm }) }) : Promise.reject(error),
      );
    const own = turn(async () => {
      over.throwIfAborted();
      return run({ folder, program, args, over, answers, ownForm });
    });
    running.set(key, own);
    try {
      return await own;
    } finally {
      running.delete(key);
    }
  };
  return shared;
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

interface Run {
  readonly folder: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly over: AbortSignal;
  readonly answers: readonly number[];
  readonly ownForm: true | undefined;
}

function run({ folder, program, args, over, answers, ownForm }: Run): Promise<Ran> {
  const options = {
    env: environment(folder, ownForm),
    signal: over,
    killSignal: "SIGKILL",
    maxBuffer: mostBytes,
    windowsHide: true,
  } as const;
  return new Promise((resolve, reject) => {
    execFile(program, ["-C", folder, "--no-pager", ...settings, ...args], options, (error, out, err) => {
      if (error === null) return resolve({ code: 0, out });
      if (typeof error.code === "number" && answers.includes(error.code)) return resolve({ code: error.code, out });
      reject(over.aborted ? error : gitRefusal(error, err, { folder, program }));
    }).stdin?.end();
  });
}

/** Variables that lead git elsewhere, or make it run something, are left out. */
function environment(folder: string, ownForm: true | undefined): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(?:GIT_|LC_|LANG)/u.test(name));
  return {
    ...Object.fromEntries(inherited),
    LC_ALL: "C",
    GIT_CEILING_DIRECTORIES: dirname(realPath(folder)),
    GIT_LITERAL_PATHSPECS: ownForm === true ? "0" : "1",
    GIT_NO_LAZY_FETCH: "1",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_TERMINAL_PROMPT: "0",
  };
}

function realPath(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder; // Not there: git says so in its own words.
  }
}

/** Lets so many work at once; the others wait for their turn. */
function turns(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let working = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (working >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    working += 1;
    try {
      return await work();
    } finally {
      working -= 1;
      waiting.shift()?.();
    }
  };
}
