import { catalogue } from "../../src/checks/catalogue.ts";
import type { Check } from "../../src/checks/check.ts";
import type { Finding } from "../../src/checks/finding.ts";
import { overallOf } from "../../src/checks/overall.ts";
import type { Judgement } from "../../src/checks/runner.ts";
import { judgeDate } from "../../src/checks/runner.ts";
import type { Evidence, Gather, Look } from "../../src/evidence/evidence.ts";
import type { CompletionRecord } from "../../src/evidence/looks/documents.ts";
import type { Refusal } from "../../src/errors.ts";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import type { Row } from "../../src/ports/warehouse.ts";
import { healthyBeyond } from "./beyond.ts";
import { at } from "./instants.ts";
import { nba } from "./pipeline.ts";
import { predictionTables } from "./predictions.ts";
import { scrapingTables } from "./scraping.ts";

/** Literal evidence of one small night: what each look answers, by the look's id without its date. */
export interface Night {
  date: string;
  tables: Record<string, Row[]>;
  document: CompletionRecord | null;
  /** Looks that are refused, by id without date. */
  refused: Record<string, Refusal>;
  /** Columns that a look's table does not have, by id without date. */
  absent?: Record<string, readonly string[]>;
  /** Declared tables that are not there, or lack columns, or may not be described; all others are as declared. */
  shapes?: Record<string, "not there" | { readonly lacks: readonly string[] } | Refusal>;
  /** What looks beyond tables and documents see, by their whole id; all others see what is healthy. */
  facts?: Readonly<Record<string, unknown>>;
  /** What a second look sees instead, by id without date. */
  second: { tables: Record<string, Row[]>; document?: CompletionRecord | null; refused: Record<string, Refusal> };
}

export const smallGames: readonly (readonly [string, string])[] = [
  ["BOS", "NYK"],
  ["LAL", "GSW"],
];

export { at } from "./instants.ts";

const iso = (time: string, day?: string) => at(time, day).toISOString();

/** Two games of 2026-02-03, healthy by 09:30 of the morning after: 34 player rows each, 12 of them DNP. */
export function smallNight(): Night {
  const date = "2026-02-03";
  return {
    date,
    tables: {
      schedule: [...smallGames.map(([away, home], index) => scheduleRow(away, home, `002250077${index}`, date)), ...neighbours(date)],
      postponements: [],
      "gamebook-rows": boxRows("06:10"),
      "player-boxscore-rows": boxRows("04:10").filter((row) => row["player_status"] === "active"),
      "bdl-rows": boxRows("04:00"),
      "player-rows": playerRows("06:20"),
      "offense-rows": teamRows("team_abbr", "06:25"),
      "defense-rows": teamRows("defending_team_abbr", "06:26"),
      "upcoming-player-rows": playerRows("10:35", "2026-02-03"),
      "upcoming-team-rows": teamRows("team_abbr", "10:36", "2026-02-03"),
      "cache-rows": cacheRows("07:10"),
      "player-history": historyRows(),
      "feature-rows": featureRows("07:20"),
      ...scrapingTables(iso),
      ...predictionTables(),
    },
    document: healthyDocument(),
    refused: {},
    second: { tables: {}, refused: {} },
  };
}

export function scheduleRow(away: string, home: string, id: string, date: string, status = 3, text = "Final"): Row {
  return {
    game_id: id,
    game_code: `${date.replaceAll("-", "")}/${away}${home}`,
    game_date: date,
    game_status: status,
    game_status_text: text,
    away_team_tricode: away,
    home_team_tricode: home,
    processed_at: iso("05:00"),
  };
}

/** Games on the days around, without which an empty day proves nothing. */
function neighbours(date: string): Row[] {
  const around = [-1, 1].map((days) => new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10));
  return around.map((day, index) => scheduleRow("MIA", "ORL", `002250066${index}`, day));
}

function eachPlayer(): { team: string; opponent: string; game: string; id: string; lookup: string; played: boolean }[] {
  return smallGames.flatMap(([away, home], index) =>
    [
      [away, home],
      [home, away],
    ].flatMap(([team = "", opponent = ""]) =>
      Array.from({ length: 17 }, (_, number) => ({
        team,
        opponent,
        game: `20260203_${away}_${home}`,
        id: `002250077${index}`,
        lookup: `${team.toLowerCase()}player${"abcdefghijklmnopq"[number]}`,
        played: number < 11,
      })),
    ),
  );
}

