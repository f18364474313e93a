import type { Scope } from "../../checks/check.ts";
import { couldNotLook } from "../../checks/check.ts";
import type { Finding } from "../../checks/finding.ts";
import type { BoxEvidence } from "../../checks/landing.ts";
import { boxScoreLooks } from "../../checks/landing.ts";
import type { Collecting } from "../../checks/scraping/collection.ts";
import { boxSource } from "../../checks/scraping/collection.ts";
import { judgeCollection } from "../../checks/scraping/judge.ts";
import type { Landing } from "../../checks/scraping/landed.ts";
import { landedInSnapshots, landedPerGame } from "../../checks/scraping/landed.ts";
import { windowOf } from "../../checks/scraping/window.ts";
import type { SlatedGame } from "../../checks/slate.ts";
import type { Evidence, Unseen } from "../../evidence/evidence.ts";
import type { Looking } from "../../evidence/looking.ts";
import { batchLocks } from "../../evidence/looks/scraper-locks.ts";
import { jobAttempts, scraperLog } from "../../evidence/looks/scraper-logs.ts";
import { collectedGames, expectedRuns, scrapeDecisions, scraperRuns, workflowRuns } from "../../evidence/looks/scraping.ts";
import type { TableFacts } from "../../evidence/looks/tables.ts";
import { boxScoreRows, processorRuns, rowsOf } from "../../evidence/looks/tables.ts";
import { deployedUnit } from "../../evidence/looks/units.ts";
import type { Weighed } from "../cause.ts";
import { weigh } from "../cause.ts";
import type { Happening } from "../inquiry.ts";
import type { Known, ScraperCase, ScraperEvidence } from "./case.ts";
import { scraperCauses } from "./causes.ts";
import type { Elsewhere } from "./collected.ts";
import { answered, elsewhereOf, elsewhereText, stateOf } from "./collected.ts";
import { journalsOf, knownOf, scraperFacts } from "./facts.ts";
import type { Journals } from "./journals.ts";
import { attemptsOfJob } from "./journals.ts";
import { timelineOf } from "./timeline.ts";

/** One collection of the date, looked at with all that leads to it. */
export interface Collected {
  readonly id: string;
  readonly collection: Collecting;
  readonly finding: Finding;
  /** Ids of the looks that it rests on. */
  readonly evidence: readonly string[];
  /** Looks that could not be made, and that the finding can do without. */
  readonly lost: readonly Unseen[];
  /** Absent where it could not be told how it stands. */
  readonly story?: Story;
}

export interface Story {
  readonly about: ScraperCase;
  readonly journals: Journals;
  readonly elsewhere: readonly Elsewhere[];
  readonly timeline: readonly Happening[];
  /** Only of what is late or missing. */
  readonly causes?: readonly Weighed[];
  /** When the job that executes decisions was answered well; absent where its log could not be read. */
  readonly executed?: readonly Date[];
}

export interface Collect {
  readonly id: string;
  readonly collection: Collecting;
  readonly processor?: string | undefined;
  /** Games that it owes, or the one that was asked about. */
  readonly owing: readonly SlatedGame[];
  readonly scope: Scope;
  /** Stores are later than the clock. */
  readonly past: boolean;
}

/** Looks at one collection and all that leads to it, and weighs why it is late or missing. */
export async function collect(looking: Looking, asked: Collect): Promise<Collected> {
  const { id, collection, owing, scope } = asked;
  const known = knownOf(asked);
  const [journals, deep, landed, others, readers] = await Promise.all([
    looking.all(journalLooks(scope)),
    known === undefined ? undefined : deepEvidence(looking, asked, known),
    landingOf(looking, asked),
    looking.all(otherSources(asked)),
    looking.all(Object.fromEntries((collection.read_by ?? []).map((table) => [table, rowsOf(scope.rules, scope.date, table)]))),
  ]);
  const around: readonly Evidence<unknown>[] = [journals, others, readers, deep ?? {}].flatMap((part) =>
    Object.values(part).filter((look) => look !== undefined),
  );
  const found = {
    id,
    collection,
    evidence: [landed.look.id, ...around.map((look) => look.id)],
    lost: around.flatMap((look) => (look.seen ? [] : [look])),
  };
  const { landing } = landed;
  if (landing === undefined) return { ...found, finding: landed.finding };
  const circumstances = { log: journals.attempts, decisions: journals.decisions, expected: journals.expected, readers, others };
  const [judged] = judgeCollection({ id, collection, owing, landing }, circumstances, scope);
  if (judged === undefined) throw new Error(`The judge came to no finding on ${id}.`);
  const window = windowOf(collection, journals.expected, scope);
  const finding = answered(judged, { id, table: collection.table, window, landing, scope });
  const state = stateOf(finding, { window, scope });
  if (state === undefined) return { ...found, finding };
  const elsewhere = elsewhereOf(others, owing, scope);
  const { scrapers, workflow, table } = collection;
  const about: ScraperCase = {
    scrapers,
    workflow,
    table,
    processor: asked.processor,
    window,
    landing,
    owing,
    state,
    scope,
    elsewhere: elsewhere.flatMap(({ covered }) => covered),
  };
  const evidence = deep === undefined ? undefined : { ...journals, ...deep };
  return { ...found, finding, story: storyOf(about, evidence, { known, elsewhere, asked, rows: landed.look.id }) };
}

