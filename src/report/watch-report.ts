import type { Verdict } from "../checks/finding.ts";
import type { Watch, WatchJudged } from "../checks/watch.ts";
import { clockText, isoText } from "../pipeline/dates.ts";
import type { Answered } from "./answered.ts";
import { answeredBy, opening } from "./answered.ts";
import type { Report } from "./schema.ts";
import { reportSchema } from "./schema.ts";
import { watchesOf, wordsOf } from "./watches.ts";

const mostListed = 20;

interface Told {
  /** What was just added or dropped, as a sentence. */
  readonly told: string | undefined;
  readonly judged: readonly WatchJudged[];
  /** Those not begun. */
  readonly waiting: readonly Watch[];
  /** What could not be read or noted, as sentences. */
  readonly failed?: string | undefined;
  readonly asOf: Date;
  readonly session: {
    readonly pipeline: { readonly name: string; readonly zone: string };
  } & Answered;
}

/** Every expectation with how it stands. The verdict is that of the worst: not looked at or not read is unknown, overdue warns. */
export function watchReport({ told, judged, waiting, failed, asOf, session }: Told): Report {
  const { pipeline } = session;
  const { zone } = pipeline;
  const later = waiting.map((watch): WatchJudged => ({ watch, state: "not_yet", said: "not begun" }));
  const listed = [...judged, ...later].toSorted((a, b) => (a.watch.due < b.watch.due ? -1 : 1));
  const states = new Set(listed.map(({ state }) => state));
  const verdict: Verdict =
    failed !== undefined || states.has("not_seen")
      ? "unknown"
      : states.has("overdue")
        ? "warn"
        : states.has("not_yet")
          ? "not_due"
          : states.has("kept")
            ? "pass"
            : "not_applicable";
  const count = (state: WatchJudged["state"]): number => listed.filter((each) => each.state === state).length;
  const counts = `${listed.length === 1 ? "1 watch" : `${listed.length} watches`} as of ${clockText(asOf, zone)}: ${count("kept")} kept, ${count("not_yet")} not yet observable, ${count("overdue")} overdue${states.has("not_seen") ? `, ${count("not_seen")} not looked at` : ""}.`;
  const shown = listed.slice(0, mostListed);
  return reportSchema.parse({
    tool: "watch",
    verdict,
    summary: `${opening(session)}${[told, listed.length > 0 ? counts : failed === undefined ? "No watches are kept." : undefined, failed].filter(Boolean).join(" ")}`,
    asked: { as_of: isoText(asOf, zone), zone, pipeline: pipeline.name, ...answeredBy(session) },
    numbers: {},
    ...(failed === undefined ? {} : { state: failed }),
    watches: {
      ...watchesOf(listed, zone),
      ...(shown.length === 0 ? {} : { list: shown.map((each) => ({ ...wordsOf(each, zone), state: each.state })) }),
      ...(listed.length > shown.length ? { more: listed.length - shown.length } : {}),
    },
  } satisfies Report);
}
