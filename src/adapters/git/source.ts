import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { BackendError } from "../../errors.ts";
import type { Call } from "../../ports/call.ts";
import type { Commit, CommitsBehind, Paths, Source, Tip } from "../../ports/source.ts";
import { whileWanted } from "../while-wanted.ts";
import type { Git, Ran } from "./git.ts";
import { gitIn } from "./git.ts";
import { commitsIn, format } from "./parse.ts";

export interface GitSource {
  readonly remote: string;
  readonly branch: string;
  /** The program; `git` on the path if absent. */
  readonly git?: string;
}

/** A clone on this machine. It is read as it is: what its remote has since been given is not known here. */
export function gitSource(folder: string, { remote, branch, git: program = "git" }: GitSource): Source {
  const repository = {
    folder: resolve(folder),
    remote,
    branch,
    ref: `refs/remotes/${remote}/${branch}`,
    git: gitIn(resolve(folder), program),
  };
  const known = new Map<string, Commit>();
  const commit = async (sha: string, over: AbortSignal): Promise<Commit | undefined> => {
    const found = known.get(sha) ?? (await findCommit(repository, sha, over));
    if (found !== undefined) known.set(sha, found); // A commit never changes.
    return found;
  };
  const existing = async (sha: string, over: AbortSignal): Promise<Commit> => {
    const found = await commit(sha, over);
    if (found === undefined) throw await unknownCommit(repository, sha, over);
    return found;
  };
  const asked = <T>(call: Call, answer: (over: AbortSignal) => Promise<T>): Promise<T> => whileWanted(call, answer);
  return {
    tip: (call) => asked(call, (over) => tipOf(repository, over)),
    commit: ({ sha }, call) => asked(call, (over) => commit(sha, over)),
    behind: ({ sha, limit, ...where }, call) =>
      asked(call, async (over) => {
        const { sha: from } = await existing(sha, over);
        const behind = await touching(repository, [`${from}..${repository.ref}`], where, limit, over);
        // Where history ends early, its last commits look as if they had touched everything.
        if (behind.total > 0 && (await isShallow(repository, over))) throw tooShallow(repository);
        return behind;
      }),
    since: ({ at, limit, ...where }, call) =>
      asked(call, async (over) => {
        const from = Math.floor(Date.parse(at) / 1000) + 1;
        const found = await touching(repository, [`--since=@${from}`, repository.ref], where, limit, over);
        if (found.total > 0 && (await isShallow(repository, over))) throw tooShallow(repository);
        return found;
      }),
    contains: ({ commit: part, within }, call) =>
      asked(call, async (over) => {
        const [one, other] = [await existing(part, over), await existing(within, over)];
        const { code } = await repository.git(["merge-base", "--is-ancestor", one.sha, other.sha], { over, answers: [1] });
        if (code !== 0 && (await isShallow(repository, over))) throw tooShallow(repository);
        return code === 0;
      }),
    touched: ({ sha, ...where }, call) => asked(call, async (over) => touchedBy(repository, (await existing(sha, over)).sha, where, over)),
    existing: ({ paths }, call) => asked(call, (over) => existingOf(repository, paths, over)),
  };
}

interface Repository {
  readonly folder: string;
  readonly remote: string;
  readonly branch: string;
  readonly ref: string;
  readonly git: Git;
}

async function tipOf(repository: Repository, over: AbortSignal): Promise<Tip> {
  const { ref, remote, branch } = repository;
  const { out } = await ofBranch(repository, ["rev-list", "--max-count=1", format, ref, "--"], over);
  const [head] = commitsIn(out);
  if (head === undefined) throw unreadable(repository);
  return { branch: `${remote}/${branch}`, head, fetchedAt: await fetchedAt(repository, over), shallow: await isShallow(repository, over) };
}

/** All commits that begin so, as far as this copy holds them: a branch that bears such a name is none of them. */
async function findCommit({ git }: Repository, sha: string, over: AbortSignal): Promise<Commit | undefined> {
  if (!/^[0-9a-f]{4,64}$/u.test(sha)) return undefined;
  const { out } = await git(["rev-parse", `--disambiguate=${sha}`], { over });
  const objects = out.split("\n").filter((line) => line.startsWith(sha));
  const commits: string[] = [];
  for (const object of objects.slice(0, mostObjects)) {
    const { out: kind } = await git(["cat-file", "-t", object], { over });
    if (kind.trim() === "commit") commits.push(object);
  }
  const [only, ...others] = commits;
  if (only === undefined || others.length > 0 || objects.length > mostObjects) return undefined;
  return commitsIn((await git(["rev-list", "--max-count=1", format, only, "--"], { over })).out)[0];
}

/** So many objects begin alike only where nearly nothing of a sha was given. */
const mostObjects = 20;

async function touching(
  repository: Repository,
  range: readonly string[],
  { paths, except = [] }: Paths,
  limit: number,
  over: AbortSignal,
): Promise<CommitsBehind> {
  if (paths.length === 0) return { commits: [], total: 0 };
  const where = [...paths.map((path) => `:(top,literal)${path}`), ...except.map((path) => `:(top,exclude,literal)${path}`)];
  const { out } = await ofBranch(repository, ["rev-list", format, ...range, "--", ...where], over, { ownForm: true });
  const commits = commitsIn(out);
  return { commits: commits.slice(0, limit), total: commits.length };
}