function boxRows(time: string, day?: string): Row[] {
  return eachPlayer().map(({ team, id, lookup, played }) => ({
    game_id: id,
    game_date: "2026-02-03",
    team_abbr: team,
    player_lookup: lookup,
    player_status: played ? "active" : "dnp",
    points: played ? 8 : null,
    processed_at: iso(time, day),
  }));
}

export function playerRows(time: string, day?: string): Row[] {
  return eachPlayer().map(({ team, opponent, game, lookup, played }) => ({
    player_lookup: lookup,
    game_id: game,
    game_date: "2026-02-03",
    team_abbr: team,
    opponent_team_abbr: opponent,
    points: played ? 8 : null,
    minutes_played: played ? 21.8 : null,
    ...(played ? shooting : {}),
    is_dnp: !played,
    primary_source_used: "nbac_gamebook",
    processed_at: iso(time, day),
  }));
}

/** Three goals, one of them from outside, and a free throw are eight points; 8.88 of the team's 97.68 chances in 21.8 minutes. */
const shooting: Row = {
  fg_attempts: 7,
  fg_makes: 3,
  three_pt_attempts: 3,
  three_pt_makes: 1,
  ft_attempts: 2,
  ft_makes: 1,
  turnovers: 1,
  usage_rate: 20.02,
};

function teamRows(column: string, time: string, day?: string): Row[] {
  return smallGames.flatMap(([away, home]) =>
    [
      [away, home],
      [home, away],
    ].map(([team, opponent]) => ({
      game_id: `20260203_${away}_${home}`,
      game_date: "2026-02-03",
      [column]: team ?? null,
      opponent_team_abbr: opponent ?? null,
      possessions: 98,
      fg_attempts: 77,
      ft_attempts: 22,
      turnovers: 11,
      opp_fg_attempts: 88,
      processed_at: iso(time, day),
    })),
  );
}

function cacheRows(time: string): Row[] {
  return eachPlayer().map(({ lookup }) => ({
    cache_date: "2026-02-03",
    player_lookup: lookup,
    points_avg_last_5: 11.2,
    points_avg_last_10: 11.2,
    processed_at: iso(time),
  }));
}

/** Ten games of everybody who played, each five of which average 11.2 points. */
function historyRows(): Row[] {
  const days = [1, 31, 29, 27, 25, 23, 21, 19, 17, 15].map((day) => `2026-0${day === 1 ? 2 : 1}-${String(day).padStart(2, "0")}`);
  const players = eachPlayer().filter(({ played }) => played);
  return players.flatMap(({ lookup }) =>
    days.map((date, index) => ({
      player_lookup: lookup,
      game_date: date,
      points: index % 5 === 4 ? 12 : 11,
      minutes_played: 24.5,
      processed_at: iso("06:35", date),
    })),
  );
}

function featureRows(time: string): Row[] {
  return eachPlayer().map(({ lookup }) => ({
    game_date: "2026-02-03",
    player_lookup: lookup,
    created_at: iso("11:10", "2026-02-03"),
    updated_at: iso(time),
  }));
}

export function healthyDocument(): CompletionRecord {
  const entry = (name: string, time: string, day?: string) => ({ name, completedAt: iso(time, day), status: "success", recordCount: 68 });
  return {
    updateTime: iso("06:30"),
    entries: [
      entry("upcoming_player_game_context", "10:36", "2026-02-03"),
      entry("upcoming_team_game_context", "10:37", "2026-02-03"),
      entry("player_game_summary", "06:21"),
      entry("team_offense_game_summary", "06:26"),
      entry("team_defense_game_summary", "06:27"),
    ],
    count: 5,
    triggered: true,
    triggeredAt: iso("06:27"),
    triggerReason: "all_complete",
    mode: "overnight",
    lastUpdate: iso("06:27"),
    reconciledAt: null,
  };
}

/** Judges the night as of the clock on its literal evidence. */
export async function judge(night: Night, clock: Date, checks: readonly Check[] = catalogue): Promise<Judgement> {
  let now = clock;
  return judgeDate({
    checks,
    pipeline: nba,
    date: calendarDateOf(night.date),
    now: () => now,
    gather: gatherFrom(night),
    pass: async (ms) => {
      now = new Date(now.getTime() + ms);
    },
  });
}

