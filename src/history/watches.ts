import { createHash } from "node:crypto";
import { BackendError, UserError, short } from "../errors.ts";
import type { State, StateCall } from "../ports/state.ts";
import type { Watch, WatchAbout } from "../checks/watch.ts";
import { mostSaid, watchSchema } from "../checks/watch.ts";
import { answeredIn, timedOut } from "./history.ts";

/** Expectations that later reports judge. They change nothing of what is watched: they live in Postgame's own state. */
export interface Watches {
  /** Keeps one; the same expectation again is the same watch, with what came true of it. Answers it with its id. */
  add(watch: Omit<Watch, "id" | "kept">, call: StateCall): Promise<Watch>;
  /** Those about these stores, the one due first first. */
  about(about: WatchAbout, call: StateCall): Promise<WatchList>;
  /** Notes that it came true; one that was dropped meanwhile stays dropped. */
  keep(id: string, kept: NonNullable<Watch["kept"]>, call: StateCall): Promise<void>;
  /** Forgets it. Throws `UserError` if there is none of that id. */
  drop(id: string, call: StateCall): Promise<Watch>;
}

export interface WatchList {
  readonly watches: readonly Watch[];
  /** How many more are in the state, about whatever stores, that can't be read. */
  readonly unreadable: number;
}

/** More than anybody keeps in mind: a list that grows without end would slow every report. */
const mostWatches = 200;
const prefix = "watches/";

/** No method waits longer than that, in milliseconds, also where the state's folder hangs. */
export function watchesIn(state: State, { waitMs }: { readonly waitMs: number } = { waitMs: 8_000 }): Watches {
  const all = patient(state);
  const within = <T>(call: StateCall, work: (timed: StateCall) => Promise<T>): Promise<T> =>
    answeredIn(work(timedOut(call, waitMs)), waitMs);
  return {
    add: (given, call) => within(call, (timed) => all.add(given, timed)),
    about: (about, call) => within(call, (timed) => all.about(about, timed)),
    keep: (id, kept, call) => within(call, (timed) => all.keep(id, kept, timed)),
    drop: (id, call) => within(call, (timed) => all.drop(id, timed)),
  };
}

/** They wait for the state as long as it takes. */
function patient(state: State): Watches {
  const read = async (key: string, call: StateCall): Promise<{ watch: Watch; version: string } | "unreadable" | undefined> => {
    const entry = await state.get({ key }, call);
    if (entry === undefined) return undefined;
    const watch = watchSchema.safeParse(entry.value).data;
    return watch === undefined ? "unreadable" : { watch, version: entry.version };
  };
  return {
    async add(given, call) {
      const key = `${prefix}${idOf(given)}`;
      const same = await orUnreadable(read(key, call));
      if (same !== undefined && same !== "unreadable") return same.watch;
      const { total } = await state.list({ prefix, limit: 0, order: "ascending" }, call);
      if (total >= mostWatches) throw new UserError(`${mostWatches} watches are kept already; drop some: postgame watch --drop ID.`);
      const watch: Watch = { id: idOf(given), ...given };
      await state.put({ key, value: JSON.parse(JSON.stringify(watch)) }, call);
      return watch;
    },
    async about(about, call) {
      const { keys, total, setAside } = await state.list({ prefix, limit: mostWatches, order: "ascending" }, call);
      const found = await Promise.all(keys.map((key) => orUnreadable(read(key, call))));
      const readable = found.flatMap((one) => (one === undefined || one === "unreadable" ? [] : [one.watch]));
      const unreadable = found.filter((one) => one === "unreadable").length;
      return {
        watches: readable.filter((watch) => seriesOf(watch.about) === seriesOf(about)).toSorted((a, b) => (a.due < b.due ? -1 : 1)),
        unreadable: unreadable + setAside + (total - keys.length),
      };
    },
    async keep(id, kept, call) {
      const found = await read(`${prefix}${id}`, call);
      if (found === undefined || found === "unreadable" || found.watch.kept !== undefined) return;
      const said = Array.from(kept.said).slice(0, mostSaid).join("");
      const value = JSON.parse(JSON.stringify({ ...found.watch, kept: { ...kept, said } }));
      await state.put({ key: `${prefix}${id}`, value, only: { ifVersion: found.version } }, call);
    },
    async drop(id, call) {
      const found = /^w-[0-9a-f]{6}$/u.test(id) ? await read(`${prefix}${id}`, call) : undefined;
      if (found === undefined || found === "unreadable") throw new UserError(`No watch "${short(id)}"; \`postgame watch\` lists them.`);
      await state.delete({ keys: [`${prefix}${id}`] }, call);
      return found.watch;
    },
  };
}

/** One entry that can't be read must not cost the others. */
async function orUnreadable<T>(reading: Promise<T>): Promise<T | "unreadable"> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof BackendError && error.refusal === "malformed") return "unreadable";
    throw error;
  }
}

function idOf({ text, proof, about, from, due }: Omit<Watch, "id" | "kept">): string {
  const digest = createHash("sha256").update(JSON.stringify([text, proof, seriesOf(about), from, due]));
  return `w-${digest.digest("hex").slice(0, 6)}`;
}

function seriesOf({ pipeline, backend, project, scenario }: WatchAbout): string {
  return JSON.stringify([pipeline, backend, project ?? null, scenario ?? null]);
}
