import { randomUUID } from "node:crypto";
import { join, resolve } from "node:path";
import { BackendError, UserError } from "../../errors.ts";
import type { State, StateCall, StateEntry } from "../../ports/state.ts";
import {
  allows,
  conflict,
  entryText,
  jsonText,
  keyParts,
  parseEntry,
  prefixParts,
  refuseIfOver,
  refuseNewer,
  schemaText,
} from "./entry.ts";
import type { Files } from "./files.ts";
import { codeOf, inWords, nodeFiles, unless } from "./files.ts";
import type { LockOptions } from "./lock.ts";
import { withLock } from "./lock.ts";

export interface FolderOptions extends LockOptions {
  readonly files: Files;
}

const defaults: FolderOptions = { files: nodeFiles, patienceMs: 5_000, abandonedAfterMs: 600_000 };

/** An entry, nothing, or the words for what is there but can't be read. */
type Found = { readonly entry: StateEntry | undefined } | { readonly damaged: string };

/**
 * State in a folder that several processes share:
 *
 * - `schema.json`: the schema version, written before anything else.
 * - `entries/<namespace>/<name>.json`: one entry each. Written beside, brought to the disk, and renamed into place under the
 *   lock, so that a reader, who takes no lock, finds the old one or the new one whole.
 * - `aside/<namespace>/<name>~<token>.json`: what could not be read, moved here and never touched again.
 * - `lock/`, `claims/`: see `withLock`.
 *
 * Nothing is made before the first write. Folders are made for their owner only (0700), files too (0600).
 */
export function folderState(folder: string, given: Partial<FolderOptions> = {}): State {
  const options = { ...defaults, ...given };
  const store: Store = { root: resolve(folder), place: `The state folder ${resolve(folder)}`, options };
  return {
    get: ({ key }, call) => {
      keyParts(key);
      return asked(store, `reading ${key}`, call, async () => {
        if (!(await hasSchema(store))) return undefined;
        const found = await look(store, key);
        if (!("damaged" in found)) return found.entry ?? refuseSetAside(store, key);
        return withLock(store.root, options, call, () => lookAgain(store, key));
      });
    },
    put: ({ key, value, only }, call) => {
      keyParts(key);
      const text = jsonText(key, value);
      return asked(store, `writing ${key}`, call, () =>
        locked(store, call, async (prepare) => {
          const found = await lookAgain(store, key, only === undefined);
          if (!allows(only, found)) throw conflict(key, found);
          const version = randomUUID();
          await commit(store, prepare, { path: pathOf(store, key), text: entryText(key, version, text) });
          return version;
        }),
      );
    },
    list: ({ prefix, limit, order }, call) => {
      const { namespace, name } = prefixParts(prefix);
      return asked(store, `listing ${prefix}`, call, async () => {
        if (!(await hasSchema(store))) return { keys: [], total: 0, setAside: 0 };
        const begins = (file: string): boolean => file.startsWith(name) && file.endsWith(".json");
        const files = (await namesIn(store, "entries", namespace)).filter(begins);
        const aside = (await namesIn(store, "aside", namespace)).filter(begins);
        const keys = files.map((file) => `${namespace}/${file.slice(0, -".json".length)}`).toSorted();
        const ordered = order === "ascending" ? keys : keys.toReversed();
        return { keys: ordered.slice(0, limit), total: keys.length, setAside: aside.length };
      });
    },
    delete: ({ keys }, call) => {
      for (const key of keys) keyParts(key);
      return asked(store, `removing ${keys.length === 1 ? (keys[0] ?? "") : `${keys.length} entries`}`, call, async () => {
        if (keys.length === 0 || !(await hasSchema(store))) return;
        await locked(store, call, async (prepare) => {
          // Moved into the lock, not removed: if somebody has taken that over, nothing happens any more.
          for (const [index, key] of keys.entries()) {
            await unlessAbsent(store, key, options.files.rename(pathOf(store, key), join(prepare, `removed-${index}`)), prepare);
          }
        });
      });
    },
  };
}

interface Store {
  readonly root: string;
  /** The folder in words. */
  readonly place: string;
  readonly options: FolderOptions;
}

