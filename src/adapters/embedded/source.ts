import { z } from "zod";
import { BackendError } from "../../errors.ts";
import type { Call } from "../../ports/call.ts";
import type { Commit, CommitsBehind, Paths, Source } from "../../ports/source.ts";
import { readAs } from "../read-as.ts";
import { whileWanted } from "../while-wanted.ts";
import { disturbance } from "./failing.ts";
import { supplied } from "./supplied.ts";
import type { StoreClock, StoredCommit, Stores } from "./world.ts";

/**
 * A scenario's commits as a repository whose copy is always up to date. The branch of the oldest commit is the watched
 * one; another branches off where its first commit was made and is never merged.
 */
export function embeddedSource(stores: Stores, clock: StoreClock): Source {
  const asked = <T>(call: Call, names: readonly [string, ...string[]], answer: (history: History) => T): Promise<T> =>
    whileWanted(call, async () => {
      const world = stores.at(clock.now());
      const disturbed = await disturbance(world, { port: "source", names }, call);
      if (disturbed === "empty") return answer(historyOf([]));
      const found = disturbed === "garbage" ? garbage : supplied(world.commits());
      return answer(historyOf(readAs(stored, found, names[0], "history")));
    });
  return {
    tip: (call) =>
      asked(call, [repository], ({ branch, main }) => {
        const head = main.at(-1);
        if (head === undefined) throw nowhere("the repository has no commit", "Add a commit to the scenario.");
        return { branch: `origin/${branch}`, head: commitOf(head), fetchedAt: clock.now().toISOString(), shallow: false };
      }),
    commit: ({ sha }, call) =>
      asked(call, [sha, repository], (history) => {
        const found = find(history, sha);
        return found === undefined ? undefined : commitOf(found);
      }),
    behind: ({ sha, limit, ...where }, call) =>
      asked(call, [sha, repository, ...where.paths], (history) => {
        const own = ancestry(history, known(history, sha));
        const others = history.main.filter((commit) => !own.includes(commit));
        return counted(others, where, limit);
      }),
    since: ({ at, limit, ...where }, call) =>
      asked(call, [repository, ...where.paths], ({ main }) => {
        const later = main.filter((commit) => Date.parse(commit.at) > Date.parse(at));
        return counted(later, where, limit);
      }),
    contains: ({ commit, within }, call) =>
      asked(call, [commit, within, repository], (history) => ancestry(history, known(history, within)).includes(known(history, commit))),
    touched: ({ sha, paths, except }, call) =>
      asked(call, [sha, repository, ...paths], (history) => {
        const commit = known(history, sha);
        return paths.filter((path) => touchesAny(commit, { paths: [path], except }));
      }),
    existing: ({ paths }, call) =>
      asked(call, [repository, ...paths], ({ main }) =>
        paths.filter((path) => main.some((commit) => touchesAny(commit, { paths: [path] }))),
      ),
  };
}

/** What all of it goes by; a failure may be aimed at one commit or folder instead. */
export const repository = "repository";

const garbage: unknown = [{ sha: 17, at: "yesterday", touches: "everything" }];

const stored: z.ZodType<readonly StoredCommit[]> = z.array(
  z.object({
    sha: z.string().regex(/^[0-9a-f]{7,40}$/u),
    at: z.iso.datetime(),
    branch: z.string(),
    subject: z.string(),
    touches: z.array(z.string()),
  }),
);

/** Commits in order of time. */
interface History {
  readonly branch: string;
  readonly all: readonly StoredCommit[];
  readonly main: readonly StoredCommit[];
}

function historyOf(all: readonly StoredCommit[]): History {
  const branch = all[0]?.branch ?? "main";
  return { branch, all, main: all.filter((commit) => commit.branch === branch) };
}

/** A scenario may write a commit by its first digits: they are repeated. */
function wholeSha({ sha }: StoredCommit): string {
  return sha.padEnd(40, sha);
}

function commitOf(commit: StoredCommit): Commit {
  return { sha: wholeSha(commit), at: new Date(commit.at).toISOString(), subject: commit.subject };
}

/** Undefined where none or several begin so. */
function find({ all }: History, sha: string): StoredCommit | undefined {
  const found = /^[0-9a-f]{4,}$/u.test(sha) ? all.filter((commit) => wholeSha(commit).startsWith(sha)) : [];
  return found.length === 1 ? found[0] : undefined;
}

function known(history: History, sha: string): StoredCommit {
  const found = find(history, sha);
  if (found === undefined) throw nowhere(`the repository knows no commit ${sha}`, "Fetch it, or see which repository it was built from.");
  return found;
}

/** The commit and all that came before it on its branch and on the one that it came from. */
function ancestry({ all, branch }: History, commit: StoredCommit): readonly StoredCommit[] {
  const upTo = all.slice(0, all.indexOf(commit) + 1);
  const own = upTo.filter((each) => each.branch === commit.branch);
  if (commit.branch === branch || own[0] === undefined) return own;
  const from = all.indexOf(own[0]);
  return [...all.slice(0, from).filter((each) => each.branch === branch), ...own];
}

function counted(commits: readonly StoredCommit[], where: Paths, limit: number): CommitsBehind {
  const found = commits.filter((commit) => touchesAny(commit, where)).toReversed();
  return { commits: found.slice(0, limit).map(commitOf), total: found.length };
}

/** A commit touches a folder through what is in it. */
function touchesAny({ touches }: StoredCommit, { paths, except = [] }: Paths): boolean {
  const isIn = (touched: string, path: string): boolean => touched === path || touched.startsWith(`${path}/`);
  return touches.some((touched) => paths.some((path) => isIn(touched, path)) && !except.some((path) => isIn(touched, path)));
}

function nowhere(reason: string, next: string): BackendError {
  return new BackendError("no_such_place", reason, next);
}
