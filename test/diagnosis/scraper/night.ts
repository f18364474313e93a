import type { Scope } from "../../../src/checks/check.ts";
import type { Landing } from "../../../src/checks/scraping/landed.ts";
import type { SlatedGame } from "../../../src/checks/slate.ts";
import type { ScraperCase, ScraperEvidence } from "../../../src/diagnosis/scraper/case.ts";
import type { Weighed } from "../../../src/diagnosis/cause.ts";
import { weigh } from "../../../src/diagnosis/cause.ts";
import { scraperCauses } from "../../../src/diagnosis/scraper/causes.ts";
import { knownOf, scraperFacts } from "../../../src/diagnosis/scraper/facts.ts";
import type { Evidence } from "../../../src/evidence/evidence.ts";
import type { BatchLock } from "../../../src/evidence/looks/scraper-locks.ts";
import type { ScraperLine } from "../../../src/evidence/looks/scraper-logs.ts";
import { calendarDateOf } from "../../../src/pipeline/dates.ts";
import { at } from "../../support/instants.ts";
import { nba } from "../../support/pipeline.ts";

type Row = Record<string, unknown>;
const iso = (time: string) => at(time).toISOString();

/** What the stores hold about one missing gamebook of 2026-02-03, whose window is 06:00: a healthy night but for what is given. */
export interface Told {
  readonly clock?: string;
  readonly runs?: readonly Row[];
  readonly decisions?: readonly Row[];
  readonly executions?: readonly Row[];
  readonly lines?: readonly Partial<ScraperLine>[];
  readonly loaderLines?: readonly Partial<ScraperLine>[];
  readonly deciding?: readonly (readonly [string, string | null])[];
  readonly executing?: readonly (readonly [string, string | null])[];
  readonly loads?: readonly Row[];
  readonly locks?: readonly BatchLock[];
  readonly revisions?: readonly { name: string; createdAt: string }[];
  /** When the rows came; missing if absent. */
  readonly landed?: { readonly first: string; readonly whole: string };
  /** Missing or late, if absent. */
  readonly state?: ScraperCase["state"];
  readonly game?: Partial<SlatedGame>;
  readonly elsewhere?: readonly string[];
  /** Looks that were refused. */
  readonly lost?: readonly (keyof ScraperEvidence)[];
}

export const run = (time: string, status: string, more: Row = {}): Row => ({
  scraper_name: "nbac_gamebook_pdf",
  game_date: "2026-02-03",
  status,
  triggered_at: iso(time),
  data_summary: null,
  error_type: null,
  error_message: null,
  workflow: "morning_recovery",
  source: "CONTROLLER",
  triggered_by: "execute-workflows",
  completed_at: null,
  retry_count: 0,
  gcs_path: null,
  ...more,
});
/** Somebody else's run: the journal is being written. */
export const other = (time: string): Row => run(time, "success", { scraper_name: "nbac_schedule_api", workflow: "morning_operations" });
export const decision = (time: string, workflow: string, action: string, reason: string | null = null): Row => ({
  decision_time: iso(time),
  workflow_name: workflow,
  action,
  reason,
});
export const execution = (time: string, workflow: string, more: Row = {}): Row => ({
  execution_time: iso(time),
  workflow_name: workflow,
  scrapers_requested: null,
  scrapers_failed: 0,
  status: "completed",
  error_message: null,
  ...more,
});
export const line = (time: string, text: string, more: Partial<ScraperLine> = {}): Partial<ScraperLine> => ({
  at: iso(time),
  text,
  named: true,
  ...more,
});
export const load = (time: string, status: string, more: Row = {}): Row => ({
  processor_name: "NbacGamebookProcessor",
  run_id: time,
  status,
  started_at: iso(time),
  processed_at: iso(time),
  output_table: "nbac_gamebook_player_stats",
  records_processed: status === "success" ? 348 : 0,
  ...more,
});

const hourly: readonly (readonly [string, string])[] = ["04:00", "05:00", "06:00", "07:00", "08:00"].map((time) => [time, "OK"] as const);
const fiveAfter: readonly (readonly [string, string])[] = ["04:05", "05:05", "06:05", "07:05", "08:05"].map(
  (time) => [time, "OK"] as const,
);

