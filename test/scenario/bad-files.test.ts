import { describe, expect, test } from "vitest";
import { loadScenario } from "../../src/adapters/embedded/scenario/load.ts";
import { UserError } from "../../src/errors.ts";
import { pipeline } from "./stage.ts";

const head = "scenario: bad\nabout: A test.\nbase: healthy\nclock: 18:00\nnight: { date: 2026-02-03, games: [BOS@NYK, LAL@DEN] }\n";

function refusal(text: string): string {
  try {
    loadScenario({ name: "scenarios/bad.yaml", text }, pipeline);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  return "accepted";
}

const change = (line: string): string => refusal(`${head}changes:\n  - ${line}\n`);

describe("a bad file is refused with the line, the key, what is allowed and the nearest known", () => {
  test("a base that there is not, and files beside a night that is invented", () => {
    expect(refusal(head.replace("healthy", "nightly"))).toMatchInlineSnapshot(
      `"scenarios/bad.yaml:3: base: expected one of healthy, nothing, got "nightly""`,
    );
    expect(refusal(`${head}files: [{ table: nba_raw.nbac_schedule, file: a.csv }]\n`)).toMatchInlineSnapshot(
      `"scenarios/bad.yaml:6: files: files are for \`base: nothing\`, which invents nothing beside them"`,
    );
  });
  test("a name other than the file's", () => {
    expect(refusal(head.replace("scenario: bad", "scenario: good"))).toMatchInlineSnapshot(
      `"scenarios/bad.yaml:1: scenario: expected the file's own name, bad, got "good""`,
    );
  });
  test("an unknown key", () => {
    expect(refusal(`${head}change: []\n`)).toMatchInlineSnapshot(
      `"scenarios/bad.yaml:6: unknown key "change" (did you mean "changes"?); known keys: scenario, about, base, seed, clock, night, nights, files, changes, expect"`,
    );
  });
  test("no night, no clock", () => {
    expect(refusal("scenario: bad\nabout: A test.\nbase: healthy\n")).toMatchInlineSnapshot(`
      "scenarios/bad.yaml:1: clock: expected a time: 15:00[:06] on the morning after the night, 2026-02-03 19:30 (both America/New_York), or ISO 8601 with Z or an offset, got nothing (the key is missing)
      scenarios/bad.yaml:1: night: expected a map with the keys date, games, player_rows, dnp, upcoming_players, days, games_a_day"
    `);
  });
  test("an impossible date and an impossible clock", () => {
    expect(refusal(head.replace("2026-02-03", "2026-02-30").replace("18:00", "25:00"))).toMatchInlineSnapshot(`
      "scenarios/bad.yaml:4: clock: expected a time: 15:00[:06] on the morning after the night, 2026-02-03 19:30 (both America/New_York), or ISO 8601 with Z or an offset, got "25:00"
      scenarios/bad.yaml:5: night.date: expected a date that exists, YYYY-MM-DD, got "2026-02-30""
    `);
  });
  test("more games than teams can play", () => {
    expect(refusal(head.replace("[BOS@NYK, LAL@DEN]", "16"))).toMatchInlineSnapshot(
      `"scenarios/bad.yaml:5: night.games: expected 0 to 15, got 16"`,
    );
  });
  test("totals that no night can hold", () => {
    expect(refusal(head.replace("[BOS@NYK, LAL@DEN]", "2, player_rows: 10, dnp: 60"))).toMatchInlineSnapshot(`
      "scenarios/bad.yaml:5: night.player_rows: expected 32 to 80, got 10
      scenarios/bad.yaml:5: night.dnp: expected 0 to 44, got 60"
    `);
  });
  test("a team that does not exist, and one that plays twice", () => {
    expect(refusal(head.replace("LAL@DEN", "LAX@BOS"))).toMatchInlineSnapshot(`
      "scenarios/bad.yaml:5: night.games.1: No team "LAX"; known: ATL, BOS, BKN, CHA, CHI, CLE, DAL, DEN, DET, GSW, HOU, IND, LAC, LAL, MEM, MIA, MIL, MIN, NOP, NYK, OKC, ORL, PHI, PHX, POR, SAC, SAS, TOR, UTA, WAS. Did you mean "LAC"?
      scenarios/bad.yaml:5: night.games: BOS plays twice; a team plays at most once on a date"
    `);
  });
  test("an unknown verb", () => {
    expect(change("{ arive: nba_raw.nbac_schedule, from: 05:00 }")).toMatchInlineSnapshot(
      `"scenarios/bad.yaml:7: changes.0: expected a change that begins with one of arrive, duplicate, remove, totals, values, run, set, fail, log, revision, commit, job, subscription, alert, object, got "arive" (did you mean "arrive"?)"`,
    );
  });
  test("a change without a time", () => {
    expect(change("{ arrive: nba_raw.nbac_gamebook_player_stats }")).toMatchInlineSnapshot(
      `"scenarios/bad.yaml:7: changes.0.from: expected a time: 15:00[:06] on the morning after the night, 2026-02-03 19:30 (both America/New_York), or ISO 8601 with Z or an offset, got nothing (the key is missing)"`,
    );
  });
  test("an unknown table", () => {
    expect(change("{ arrive: nba_raw.nbac_gamebok_player_stats, from: 05:00 }")).toMatchInlineSnapshot(
      `"scenarios/bad.yaml:7: changes.0.arrive: No table "nba_raw.nbac_gamebok_player_stats". Did you mean "nba_raw.nbac_gamebook_player_stats"? Known: nba_raw.nbac_schedule, nba_orchestration.game_postponements, nba_raw.nbac_gamebook_player_stats, nba_raw.nbac_player_boxscores, nba_raw.bdl_player_boxscores, nba_raw.nbac_team_boxscore, nba_raw.odds_api_player_points_props, nba_raw.odds_api_game_lines, nba_raw.nbac_injury_report, nba_analytics.player_game_summary, nba_analytics.team_offense_game_summary, nba_analytics.team_defense_game_summary, nba_analytics.upcoming_player_game_context, nba_analytics.upcoming_team_game_context, nba_precompute.team_defense_zone_analysis, nba_precompute.player_shot_zone_analysis, nba_precompute.player_composite_factors, nba_precompute.player_daily_cache, nba_predictions.ml_feature_store_v2, nba_predictions.player_prop_predictions, nba_predictions.prediction_accuracy, nba_orchestration.halt_state, nba_orchestration.scraper_execution_log, nba_orchestration.workflow_decisions, nba_orchestration.workflow_executions, nba_orchestration.daily_expected_schedule."`,
    );
  });
  test("rows of the run history", () => {
    expect(change("{ remove: nba_reference.processor_run_history, games: all, from: 05:00 }")).toMatchInlineSnapshot(
      `"scenarios/bad.yaml:7: changes.0.remove: nba_reference.processor_run_history is written with \`run\`"`,
    );
  });
  test("an unknown processor", () => {
    expect(change("{ run: PlayerGameSumaryProcessor, from: 05:00 }")).toMatchInlineSnapshot(
      `"scenarios/bad.yaml:7: changes.0.run: No processor "PlayerGameSumaryProcessor". Did you mean "PlayerGameSummaryProcessor"? Known: PlayerGameSummaryProcessor, TeamDefenseGameSummaryProcessor, TeamOffenseGameSummaryProcessor, UpcomingPlayerGameContextProcessor, UpcomingTeamGameContextProcessor, PlayerDailyCacheProcessor, MLFeatureStoreProcessor, NbacScheduleProcessor, NbacGamebookProcessor, NbacPlayerBoxscoreProcessor, NbacTeamBoxscoreProcessor, BdlBoxscoresProcessor, OddsApiPropsProcessor, OddsGameLinesProcessor, NbacInjuryReportProcessor, TeamDefenseZoneAnalysisProcessor, PlayerShotZoneAnalysisProcessor, PlayerCompositeFactorsProcessor, PredictionCoordinator, PredictionAccuracyProcessor."`,
    );
  });
  test("a game that is not played, and too many", () => {
    expect(
      refusal(`${head}changes:
  - { arrive: nba_raw.nbac_gamebook_player_stats, games: [BOS@NYC], from: 05:00 }
  - { duplicate: nba_raw.nbac_gamebook_player_stats, games: 3, from: 05:00 }
`),
    ).toMatchInlineSnapshot(`
      "scenarios/bad.yaml:7: changes.0.games.0: No game "BOS@NYC"; known: BOS@NYK, LAL@DEN. Did you mean "BOS@NYK"?
      scenarios/bad.yaml:8: changes.1.games: 3 games asked for; the night has 2"
    `);
  });
  test("games in no known form", () => {
    expect(change("{ duplicate: nba_raw.nbac_gamebook_player_stats, games: rest, from: 05:00 }")).toMatchInlineSnapshot(
      `"scenarios/bad.yaml:7: changes.0.games: expected all, a number of games, or a list of games as AWAY@HOME, got "rest""`,
    );
  });
  test("a removal that does not say what", () => {
    expect(change("{ remove: nba_raw.nbac_gamebook_player_stats, from: 05:00 }")).toMatchInlineSnapshot(
      `"scenarios/bad.yaml:7: changes.0: say which rows: \`surplus: true\`, \`games\`, \`where\` or \`rows\`"`,
    );
  });
  test("an unknown collection", () => {
    expect(change("{ set: phase_completion/2026-02-03, from: 05:00, fields: { _mode: overnight } }")).toMatchInlineSnapshot(
      `"scenarios/bad.yaml:7: changes.0.set: No collection "phase_completion"; known: phase3_completion, phase2_completion, phase4_completion, grading_readiness, processor_heartbeats, processing_locks, consolidation_locks, grading_locks, batch_processing_locks. Did you mean "phase3_completion"?"`,
    );
  });
  test("fields of the wrong kind, and a processor misspelt", () => {
    expect(
      refusal(`${head}changes:
  - set: phase3_completion/2026-02-03
    from: 05:00
    fields:
      _completed_count: three
      _triggered: yes
      _triggered_at: noon
      player_game_summary: soon
`),
    ).toMatchInlineSnapshot(`
      "scenarios/bad.yaml:10: changes.0.fields._completed_count: expected a whole number, got "three"
      scenarios/bad.yaml:11: changes.0.fields._triggered: expected true or false, got "yes"
      scenarios/bad.yaml:12: changes.0.fields._triggered_at: expected a time: 15:00[:06] on the morning after the night, 2026-02-03 19:30 (both America/New_York), or ISO 8601 with Z or an offset, got "noon"
      scenarios/bad.yaml:13: changes.0.fields.player_game_summary: expected when the processor ended, e.g. 05:12, or a map of its entry, got "soon""
    `);
    expect(change("{ set: phase3_completion/2026-02-03, from: 05:00, fields: { player_game_sumary: 05:00 } }")).toMatchInlineSnapshot(
      `"scenarios/bad.yaml:7: changes.0.fields.player_game_sumary: No processor "player_game_sumary"; known: player_game_summary, team_defense_game_summary, team_offense_game_summary, upcoming_player_game_context, upcoming_team_game_context. Did you mean "player_game_summary"?"`,
    );
  });
  test("a failure of nothing known, in a kind that does not exist", () => {
    expect(change("{ fail: warehouse, with: denyed, from: 05:00 }")).toMatchInlineSnapshot(
      `"scenarios/bad.yaml:7: changes.0.with: expected one of denied, unauthenticated, not_enabled, no_such_place, wrong_location, throttled, deadline, unavailable, malformed, partial, conflict, over_budget, not_supplied, empty, garbage, got "denyed""`,
    );
    expect(change("{ fail: warehouse, target: cash-rows, with: denied, from: 05:00, until: 04:00 }")).toMatchInlineSnapshot(`
      "scenarios/bad.yaml:7: changes.0.target: No target "cash-rows". Did you mean "cache-rows"? Known: nba_raw.nbac_schedule, schedule, nba_orchestration.game_postponements, postponements, nba_raw.nbac_gamebook_player_stats, gamebook-rows, nba_raw.nbac_player_boxscores, player-boxscore-rows, nba_raw.bdl_player_boxscores, bdl-rows, nba_analytics.player_game_summary, player-rows, nba_analytics.team_offense_game_summary, offense-rows, nba_analytics.team_defense_game_summary, defense-rows, nba_analytics.upcoming_player_game_context, upcoming-player-rows, nba_analytics.upcoming_team_game_context, upcoming-team-rows, nba_precompute.player_daily_cache, cache-rows, nba_predictions.ml_feature_store_v2, feature-rows, nba_precompute.player_composite_factors, composite-rows, nba_precompute.player_shot_zone_analysis, shot-zone-rows, nba_precompute.team_defense_zone_analysis, defense-zone-rows, nba_predictions.player_prop_predictions, prediction-rows, nba_predictions.prediction_accuracy, graded-rows, nba_orchestration.halt_state, halt-state, nba_raw.nbac_team_boxscore, team-boxscore-rows, nba_raw.odds_api_player_points_props, prop-rows, nba_raw.odds_api_game_lines, game-line-rows, nba_raw.nbac_injury_report, injury-rows, nba_orchestration.scraper_execution_log, scraper-runs, nba_orchestration.workflow_decisions, decisions, nba_orchestration.workflow_executions, workflow-runs, nba_orchestration.daily_expected_schedule, expected-runs, nba_reference.processor_run_history, runs.
      scenarios/bad.yaml:7: changes.0.until: ends before it begins"
    `);
  });
  test("a night, and a clock, that the stores do not hold", () => {
    expect(change("{ arrive: nba_raw.nbac_gamebook_player_stats, night: 2025-12-01, from: 05:00 }")).toMatchInlineSnapshot(
      `"scenarios/bad.yaml:7: changes.0.night: 2025-12-01 is not covered (2025-12-30 to 2026-02-10); raise \`night.days\`, now 35"`,
    );
    expect(refusal(head.replace("18:00", "2026-03-01 18:00"))).toMatchInlineSnapshot(
      `"scenarios/bad.yaml:4: clock: is after 2026-02-10, the last day that the stores hold"`,
    );
  });
  test("a verdict that does not exist", () => {
    expect(refusal(`${head}expect:\n  - { call: validate_daily, verdict: green, findings: { games: ok } }\n`)).toMatchInlineSnapshot(`
      "scenarios/bad.yaml:7: expect.0.verdict: expected one of pass, warn, fail, unknown, not_due, not_applicable, got "green"
      scenarios/bad.yaml:7: expect.0.findings.games: expected one of pass, warn, fail, unknown, not_due, not_applicable, got "ok""
    `);
  });
  test("text that is not YAML", () => {
    expect(refusal("scenario: [bad\n")).toMatchInlineSnapshot(
      `"scenarios/bad.yaml:2: Flow sequence in block collection must be sufficiently indented and end with a ] at line 2, column 1:"`,
    );
  });
});
