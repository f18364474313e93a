import type { Row } from "../../src/ports/warehouse.ts";

type Iso = (time: string, day?: string) => string;

/** What the small night's scraping, runs and tables answer, all healthy. */
export function scrapingTables(iso: Iso): Record<string, Row[]> {
  return {
    "prop-rows-by-game": ["0022500770", "0022500771"].map((id) => ({
      game_id: id,
      n: 620,
      oldest: iso("08:07", "2026-02-03"),
      newest: iso("18:05", "2026-02-03"),
    })),
    "scraper-attempts": [
      attempt("oddsa_player_props", iso("08:06", "2026-02-03"), { data_summary: { record_count: 180 } }),
      attempt("bdl_box_scores", iso("04:05"), { data_summary: { record_count: 68 } }),
      attempt("nbac_player_boxscore", iso("04:06"), { data_summary: { record_count: 44 } }),
      attempt("nbac_gamebook_pdf", iso("04:07"), { status: "no_data" }),
      attempt("nbac_gamebook_pdf", iso("06:06"), { data_summary: { record_count: 68 } }),
    ],
    "scrape-decisions": [decision("post_game_window_3", iso("04:00"), "RUN"), decision("morning_recovery", iso("06:00"), "RUN")],
    "scrape-times": [
      expectedRun("betting_lines", iso("08:00", "2026-02-03")),
      expectedRun("betting_lines", iso("10:00", "2026-02-03")),
      expectedRun("post_game_window_3", iso("04:00")),
      expectedRun("morning_recovery", iso("06:00")),
    ],
    runs: [
      ended("UpcomingPlayerGameContextProcessor", iso("10:34", "2026-02-03"), iso("10:35", "2026-02-03")),
      ended("UpcomingTeamGameContextProcessor", iso("10:35", "2026-02-03"), iso("10:36", "2026-02-03")),
      ended("PlayerGameSummaryProcessor", iso("06:19"), iso("06:20")),
      ended("TeamOffenseGameSummaryProcessor", iso("06:24"), iso("06:25")),
      ended("TeamDefenseGameSummaryProcessor", iso("06:25"), iso("06:26")),
      ended("PlayerDailyCacheProcessor", iso("07:09"), iso("07:10")),
      ended("MLFeatureStoreProcessor", iso("07:19"), iso("07:20")),
    ],
    "run-days": [{ data_date: "2026-02-02", n: 14 }],
  };
}

export function attempt(scraper: string, triggeredAt: string, more: Row = {}): Row {
  return {
    scraper_name: scraper,
    game_date: "2026-02-03",
    status: "success",
    triggered_at: triggeredAt,
    data_summary: null,
    error_type: null,
    error_message: null,
    ...more,
  };
}

export function decision(workflow: string, time: string, action: string, reason: string | null = null): Row {
  return { workflow_name: workflow, decision_time: time, action, reason };
}

export function expectedRun(workflow: string, time: string): Row {
  return { workflow_name: workflow, expected_run_time: time };
}

/** A run's final row; of one that goes on, or never ended, only the running row is there. */
export function ended(processor: string, started: string, processed: string | null, more: Row = {}): Row {
  return {
    processor_name: processor,
    run_id: `${processor}-${started}`,
    status: processed === null ? "running" : "success",
    started_at: started,
    processed_at: processed,
    data_date: "2026-02-03",
    records_processed: processed === null ? null : 68,
    ...more,
  };
}
