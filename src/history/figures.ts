import type { KeptReport } from "./kept.ts";

/** The operator's four figures of a game date, from the newest kept report on it. Each is n of m, or says that nobody looked. */
export interface DayFigures {
  readonly game_date: string;
  readonly as_of: string;
  /** Where data is invented. */
  readonly scenario?: string;
  /** Entries that the stored count knows, of those recorded. */
  readonly record_accuracy: string;
  readonly surplus_rows: string;
  /** Errors that the orchestrator logged, of its log lines that night. */
  readonly orchestrator_errors: string;
  /** Collections that landed late, of those expected. */
  readonly late_collections: string;
}

const notLooked = "not looked at";

/** One line per game date and kind of stores, newest date first. Reports that judged no night are left out. */
export function figuresPerDay(reports: readonly KeptReport[]): readonly DayFigures[] {
  const newest = new Map<string, KeptReport>();
  for (const kept of reports) {
    const { asked } = kept.report;
    const night = asked["game_date"] !== undefined && asked["moment"] !== "pre_game" && Object.keys(kept.judged.figures).length > 0;
    const key = JSON.stringify([asked["game_date"], asked["pipeline"], asked["backend"], asked["scenario"]]);
    const known = newest.get(key);
    if (night && (known === undefined || known.as_of < kept.as_of)) newest.set(key, kept);
  }
  return [...newest.values()].map(dayOf).toSorted((a, b) => (a.game_date > b.game_date ? -1 : a.game_date < b.game_date ? 1 : 0));
}

function dayOf({ report: { asked }, judged, as_of: asOf }: KeptReport): DayFigures {
  const of = (check: string): Readonly<Record<string, number>> | undefined => judged.figures[check];
  const { entries, counted, orchestrator_lines: logged, orchestrator_errors: errors } = of("completion") ?? {};
  const { surplus } = of("unique-keys") ?? {};
  /** A count over a part says how much was not seen: it must not pass for the whole. */
  const part = (check: string, what: string): string => {
    const { unknown } = of(check) ?? {};
    return unknown === undefined ? "" : `, ${unknown} ${what}${unknown === 1 ? "" : "s"} not looked at`;
  };
  const { late, collections } = of("scrapers") ?? {};
  return {
    game_date: asked["game_date"] ?? "",
    as_of: asked["as_of"] ?? asOf,
    ...(asked["scenario"] === undefined ? {} : { scenario: asked["scenario"] }),
    record_accuracy:
      entries === undefined
        ? of("completion")?.["no_document"] === undefined
          ? notLooked
          : "no document"
        : `${counted ?? 0} of ${entries}`,
    surplus_rows: surplus === undefined ? notLooked : `${surplus}${part("unique-keys", "table")}`,
    orchestrator_errors: logged === undefined ? notLooked : `${errors ?? 0} of ${logged}`,
    late_collections: collections === undefined ? notLooked : `${late ?? 0} of ${collections}${part("scrapers", "collection")}`,
  };
}
