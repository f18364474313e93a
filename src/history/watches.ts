import { createHash } from "node:crypto";
import { UserError, short } from "../errors.ts";
import type { State, StateCall } from "../ports/state.ts";
import type { Watch, WatchAbout } from "../checks/watch.ts";
import { watchSchema } from "../checks/watch.ts";

/** Expectations that later reports judge. They change nothing of what is watched: they live in Postgame's own state. */
export interface Watches {
  /** Keeps one; the same expectation again is the same watch. Answers it with its id. */
  add(watch: Omit<Watch, "id" | "kept">, call: StateCall): Promise<Watch>;
  /** Those about these stores, the one due first first. */
  about(about: WatchAbout, call: StateCall): Promise<readonly Watch[]>;
  /** Notes that it came true; one that was dropped meanwhile stays dropped. */
  keep(id: string, kept: NonNullable<Watch["kept"]>, call: StateCall): Promise<void>;
  /** Forgets it. Throws `UserError` if there is none of that id. */
  drop(id: string, call: StateCall): Promise<Watch>;
}

/** More than anybody keeps in mind: a list that grows without end would slow every report. */
const mostWatches = 200;
const prefix = "watches/";

export function watchesIn(state: State): Watches {
  const read = async (key: string, call: StateCall): Promise<{ watch: Watch; version: string } | undefined> => {
    const entry = await state.get({ key }, call);
    const watch = entry === undefined ? undefined : watchSchema.safeParse(entry.value).data;
    return entry === undefined || watch === undefined ? undefined : { watch, version: entry.version };
  };
  return {
    async add(given, call) {
      const { total } = await state.list({ prefix, limit: 0, order: "ascending" }, call);
      if (total >= mostWatches) throw new UserError(`${mostWatches} watches are kept already; drop some: postgame watch --drop ID.`);
      const watch: Watch = { id: idOf(given), ...given };
      await state.put({ key: `${prefix}${watch.id}`, value: JSON.parse(JSON.stringify(watch)) }, call);
      return watch;
    },
    async about(about, call) {
      const { keys } = await state.list({ prefix, limit: mostWatches, order: "ascending" }, call);
      const all = await Promise.all(keys.map((key) => read(key, call)));
      return all
        .flatMap((found) => (found === undefined || seriesOf(found.watch.about) !== seriesOf(about) ? [] : [found.watch]))
        .toSorted((a, b) => (a.due < b.due ? -1 : 1));
    },
    async keep(id, kept, call) {
      const found = await read(`${prefix}${id}`, call);
      if (found === undefined || found.watch.kept !== undefined) return;
      const value = JSON.parse(JSON.stringify({ ...found.watch, kept }));
      await state.put({ key: `${prefix}${id}`, value, only: { ifVersion: found.version } }, call);
    },
    async drop(id, call) {
      const found = /^w-[0-9a-f]{6}$/u.test(id) ? await read(`${prefix}${id}`, call) : undefined;
      if (found === undefined) throw new UserError(`No watch "${short(id)}"; \`postgame watch\` lists them.`);
      await state.delete({ keys: [`${prefix}${id}`] }, call);
      return found.watch;
    },
  };
}

function idOf({ text, proof, about, from, due }: Omit<Watch, "id" | "kept">): string {
  const digest = createHash("sha256").update(JSON.stringify([text, proof, seriesOf(about), from, due]));
  return `w-${digest.digest("hex").slice(0, 6)}`;
}

function seriesOf({ pipeline, backend, project, scenario }: WatchAbout): string {
  return JSON.stringify([pipeline, backend, project ?? null, scenario ?? null]);
}
