import { describe, expect, test } from "vitest";
import { scrapers } from "../../src/checks/scrapers.ts";
import { totalsOf } from "../../src/checks/totals.ts";
import type { Row } from "../../src/ports/warehouse.ts";
import type { Night } from "../support/night.ts";
import { at, judge, observed, said, smallNight, verdictOf } from "../support/night.ts";
import { attempt, decision, expectedRun } from "../support/scraping.ts";

const boxes = ["gamebook-rows", "player-boxscore-rows", "bdl-rows"];
const iso = (time: string, day?: string) => at(time, day).toISOString();
const judged = (night: Night, clock: Date) => judge(night, clock, [scrapers]);
const linesOf = async (night: Night, clock: Date, collection: string) =>
  said(await judged(night, clock), "scrapers").filter((line) => line.startsWith(`${collection}:`));

/** Nothing in these tables, of all games or of LAL@GSW alone. */
function without(night: Night, tables: readonly string[], teams?: readonly string[]): Night {
  for (const table of tables)
    night.tables[table] = (night.tables[table] ?? []).filter((row) => teams !== undefined && !teams.includes(String(row["team_abbr"])));
  return night;
}

function stamped(night: Night, table: string, time: string): Night {
  night.tables[table] = (night.tables[table] ?? []).map((row) => ({ ...row, processed_at: iso(time) }));
  return night;
}

function logged(night: Night, attempts: readonly Row[], scraper = "nbac_gamebook_pdf"): Night {
  night.tables["scraper-attempts"] = [
    ...(night.tables["scraper-attempts"] ?? []).filter((row) => row["scraper_name"] !== scraper),
    ...attempts,
  ];
  return night;
}

/** The same night on other dates: the day and the day after. */
function moved(night: Night, day: string, next: string): Night {
  const text = JSON.stringify(night.tables).replaceAll("2026-02-04", next).replaceAll("2026-02-03", day);
  return { ...night, date: day, tables: JSON.parse(text) as Night["tables"] };
}

test("a normal night is quiet, and an operator can copy its numbers", async () => {
  for (const clock of [at("09:30"), at("18:00")]) {
    const judgement = await judged(smallNight(), clock);
    expect(said(judgement, "scrapers")).toEqual([
      "bdl-boxscores: pass ok",
      "gamebook: pass ok",
      "player-boxscores: pass ok",
      "player-props: pass ok",
    ]);
    const [own] = judgement.checks;
    if (own === undefined) throw new Error("not judged");
    expect(scrapers.numbers?.(totalsOf(own), judgement.scope)).toEqual({ collections: "4/4 landed, 0 late" });
  }
});

test("what an earlier window brought is no fault: no_data at 04:00 and rows at 06:00 is a pass that says so", async () => {
  expect(observed(await judged(smallNight(), at("09:30")), "scrapers", "ok")).toContain(
    "gamebook: 2 of 2 games, 68 rows, 06:10 ET; attempts: 04:07 ET no_data, 06:06 ET success with 68 records",
  );
});

describe("before its window", () => {
  test("a collection is not due, whatever is there, and the next window is named", async () => {
    const judgement = await judged(smallNight(), at("03:00"));
    expect(observed(judgement, "scrapers", "next_window")).toEqual(observed(judgement, "scrapers", "not_due"));
    expect(observed(judgement, "scrapers", "not_due")).toEqual([
      "gamebook: next window 04:00 ET, counts at 06:00 ET",
      "player-boxscores: next window 04:00 ET",
      "bdl-boxscores: next window 04:00 ET",
    ]);
  });

  test("while the games are played, no scraper is suspected", async () => {
    const night = without(smallNight(), boxes);
    night.tables["schedule"] = (night.tables["schedule"] ?? []).map((row) =>
      row["game_date"] === "2026-02-03" ? { ...row, game_status: 2, game_date_est: iso("19:00", "2026-02-03") } : row,
    );
    const judgement = await judged(night, at("20:56", "2026-02-03"));
    expect(judgement.scope.moment).toBe("live");
    expect(said(judgement, "scrapers").filter((line) => !line.startsWith("player-props"))).toEqual([
      "bdl-boxscores: not_due not_due",
      "bdl-boxscores: pass P5 next_window",
      "gamebook: not_due not_due",
      "gamebook: pass P5 next_window",
      "player-boxscores: not_due not_due",
      "player-boxscores: pass P5 next_window",
    ]);
    expect(verdictOf(judgement, "scrapers")).toBe("not_due");
  });

  test("a window that the clock skips is read one hour later", async () => {
    const night = moved(smallNight(), "2026-03-07", "2026-03-08");
    night.tables["scrape-times"] = [];
    const judgement = await judged(night, new Date("2026-03-08T06:30:00Z"));
    expect(observed(judgement, "scrapers", "not_due")).toContain("player-boxscores: next window 03:00 ET, counts at 04:00 ET");
  });
});

