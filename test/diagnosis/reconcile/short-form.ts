import type { Scope } from "../../../src/checks/check.ts";
import type { TableState } from "../../../src/checks/completion/record.ts";
import type { Slate, SlatedGame } from "../../../src/checks/slate.ts";
import type { Day, DayFacts, Intake } from "../../../src/diagnosis/reconcile/judge.ts";
import { judgeDay } from "../../../src/diagnosis/reconcile/judge.ts";
import { linesOf } from "../../../src/diagnosis/reconcile/lines.ts";
import { phaseIn } from "../../../src/diagnosis/reconcile/phases.ts";
import type { Phase } from "../../../src/diagnosis/reconcile/phases.ts";
import { proposalsFor } from "../../../src/diagnosis/reconcile/proposals.ts";
import type { Proposal } from "../../../src/diagnosis/proposal.ts";
import type { Unseen } from "../../../src/evidence/evidence.ts";
import type { KeptRecord, RanRow } from "../../../src/evidence/looks/reconcile.ts";
import { calendarDateOf, parseInstant } from "../../../src/pipeline/dates.ts";
import { gameOf } from "../../../src/pipeline/games.ts";
import { stageNames } from "../../../src/pipeline/schema.ts";
import { nba } from "../../support/pipeline.ts";

/** P player_game_summary, O and D team offense and defense, U and T upcoming players and teams, X a name nobody goes by. */
export const letters = {
  P: "player_game_summary",
  O: "team_offense_game_summary",
  D: "team_defense_game_summary",
  U: "upcoming_player_game_context",
  T: "upcoming_team_game_context",
} as const;
const fourth = {
  Z: "team_defense_zone_analysis",
  S: "player_shot_zone_analysis",
  C: "player_composite_factors",
  K: "player_daily_cache",
  F: "ml_feature_store",
} as const;
const names: Readonly<Record<string, string>> = { ...letters, ...fourth, X: "roster_history" };

/** A date in short. Times without a date are of the morning after 2026-02-03; absent parts are those of a good night. */
export interface Short {
  readonly phase?: "3" | "4";
  /** When it is asked; 09:30. */
  readonly clock?: string;
  /** Entries by letter; `PODUT`. Small: entered as failed. "none": no document; "unseen": it could not be read. */
  readonly entries?: string;
  /** Tables with rows by letter; `PODUT`. `?` after a letter: that table could not be read. */
  readonly rows?: string;
  /** Their newest write; 06:35. Rows of U and T are of the day itself, 10:37. */
  readonly rowsAt?: string;
  /** What `_completed_count` says; as many as there are entries. */
  readonly count?: number | null;
  readonly triggered?: boolean | null;
  readonly reason?: string | null;
  readonly mode?: string | null;
  readonly repaired?: string;
  /** The next phase's output: its time (07:20), or none, one (of two tables), unstamped, unseen. */
  readonly output?: string;
  /** Two games are expected; 0: none on this date; unknown: the schedule could not be read. */
  readonly games?: 0 | 2 | "unknown" | "play-offs";
  /** How many of them are in the tables; 2. */
  readonly processed?: 0 | 1 | 2 | "unseen";
  /** Whether the box scores of the others are there; yes, since 06:15. */
  readonly input?: "yes" | "no" | "unseen";
  /** Successful runs in the history, by letter, ended a minute before the entry; `r` after one: at work right now. `!`: the next phase is. */
  readonly runs?: string;
  readonly past?: true;
}

const date = calendarDateOf("2026-02-03");

const instants = new Map<string, Date>();

export function instant(time: string): Date {
  const found = instants.get(time) ?? parseInstant(time.includes("-") ? time : `2026-02-04 ${time}`, nba.zone);
  if (found === undefined) throw new Error(`${time} is no time`);
  instants.set(time, found);
  return found;
}

const lost: Unseen = {
  id: "x",
  port: "warehouse",
  asked: "rows",
  observedAt: "2026-02-04T14:30:00.000Z",
  seen: false,
  refusal: "denied",
  reason: "not allowed to read",
  next: "Grant it.",
};

const phases = new Map<string, Phase>();

/** Rules are made once per clock: thousands of dates share them. */
export function phaseOf({ phase = "3", clock = "09:30" }: Short): Phase {
  const key = `${phase} ${clock}`;
  const found = phases.get(key) ?? phaseIn(nba.rulesOn(date, instant(clock)), phase);
  if (found === undefined) throw new Error("nba.yaml declares both phases");
  phases.set(key, found);
  return found;
}

export function factsOf(short: Short): DayFacts {
  const phase = phaseOf(short);
  const asOf = instant(short.clock ?? "09:30");
  const scope: Scope = {
    date,
    asOf,
    rules: phase.rules,
    file: nba.file,
    slate: slateOf(short.games ?? 2),
    slateLooks: [],
    moment: "post_game",
    half: "post_game",
    core: phase.rules.core,
  };
  return {
    scope,
    due: phase.due,
    record: recordOf(short),
    tables: tablesOf(short, phase),
    intake: intakeOf(short),
    runs: short.runs === "unseen" ? lost : runsOf(short, phase),
    ...(short.past === true ? { past: true } : {}),
  };
}

export interface Judged {
  readonly day: Day;
  readonly verdict: string;
  readonly proposals: readonly Proposal[];
}

