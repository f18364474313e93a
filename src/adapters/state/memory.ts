import { randomUUID } from "node:crypto";
import type { State, StateCall, StateEntry } from "../../ports/state.ts";
import { stateSchemaVersion } from "../../ports/state.ts";
import { allows, conflict, jsonText, keyParts, prefixParts, refuseIfOver, refuseNewer, schemaText } from "./entry.ts";

/** State for as long as the process lives, and for nobody else. */
export function memoryState({ schema = stateSchemaVersion }: { readonly schema?: number } = {}): State {
  const place = "The state in memory";
  const entries = new Map<string, { readonly version: string; readonly text: string }>();
  const ready = async (call: StateCall): Promise<void> => {
    refuseNewer(place, schemaText(schema));
    refuseIfOver(call, place);
  };
  const find = (key: string): StateEntry | undefined => {
    const found = entries.get(key);
    return found && { key, version: found.version, value: JSON.parse(found.text) };
  };
  return {
    async get({ key }, call) {
      keyParts(key);
      await ready(call);
      return find(key);
    },
    async put({ key, value, only }, call) {
      keyParts(key);
      const text = jsonText(key, value);
      await ready(call);
      const found = find(key);
      if (!allows(only, found)) throw conflict(key, found);
      const version = randomUUID();
      entries.set(key, { version, text });
      return version;
    },
    async list({ prefix, limit, order }, call) {
      prefixParts(prefix);
      await ready(call);
      const keys = [...entries.keys()].filter((key) => key.startsWith(prefix)).toSorted();
      const ordered = order === "ascending" ? keys : keys.toReversed();
      return { keys: ordered.slice(0, limit), total: keys.length, setAside: 0 };
    },
    async delete({ keys }, call) {
      for (const key of keys) keyParts(key);
      await ready(call);
      for (const key of keys) entries.delete(key);
    },
  };
}
