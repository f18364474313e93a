import { couldNotLook } from "../../checks/check.ts";
import type { Scope } from "../../checks/check.ts";
import { isExpired, isOwed } from "../../checks/completion/mode.ts";
import type { Finding } from "../../checks/finding.ts";
import { notApplicable, notDue, pass, putOff, unknown } from "../../checks/finding.ts";
import { scopeOn } from "../../checks/scope.ts";
import type { Unseen } from "../../evidence/evidence.ts";
import type { Dates, KeptRecord } from "../../evidence/looks/reconcile.ts";
import { heldIn, postponedOn, recordsOf, scheduleAround } from "../../evidence/looks/reconcile.ts";
import type { Asking } from "../../inquiring.ts";
import { addMinutes } from "../../pipeline/dates.ts";
import { dueAt } from "../../pipeline/due.ts";
import type { Rules } from "../../pipeline/load.ts";
import type { Inquiry, Line, ListRow } from "../inquiry.ts";
import { withoutLine } from "../line.ts";
import type { Intake } from "./judge.ts";
import { isSeen } from "./judge.ts";
import { intakeOn, recordOn, sliced } from "./look.ts";
import { phaseIn } from "./phases.ts";
import { datesText } from "./proposals.ts";
import { spanText } from "./reconcile.ts";

interface Night {
  readonly scope: Scope;
  readonly finding: Finding;
  readonly row: ListRow;
}

/** What was loaded, as its record has it: told beside what the analytics made of it, which alone decides. Nothing is proposed. */
export async function reconcileLoaded(asking: Asking, dates: Dates): Promise<Inquiry> {
  const { rules, session, asOf } = asking;
  const { loaded } = rules;
  const phase = phaseIn(rules, "3");
  const asked = { phase: "2", dates: spanText(dates) };
  if (loaded === undefined || phase === undefined) {
    const finding = notApplicable("nothing_declared", "the pipeline file declares no record of what was loaded");
    return { lines: [{ id: "phase2", finding, evidence: [] }], numbers: {}, asked };
  }
  const { players, offense, defense } = rules.analytics;
  const tables = Object.fromEntries([players, offense, defense].map((table) => [table, heldIn(rules, dates, table)]));
  const own = {
    records: recordsOf(loaded.collection, dates),
    schedule: scheduleAround(rules, dates),
    postponed: postponedOn(rules, dates),
  };
  const [{ records, postponed }, held] = await Promise.all([asking.all(own), asking.all(tables)]);
  const dayRules = dates.map((date) => ({ date, rules: session.pipeline.rulesOn(date, asOf) }));
  const gather = sliced(asking.gather, dayRules, dates);
  const nights = await Promise.all(
    dates.map(async (date): Promise<Night> => {
      const scope = await scopeOn({ pipeline: session.pipeline, date, asOf, gather });
      const finding = findingOf(intakeOn(phase, held, undefined, scope), scope);
      const found = recordOn(records, date, rules);
      return { scope, finding, row: rowOf(isSeen(found) ? found : undefined, { scope, finding, loaded }) };
    }),
  );
  const evidence = [own.records.id, ...Object.values(tables).map(({ id }) => id)];
  const lost = [records, postponed].flatMap((look) => (look.seen ? [] : [withoutLine(loaded.phase, look)]));
  return {
    lines: [...linesOf(nights, loaded.phase, evidence), ...lost],
    headline: `Phase 2 records, ${spanText(dates)}`,
    asked,
    numbers: { fed: `${nights.filter(({ finding }) => finding.verdict === "pass").length} of ${nights.length} dates` },
    rows: nights.map(({ row }) => row).toReversed(),
    next: [{ tool: "reconcile_phase3", arguments: { phase: "3" } }],
  };
}

/** The record decides nothing: two of its names never came, and nothing waits for it. */
function findingOf(intake: Intake | Unseen, scope: Scope): Finding {
  const { slate, rules, date, asOf } = scope;
  if (slate.kind === "switched_off") return notApplicable("switched_off", slate.said);
  if (slate.kind === "none") return notApplicable("no_games", slate.why);
  if (!isOwed(scope)) return notApplicable("no_games", "no game of this date goes through the analytics");
  if (slate.kind === "unknown") return unknown(slate.reason, slate.observed, slate.next);
  if (!isSeen(intake)) return couldNotLook(intake);
  if (intake.missing.length === 0) return pass("every game is in the analytics, so what was loaded was enough, whatever its record says");
  const due = dueAt(rules, "analytics", date);
  if (asOf < due) return notDue("the analytics of the night", due);
  return putOff(`${intake.missing.length} of ${intake.owed} games are not in the analytics: phase 3 tells why`, addMinutes(asOf, 60));
}

interface About {
  readonly scope: Scope;
  readonly finding: Finding;
  readonly loaded: NonNullable<Rules["loaded"]>;
}

function rowOf(record: KeptRecord | null | undefined, { scope, finding, loaded: { collection, expected } }: About): ListRow {
  const verdicts = { pass: "consistent", unknown: "cannot_tell", not_applicable: "no_games", not_due: "waiting" } as const;
  const found = finding.verdict === "fail" || finding.verdict === "warn" ? "waiting" : verdicts[finding.verdict];
  const about = { game_date: scope.date, class: found };
  if (record === undefined) return { ...about, recorded: "not read" };
  if (record === null) return { ...about, recorded: isExpired(scope, collection) ? "expired" : "no record" };
  const there = expected.filter((name) => record.entries.some((entry) => entry.name === name)).length;
  return {
    ...about,
    recorded: `${there} of ${expected.length}`,
    stored: record.count ?? "none",
    triggered: record.triggered === true ? "yes" : "no",
  };
}

/** One line per verdict and words. */
function linesOf(nights: readonly Night[], id: string, evidence: readonly string[]): readonly Line[] {
  const groups = Map.groupBy(nights.toReversed(), ({ finding }) => JSON.stringify([finding.verdict, finding.observed]));
  return [...groups.values()].flatMap((group) => {
    const finding = group[0]?.finding;
    if (finding === undefined) return [];
    const dates = group.map(({ scope }) => scope.date);
    return [{ id, subjects: dates, finding: { ...finding, observed: `${datesText(dates)}: ${finding.observed}` }, evidence }];
  });
}