interface Told {
  readonly known: Known | undefined;
  readonly elsewhere: readonly Elsewhere[];
  readonly asked: Collect;
  /** Id of the look at its own rows. */
  readonly rows: string;
}

function storyOf(about: ScraperCase, evidence: ScraperEvidence | undefined, { known, elsewhere, asked, rows }: Told): Story {
  if (known === undefined || evidence === undefined)
    return {
      about,
      elsewhere,
      timeline: [],
      journals: { runs: undefined, decisions: undefined, executions: undefined, lines: undefined, isWhole: true },
    };
  const journals = journalsOf(about, evidence);
  const others = elsewhere.flatMap(({ since, ...each }) =>
    since === undefined ? [] : [{ at: since, said: elsewhereText(each, about.scope), from: each.look }],
  );
  const timeline = timelineOf({ about, evidence, journals, known, earlier: asked.collection.earlier, elsewhere: others, rows });
  const isTroubled = about.state === "late" || about.state === "missing";
  const causes = isTroubled ? { causes: weigh(scraperFacts(about, evidence, known), scraperCauses) } : {};
  const executed = attemptsOfJob(evidence.executing, about.scope.asOf)?.filter(({ status }) => status === "OK");
  return { about, journals, elsewhere, timeline, ...causes, ...(executed === undefined ? {} : { executed: executed.map(({ at }) => at) }) };
}

function journalLooks({ rules, date }: Scope) {
  return {
    attempts: scraperRuns(rules, date),
    decisions: scrapeDecisions(rules, date),
    expected: expectedRuns(rules, date),
    runs: processorRuns(rules, date),
  };
}

type Deep = Omit<ScraperEvidence, keyof ReturnType<typeof journalLooks>>;

/** What else is asked where somebody wants to know why. State is asked only where it is that of the clock. */
async function deepEvidence(looking: Looking, { collection, processor, scope, past }: Collect, { chain, handOver }: Known): Promise<Deep> {
  const { rules, date } = scope;
  const { scrapers, table } = collection;
  const loaded = rules.monitoring?.load_lines?.at(-1) ?? handOver;
  const own = [...scrapers, ...(processor === undefined ? [] : [processor]), table];
  const [night, unit, locks] = await Promise.all([
    looking.all({
      executions: workflowRuns(rules, date, chain.runs),
      serviceLog: scraperLog(rules, date, { unit: chain.scrapes, names: scrapers, witness: handOver }),
      loaderLog: scraperLog(rules, date, { unit: chain.loads, names: own, witness: loaded }),
      deciding: jobAttempts(rules, date, chain.decides),
      executing: jobAttempts(rules, date, chain.executes),
    }),
    past ? undefined : looking.gather(deployedUnit(rules, chain.scrapes)),
    past || chain.locks === undefined ? undefined : looking.gather(batchLocks(rules, date, chain.locks)),
  ]);
  return { ...night, unit, locks };
}

function otherSources({ collection, scope }: Collect): ReturnType<typeof boxScoreLooks> {
  if (boxSource(collection, scope.rules) === undefined) return {};
  return Object.fromEntries(Object.entries(boxScoreLooks(scope)).filter(([source]) => source !== collection.table));
}

type Landed =
  | { readonly look: BoxEvidence | Evidence<TableFacts>; readonly landing: Landing }
  | { readonly look: Unseen; readonly landing?: undefined; readonly finding: Finding };

/** What it brought: without its own rows nothing can be said. */
async function landingOf({ gather }: Looking, { collection: { table }, collection, owing, scope }: Collect): Promise<Landed> {
  const { rules, date } = scope;
  if (boxSource(collection, rules) === undefined) {
    const look = await gather(collectedGames(rules, date, table));
    return look.seen ? { look, landing: landedInSnapshots(look.facts, owing) } : { look, finding: couldNotLook(look) };
  }
  const look = await gather(boxScoreRows(rules, date, table));
  return look.seen ? { look, landing: landedPerGame(look.facts, table, owing, scope) } : { look, finding: couldNotLook(look) };
}
