import type { BoxEvidence } from "../../checks/landing.ts";
import { landedOf } from "../../checks/landing.ts";
import type { Scope } from "../../checks/check.ts";
import type { Finding } from "../../checks/finding.ts";
import { problem, unknown } from "../../checks/finding.ts";
import type { Landing } from "../../checks/scraping/landed.ts";
import { landedPerGame } from "../../checks/scraping/landed.ts";
import type { Window } from "../../checks/scraping/window.ts";
import { windowText } from "../../checks/scraping/window.ts";
import type { SlatedGame } from "../../checks/slate.ts";
import { at, counted } from "../../checks/words.ts";
import { instantOf } from "../../pipeline/dates.ts";
import type { State } from "./case.ts";

interface Judged {
  readonly id: string;
  readonly table: string;
  readonly window: Window;
  readonly landing: Landing;
  readonly scope: Scope;
}

/**
 * What the check `scrapers` finds of a collection, as the answer to "what became of this one": late stays late though its rows were
 * read since, and a fallback that nobody waits for is missing all the same. All limits are the check's.
 */
export function answered(finding: Finding, { id, table, window, landing, scope }: Judged): Finding {
  if (finding.verdict !== "pass" || !("severity" in finding)) return finding;
  const { observed, reason, figures = {} } = finding;
  const expected = `rows of ${counted(landing.of, "game")} in ${table} by ${at(window.lateAt, scope)}`;
  switch (reason) {
    case "landed_late":
      return problem("P3", {
        reason,
        observed: `complete, but late: ${landing.covered} of ${counted(landing.of, "game")}, ${counted(landing.rows, "row")}; ${observed}`,
        expected,
        next: `Nothing of ${scope.date} is left to collect. See that ${id} comes in its window the next night.`,
        figures,
      });
    case "fallback_missing":
      return problem("P4", {
        reason,
        observed: `${observed} (expected ${windowText(window, scope)})`,
        expected,
        next: "Nothing waits for it while the other sources are complete.",
        figures,
      });
    case "landing_time_unknown":
      return unknown(reason, observed, "See why the write times are missing, and when the scraper ran.", figures);
  }
  return finding;
}

/** How it stands, for asking why; undefined where that could not be told. */
export function stateOf(finding: Finding, { window, scope }: Pick<Judged, "window" | "scope">): State | undefined {
  switch (finding.verdict) {
    case "pass":
      return "on_time";
    case "unknown":
      return finding.reason === "reader_unknown" ? "late" : undefined;
    case "not_applicable":
      return undefined;
    case "not_due": {
      const stuckFrom = scope.rules.stages.games.unplayed_due;
      const isStuck =
        finding.waitsFor !== undefined && stuckFrom !== undefined && scope.asOf >= instantOf(scope.date, stuckFrom, scope.rules.zone);
      return isStuck && scope.asOf >= window.dueAt ? "missing" : "not_due";
    }
    case "warn":
    case "fail":
      return finding.reason.startsWith("landed_late") ? "late" : "missing";
  }
}

/** What another source of the same games has. */
export interface Elsewhere {
  readonly table: string;
  readonly covered: readonly string[];
  readonly of: number;
  readonly since?: Date;
  readonly look: string;
}

export function elsewhereOf(
  others: Readonly<Record<string, BoxEvidence>>,
  owing: readonly SlatedGame[],
  scope: Scope,
): readonly Elsewhere[] {
  return Object.entries(others).flatMap(([table, look]) => {
    if (!look.seen) return [];
    const { wholeAt } = landedPerGame(look.facts, table, owing, scope);
    const covered = owing.filter((game) => landedOf(look.facts, table, game, scope.rules).complete).map(({ name }) => name);
    return [{ table, covered, of: owing.length, look: look.id, ...(wholeAt === undefined ? {} : { since: wholeAt }) }];
  });
}

/** `nba_raw.nbac_player_boxscores has 10 of 10 games since 12:30 ET` */
export function elsewhereText({ table, covered, of, since }: Elsewhere, scope: Scope): string {
  return `${table} has ${covered.length} of ${counted(of, "game")}${since === undefined ? "" : ` since ${at(since, scope)}`}`;
}
