import type { Evidence } from "../evidence/evidence.ts";
import type { HeartbeatFacts, Heartbeats } from "../evidence/looks/heartbeats.ts";
import { newestHeartbeat } from "../evidence/looks/heartbeats.ts";
import type { RunDayRow } from "../evidence/looks/scraping.ts";
import { runDays } from "../evidence/looks/scraping.ts";
import type { RunRow, TableFacts } from "../evidence/looks/tables.ts";
import { processorRuns } from "../evidence/looks/tables.ts";
import { quoted } from "../outside-text.ts";
import { addDays } from "../pipeline/dates.ts";
import type { Scope, Totals } from "./check.ts";
import { couldNotLook, defineCheck } from "./check.ts";
import type { Finding } from "./finding.ts";
import { notApplicable, pass, problem, unknown } from "./finding.ts";
import type { Run } from "./running/run.ts";
import { runsIn } from "./running/run.ts";
import { atSecond, counted, gap } from "./words.ts";

interface HeartbeatSubject {
  /** The collection. */
  readonly id: string;
  readonly declared: Heartbeats;
}

interface Histories {
  readonly history: Evidence<TableFacts<RunRow>>;
  readonly following: Evidence<TableFacts<RunRow>>;
  readonly days: Evidence<TableFacts<RunDayRow>>;
}

/** Is the heartbeat collection usable? Counted, never read whole. */
export const heartbeats = defineCheck({
  id: "heartbeats",
  question: "Is the heartbeat collection usable?",
  depth: "full",
  halves: ["pre_game", "post_game"],
  ofState: true,
  about: {
    why: "Every run once left a heartbeat of its own behind, until the monitor that reads them all was slow and expensive. And where nothing beats any more, a run that died keeps its lock unseen.",
    rule: "More documents than the pipeline file's limit, no document at all, or the newest beat older than the start of the newest run of the date or the one after, which has had time to beat: P4. A beat that can't be read, that lies in the future, or runs that could not be looked at: unknown.",
    todo: "Delete documents that old runs left behind; where beats are missing, see whether the processors can still write to the collection.",
  },
  subjects: ({ rules }): HeartbeatSubject[] =>
    rules.heartbeats === undefined ? [] : [{ id: rules.heartbeats.collection, declared: rules.heartbeats }],
  needs: ({ declared }, { rules }) => ({ beats: newestHeartbeat(declared, rules) }),
  wants: (_subject, { rules, date }) => ({
    history: processorRuns(rules, date),
    // Asked once for both halves of a night: what runs for the slate runs now.
    following: processorRuns(rules, addDays(date, 1)),
    days: runDays(rules, date),
  }),
  judge: ({ beats, ...histories }, { subject, scope }) => judge(subject.declared, beats, histories, scope),
  numbers: ({ sums, unknown: lost }: Totals) => ({ heartbeats: lost > 0 ? "not seen" : counted(sums["documents"] ?? 0, "document") }),
});

function judge(declared: Heartbeats, beats: HeartbeatFacts, histories: Histories, scope: Scope): readonly Finding[] {
  const crowd = judgeCount(declared, beats);
  if (beats.documents === 0) return crowd;
  const age = judgeAge(declared, beats, histories, scope);
  if (crowd.length === 0) return [{ ...age, figures: { documents: beats.documents } }];
  return age.verdict === "pass" || age.verdict === "not_applicable" ? crowd : [...crowd, age];
}

function judgeCount(
  { collection, broken_ids: broken = [], documents: limits }: Heartbeats,
  { documents }: HeartbeatFacts,
): readonly Finding[] {
  const figures = { documents };
  if (documents === 0) {
    return [
      problem("P4", {
        reason: "no_documents",
        observed: `${collection} holds no document`,
        expected: `about ${limits.usual}, one for each processor`,
        next: `See whether processors can still write to ${collection}: without heartbeats a run that died is not found.`,
        figures,
      }),
    ];
  }
  if (documents <= limits.warn) return [];
  const far = documents > limits.fail;
  const mark = broken.length === 0 ? "" : `, an old one has ${broken.join(" or ")} in its id`;
  return [
    problem("P4", {
      reason: far ? "very_many_documents" : "many_documents",
      observed: `${counted(documents, "document")} in ${collection}`,
      expected: `about ${limits.usual}, one for each processor, and never more than ${far ? limits.fail : limits.warn}`,
      next: `Delete those that old runs left behind: one that lives is named after its processor${mark}.`,
      figures,
    }),
  ];
}

