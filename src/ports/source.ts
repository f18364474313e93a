import type { Call } from "./call.ts";

export interface Commit {
  /** All forty digits. */
  readonly sha: string;
  /** ISO 8601, UTC: when it was committed. */
  readonly at: string;
  readonly subject: string;
}

/** Where the watched branch stands, as far as this copy of the repository knows. */
export interface Tip {
  /** As it is asked for, e.g. `origin/main`. */
  readonly branch: string;
  readonly head: Commit;
  /** ISO 8601, UTC: when the copy last heard from its remote; absent if never. */
  readonly fetchedAt?: string | undefined;
  /** History ends early: a commit that is not found may still be there. */
  readonly shallow: boolean;
}

export interface CommitsBehind {
  /** Newest first, at most as many as asked for. */
  readonly commits: readonly Commit[];
  /** All of them, those not given too. */
  readonly total: number;
}

/** Folders and files of the repository. */
export interface Paths {
  readonly paths: readonly string[];
  /** Folders below them that don't count. */
  readonly except?: readonly string[] | undefined;
}

/**
 * Reads the watched pipeline's own repository. A folder without a repository, a remote or that branch throws
 * `no_such_place`; a history that ends early, and so might show too much or too little, `partial`. Nothing is ever fetched
 * or changed.
 */
export interface Source {
  tip(call: Call): Promise<Tip>;
  /** Undefined if this copy holds no such commit, or several begin so. A short sha will do. */
  commit(ask: { readonly sha: string }, call: Call): Promise<Commit | undefined>;
  /** Commits of the branch that are not part of `sha`'s history and touch one of the paths. An unknown `sha` throws `no_such_place`. */
  behind(ask: { readonly sha: string; readonly limit: number } & Paths, call: Call): Promise<CommitsBehind>;
  /** Commits of the branch made after that moment that touch one of the paths: all that can be told of code whose commit nobody noted. */
  since(ask: { readonly at: string; readonly limit: number } & Paths, call: Call): Promise<CommitsBehind>;
  /** Whether a commit is part of another's history. Either unknown throws `no_such_place`. */
  contains(ask: { readonly commit: string; readonly within: string }, call: Call): Promise<boolean>;
  /**
   * Of these paths, those that a commit changed, a merge as against the branch that it was merged into. An unknown `sha` throws
   * `no_such_place`, one whose parent this copy doesn't hold `partial`.
   */
  touched(ask: { readonly sha: string } & Paths, call: Call): Promise<readonly string[]>;
  /** Of these paths, those that are there at the branch's head. */
  existing(ask: { readonly paths: readonly string[] }, call: Call): Promise<readonly string[]>;
}
