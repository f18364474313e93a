import type { Tool } from "../src/tool.ts";
import { validateDaily } from "./validate_daily.ts";
import { watch } from "./watch.ts";

/** Every tool an agent can call and every command a person can type, in the order they are listed. */
export const catalogue: readonly Tool[] = [validateDaily, watch];