describe("a collection that did not land", () => {
  test.each([
    ["06:59", "not_due put_off"],
    ["07:00", "warn P3 not_landed"],
    ["09:59", "warn P3 not_landed"],
    ["10:00", "fail P1 not_landed"],
  ])("counts from one hour after its window, in full from four hours: the gamebook at %s is %s", async (time, line) => {
    expect(await linesOf(without(smallNight(), ["gamebook-rows"]), at(time), "gamebook")).toEqual([`gamebook: ${line}`]);
  });

  test.each([
    ["04:59", "not_due put_off"],
    ["05:00", "warn P3 not_landed"],
    ["09:59", "warn P3 not_landed"],
    ["10:00", "fail P1 not_landed"],
  ])("of box scores has until 10:00, not four hours: at %s it is %s", async (time, line) => {
    expect(await linesOf(without(smallNight(), boxes), at(time), "player-boxscores")).toEqual([`player-boxscores: ${line}`]);
  });

  test("says which collection, its window, what its attempts came to and what was decided", async () => {
    const night = logged(without(smallNight(), ["gamebook-rows"]), [
      attempt("nbac_gamebook_pdf", iso("04:07"), { status: "no_data" }),
      attempt("nbac_gamebook_pdf", iso("06:06"), { status: "failed", error_type: "HTTPError; 403" }),
    ]);
    expect(observed(await judged(night, at("09:00")), "scrapers", "not_landed")).toEqual([
      "gamebook: 0 of 2 games in nba_raw.nbac_gamebook_player_stats, expected 06:00 ET, 3 h ago; attempts: 04:07 ET no_data, 06:06 ET failed (`HTTPError, 403`); morning_recovery decided RUN at 06:00 ET",
    ]);
  });

  test("of which the execution log has no attempt says so, and of many attempts their counts", async () => {
    const none = logged(without(smallNight(), ["gamebook-rows"]), []);
    expect(observed(await judged(none, at("09:00")), "scrapers", "not_landed")[0]).toContain("; the execution log holds no attempt;");
    const many = logged(
      without(smallNight(), ["gamebook-rows"]),
      ["06:05", "06:06", "06:07", "06:08"].map((time) => attempt("nbac_gamebook_pdf", iso(time), { status: "failed" })),
    );
    expect(observed(await judged(many, at("09:00")), "scrapers", "not_landed")[0]).toContain(
      "; 4 attempts from 06:05 ET: 4 failed; the last 06:08 ET failed;",
    );
    const silent = without(smallNight(), ["gamebook-rows"]);
    silent.tables["scraper-attempts"] = [];
    expect(observed(await judged(silent, at("09:00")), "scrapers", "not_landed")[0]).toContain("no run of any scraper that night");
  });

  test("attempts for another date are none of its own", async () => {
    const night = logged(without(smallNight(), ["gamebook-rows"]), [
      attempt("nbac_gamebook_pdf", iso("06:06"), { game_date: "2026-02-02", data_summary: { record_count: 0 } }),
    ]);
    expect(await linesOf(night, at("09:00"), "gamebook")).toEqual(["gamebook: warn P3 not_landed"]);
  });

  test("in part names the games that are missing", async () => {
    const judgement = await judged(without(smallNight(), ["gamebook-rows"], ["LAL", "GSW"]), at("10:00"));
    expect(said(judgement, "scrapers")).toContain("gamebook: fail P1 partly_landed");
    expect(observed(judgement, "scrapers", "partly_landed")[0]).toContain(
      "gamebook: 1 of 2 games in nba_raw.nbac_gamebook_player_stats (missing LAL@GSW), expected 06:00 ET",
    );
  });

  test("but was skipped by rule is no pass: the rule is quoted", async () => {
    const night = logged(without(smallNight(), ["gamebook-rows"]), []);
    night.tables["scrape-decisions"] = [
      decision("morning_recovery", iso("06:00"), "SKIP", "already collected"),
      decision("morning_recovery", iso("08:00"), "SKIP", "outside window"),
    ];
    const judgement = await judged(night, at("09:00"));
    expect(said(judgement, "scrapers")).toContain("gamebook: warn P3 skipped");
    expect(observed(judgement, "scrapers", "skipped")[0]).toContain("morning_recovery decided SKIP at 06:00 ET: `already collected`");
    expect(await linesOf(night, at("10:00"), "gamebook")).toEqual(["gamebook: fail P1 skipped"]);
    night.tables["scrape-decisions"] = [decision("morning_recovery", iso("08:00"), "SKIP", "outside window")];
    expect(observed(await judged(night, at("09:00")), "scrapers", "not_landed")[0]).toContain(
      "no decision on morning_recovery is recorded for that window",
    );
  });

  test("is only a note where it is a fallback whose games another source has complete", async () => {
    const night = without(smallNight(), ["player-boxscore-rows", "bdl-rows"]);
    const judgement = await judged(night, at("18:00"));
    expect(said(judgement, "scrapers")).toEqual([
      "bdl-boxscores: pass P5 fallback_missing",
      "gamebook: pass ok",
      "player-boxscores: pass P5 fallback_missing",
      "player-props: pass ok",
    ]);
  });

  test("is no mere fallback while any of its games lacks rows elsewhere, or nobody could look", async () => {
    const partly = without(without(smallNight(), ["player-boxscore-rows"]), ["gamebook-rows", "bdl-rows"], ["LAL", "GSW"]);
    expect(await linesOf(partly, at("10:00"), "player-boxscores")).toEqual(["player-boxscores: fail P1 not_landed"]);
    const unseen = without(smallNight(), ["player-boxscore-rows", "bdl-rows"]);
    unseen.refused["gamebook-rows"] = "denied";
    expect(await linesOf(unseen, at("10:00"), "player-boxscores")).toContain("player-boxscores: fail P1 not_landed");
  });

  test("waits for games that are not over", async () => {
    const night = without(smallNight(), boxes, ["LAL", "GSW"]);
    night.tables["schedule"] = (night.tables["schedule"] ?? []).map((row) =>
      row["home_team_tricode"] === "GSW" ? { ...row, game_status: 2 } : row,
    );
    expect(await linesOf(night, at("10:30"), "gamebook")).toEqual(["gamebook: not_due waits (waits for games)"]);
  });

  test("is unknown where nobody knows whether its games were played", async () => {
    const night = without(smallNight(), boxes, ["LAL", "GSW"]);
    night.refused["postponements"] = "denied";
    night.tables["schedule"] = (night.tables["schedule"] ?? []).map((row) =>
      row["home_team_tricode"] === "GSW" ? { ...row, game_status: 1 } : row,
    );
    expect(await linesOf(night, at("10:30"), "gamebook")).toEqual(["gamebook: unknown cannot_tell_postponed"]);
  });

  test("several are one line", async () => {
    const judgement = await judged(without(smallNight(), boxes), at("10:30"));
    const findings = judgement.checks.flatMap(({ subjects }) =>
      subjects.flatMap(({ subject, findings: all }) =>
        all.filter(({ reason }) => reason === "not_landed").map((finding) => ({ subject, finding })),
      ),
    );
    const words = scrapers.say?.({ reason: "not_landed", findings, of: 4 }, judgement.scope);
    expect(words?.next).toBe(
      "See what became of nbac_gamebook_pdf, nbac_player_boxscore, bdl_box_scores, then have them collect 2026-02-03 again.",
    );
    expect(words?.observed).toBe(
      "3 of 4 collections: gamebook: 0 of 2 games in nba_raw.nbac_gamebook_player_stats, expected 06:00 ET, 4 h 30 min ago, player-boxscores: 0 of 2 games in nba_raw.nbac_player_boxscores, expected 04:00 ET, 6 h 30 min ago, bdl-boxscores: 0 of 2 games in nba_raw.bdl_player_boxscores, expected 04:00 ET, 6 h 30 min ago",
    );
  });
});

