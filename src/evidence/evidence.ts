import type { Refusal } from "../errors.ts";
import type { Call } from "../ports/call.ts";
import type { Port, Ports } from "../ports/ports.ts";

/** One look as it was made: what was asked of whom, and when (ISO 8601, the stores' clock). */
interface Asked {
  readonly id: string;
  readonly port: Port;
  readonly asked: string;
  /** The command that shows the same by hand. */
  readonly byHand?: string | undefined;
  readonly observedAt: string;
}

/** Somebody looked: these are the facts. Nothing found is a fact too. */
export type Seen<F> = Asked & {
  readonly seen: true;
  readonly facts: F;
  /** Rows or documents read to come to the facts. */
  readonly examined: number;
  readonly bytes?: number;
};

/** Nobody could look. There are no facts here, so nothing can be concluded by mistake. */
export type Unseen = Asked & {
  readonly seen: false;
  readonly refusal: Refusal;
  readonly reason: string;
  readonly next: string;
  /** Nobody was asked: the operator has switched the port off, for this reason. */
  readonly off?: string;
};

export type Evidence<F> = Seen<F> | Unseen;

export interface Found<F> {
  readonly facts: F;
  readonly examined: number;
  readonly bytes?: number;
}

/**
 * What an empty answer means. `must-have`: on a game day it is a finding. `may-be-empty`: it is normal, and believed
 * only together with the witness named here, which was looked at too.
 */
export type WhenEmpty = "must-have" | { readonly mayBeEmpty: true; readonly witness: string };

/** One question to one port about one date. Its id is its key: asked once per call, recorded and replayed under it. */
export interface Look<F> {
  readonly id: string;
  readonly port: Port;
  /** The question in words, for reports and errors. */
  readonly asked: string;
  /** The bq, gcloud or curl command that shows the same by hand. */
  readonly byHand: string;
  /** Ids of looks that, where they are made in the same call, must be settled first: flags before rows. */
  readonly after: readonly string[];
  readonly whenEmpty: WhenEmpty;
  run(ports: Ports, call: Call): Promise<Found<F>>;
  /** Facts from a saved bundle, parsed as outside input. */
  parse(saved: unknown): F;
}

/** Makes one look. Live, replayed and failing gatherers are all this. Throws only `CancelledError` and bugs. */
export type Gather = <F>(look: Look<F>) => Promise<Evidence<F>>;

/** Looks by the name their judge knows them under. */
export type Looks = Readonly<Record<string, Look<unknown>>>;
export type FactsOf<L extends Looks> = { readonly [K in keyof L]: L[K] extends Look<infer F> ? F : never };
export type EvidenceOf<L extends Looks> = { readonly [K in keyof L]: L[K] extends Look<infer F> ? Evidence<F> : never };
