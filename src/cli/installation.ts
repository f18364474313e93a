import type { Config } from "../config.ts";
import type { History } from "../history/history.ts";
import type { Pipeline } from "../pipeline/load.ts";
import type { Session } from "../session.ts";
import type { Tool } from "../tool.ts";

/** What the command line is made over: main hands it the adapters' work without their names. */
export interface Installation {
  readonly version: string;
  /** What a person types to start us from where he is, e.g. `node bin/postgame.mjs`. */
  readonly invocation: string;
  /** The same from anywhere, for a host's configuration. */
  readonly invocationAnywhere: string;
  readonly tools: readonly Tool[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Undefined where nothing is configured. Throws `UserError` for what is configured but can't be opened. */
  open(config: Config): Promise<Session | undefined>;
  /** Speaks MCP on standard input and output until the client goes away. */
  serve(config: Config): Promise<void>;
  scenarios(): Promise<readonly ShippedScenario[]>;
  /** The configured pipeline, without any store. */
  pipeline(config: Config): Promise<Pipeline>;
  wall(): Date;
  /** The reports kept in the configured folder. */
  history(config: Config): Promise<History>;
}

export interface ShippedScenario {
  readonly name: string;
  /** The night in focus, YYYY-MM-DD. */
  readonly date: string;
  readonly about: string;
}
