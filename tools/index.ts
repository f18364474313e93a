import type { Tool } from "../src/tool.ts";
import { checkDrift } from "./check_drift.ts";
import { findDuplicates } from "./find_duplicates.ts";
import { inspectLocks } from "./inspect_locks.ts";
import { investigateScraper } from "./investigate_scraper.ts";
import { readLogs } from "./read_logs.ts";
import { reconcilePhase3 } from "./reconcile_phase3.ts";
import { validateDaily } from "./validate_daily.ts";
import { watch } from "./watch.ts";

/** Every tool an agent can call and every command a person can type, in the order they are listed. */
export const catalogue: readonly Tool[] = [
  validateDaily,
  reconcilePhase3,
  findDuplicates,
  checkDrift,
  investigateScraper,
  readLogs,
  inspectLocks,
  watch,
];
