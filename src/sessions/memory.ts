import type { History } from "../history/history.ts";
import type { Watches } from "../history/watches.ts";
import type { State } from "../ports/state.ts";

/** What is kept between calls. */
export interface Memory {
  readonly state: State;
  readonly history: History;
  readonly watches: Watches;
}

/** Touches no file before the first report is kept or asked for. */
export async function openMemory(folder: string): Promise<Memory> {
  const [{ folderState }, { historyIn }, { watchesIn }] = await Promise.all([
    import("../adapters/state/folder.ts"),
    import("../history/history.ts"),
    import("../history/watches.ts"),
  ]);
  const state = folderState(folder);
  return { state, history: historyIn(state), watches: watchesIn(state) };
}
