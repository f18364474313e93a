import type { Verdict } from "../checks/finding.ts";
import type { Watch, WatchJudged } from "../checks/watch.ts";
import { clockText, isoText } from "../pipeline/dates.ts";
import { opening } from "./report.ts";
import type { Report } from "./schema.ts";
import { reportSchema } from "./schema.ts";
import { watchesOf, wordsOf } from "./watches.ts";

const mostListed = 20;

interface Told {
  /** What was just added or dropped, as a sentence. */
  readonly told: string | undefined;
  readonly judged: readonly WatchJudged[];
  /** All of them, those not begun too. */
  readonly all: readonly Watch[];
  readonly asOf: Date;
  readonly session: {
    readonly pipeline: { readonly name: string; readonly zone: string };
    readonly backend: string;
    readonly scenario?: string;
  };
}

/** Every expectation with how it stands. The verdict is that of the worst: overdue warns, not looked at is unknown. */
export function watchReport({ told, judged, all, asOf, session }: Told): Report {
  const { pipeline, backend, scenario } = session;
  const { zone } = pipeline;
  const begun = new Set(judged.map(({ watch }) => watch.id));
  const waiting = all.filter(({ id }) => !begun.has(id)).map((watch): WatchJudged => ({ watch, state: "not_yet", said: "not begun" }));
  const listed = [...judged, ...waiting].toSorted((a, b) => (a.watch.due < b.watch.due ? -1 : 1));
  const states = new Set(listed.map(({ state }) => state));
  const verdict: Verdict = states.has("overdue")
    ? "warn"
    : states.has("not_seen")
      ? "unknown"
      : states.has("not_yet")
        ? "not_due"
        : states.has("kept")
          ? "pass"
          : "not_applicable";
  const count = (state: WatchJudged["state"]): number => listed.filter((each) => each.state === state).length;
  const counts = `${listed.length} watches as of ${clockText(asOf, zone)}: ${count("kept")} kept, ${count("not_yet")} not yet observable, ${count("overdue")} overdue${states.has("not_seen") ? `, ${count("not_seen")} not looked at` : ""}.`;
  const shown = listed.slice(0, mostListed);
  return reportSchema.parse({
    tool: "watch",
    verdict,
    summary: `${opening({ scenario, replayed: undefined })}${told === undefined ? "" : `${told} `}${listed.length === 0 ? "No watches are kept." : counts}`,
    asked: { as_of: isoText(asOf, zone), zone, pipeline: pipeline.name, backend, ...(scenario === undefined ? {} : { scenario }) },
    numbers: {},
    watches: {
      ...watchesOf(listed, zone),
      ...(shown.length === 0 ? {} : { list: shown.map((each) => ({ ...wordsOf(each, zone), state: each.state })) }),
      ...(listed.length > shown.length ? { more: listed.length - shown.length } : {}),
    },
  } satisfies Report);
}
