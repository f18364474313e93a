import type { Evidence, Look } from "../evidence/evidence.ts";
import { collectedGames, expectedRuns, scrapeDecisions, scraperAttempts } from "../evidence/looks/scraping.ts";
import type { TableFacts } from "../evidence/looks/tables.ts";
import { boxScoreRows, rowsOf } from "../evidence/looks/tables.ts";
import type { About, Group, Scope, Totals, Words } from "./check.ts";
import { combineChecks, defineCheck } from "./check.ts";
import { notApplicable } from "./finding.ts";
import type { BoxEvidence } from "./landing.ts";
import { boxScoreLooks } from "./landing.ts";
import type { Collecting, CollectionSubject } from "./scraping/collection.ts";
import { boxSource, collectionsOf } from "./scraping/collection.ts";
import { judgeCollection } from "./scraping/judge.ts";
import { landedInSnapshots, landedPerGame } from "./scraping/landed.ts";
import type { SlatedGame } from "./slate.ts";
import { gamesOwing } from "./slate.ts";
import { listNames } from "./words.ts";

interface Owed {
  readonly id: string;
  readonly collection: Collecting;
  readonly owing: readonly SlatedGame[];
}

const question = "Did each expected collection run and land?";
const about: About = {
  why: "One night the gamebook landed almost nine hours late and nobody was told, because the check asked a table that does not exist. Another time the collection was said to have failed while the games were still being played.",
  rule: "Judged from one hour after the window that counts: not landed is P3 until four hours late (box scores that others cover: 10:00), then P1. Success with 0 rows in that window is P1. Landed later than that is P3 until what reads it is newer, then a note; unknown where nothing tells when it landed or whether it was read. A fallback whose games another source has complete is only a note.",
  stage: "box-scores",
  todo: "Look at the scraper's attempts and the controller's decision, put right what stopped them, and collect the date again.",
};
const face = { id: "scrapers", question, depth: "quick", halves: ["pre_game", "post_game"], about } as const;

/** Collections of box scores: they have landed when every game is covered. */
const boxScoreCollections = defineCheck({
  ...face,
  subjects: (scope): Owed[] => owedIn(scope).filter(({ collection }) => boxSource(collection, scope.rules) !== undefined),
  needs: ({ collection }, { rules, date }) => ({ rows: boxScoreRows(rules, date, collection.table) }),
  wants: ({ collection }, scope) => ({ ...circumstances(scope), ...readerLooks(collection, scope), ...otherSources(collection, scope) }),
  judge: ({ rows, log, decisions, expected, ...tables }, { subject, scope }) => {
    const landing = landedPerGame(rows, subject.collection.table, subject.owing, scope);
    const looks: Readonly<Record<string, Evidence<TableFacts>>> = tables;
    const others = Object.keys(otherSources(subject.collection, scope));
    return judgeCollection({ ...subject, landing }, { log, decisions, expected, readers: looks, others: picked(looks, others) }, scope);
  },
});

/** Collections of snapshots: thousands of rows a day, so they are counted and not read. */
const snapshotCollections = defineCheck({
  ...face,
  subjects: (scope): Owed[] => owedIn(scope).filter(({ collection }) => boxSource(collection, scope.rules) === undefined),
  needs: ({ collection }, { rules, date }) => ({ games: collectedGames(rules, date, collection.table) }),
  wants: ({ collection }, scope) => ({ ...circumstances(scope), ...readerLooks(collection, scope) }),
  judge: ({ games, log, decisions, expected, ...readers }, { subject, scope }) => {
    const landing = landedInSnapshots(games, subject.owing);
    return judgeCollection({ ...subject, landing }, { log, decisions, expected, readers, others: {} }, scope);
  },
});

/** What is not collected for this date, and by which rule. */
const notCollected = defineCheck({
  ...face,
  subjects: (scope): readonly CollectionSubject[] => {
    const owed = owedIn(scope).map(({ id }) => id);
    return scope.slate.kind === "games" ? collectionsOf(scope).filter(({ id }) => !owed.includes(id)) : [];
  },
  needs: () => ({}),
  judge: (_facts, { subject }) => [
    subject.outOfForce === undefined
      ? notApplicable("not_owed", `${subject.id}: no game of this date owes it`)
      : notApplicable("retired", `${subject.id}: ${subject.outOfForce}`),
  ],
});

/** Did each expected collection run and land? Says which collection failed and how; which games lack rows, `box-scores` says. */
export const scrapers = combineChecks({ ...face, say: sayScrapers, numbers: countsText }, [
  boxScoreCollections,
  snapshotCollections,
  notCollected,
]);

function owedIn(scope: Scope): readonly Owed[] {
  return collectionsOf(scope).flatMap(({ id, collection }) => {
    if (collection === undefined) return [];
    const owing = gamesOwing(scope.slate, collection.owed_by);
    return owing.length === 0 ? [] : [{ id, collection, owing }];
  });
}

function circumstances({ rules, date }: Scope) {
  return { log: scraperAttempts(rules, date), decisions: scrapeDecisions(rules, date), expected: expectedRuns(rules, date) };
}

function readerLooks({ read_by: readers = [] }: Collecting, { rules, date }: Scope): Readonly<Record<string, Look<TableFacts>>> {
  return Object.fromEntries(readers.map((table) => [table, rowsOf(rules, date, table)]));
}

function otherSources({ table }: Collecting, scope: Scope): ReturnType<typeof boxScoreLooks> {
  return Object.fromEntries(Object.entries(boxScoreLooks(scope)).filter(([source]) => source !== table));
}

/** The looks of these tables, which were made as looks of box scores. */
function picked(looks: Readonly<Record<string, Evidence<TableFacts>>>, tables: readonly string[]): Readonly<Record<string, BoxEvidence>> {
  return Object.fromEntries(
    tables.flatMap((table) => {
      const look = looks[table];
      return look === undefined ? [] : [[table, look as BoxEvidence] as const]; // otherSources made it, by boxScoreRows.
    }),
  );
}

/** Of several collections with the same trouble: how each stands, without its attempts. */
function sayScrapers({ reason, findings }: Group, scope: Scope): Words | undefined {
  const { rules, date } = scope;
  if (findings.length < 2 || reason === "judged_without") return undefined;
  const each = findings.map(({ finding }) => finding.observed.split("; ")[0] ?? "");
  if (reason === "next_window") return { observed: each.join(", ") };
  // What is retired or not owed on this date is none of those it could have happened to.
  const counts = reason === "retired" || reason === "not_owed" ? `${findings.length}` : `${findings.length} of ${owedIn(scope).length}`;
  const observed = `${counts} collections: ${listNames(each)}`;
  if (reason !== "not_landed" && reason !== "partly_landed") return { observed };
  const names = findings.flatMap(({ subject }) => rules.scraping.collections[subject]?.scrapers ?? []);
  return { observed, next: `See what became of ${listNames(names)}, then have them collect ${date} again.` };
}

function countsText({ sums, unknown: lost }: Totals): Readonly<Record<string, string>> {
  const { collections = 0, landed = 0, late = 0 } = sums;
  if (collections === 0 && lost === 0) return {};
  return { collections: `${landed}/${collections} landed, ${late} late${lost > 0 ? `, ${lost} not seen` : ""}` };
}
