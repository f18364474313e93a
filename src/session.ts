import type { Gather } from "./evidence/evidence.ts";
import type { History } from "./history/history.ts";
import type { Watches } from "./history/watches.ts";
import type { Pipeline } from "./pipeline/load.ts";

/** One tool call's view of the stores. */
export interface CallSession {
  /** The stores' clock: what is judged as of now. */
  readonly now: () => Date;
  readonly gather: Gather;
  /** Lets that much time pass on the stores' clock: waited for on a live backend, moved in a scenario. */
  readonly pass: (ms: number) => Promise<void>;
}

/** A pipeline and a backend that can be asked about it. */
export interface Session {
  readonly pipeline: Pipeline;
  readonly backend: string;
  /** The scenario's name where data is invented; every answer then says so. */
  readonly scenario?: string;
  /** The scenario's data was supplied as files: none of it is invented. */
  readonly supplied?: true;
  /** Where its reports are kept and compared; absent where none are, as for a replayed night. */
  readonly history?: History;
  /** Expectations that every report judges; absent where nothing is kept. */
  readonly watches?: Watches;
  /** Name of the evidence file that answers, where no store is asked. */
  readonly replayed?: string;
  /** Writes the looks of the latest call to the file that was named for them; absent where none was. */
  readonly saveEvidence?: () => Promise<void>;
  begin(call: { readonly signal: AbortSignal }): CallSession;
}
