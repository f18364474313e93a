import type { Call } from "./call.ts";

/** A subscription of a topic. One without an address is pulled from, as those that collect dead letters are. */
export interface Subscription {
  readonly name: string;
  /** Undefined once its topic was deleted: then nothing arrives there any more. */
  readonly topic?: string | undefined;
  readonly pushEndpoint?: string | undefined;
  /** Where what could not be delivered goes; without one it is tried until it expires. */
  readonly deadLetterTopic?: string | undefined;
}

/** How much waited in a subscription. */
export interface Backlog {
  readonly subscription: string;
  /** Messages that nobody has acknowledged. */
  readonly undelivered: number;
  /** ISO 8601, UTC: when that was measured, some minutes ago at best. */
  readonly at: string;
}

/** Reads what is published to whom. Depth comes from the platform's metric: pulling counts as a delivery. */
export interface Topics {
  /** Names of every topic of the project, in order; more than the budget allows throws `partial`. */
  topics(call: Call): Promise<readonly string[]>;
  /** Every subscription of the project, in order of name; more than the budget allows throws `partial`. */
  subscriptions(call: Call): Promise<readonly Subscription[]>;
  /**
   * The newest measurement of every subscription from `since` to `until` (ISO 8601, both included), in order of name. One that is missing was not
   * measured: that is no zero.
   */
  backlogs(ask: { readonly since: string; readonly until: string }, call: Call): Promise<readonly Backlog[]>;
}