/** The file system's refusals in words; anything else is ours and flies. */
async function asked<T>({ place }: Store, what: string, call: StateCall, work: () => Promise<T>): Promise<T> {
  refuseIfOver(call, place);
  try {
    return await work();
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    throw inWords(what, place, code, error);
  }
}

/** Under the lock, in a store whose schema we know; a store that isn't there yet is made. */
async function locked<T>(store: Store, call: StateCall, work: (prepare: string) => Promise<T>): Promise<T> {
  const { root, options } = store;
  await hasSchema(store); // Refused before anything is made in it.
  return withLock(root, options, call, async (prepare) => {
    if (!(await hasSchema(store))) await commit(store, prepare, { path: join(root, "schema.json"), text: schemaText() });
    return work(prepare);
  });
}

/** False if nothing has been kept here yet. Throws `UserError` for a newer store, or one that lost its version. */
async function hasSchema({ root, place, options: { files } }: Store): Promise<boolean> {
  const text = await unless(["ENOENT"], files.read(join(root, "schema.json")));
  if (text !== undefined) {
    refuseNewer(place, text);
    return true;
  }
  const entries = await unless(["ENOENT"], files.names(join(root, "entries")));
  if (entries === undefined) return false;
  throw new UserError(
    `${place} holds entries but no schema.json to say of which version. Nothing was changed; choose another with --state.`,
  );
}

async function commit({ options: { files }, place }: Store, prepare: string, write: { path: string; text: string }): Promise<void> {
  const pending = join(prepare, `pending-${randomUUID()}`);
  const folder = join(write.path, "..");
  await files.makeFolder(folder);
  const done = await unless(
    ["ENOENT"],
    files.writeNew(pending, write.text).then(async () => {
      await files.rename(pending, write.path);
      return true;
    }),
  );
  if (done === undefined) throw lockLost(place);
  await files.syncFolder(folder);
}

function lockLost(place: string): BackendError {
  return new BackendError("unavailable", `${place}: its lock was taken over before the write was done; nothing was written.`, "Ask again.");
}

async function look(store: Store, key: string): Promise<Found> {
  const text = await unless(["ENOENT"], store.options.files.read(pathOf(store, key)));
  if (text === undefined) return { entry: undefined };
  const entry = parseEntry(key, text);
  return typeof entry === "string" ? { damaged: entry } : { entry };
}

/** Under the lock: what is there. What is damaged is set aside and said. */
async function lookAgain(store: Store, key: string, overSetAside = false): Promise<StateEntry | undefined> {
  const found = await look(store, key);
  if (!("damaged" in found)) return found.entry ?? (overSetAside ? undefined : refuseSetAside(store, key));
  const { namespace, name } = keyParts(key);
  const { files } = store.options;
  const aside = join(store.root, "aside", namespace);
  await files.makeFolder(aside);
  await files.rename(pathOf(store, key), join(aside, `${name}~${randomUUID().slice(0, 8)}.json`));
  return refuseSetAside(store, key, found.damaged);
}

/** An entry that was set aside isn't absent: who asks for it must not take it for one that never was. */
async function refuseSetAside(store: Store, key: string, damage = "it could not be read"): Promise<undefined> {
  const { namespace, name } = keyParts(key);
  const file = (await namesIn(store, "aside", namespace)).find((candidate) => candidate.startsWith(`${name}~`));
  if (file === undefined) return undefined;
  const path = join(store.root, "aside", namespace, file);
  throw new BackendError(
    "malformed",
    `${key} in ${store.root}: ${damage}; it was set aside as ${path}.`,
    "Look at that file; remove it to go on without it.",
  );
}

async function namesIn({ root, options: { files } }: Store, kind: "entries" | "aside", namespace: string): Promise<readonly string[]> {
  return (await unless(["ENOENT"], files.names(join(root, kind, namespace)))) ?? [];
}

/** Nothing there to remove is fine, as long as it isn't the lock that is gone. */
async function unlessAbsent({ place, options: { files } }: Store, key: string, moving: Promise<void>, prepare: string): Promise<void> {
  try {
    await moving;
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
    if ((await unless(["ENOENT"], files.names(prepare))) === undefined) throw lockLost(`${place}: removing ${key}`);
  }
}

function pathOf({ root }: Store, key: string): string {
  const { namespace, name } = keyParts(key);
  return join(root, "entries", namespace, `${name}.json`);
}
