import { describe, expect, test } from "vitest";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import type { Named } from "../../src/pipeline/things.ts";
import { dateInGame, noSuchThing, thingNamed } from "../../src/pipeline/things.ts";
import { nba } from "../support/pipeline.ts";

const rules = nba.rulesOn(calendarDateOf("2026-02-03"), new Date("2026-02-04T18:00:00Z"));
const named = (given: string): Named | undefined => thingNamed(rules, nba.file, given);
const kindOf = (given: string): string | undefined => named(given)?.thing.kind;

describe("one thing under several names", () => {
  test.each([
    "nbac_gamebook_pdf",
    "NBAC_GAMEBOOK_PDF",
    "nba_raw.nbac_gamebook_player_stats",
    "NbacGamebookProcessor",
    "p2_nbacom_gamebook_pdf",
    "gamebook",
  ])("%s is the gamebook, and nothing is corrected", (given) => {
    expect(named(given)).toEqual({
      name: "nbac_gamebook_pdf",
      thing: expect.objectContaining({ kind: "source", collection: "gamebook", table: "nba_raw.nbac_gamebook_player_stats" }),
    });
  });

  test.each([
    ["nbac-gamebook-scraper", /nothing is called "nbac-gamebook-scraper" \(no scraper has a job of its own.*meant is nbac_gamebook_pdf/u],
    ["nbac_gamebook_player_stats", /no scraper is called "nbac_gamebook_player_stats" \(that is its table\)/u],
    ["nba_raw.nbac_gamebook_player_boxscores", /meant is nbac_gamebook_pdf/u],
  ])("a mistaken name, %s, leads to the right one and is said to be mistaken", (given, words) => {
    const found = named(given);
    expect(found?.name).toBe("nbac_gamebook_pdf");
    expect(found?.corrected).toMatch(words);
  });

  test("a job under a wrong name leads to the job that is there", () => {
    expect(named("same-day-phase5")).toMatchObject({ name: "same-day-predictions", thing: { kind: "job", job: "same-day-predictions" } });
  });

  test("a table that does not exist and that no scraper fills is refused with the one that does", () => {
    expect(() => named("nba_orchestration.scraper_run_history")).toThrow(/there is nba_orchestration\.scraper_execution_log/u);
  });

  test("every declared scraper, table and completion key is found under its own name, with its collection where it has one", () => {
    const all = (rules.names ?? []).flatMap(({ scrapers = [], completion_key: key, table }) =>
      scrapers.length === 0 && key === undefined ? [] : [...scrapers, key, table],
    );
    const lost = all.filter((name) => name !== undefined && kindOf(name) !== "source");
    expect(lost).toEqual([]);
    for (const [id, { scrapers }] of Object.entries(nba.file.scraping.collections))
      for (const scraper of scrapers) expect(named(scraper)?.thing, scraper).toMatchObject({ collection: id });
  });
});

describe("games, noise and names that nothing bears", () => {
  test.each(["BOS@NYK", "bos@nyk", "20260203_BOS_NYK", "20260203/BOSNYK"])("%s is a game", (given) => {
    expect(named(given)?.thing).toEqual({ kind: "game", away: "BOS", home: "NYK" });
  });

  test("a game's number is kept as a text, with its zeros, and the date in a name is read", () => {
    expect(named("0022500775")?.thing).toEqual({ kind: "game_id", id: "0022500775" });
    expect(dateInGame("20260203_BOS_NYK")).toBe("2026-02-03");
    expect(dateInGame("BOS@NYK")).toBeUndefined();
  });

  test("another sport is noise, not an unknown name; a retired source is known", () => {
    expect(kindOf("mlb_box_scores")).toBe("noise");
    expect(named("bdl_standings")?.thing).toMatchObject({ retired: "2026-02-07" });
  });

  test.each([
    ["nbac_gamebok_pdf", "nbac_gamebook_pdf"],
    ["master-controler-hourly", "master-controller-hourly"],
  ])("a misspelt name, %s, is refused with the nearest", (given, near) => {
    expect(named(given)).toBeUndefined();
    expect(noSuchThing(rules, nba.file, given).message).toContain(`Did you mean "${near}"?`);
    expect(noSuchThing(rules, nba.file, given).message).toContain("No such name");
  });
});
