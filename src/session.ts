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
  /** Gives back what the call had reserved; to be called once when it is over, however it ended. Absent where nothing is reserved. */
  readonly end?: () => Promise<void>;
}

/** A call whose every exchange with a service is heard. Ask one question after the other, or they can't be told apart. */
export interface RecordedCall extends CallSession {
  /** What the services answered so far, without its content; JSON. */
  capture(): Captured;
}

/** Its members are its adapter's affair, but for those that a person is told. */
export interface Captured {
  readonly asked: readonly { readonly exchanges: readonly unknown[] }[];
}

/** The real project that answers. */
export interface Real {
  readonly project: string;
  /** Who asks, where that is known without asking anybody. */
  readonly identity?: string | undefined;
  /** Path of the repository's checkout. */
  readonly repository?: string | undefined;
  /** By how many milliseconds this machine's clock is ahead of the project's; negative if it is behind. */
  readonly clockAhead?: (signal: AbortSignal) => Promise<number>;
  /** Begins a call that is recorded. */
  readonly record?: (call: { readonly signal: AbortSignal }) => Promise<RecordedCall>;
  /** Judged as of an earlier moment than now, by stores that are as they are now. */
  readonly past?: true;
}

/** A pipeline and a backend that can be asked about it. */
export interface Session {
  readonly pipeline: Pipeline;
  readonly backend: string;
  /** The scenario's name where data is invented; every answer then says so. */
  readonly scenario?: string;
  /** The scenario's data was supplied as files: none of it is invented. */
  readonly supplied?: true;
  /** Absent for a scenario and a replayed night. */
  readonly real?: Real;
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

/** One call from beginning to end: what it reserved is given back however it ended. */
export async function duringCall<T>(session: Session, signal: AbortSignal, work: (call: CallSession) => Promise<T>): Promise<T> {
  const call = session.begin({ signal });
  try {
    return await work(call);
  } finally {
    await call.end?.();
  }
}