/** Against the newest run of the date and the one after: it must have beaten when it began. */
function judgeAge(declared: Heartbeats, { documents, newest }: HeartbeatFacts, histories: Histories, scope: Scope): Finding {
  const { collection, fields, seconds } = declared;
  if (newest === null) {
    const observed = `none of the ${counted(documents, "document")} in ${collection} has ${fields.beat}`;
    return unknown("no_beat_field", observed, `Correct the field of the beat under heartbeats in the pipeline file.`);
  }
  const said = `the newest beat in ${collection}, of ${quoted(newest.id)},`;
  if (newest.beat === null)
    return unknown("beat_unreadable", `${said} names no time`, `Look at ${fields.beat} of ${quoted(newest.id)} by hand.`);
  const beat = new Date(newest.beat);
  const when = atSecond(beat, scope);
  if (beat.getTime() > scope.asOf.getTime() + seconds.stale * 1000) {
    const observed = `${said} is of ${when}, which is still to come: it says nothing of when the last one was`;
    return unknown("beat_in_future", observed, `Correct or delete ${quoted(newest.id)} in ${collection}, and the clock of what wrote it.`);
  }
  const { history, following, days } = histories;
  if (!history.seen) return couldNotLook(history);
  if (!following.seen) return couldNotLook(following);
  const run = newestRun([...history.facts.rows, ...following.facts.rows], new Date(scope.asOf.getTime() - seconds.every * 1000));
  if (run === undefined)
    return withoutRuns(`${counted(documents, "document")} in ${collection}, the newest beat is of ${when}`, days, scope);
  // A run may beat first and be noted as begun a little later.
  if (beat.getTime() >= run.started.getTime() - seconds.every * 1000) {
    return pass(
      `${counted(documents, "document")} in ${collection}; the newest beat, of ${quoted(newest.id)}, is of ${when} and no run of ${scope.date} or ${addDays(scope.date, 1)} has begun since`,
    );
  }
  if (newest.stored !== "timestamp") {
    const observed = `${said} is of ${when} and written as text, which the store takes for later than any timestamp: a later one may be hidden`;
    return unknown("beat_unreadable", observed, `Write ${fields.beat} of ${quoted(newest.id)} as a timestamp, as all others do.`);
  }
  const began = `${quoted(run.processor)} began to run at ${atSecond(run.started, scope)}`;
  return problem("P4", {
    reason: "beat_older_than_run",
    observed: `${said} is of ${when}, but ${began}, ${gap(beat, run.started)} later`,
    expected: `a beat of each run when it begins, and every ${seconds.every} s`,
    next: `See whether processors can still write to ${collection}: a run that dies now is not found, and its lock stays until it expires.`,
  });
}

/** Of those that had time to beat. One that the lock refused never began to work. */
function newestRun(rows: readonly RunRow[], latest: Date): (Run & { readonly started: Date }) | undefined {
  const begun = runsIn(rows).flatMap((run) =>
    run.state === "refused" || run.started === undefined || run.started > latest ? [] : [{ ...run, started: run.started }],
  );
  return begun.toSorted((a, b) => a.started.getTime() - b.started.getTime()).at(-1);
}

/** An empty history is only believed to be one if it held runs of the days before. */
function withoutRuns(seen: string, days: Histories["days"], { rules, date, slate }: Scope): Finding {
  if (slate.kind === "none") return notApplicable("no_run", `${seen}; no games on ${date}, so no run to compare it with`);
  if (!days.seen) return couldNotLook(days);
  if (days.facts.rows.some(({ n }) => n > 0)) return notApplicable("no_run", `${seen}; no run of ${date} has begun to compare it with`);
  return unknown(
    "history_empty",
    `${seen}; ${rules.run_history} holds no run of ${date} nor of the ${rules.games.witness_days} days before to compare it with`,
    `See that ${rules.run_history} is still being written, then ask again.`,
  );
}