test("a collection that is retired is none of those that are counted", async () => {
  const night = without(moved(smallNight(), "2026-02-07", "2026-02-08"), boxes);
  const judgement = await judged(night, at("10:30", "2026-02-08"));
  const findings = judgement.checks.flatMap(({ subjects }) =>
    subjects.flatMap(({ subject, findings: all }) =>
      all.filter(({ reason }) => reason === "not_landed").map((finding) => ({ subject, finding })),
    ),
  );
  const words = scrapers.say?.({ reason: "not_landed", findings, of: 4 }, judgement.scope);
  expect(words?.observed).toMatch(/^2 of 3 collections: /u);
});

describe("a success with 0 records", () => {
  const nothing = (time: string) =>
    logged(without(smallNight(), ["gamebook-rows"]), [attempt("nbac_gamebook_pdf", iso(time), { data_summary: { record_count: 0 } })]);

  test.each([
    ["06:06", "06:59", "not_due put_off"],
    ["06:06", "07:00", "fail P1 success_without_rows"],
    ["05:30", "07:00", "fail P1 success_without_rows"],
    ["05:29", "07:00", "warn P3 not_landed"],
    ["08:10", "09:00", "fail P1 success_without_rows"],
  ])("at %s, seen at %s without a row from another run, is %s", async (time, clock, line) => {
    expect(await linesOf(nothing(time), at(clock), "gamebook")).toEqual([`gamebook: ${line}`]);
  });

  test("is none of the collection's business once another run brought the rows", async () => {
    const night = smallNight();
    logged(night, [
      attempt("nbac_gamebook_pdf", iso("06:06"), { data_summary: { record_count: 0 } }),
      attempt("nbac_gamebook_pdf", iso("06:09"), { data_summary: { record_count: 68 } }),
    ]);
    expect(await linesOf(night, at("09:30"), "gamebook")).toEqual(["gamebook: pass ok"]);
  });

  test("is not assumed of a run that says nothing of its records", async () => {
    const night = logged(without(smallNight(), ["gamebook-rows"]), [attempt("nbac_gamebook_pdf", iso("06:06"))]);
    expect(await linesOf(night, at("07:00"), "gamebook")).toEqual(["gamebook: warn P3 not_landed"]);
  });
});

