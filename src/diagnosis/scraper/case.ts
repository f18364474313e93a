import type { Scope } from "../../checks/check.ts";
import type { Landing } from "../../checks/scraping/landed.ts";
import type { Window } from "../../checks/scraping/window.ts";
import type { SlatedGame } from "../../checks/slate.ts";
import type { Evidence } from "../../evidence/evidence.ts";
import type { BatchLockFacts } from "../../evidence/looks/scraper-locks.ts";
import type { JobLogFacts, ScraperLogFacts } from "../../evidence/looks/scraper-logs.ts";
import type { DecisionRow, ExpectedRunRow, ScraperRunRow, WorkflowRunRow } from "../../evidence/looks/scraping.ts";
import type { RunRow, TableFacts } from "../../evidence/looks/tables.ts";
import type { UnitFacts } from "../../evidence/looks/units.ts";
import type { Rules } from "../../pipeline/load.ts";
import { addMinutes } from "../../pipeline/dates.ts";

/** How the collection stands, before anybody asks why. */
export type State = "retired" | "not_due" | "on_time" | "late" | "missing";

/** What is looked at to find out why; a look that nobody could make, or that the pipeline file names no place for, is left out of no list. */
export interface ScraperEvidence {
  readonly attempts: Evidence<TableFacts<ScraperRunRow>>;
  readonly decisions: Evidence<TableFacts<DecisionRow>>;
  readonly expected: Evidence<TableFacts<ExpectedRunRow>>;
  readonly executions: Evidence<TableFacts<WorkflowRunRow>>;
  readonly runs: Evidence<TableFacts<RunRow>>;
  readonly serviceLog: Evidence<ScraperLogFacts>;
  readonly loaderLog: Evidence<ScraperLogFacts>;
  readonly deciding: Evidence<JobLogFacts>;
  readonly executing: Evidence<JobLogFacts>;
  /** Undefined where stores are later than the clock: of how things stood nothing can be said. */
  readonly unit: Evidence<UnitFacts> | undefined;
  readonly locks: Evidence<BatchLockFacts> | undefined;
}

export interface ScraperCase {
  /** By its first name it is told. */
  readonly scrapers: readonly string[];
  readonly workflow: string;
  readonly table: string;
  readonly processor?: string | undefined;
  readonly window: Window;
  readonly landing: Landing;
  readonly owing: readonly SlatedGame[];
  /** Names of missing games that another source has complete. */
  readonly elsewhere: readonly string[];
  readonly state: State;
  readonly scope: Scope;
}

export type Chain = NonNullable<Rules["scraping"]["chain"]>;
export type Signs = NonNullable<Rules["scraping"]["signs"]>;

/** What the pipeline file says of how a collection comes about; without it no cause can be looked for. */
export interface Known {
  readonly chain: Chain;
  readonly signs: Signs;
  /** What a scraper logs when it hands a file over. */
  readonly handOver: string;
}

export interface Span {
  readonly from: Date;
  readonly to: Date;
}

export function within({ from, to }: Span, moment: Date): boolean {
  return from <= moment && moment <= to;
}

/** From when the window opens until what it decided must have been executed, or now. */
export function windowSpan({ window, scope }: ScraperCase, chain: Chain): Span {
  const { rules, asOf } = scope;
  const end = addMinutes(window.at, rules.thresholds.scrapers.window.minutes + chain.minutes.execute);
  return { from: addMinutes(window.at, -rules.thresholds.scrapers.window.minutes), to: end < asOf ? end : asOf };
}

/** Within which a decision is one about the window: half an hour before it or after. */
export function decisionSpan({ window, scope }: ScraperCase): Span {
  const margin = scope.rules.thresholds.scrapers.window.minutes;
  return { from: addMinutes(window.at, -margin), to: addMinutes(window.at, margin) };
}

/** While it was missing: from when the window opens until nothing owed was missing any more, or now. */
export function missingSpan({ window, landing, state, scope }: ScraperCase): Span {
  const until = state === "missing" ? undefined : landing.wholeAt;
  return { from: addMinutes(window.at, -scope.rules.thresholds.scrapers.window.minutes), to: until ?? scope.asOf };
}

/** Whether a text holds one of the parts, upper and lower case alike; a number only where it stands alone. */
export function holdsOne(text: string, parts: readonly string[]): boolean {
  const lower = text.toLowerCase();
  return parts.some((part) =>
    /^\d+$/u.test(part) ? new RegExp(`(?<![\\p{L}\\p{N}])${part}(?![\\p{L}\\p{N}])`, "u").test(lower) : lower.includes(part.toLowerCase()),
  );
}