export function judgedBy(short: Short): Judged {
  const phase = phaseOf(short);
  const day = judgeDay(factsOf(short));
  const verdicts = linesOf({ phase, days: [day], evidence: [] }).map(({ finding }) => finding.verdict);
  const order = ["fail", "unknown", "warn", "pass", "not_due", "not_applicable"] as const;
  const verdict = order.find((candidate) => verdicts.includes(candidate)) ?? "nothing said";
  return { day, verdict, proposals: proposalsFor(phase, [day]) };
}

function slateOf(games: NonNullable<Short["games"]>): Slate {
  const all: SlatedGame[] = [
    ["BOS", "NYK"],
    ["LAL", "GSW"],
  ].map(([away = "", home = ""]) => ({
    ...gameOf(away, home),
    status: 3,
    final: true,
    owes: games === "play-offs" ? (["games", "box-scores"] as const) : stageNames,
    competition: games === "play-offs" ? "play-offs (004)" : "regular season (002)",
    standing: { kind: "expected" },
  }));
  if (games === 0) return { kind: "none", games: [], why: "no game is scheduled for 2026-02-03" };
  if (games === "unknown") return { kind: "unknown", reason: "denied", observed: "the schedule: not allowed to read", next: "Grant it." };
  return { kind: "games", games: all };
}

function recordOf({ phase = "3", entries = phase === "3" ? "PODUT" : "ZSCKF", ...short }: Short): KeptRecord | null | Unseen {
  if (entries === "none") return null;
  if (entries === "unseen") return { ...lost, port: "documents" };
  const all = entries.split("");
  const raw = {
    ...(short.count === null ? {} : { _completed_count: short.count ?? all.length }),
    ...(short.triggered === null ? {} : { _triggered: short.triggered ?? true }),
    ...(short.reason === undefined || short.reason === null ? {} : { _trigger_reason: short.reason }),
  };
  return {
    updateTime: instant(short.past === true ? "12:00" : "06:37").toISOString(),
    entries: all.map((letter) => ({
      name: names[letter.toUpperCase()] ?? letter,
      completedAt: instant("06:37").toISOString(),
      status: letter === letter.toLowerCase() ? "failed" : "success",
      recordCount: 20,
    })),
    count: raw._completed_count ?? null,
    triggered: raw._triggered ?? null,
    triggeredAt: null,
    triggerReason: raw._trigger_reason ?? null,
    mode: short.mode ?? null,
    lastUpdate: null,
    reconciledAt: short.repaired === undefined ? null : instant(short.repaired).toISOString(),
    raw,
  };
}

const early = ["U", "T"];

function tablesOf(short: Short, { rules, number }: Phase): DayFacts["tables"] {
  const { rows = number === "3" ? "PODUT" : "ZSCKF", rowsAt = "06:35", output = number === "3" ? "07:20" : "2026-02-03 11:45" } = short;
  const own = Object.entries(rules.completion.processors).map(([name, { table }]): [string, TableState | Unseen] => {
    const letter = Object.keys(names).find((candidate) => names[candidate] === name) ?? "";
    if (rows.includes(`${letter}?`)) return [table, lost];
    if (!rows.includes(letter)) return [table, { rows: 0, written: undefined }];
    const time = early.includes(letter) ? "2026-02-03 10:37" : number === "4" && short.rowsAt === undefined ? "2026-02-03 11:10" : rowsAt;
    return [table, { rows: 20, written: instant(time) }];
  });
  const outputs = rules.completion.next_phase.outputs.map((table, index): [string, TableState | Unseen] => {
    if (output === "unseen") return [table, lost];
    if (output === "none" || (output === "one" && index > 0)) return [table, { rows: 0, written: undefined }];
    if (output === "unstamped") return [table, { rows: 20, written: undefined }];
    return [table, { rows: 20, written: instant(output === "one" ? "07:20" : output) }];
  });
  return Object.fromEntries([...own, ...outputs]);
}

function intakeOf({ phase = "3", processed = 2, input = "yes" }: Short): Intake | Unseen {
  if (processed === "unseen") return lost;
  if (phase === "4") return { owed: 2, missing: [], input: "yes" };
  const missing = ["BOS@NYK", "LAL@GSW"].slice(processed);
  return { owed: 2, missing, input: input === "unseen" ? lost : input, ...(input === "yes" ? { landedAt: instant("06:15") } : {}) };
}

function runsOf({ runs = "PODUTZSCKF", clock = "09:30" }: Short, { rules }: Phase): RanRow[] {
  const [next = ""] = Object.keys(rules.completion.next_phase.processors ?? {});
  const oldest = new Date(instant(clock).getTime() - 120_000).toISOString();
  const atWork = {
    data_date: date,
    processor_name: next,
    run_id: "next",
    n: 1,
    status: "running",
    records_processed: null,
    newest: null,
    oldest,
  };
  const own = Object.entries(rules.completion.processors).flatMap(([name, { class: className }]): RanRow[] => {
    const letter = Object.keys(names).find((candidate) => names[candidate] === name) ?? "";
    const run = { data_date: date, processor_name: className, run_id: `${letter}-1`, n: 1 };
    const begun = new Date(instant(clock).getTime() - 120_000).toISOString();
    if (runs.includes(`${letter}r`)) return [{ ...run, status: "running", records_processed: null, newest: null, oldest: begun }];
    if (!runs.includes(letter)) return [];
    return [
      { ...run, status: "success", records_processed: 20, newest: instant("06:36").toISOString(), oldest: instant("06:34").toISOString() },
    ];
  });
  return runs.includes("!") ? [...own, atWork] : own;
}