describe("a collection that landed late", () => {
  test("is a pass at exactly four hours", async () => {
    expect(await linesOf(stamped(smallNight(), "gamebook-rows", "10:00"), at("18:00"), "gamebook")).toEqual(["gamebook: pass ok"]);
  });

  test("is a warning with its delay until everything that reads it is newer, then a note", async () => {
    const unread = await judged(stamped(smallNight(), "gamebook-rows", "14:45"), at("18:00"));
    expect(said(unread, "scrapers")).toContain("gamebook: warn P3 landed_late_unread");
    expect(observed(unread, "scrapers", "landed_late_unread")).toEqual([
      "gamebook: 2 of 2 games, 68 rows, 14:45 ET, landed 8 h 45 min after the expected 06:00 ET; not read since by nba_analytics.player_game_summary; attempts: 04:07 ET no_data, 06:06 ET success with 68 records",
    ]);
    const read = (time: string) => stamped(stamped(smallNight(), "gamebook-rows", "14:45"), "player-rows", time);
    expect(await linesOf(read("14:45"), at("18:00"), "gamebook")).toEqual(["gamebook: warn P3 landed_late_unread"]);
    expect(await linesOf(read("14:46"), at("18:00"), "gamebook")).toEqual(["gamebook: pass P5 landed_late"]);
    expect(observed(await judged(read("14:46"), at("18:00")), "scrapers", "landed_late")).toEqual([
      "gamebook came 14:45 ET, 8 h 45 min after the expected 06:00 ET; everything that reads it is newer",
    ]);
  });

  test.each([
    ["06:10", "06:10 ET to 15:00 ET, first rows 10 min and the last game 9 h after the expected 06:00 ET"],
    ["05:50", "05:50 ET to 15:00 ET, landed 9 h after the expected 06:00 ET"],
  ])("is late if its last game was, though the first came at %s", async (first, words) => {
    const night = stamped(smallNight(), "gamebook-rows", first);
    night.tables["gamebook-rows"] = (night.tables["gamebook-rows"] ?? []).map((row) =>
      row["team_abbr"] === "LAL" || row["team_abbr"] === "GSW" ? { ...row, processed_at: iso("15:00") } : row,
    );
    const judgement = await judged(night, at("18:00"));
    expect(observed(judgement, "scrapers", "landed_late_unread")[0]).toContain(words);
  });

  test("is not taken as read by a table that nobody could look at", async () => {
    const night = stamped(stamped(smallNight(), "gamebook-rows", "14:45"), "player-rows", "15:00");
    night.refused["player-rows"] = "denied";
    expect(await linesOf(night, at("18:00"), "gamebook")).toEqual(["gamebook: pass P5 judged_without", "gamebook: unknown reader_unknown"]);
    const [words] = observed(await judged(night, at("18:00")), "scrapers", "reader_unknown");
    expect(words).toContain("whether nba_analytics.player_game_summary was written since could not be looked at");
    expect(words).not.toContain("not read since");
  });

  test("is read by nobody while its reader is empty; a reader without stamps tells nothing", async () => {
    const night = stamped(smallNight(), "gamebook-rows", "14:45");
    night.tables["player-rows"] = (night.tables["player-rows"] ?? []).map((row) => ({ ...row, processed_at: null, created_at: null }));
    expect(await linesOf(night, at("18:00"), "gamebook")).toEqual(["gamebook: unknown reader_unknown"]);
    night.tables["player-rows"] = [];
    expect(await linesOf(night, at("18:00"), "gamebook")).toEqual(["gamebook: warn P3 landed_late_unread"]);
  });

  test("is a note where it is a fallback whose games another source had", async () => {
    expect(await linesOf(stamped(smallNight(), "player-boxscore-rows", "12:30"), at("18:00"), "player-boxscores")).toEqual([
      "player-boxscores: pass P5 landed_late",
    ]);
  });
});