export function gatherFrom(night: Night): Gather {
  return async (look) => {
    const second = look.id.endsWith(" (second look)");
    const [name = ""] = look.id.split(/[ /]/u);
    const asked = { id: look.id, port: look.port, asked: look.asked, observedAt: "2026-02-04T14:30:00.000Z" };
    const refusal = second ? (night.second.refused[name] ?? night.refused[name]) : night.refused[name];
    if (refusal !== undefined) return { ...asked, seen: false, refusal, reason: `${refusal} on request`, next: "Grant what is missing." };
    if (name === "shape") return shapeSeen(look, night, asked);
    const document = second && "document" in night.second ? night.second.document : night.document;
    const rows = (second ? night.second.tables[name] : undefined) ?? night.tables[name];
    const beyond = night.facts?.[look.id] ?? night.facts?.[firstLook(look.id)] ?? healthyBeyond(firstLook(look.id));
    if (beyond !== undefined) return { ...asked, seen: true, facts: look.parse(beyond), examined: 1 };
    if (look.port === "documents") return { ...asked, seen: true, facts: look.parse({ record: document ?? null }), examined: 1 };
    if (look.port === "logs") return { ...asked, seen: true, facts: look.parse({ lines: 12, errors: 0 }), examined: 12 };
    if (rows === undefined) throw new Error(`The small night has no answer for ${look.id}.`);
    const columns = Object.keys(nba.file.tables[tableNamed(name)]?.columns ?? {});
    const full = rows.map((row) => ({ ...Object.fromEntries(columns.map((column) => [column, null])), ...row }));
    return { ...asked, seen: true, facts: look.parse({ rows: full, absent: night.absent?.[name] ?? [] }), examined: rows.length };
  };
}

function firstLook(id: string): string {
  return id.replace(/ \(\w+ look\)$/u, "");
}

function shapeSeen<F>(look: Look<F>, night: Night, asked: Omit<Evidence<F>, "seen">): Evidence<F> {
  const table = look.id.replace("shape of ", "");
  const told = night.shapes?.[table] ?? { lacks: [] };
  if (told === "not there") {
    const said = `Not found: Table acme:${table}`;
    return { ...asked, seen: true, facts: look.parse({ there: false, missing: "table", said }), examined: 0 };
  }
  if (typeof told === "string")
    return { ...asked, seen: false, refusal: told, reason: `${told} on request`, next: "Grant what is missing." };
  const columns = Object.keys(nba.file.tables[table]?.columns ?? {}).filter((column) => !told.lacks.includes(column));
  const facts = look.parse({ there: true, columns: Object.fromEntries(columns.map((column) => [column, "STRING"])) });
  return { ...asked, seen: true, facts, examined: 1 };
}

function tableNamed(alias: string): string {
  return Object.entries(nba.file.tables).find(([, table]) => table.as === alias)?.[0] ?? alias;
}

/** `subject: verdict [severity] reason` for every finding of the check, in a fixed order: what a test states as a whole. */
export function said(judgement: Judgement, check: string): string[] {
  const judged = judgement.checks.find((candidate) => candidate.check.id === check);
  return (judged?.subjects ?? []).flatMap(({ subject, findings }) => findings.map((finding) => `${subject}: ${brief(finding)}`)).toSorted();
}

export function observed(judgement: Judgement, check: string, reason: string): string[] {
  const judged = judgement.checks.find((candidate) => candidate.check.id === check);
  return (judged?.subjects ?? []).flatMap(({ findings }) =>
    findings.filter((finding) => finding.reason === reason).map((finding) => finding.observed),
  );
}

export function verdictOf(judgement: Judgement, check?: string): string {
  if (check === undefined) return overallOf(judgement).verdict;
  return judgement.checks.find((candidate) => candidate.check.id === check)?.verdict ?? "not asked";
}

function brief(finding: Finding): string {
  const waits = finding.verdict === "not_due" && finding.waitsFor !== undefined ? ` (waits for ${finding.waitsFor})` : "";
  return `${finding.verdict}${"severity" in finding ? ` ${finding.severity}` : ""} ${finding.reason}${waits}`;
}
