import type { AuthClient } from "google-auth-library";
import type { Reach } from "../adapters/google/cloud.ts";
import type { Terminal } from "../cli/terminal.ts";

/** How Google's services are reached; as the client libraries do by themselves if empty, which is what the product does. */
export interface Connection {
  readonly reach?: Reach;
  /** Who asks, anew after each refused login. */
  readonly login?: () => AuthClient;
  /** What time it is where the stores are; the wall's if absent. */
  readonly now?: () => Date;
}

/** What a process has around it, and a test replaces. */
export interface Outside {
  readonly terminal?: Terminal;
  readonly google?: Connection;
}