describe("rows that don't say when they were written", () => {
  const unstamped = (teams: readonly string[] = ["BOS", "NYK", "LAL", "GSW"]) => {
    const night = smallNight();
    night.tables["gamebook-rows"] = (night.tables["gamebook-rows"] ?? []).map((row) =>
      teams.includes(String(row["team_abbr"])) ? { ...row, processed_at: null, created_at: null } : row,
    );
    night.refused["scraper-attempts"] = "denied";
    return night;
  };

  test("have landed in time while they could not be late, and after that nobody can tell", async () => {
    expect(await linesOf(unstamped(), at("10:00"), "gamebook")).toContain("gamebook: pass ok");
    expect(await linesOf(unstamped(), at("10:01"), "gamebook")).toContain("gamebook: unknown landing_time_unknown");
    expect(observed(await judged(unstamped(), at("18:00")), "scrapers", "landing_time_unknown")[0]).toContain("lateness can't be told");
  });

  test("of one game alone leave it open too: the other game's stamps don't vouch for it", async () => {
    expect(await linesOf(unstamped(["LAL", "GSW"]), at("18:00"), "gamebook")).toContain("gamebook: unknown landing_time_unknown");
  });

  test("are taken as landed when the execution log says so, unless another game is known to be late", async () => {
    const logs = unstamped(["LAL", "GSW"]);
    delete logs.refused["scraper-attempts"];
    expect(await linesOf(logs, at("18:00"), "gamebook")).toEqual(["gamebook: pass ok"]);
    logs.tables["gamebook-rows"] = (logs.tables["gamebook-rows"] ?? []).map((row) =>
      row["processed_at"] === null ? row : { ...row, processed_at: iso("14:45") },
    );
    expect(await linesOf(logs, at("18:00"), "gamebook")).toEqual(["gamebook: warn P3 landed_late_unread"]);
  });
});

