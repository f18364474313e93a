import { at, listNames } from "../../checks/words.ts";
import type { ChainSigns, Sign } from "./chain.ts";
import { chainSigns, sign } from "./chain.ts";
import type { Chain, Known, ScraperCase, ScraperEvidence } from "./case.ts";
import { missingSpan, windowSpan } from "./case.ts";
import type { Journals } from "./journals.ts";
import { decisionsIn, executionsIn, isWhole, linesIn, runsIn, trusted } from "./journals.ts";
import type { LoadingSigns } from "./loading.ts";
import { loadingSigns } from "./loading.ts";
import type { OutcomeSigns } from "./outcomes.ts";
import { outcomeSigns } from "./outcomes.ts";

interface StateSigns {
  readonly retired: Sign;
  readonly before_window: Sign;
  /** Nothing is missing and nothing came late: then there is nothing to find a cause for. */
  readonly untroubled: Sign;
}

export type ScraperSigns = StateSigns & ChainSigns & OutcomeSigns & LoadingSigns;

/** All that is known of why a collection is late or missing: each sign, and the names that sentences about it need. */
export interface ScraperFacts {
  readonly signs: ScraperSigns;
  readonly names: {
    readonly scraper: string;
    readonly workflow: string;
    readonly table: string;
    /** `05:30 ET to 07:00 ET` */
    readonly window: string;
    readonly missing: string;
    readonly executions: string;
    readonly decisions: string;
    readonly chain: Chain;
  };
}

export function knownOf({ scope: { rules } }: Pick<ScraperCase, "scope">): Known | undefined {
  const { chain, signs } = rules.scraping;
  const handOver = rules.monitoring?.load_lines?.[0];
  return chain === undefined || signs === undefined || handOver === undefined ? undefined : { chain, signs, handOver };
}

/** Pure: the same evidence gives the same facts. */
export function scraperFacts(about: ScraperCase, evidence: ScraperEvidence, known: Known): ScraperFacts {
  const journals = trusted(journalsOf(about, evidence), evidence, about);
  const { scope, scrapers, workflow, table } = about;
  const [window, missing] = [windowSpan(about, known.chain), missingSpan(about)];
  return {
    signs: {
      ...stateSigns(about),
      ...chainSigns(about, evidence, journals, known.chain),
      ...outcomeSigns(about, evidence, journals, known),
      ...loadingSigns(about, evidence, journals, known),
    },
    names: {
      scraper: listNames(scrapers),
      workflow,
      table,
      window: `${at(window.from, scope)} to ${at(window.to, scope)}`,
      missing: `${at(missing.from, scope)} to ${at(missing.to, scope)}`,
      executions: scope.rules.scraping.executions,
      decisions: scope.rules.scraping.decisions,
      chain: known.chain,
    },
  };
}

export function journalsOf(about: ScraperCase, evidence: ScraperEvidence): Journals {
  const runs = runsIn(evidence.attempts, about.scrapers, about.scope);
  return {
    runs,
    isWhole: isWhole(runs, about),
    decisions: decisionsIn(evidence.decisions, about),
    executions: executionsIn(evidence.executions, about),
    lines: linesIn(evidence.serviceLog, about),
  };
}

const troubleWords: Readonly<Record<ScraperCase["state"], string>> = {
  retired: "nothing is missing and nothing came late",
  not_due: "nothing is missing and nothing came late",
  on_time: "nothing is missing and nothing came late",
  late: "it came late",
  missing: "rows are missing",
};

function stateSigns({ state, window, scope }: ScraperCase): StateSigns {
  const is = (...states: readonly ScraperCase["state"][]) => (states.includes(state) ? "yes" : "no");
  return {
    retired: sign(is("retired"), `it is ${state === "retired" ? "" : "not "}retired on this date`),
    before_window: sign(is("not_due"), `its window ${window.at <= scope.asOf ? "opened" : "opens"} ${at(window.at, scope)}`),
    untroubled: sign(is("retired", "not_due", "on_time"), troubleWords[state]),
  };
}