/** Against the first parent. Where history ends at it, a commit looks as if it had touched everything. */
async function touchedBy(
  repository: Repository,
  sha: string,
  { paths, except = [] }: Paths,
  over: AbortSignal,
): Promise<readonly string[]> {
  if (paths.length === 0) return [];
  const { out: line } = await repository.git(["rev-list", "--parents", "--max-count=1", sha, "--"], { over });
  const [, parent] = line.trim().split(" ");
  if (parent === undefined && (await isShallow(repository, over))) throw tooShallow(repository);
  const between = parent === undefined ? ["--root", "--no-commit-id", sha] : [parent, sha];
  const { out } = await repository.git(["diff-tree", "-r", "-z", "--name-only", "--no-renames", ...between, "--", ...paths], { over });
  const isIn = (file: string, path: string): boolean => file === path || file.startsWith(`${path}/`);
  const files = out.split("\0").filter((file) => file !== "" && !except.some((path) => isIn(file, path)));
  return paths.filter((path) => files.some((file) => isIn(file, path)));
}

async function existingOf(repository: Repository, paths: readonly string[], over: AbortSignal): Promise<readonly string[]> {
  const names = paths.filter((path) => path.split("/").every((part) => !["", ".", ".."].includes(part)));
  if (names.length === 0) return [];
  const { out } = await ofBranch(repository, ["ls-tree", "-z", "--name-only", "--full-tree", repository.ref, "--", ...names], over);
  const found = out.split("\0");
  return paths.filter((path) => found.includes(path));
}

async function isShallow({ git }: Repository, over: AbortSignal): Promise<boolean> {
  return (await git(["rev-parse", "--is-shallow-repository"], { over })).out.trim() !== "false";
}

/** Asks of the branch itself. Why it can't be told is looked into only then: every look asks, and most are answered. */
async function ofBranch(
  repository: Repository,
  args: readonly string[],
  over: AbortSignal,
  form: { readonly ownForm?: true } = {},
): Promise<Ran> {
  try {
    return await repository.git(args, { over, ...form });
  } catch (error) {
    if (error instanceof BackendError && error.refusal === "malformed") await requireBranch(repository, over);
    throw error;
  }
}

/** Named by its reference alone, which needs none of its objects: a damaged copy is told apart from one without the branch. */
async function requireBranch({ git, ref, remote, branch, folder }: Repository, over: AbortSignal): Promise<void> {
  const { out } = await git(["for-each-ref", "--format=%(refname)", ref], { over });
  if (out.split("\n").includes(ref)) return;
  const { code } = await git(["config", "--get", `remote.${remote}.url`], { over, answers: [1] });
  throw code === 0
    ? nowhere(`the copy in ${folder} has no branch ${branch} of ${remote}`, `Run: git -C ${folder} fetch ${remote} ${branch}`)
    : nowhere(
        `the copy in ${folder} has no remote ${remote}`,
        "Name a clone of the watched repository with --repo, or its remote in the pipeline file.",
      );
}

/**
 * When this copy last heard of the branch from its remote: by what the last fetch brought, or by when the reference last
 * moved. Another remote's fetch says nothing of it.
 */
async function fetchedAt(repository: Repository, over: AbortSignal): Promise<string | undefined> {
  const { git, ref, remote, folder } = repository;
  const { out } = await git(
    ["rev-parse", "--git-path", "FETCH_HEAD", "--git-path", `logs/${ref}`, "--git-path", `logs/refs/remotes/${remote}/HEAD`],
    { over },
  );
  const [head = "", ...logs] = out
    .trimEnd()
    .split("\n")
    .map((path) => resolve(folder, path));
  const times = [await fetchTime(repository, head, over), ...(await Promise.all(logs.map(lastLogged)))];
  const newest = Math.max(...times.filter((time) => time !== undefined));
  return Number.isFinite(newest) ? new Date(newest).toISOString() : undefined;
}

async function fetchTime({ git, remote, branch }: Repository, file: string, over: AbortSignal): Promise<number | undefined> {
  const text = await textOf(file);
  if (text === undefined) return undefined;
  const { out, code } = await git(["config", "--get", `remote.${remote}.url`], { over, answers: [1] });
  const plain = (url: string): string =>
    url
      .trim()
      .replace(/\/+$/u, "")
      .replace(/\.git$/u, "");
  const wanted = `branch '${branch}' of `;
  const brought = text.split("\n").some((line) => {
    const at = line.indexOf(wanted);
    return at !== -1 && plain(line.slice(at + wanted.length)) === plain(out);
  });
  return code === 0 && brought ? (await stat(file)).mtimeMs : undefined;
}

/** `OLD NEW Name <mail> 1770130000 -0500<tab>why`, the newest last. */
async function lastLogged(file: string): Promise<number | undefined> {
  const line = (await textOf(file))?.trimEnd().split("\n").at(-1) ?? "";
  const seconds = /> (\d+) [+-]\d{4}(?:\t|$)/u.exec(line)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch {
    return undefined; // Not there, or not to be read: then it tells nothing.
  }
}

async function unknownCommit(repository: Repository, sha: string, over: AbortSignal): Promise<BackendError> {
  return (await isShallow(repository, over))
    ? tooShallow(repository)
    : nowhere(
        `the copy in ${repository.folder} knows no commit ${sha.slice(0, 40)}, or several that begin so`,
        `Run: git -C ${repository.folder} fetch ${repository.remote}; if it stays unknown, see which repository it was built from.`,
      );
}

function tooShallow({ folder }: Repository): BackendError {
  return new BackendError(
    "partial",
    `the history of the copy in ${folder} ends early, so it can't be told what is part of what`,
    `Run: git -C ${folder} fetch --unshallow`,
  );
}

function nowhere(reason: string, next: string): BackendError {
  return new BackendError("no_such_place", reason, next);
}

function unreadable({ folder }: Repository): BackendError {
  return new BackendError("malformed", `git told no commit of the copy in ${folder}`, `Run: git -C ${folder} fsck`);
}