describe("what could not be looked at", () => {
  test("the collection's own table: unknown, and no other collection", async () => {
    const night = smallNight();
    night.refused["gamebook-rows"] = "unavailable";
    const judgement = await judged(night, at("09:30"));
    expect(said(judgement, "scrapers")).toContain("gamebook: unknown unavailable");
    expect(said(judgement, "scrapers")).toContain("player-props: pass ok");
    expect(verdictOf(judgement, "scrapers")).toBe("unknown");
    const [own] = judgement.checks;
    if (own === undefined) throw new Error("not judged");
    expect(scrapers.numbers?.(totalsOf(own), judgement.scope)).toEqual({ collections: "3/3 landed, 0 late, 1 not seen" });
  });

  test("the execution log: rows decide, and it is said that it is missing", async () => {
    const night = smallNight();
    night.refused["scraper-attempts"] = "no_such_place";
    expect(await linesOf(night, at("09:30"), "gamebook")).toEqual(["gamebook: pass P5 judged_without", "gamebook: pass ok"]);
    without(night, ["gamebook-rows"]);
    expect(await linesOf(night, at("10:00"), "gamebook")).toEqual(["gamebook: fail P1 not_landed", "gamebook: pass P5 judged_without"]);
    expect(observed(await judged(night, at("10:00")), "scrapers", "not_landed")[0]).not.toContain("attempt");
  });

  test("the day's schedule: the declared window holds", async () => {
    const night = without(smallNight(), ["gamebook-rows"]);
    night.refused["scrape-times"] = "no_such_place";
    expect(await linesOf(night, at("06:59"), "gamebook")).toContain("gamebook: not_due put_off");
    expect(await linesOf(night, at("10:00"), "gamebook")).toContain("gamebook: fail P1 not_landed");
  });
});

describe("the expected time", () => {
  const scheduled = (...rows: Row[]) => {
    const night = without(smallNight(), ["gamebook-rows"]);
    night.tables["scrape-times"] = rows;
    return night;
  };

  test("is that of the workflow's run of that day nearest to the declared window", async () => {
    const night = scheduled(expectedRun("morning_recovery", iso("07:00")), expectedRun("morning_recovery", iso("11:00")));
    expect(await linesOf(night, at("07:59"), "gamebook")).toEqual(["gamebook: not_due put_off"]);
    expect(await linesOf(night, at("10:59"), "gamebook")).toEqual(["gamebook: warn P3 not_landed"]);
    expect(await linesOf(night, at("11:00"), "gamebook")).toEqual(["gamebook: fail P1 not_landed"]);
    expect(observed(await judged(night, at("11:00")), "scrapers", "not_landed")[0]).toContain("expected 07:00 ET by the day's schedule");
  });

  test("is not taken from another workflow, nor from another day's run of this one", async () => {
    const night = scheduled(
      expectedRun("post_game_window_3", iso("07:00")),
      expectedRun("morning_recovery", iso("06:00", "2026-02-03")),
      expectedRun("morning_recovery", iso("08:00", "2026-02-03")),
    );
    expect(await linesOf(night, at("10:00"), "gamebook")).toEqual(["gamebook: fail P1 not_landed"]);
  });
});

