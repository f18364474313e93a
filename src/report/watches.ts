import type { WatchJudged } from "../checks/watch.ts";
import { isoText } from "../pipeline/dates.ts";
import { capped } from "./budget.ts";
import type { Report } from "./schema.ts";
import { reportSchema } from "./schema.ts";

const mostNamed = 3;
const mostCharacters = 160;

/** The report with what became of the expectations that were set. */
export function withWatches(report: Report, judged: readonly WatchJudged[], zone: string, failed?: string): Report {
  const unread = failed === undefined ? report : { ...report, state: [report.state, failed].filter(Boolean).join(" ") };
  if (judged.length === 0) return unread;
  const overdue = judged.filter(({ state }) => state === "overdue").length;
  const notSeen = judged.filter(({ state }) => state === "not_seen").length;
  // Told in the report that learns of it, not in every one from then on.
  const late = judged.filter(
    ({ watch, state, at }) => state === "kept" && watch.kept === undefined && at !== undefined && at > new Date(watch.due),
  );
  const said = [
    ...(overdue === 0 ? [] : [`${overdue} of ${judged.length} watches overdue`]),
    ...(notSeen === 0 ? [] : [`${notSeen} could not be looked at`]),
    ...(late.length === 0 ? [] : [`${late.length} seen kept only after the due time`]),
  ];
  return reportSchema.parse({
    ...unread,
    summary: said.length === 0 ? report.summary : `${report.summary} Watches: ${said.join(", ")}.`,
    watches: watchesOf(judged, zone),
  } satisfies Report);
}

/** Counts, and the words of those that want attention. */
export function watchesOf(judged: readonly WatchJudged[], zone: string): NonNullable<Report["watches"]> {
  const those = (state: WatchJudged["state"]): readonly WatchJudged[] => judged.filter((each) => each.state === state);
  const named = (name: "overdue" | "not_seen"): Partial<NonNullable<Report["watches"]>> => {
    const all = those(name);
    return all.length === 0 ? {} : { [name]: all.slice(0, mostNamed).map((each) => wordsOf(each, zone)) };
  };
  const [kept, notYet] = [those("kept").length, those("not_yet").length];
  return {
    ...(kept === 0 ? {} : { kept }),
    ...(notYet === 0 ? {} : { not_yet: notYet }),
    ...named("overdue"),
    ...named("not_seen"),
  };
}

export function wordsOf({ watch: { id, text, due }, said }: WatchJudged, zone: string) {
  return { id, text: capped(text, mostCharacters), due: isoText(new Date(due), zone), said: capped(said, mostCharacters) };
}
