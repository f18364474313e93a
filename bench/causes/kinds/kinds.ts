import type { CauseKind } from "../kind.ts";
import { driftKinds } from "./drift.ts";
import { duplicateKinds } from "./duplicates.ts";
import { logKinds } from "./logs.ts";
import { scraperKinds } from "./scrapers.ts";

export const causeKinds: readonly CauseKind[] = [...scraperKinds, ...duplicateKinds, ...logKinds, ...driftKinds];