describe("betting props", () => {
  const first = "2026-02-03";
  const props = async (clock: string, tipOff: string, rows: Row[] = []) => {
    const night = smallNight();
    night.tables["scrape-times"] = [];
    night.tables["prop-rows-by-game"] = rows;
    night.tables["schedule"] = (night.tables["schedule"] ?? []).map((row) => ({ ...row, game_date_est: iso(tipOff, first) }));
    return linesOf(night, at(clock, first), "player-props");
  };

  test.each([
    ["12:00", "08:59", "not_due put_off"],
    ["12:00", "09:00", "warn P3 not_landed"],
    ["22:00", "09:59", "not_due not_due"],
    ["22:00", "10:59", "not_due put_off"],
    ["22:00", "11:00", "warn P3 not_landed"],
    ["22:00", "13:59", "warn P3 not_landed"],
    ["22:00", "14:00", "fail P1 not_landed"],
  ])("open twelve hours before the first game but not before 08:00: with a game at %s, at %s they are %s", async (tipOff, clock, line) => {
    expect(await props(clock, tipOff)).toEqual([`player-props: ${line}`]);
  });

  test("have landed with their first rows: bookmakers don't quote every game at once", async () => {
    const rows = [{ game_id: "a", n: 40, oldest: iso("10:07", first), newest: iso("10:07", first) }];
    expect(await props("11:00", "22:00", rows)).toEqual(["player-props: pass ok"]);
  });

  test("that began late are read once the context is newer than their first rows, however many follow", async () => {
    const rows = [{ game_id: "a", n: 900, oldest: iso("16:00", first), newest: iso("19:00", first) }];
    const night = smallNight();
    night.tables["prop-rows-by-game"] = rows;
    expect(await linesOf(night, at("09:30"), "player-props")).toEqual(["player-props: warn P3 landed_late_unread"]);
    night.tables["upcoming-player-rows"] = (night.tables["upcoming-player-rows"] ?? []).map((row) => ({
      ...row,
      processed_at: iso("17:05", first),
    }));
    expect(await linesOf(night, at("09:30"), "player-props")).toEqual(["player-props: pass P5 landed_late"]);
  });

  test("are all that is asked before the games", async () => {
    const judgement = await judged(smallNight(), at("09:30", first));
    expect(judgement.scope.half).toBe("pre_game");
    expect(said(judgement, "scrapers")).toEqual(["player-props: pass ok"]);
  });

  test("that are not there while no game of the date is certain are unknown", async () => {
    const night = without(smallNight(), boxes);
    night.tables["prop-rows-by-game"] = [];
    night.refused["postponements"] = "denied";
    night.tables["schedule"] = (night.tables["schedule"] ?? []).map((row) => ({ ...row, game_status: 1 }));
    expect(await linesOf(night, at("15:00", first), "player-props")).toEqual(["player-props: unknown cannot_tell_postponed"]);
  });
});

describe("what is not to be collected", () => {
  test("a retired source is said to be, from its last day on", async () => {
    const late = await judged(moved(smallNight(), "2026-02-07", "2026-02-08"), at("09:30", "2026-02-08"));
    expect(said(late, "scrapers")).toContain("bdl-boxscores: not_applicable retired");
    expect(observed(late, "scrapers", "retired")).toEqual(["bdl-boxscores: retired since 2026-02-07: no rows from then on are right"]);
    expect(verdictOf(late, "scrapers")).toBe("pass");
    const last = without(moved(smallNight(), "2026-02-06", "2026-02-07"), boxes);
    expect(await linesOf(last, at("10:30", "2026-02-07"), "bdl-boxscores")).toEqual(["bdl-boxscores: fail P1 not_landed"]);
  });

  test("what games of this competition don't owe", async () => {
    const night = smallNight();
    night.tables["schedule"] = (night.tables["schedule"] ?? []).map((row) => ({
      ...row,
      game_id: String(row["game_id"]).replace(/^002/u, "004"),
    }));
    night.tables["prop-rows-by-game"] = [];
    const judgement = await judged(night, at("18:00"));
    expect(said(judgement, "scrapers")).toEqual([
      "bdl-boxscores: pass ok",
      "gamebook: pass ok",
      "player-boxscores: pass ok",
      "player-props: not_applicable not_owed",
    ]);
  });

  test("without games nothing is expected, and without a schedule nothing is known", async () => {
    const empty = smallNight();
    empty.document = null;
    for (const table of Object.keys(empty.tables).filter((name) => name !== "schedule")) empty.tables[table] = [];
    empty.tables["schedule"] = (empty.tables["schedule"] ?? []).filter((row) => row["game_date"] !== "2026-02-03");
    expect(verdictOf(await judged(empty, at("10:30")), "scrapers")).toBe("not_applicable");
    const blind = smallNight();
    blind.refused["schedule"] = "denied";
    expect(verdictOf(await judged(blind, at("10:30")), "scrapers")).toBe("unknown");
  });
});
