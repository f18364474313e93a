import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { BackendError } from "../../errors.ts";
import type { StateCall } from "../../ports/state.ts";
import { outOfTime, refuseIfOver } from "./entry.ts";
import type { Files } from "./files.ts";
import { codeOf, unless } from "./files.ts";
import type { Owner } from "./owner.ts";
import { lifeOf, parseOwner, thisProcess } from "./owner.ts";

export interface LockOptions {
  readonly files: Files;
  /** How long to wait for a lock that stays held, in milliseconds. */
  readonly patienceMs: number;
  /** From what age the lock of an owner out of sight is taken over, in milliseconds. */
  readonly abandonedAfterMs: number;
}

const condemned = ".condemned";
/** Codes with which a system refuses to move a folder onto one that isn't empty; Windows tells no more than "not permitted". */
const occupied = process.platform === "win32" ? ["ENOTEMPTY", "EEXIST", "EPERM", "EACCES"] : ["ENOTEMPTY", "EEXIST"];
/** Claims of processes that died while they waited are swept after an hour; nobody waits that long. */
const forgottenAfterMs = 3_600_000;

/**
 * Runs the work while holding the folder's lock, and hands it the folder in which it may prepare what it writes.
 *
 * The lock is the folder `lock` with one folder in it, named by the holder's token, which holds `owner.json` (pid, host,
 * when the process began, since when). It is prepared in `claims/` and renamed into place, so that it comes into being
 * with its owner in it, and a rename onto a lock that is held fails.
 *
 * A lock is stale when its owner is certainly gone: a process of this host, boot and pid namespace that no longer runs, or
 * whose pid another one has by now. Then it is taken over at once. An owner seen running keeps it, however slow, and who
 * waits gives up after `patienceMs` and says who holds it. An owner out of sight (another host or container, or an
 * unreadable owner file) is believed gone when its lock is ten minutes old by the file system's clock; no call lasts that long.
 *
 * Should such an owner live after all, there are still not two writers: it commits by a rename out of its token's folder
 * (and deletes by one into it), and who takes over first renames that folder, then empties and removes it, and only then
 * claims the lock. From then on the other's commit has no source, and fails. The token in the path also keeps two that take
 * over at once from removing each other's fresh lock.
 */
export async function withLock<T>(root: string, options: LockOptions, call: StateCall, work: (prepare: string) => Promise<T>): Promise<T> {
  const token = await acquire(root, options, call);
  const { files } = options;
  try {
    return await work(join(root, "lock", token));
  } finally {
    await release(root, token, files);
  }
}

async function acquire(root: string, options: LockOptions, call: StateCall): Promise<string> {
  const { files, patienceMs } = options;
  const token = randomUUID();
  const claim = join(root, "claims", token);
  await files.makeFolder(join(claim, token));
  const until = performance.now() + patienceMs;
  try {
    await files.writeNew(join(claim, token, "owner.json"), JSON.stringify(thisProcess()));
    while (!(await claimed(claim, root, files))) {
      const holder = await clear(root, claim, token, options);
      if (holder !== undefined && performance.now() > until) throw stillHeld(root, holder, patienceMs);
      refuseIfOver(call, root);
      await pause(root, call);
    }
  } catch (error) {
    await unless([codeOf(error) ?? ""], files.remove(claim)); // What went wrong first is what is told.
    throw error;
  }
  return token;
}

async function claimed(claim: string, root: string, files: Files): Promise<boolean> {
  try {
    await files.rename(claim, join(root, "lock"));
    return true;
  } catch (error) {
    if (occupied.includes(codeOf(error) ?? "")) return false;
    throw error;
  }
}

/** Random, so that those who wait don't come back all at once. */
async function pause(root: string, { signal }: StateCall): Promise<void> {
  try {
    await wait(1 + Math.random() * 20, undefined, { signal });
  } catch {
    throw outOfTime(root);
  }
}

async function release(root: string, token: string, files: Files): Promise<void> {
  const done = join(root, "claims", token);
  try {
    // Gone: it was taken over, and what was not yet committed failed.
    await unless(["ENOENT"], files.rename(join(root, "lock", token), done));
  } catch (error) {
    await files.remove(join(root, "lock", token)); // We live on: left there, it would keep everybody out.
    throw error;
  }
  await files.remove(done);
  await unless(["ENOENT", ...occupied], files.removeEmptyFolder(join(root, "lock")));
}

interface Holder {
  readonly token: string;
  readonly owner: Owner | undefined;
}

/** Makes way for a claim if the lock is stale or empty; otherwise answers who holds it. */
async function clear(root: string, claim: string, token: string, options: LockOptions): Promise<Holder | undefined> {
  const { files } = options;
  const lock = join(root, "lock");
  const names = (await unless(["ENOENT"], files.names(lock))) ?? [];
  for (const name of names) {
    if (!name.endsWith(condemned)) {
      const holder = { token: name, owner: await ownerOf(join(lock, name), files) };
      if (!(await isStale(holder, root, join(claim, token), options))) return holder;
      await unless(["ENOENT"], files.rename(join(lock, name), join(lock, `${name}${condemned}`)));
    }
    const dead = name.endsWith(condemned) ? name : `${name}${condemned}`;
    // Not empty: a late file came in between; the next round removes it.
    await unless(["ENOTEMPTY", "ENOENT"], files.remove(join(lock, dead)));
  }
  await unless(["ENOENT", "ENOTEMPTY", "EEXIST"], files.removeEmptyFolder(lock));
  if (names.length > 0) await sweep(root, join(claim, token), files);
  return undefined;
}

async function ownerOf(folder: string, files: Files): Promise<Owner | undefined> {
  const text = await unless(["ENOENT"], files.read(join(folder, "owner.json")));
  return text === undefined ? undefined : parseOwner(text);
}

async function isStale({ token, owner }: Holder, root: string, claim: string, options: LockOptions): Promise<boolean> {
  const life = owner === undefined ? "out of sight" : lifeOf(owner);
  switch (life) {
    case "running":
      return false;
    case "gone":
      return true;
    case "out of sight": {
      const age = await ageMs(join(root, "lock", token), claim, options.files);
      return age !== undefined && age > options.abandonedAfterMs;
    }
  }
}

/** Age by the file system's clock alone: our own file, written just now, tells its time. Undefined if the folder is gone by now. */
async function ageMs(folder: string, claim: string, files: Files): Promise<number | undefined> {
  const probe = join(claim, `probe-${randomUUID()}`);
  await files.writeNew(probe, "");
  const now = await files.modifiedMs(probe);
  await files.remove(probe);
  const then = await unless(["ENOENT"], files.modifiedMs(folder));
  return then === undefined ? undefined : now - then;
}

async function sweep(root: string, claim: string, files: Files): Promise<void> {
  const claims = join(root, "claims");
  for (const name of (await unless(["ENOENT"], files.names(claims))) ?? []) {
    const age = await ageMs(join(claims, name), claim, files);
    if (age !== undefined && age > forgottenAfterMs) await files.remove(join(claims, name));
  }
}

function stillHeld(root: string, { owner }: Holder, patienceMs: number): BackendError {
  const who = owner === undefined ? "somebody" : `process ${owner.pid} on ${owner.host.split(" ")[0]} since ${owner.since}`;
  const reason = `${root}: its lock is still held by ${who}, after ${Math.round(patienceMs / 100) / 10} s of waiting.`;
  return new BackendError("unavailable", reason, "Ask again; if that process hangs, end it.");
}