/** Decided, executed, and a run that failed with nothing to say: what is given replaces its part. */
export function evidenceOf(told: Told): ScraperEvidence {
  const rows = (name: keyof ScraperEvidence, all: readonly Row[]) => answer(name, told, { rows: all, absent: [] });
  const logOf = (name: keyof ScraperEvidence, lines: readonly Partial<ScraperLine>[] = []) =>
    answer(name, told, {
      lines: lines.map((each) => ({ at: iso("06:06"), severity: "INFO", revision: "r-1", text: "", named: true, ...each })),
      more: false,
      newest: iso("08:59"),
      witnessed: true,
    });
  const attempts = (name: keyof ScraperEvidence, all: readonly (readonly [string, string | null])[]) =>
    answer(name, told, { attempts: all.map(([time, status]) => ({ at: iso(time), status })) });
  const unit = {
    name: "nba-scrapers",
    kind: "service",
    revisions: (told.revisions ?? [{ name: "r-1", createdAt: iso("00:30") }]).map((revision) => ({ ...revision, ready: true })),
    latestCreated: "r-1",
    traffic: [],
    minInstances: 0,
    variables: [],
  };
  return {
    attempts: rows("attempts", told.runs ?? [other("06:05")]),
    decisions: rows(
      "decisions",
      told.decisions ?? [decision("06:00", "morning_operations", "RUN"), decision("06:00", "morning_recovery", "RUN")],
    ),
    expected: rows("expected", []),
    executions: rows("executions", told.executions ?? [execution("06:05", "morning_operations"), execution("06:05", "morning_recovery")]),
    runs: rows("runs", told.loads ?? []),
    serviceLog: logOf("serviceLog", told.lines),
    loaderLog: logOf("loaderLog", told.loaderLines),
    deciding: attempts("deciding", told.deciding ?? hourly),
    executing: attempts("executing", told.executing ?? fiveAfter),
    unit: answer("unit", told, { unit }),
    locks: answer("locks", told, { locks: told.locks ?? [] }),
  } as unknown as ScraperEvidence; // literal rows of the looks' own shapes
}

function answer(name: keyof ScraperEvidence, { lost = [] }: Told, facts: unknown): Evidence<unknown> {
  const asked = { id: `${name} 2026-02-03`, port: "warehouse", asked: name, observedAt: iso("09:00") } as const;
  if (lost.includes(name)) return { ...asked, seen: false, refusal: "denied", reason: "denied on request", next: "Grant what is missing." };
  return { ...asked, seen: true, facts, examined: 1 };
}

export function caseOf(told: Told): ScraperCase {
  const date = calendarDateOf("2026-02-03");
  const asOf = at(told.clock ?? "09:00");
  const game: SlatedGame = {
    name: "BOS@NYK",
    away: "BOS",
    home: "NYK",
    status: 3,
    final: true,
    tipOff: at("19:00", "2026-02-03"),
    owes: ["box-scores"],
    competition: "regular season",
    standing: { kind: "expected" },
    ...told.game,
  };
  const { landed } = told;
  const whole: Landing =
    landed === undefined
      ? { rows: 0, covered: 0, of: 1, missing: [game], untimed: false }
      : {
          rows: 34,
          covered: 1,
          of: 1,
          missing: [],
          first: at(landed.first),
          last: at(landed.whole),
          wholeAt: at(landed.whole),
          untimed: false,
        };
  const scope: Scope = {
    date,
    asOf,
    rules: nba.rulesOn(date, asOf),
    file: nba.file,
    slate: { kind: "games", games: [game] },
    slateLooks: [],
    moment: "post_game",
    half: "post_game",
    core: [],
  };
  return {
    scrapers: ["nbac_gamebook_pdf"],
    workflow: "morning_recovery",
    table: "nba_raw.nbac_gamebook_player_stats",
    processor: "NbacGamebookProcessor",
    window: { at: at("06:00"), scheduled: false, dueAt: at("07:00"), lateAt: at("10:00") },
    landing: whole,
    owing: [game],
    elsewhere: told.elsewhere ?? [],
    state: told.state ?? (landed === undefined ? "missing" : "late"),
    scope,
  };
}

export function weighed(told: Told): readonly Weighed[] {
  const about = caseOf(told);
  const known = knownOf(about);
  if (known === undefined) throw new Error("The shipped file names the chain.");
  return weigh(scraperFacts(about, evidenceOf(told), known), scraperCauses);
}

export function standing(told: Told, wanted: Weighed["standing"]): string[] {
  return weighed(told)
    .filter((cause) => cause.standing === wanted)
    .map(({ id }) => id)
    .toSorted();
}
