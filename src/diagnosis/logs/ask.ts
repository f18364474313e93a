import { couldNotLook, judgedWithout } from "../../checks/check.ts";
import { problem } from "../../checks/finding.ts";
import { beforeDate, earlierWindow } from "../../checks/logging/compare-with.ts";
import { digestOf, isHarmless, isSevere, linesIn } from "../../checks/logging/digest.ts";
import { counted } from "../../checks/words.ts";
import type { LogReading, Searched } from "../../evidence/looks/logs.ts";
import { isAtLeast, keptFrom, logReading, logSilence, retentionDays, textFields } from "../../evidence/looks/logs.ts";
import { schedulerJobs } from "../../evidence/looks/schedules.ts";
import { scheduleWindow } from "../../evidence/looks/tables.ts";
import { backlogs } from "../../evidence/looks/topics.ts";
import type { Asking } from "../../inquiring.ts";
import { lastGoodDate } from "../../last-good.ts";
import { addDays, clockText, dateAt, daysBetween } from "../../pipeline/dates.ts";
import { declaredUnit } from "../../pipeline/names.ts";
import type { Inquiry, Line, NextCall } from "../inquiry.ts";
import { causesOf } from "./causes.ts";
import type { Question } from "./cursor.ts";
import { readCursor } from "./cursor.ts";
import { callersOf } from "./callers.ts";
import type { LogFacts } from "./facts.ts";
import { badPatterns, firstOf, logFacts, troubledPatterns } from "./facts.ts";
import type { Compared } from "./judge.ts";
import { judgeLog } from "./judge.ts";
import type { LogParams } from "./question.ts";
import { refuseSearch, refuseWindow, sourceAsked, windowAsked } from "./question.ts";
import { comesAgain, refusals } from "./signs.ts";
import { nameOf, servingSince } from "./source.ts";
import type { Answering } from "./view.ts";
import { digestView, entriesView } from "./view.ts";

/** Looks and answers. Throws `UserError` for what can't be meant. */
export async function askLogs(asking: Asking, given: LogParams): Promise<Inquiry> {
  const { asOf, rules } = asking;
  refuseSearch(given);
  const source = sourceAsked(given);
  const question = questionOf(given);
  const cursor = given.cursor === undefined ? undefined : readCursor(given.cursor, question);
  const window =
    cursor === undefined ? windowAsked(given, asOf, rules.zone) : { since: new Date(cursor.since), until: new Date(cursor.until) };
  const named = await nameOf(source, asking);
  const asked = window.since === "serving" ? servingSince(named, asking) : window.since;
  if (!(asked instanceof Date)) return asked;
  // A revision may serve for longer than lines are kept: then those that are left are meant.
  const kept = keptFrom(asOf);
  const since = window.since === "serving" && asked < kept ? kept : asked;
  if (window.since === "serving") refuseWindow(since, window.until, rules.zone);
  const searched: Searched = {
    unit: named.name,
    ...(source.kind === "resource" ? { resource: source.resource } : {}),
    since: since.toISOString(),
    until: window.until.toISOString(),
    ...searchOf(given),
  };
  const told = await answer({ asking, given, question, cursor, named, searched });
  return since === asked ? told : { ...told, asked: { ...told.asked, serving_since: clockText(asked, rules.zone) } };
}

/** What a cursor is bound to. */
function questionOf({ unit, job, resource, min_severity: severity, contains, matches, view, detail }: LogParams): Question {
  return [unit, job, resource, severity, contains, matches, view, detail];
}

function searchOf({ min_severity: severity, contains, matches }: LogParams): Partial<Searched> {
  const search = { ...(contains === undefined ? {} : { contains }), ...(matches === undefined ? {} : { matches }) };
  return {
    ...(severity === undefined ? {} : { severity }),
    ...search,
    ...(contains === undefined && matches === undefined ? {} : { fields: textFields }),
  };
}

async function answer(answering: Answering): Promise<Inquiry> {
  const { asking, given, cursor, searched } = answering;
  const { severity } = searched;
  // The entries' own page is read beside; what they are judged by is the same in both views.
  const from =
    given.view === "digest" && cursor !== undefined ? { severe: cursor.severe ?? undefined, other: cursor.other ?? undefined } : {};
  const look = logReading(searched, from);
  const reading = await asking.gather(look);
  const asked = askedOf(answering);
  if (!reading.seen) {
    const line = { id: `log/${searched.unit}`, finding: couldNotLook(reading), evidence: [reading.id] };
    return { lines: [line], numbers: {}, asked, headline: searched.unit };
  }
  const { compared, extra, ...found } = await factsOf(answering, reading.facts);
  const { facts, without } = await withCallers(found.facts, asking);
  const isWell = badPatterns(facts).length === 0 && troubledPatterns(facts).length === 0;
  const causes = isWell ? undefined : causesOf(facts);
  const silence = reading.facts.lines.length === 0 ? await asking.gather(logSilence(searched, asking.asOf)) : undefined;
  const lines = judgeLog({
    facts,
    asOf: asking.asOf,
    causes: causes ?? [],
    compared,
    silence,
    evidence: [reading.id, ...(silence === undefined ? [] : [silence.id])],
    goesOn: given.view === "digest" && cursor !== undefined && (cursor.severe !== null || cursor.other !== null),
    isSearch: facts.filtered || (severity !== undefined && isAtLeast(severity, "CRITICAL")),
  });
  const waiting = isWell ? [] : await deadLettersOf(searched.unit, asking);
  const { listed, notShown, lost } = given.view === "digest" ? digestView(answering, facts) : await entriesView(answering);
  return {
    lines: [...lines, ...waiting, ...withoutName(answering), ...without, ...(lost === undefined ? [] : [lost])],
    numbers: { ...numbersOf(facts), ...(notShown === undefined ? {} : { not_shown: notShown }) },
    asked: { ...asked, ...extra },
    headline: `${searched.unit}, as of ${clockText(asking.asOf, asking.rules.zone)}`,
    ...(causes === undefined ? {} : { causes }),
    ...listed,
    next: nextOf(facts, causes?.find(({ standing }) => standing === "established")?.id, asking),
  };
}

interface Gathered {
  readonly facts: LogFacts;
  readonly compared: Compared | undefined;
  readonly extra: Readonly<Record<string, string>>;
}

/** The lines that were read, and, where there is anything to compare, those of an earlier day. */
async function factsOf({ asking, named, searched }: Answering, reading: LogReading): Promise<Gathered> {
  const { rules, asOf } = asking;
  const options = { unit: declaredUnit(rules, named.name) ?? named.name, known: rules.log_texts };
  const alone = digestOf(reading.lines, options);
  const common = {
    unit: searched.unit,
    zone: rules.zone,
    since: new Date(searched.since),
    until: new Date(searched.until),
    reading,
    deployed: named.deployed,
    rules,
    asOf,
    filtered: searched.contains !== undefined || searched.matches !== undefined,
    severeOnly: searched.severity !== undefined && isAtLeast(searched.severity, "NOTICE"),
    isCaller: named.isCaller,
  };
  if (!alone.some((each) => isSevere(each.severity) && !isHarmless(each))) {
    return { facts: logFacts({ ...common, patterns: alone }), compared: undefined, extra: {} };
  }
  const earlier = await earlierLines(asking, searched);
  if ("without" in earlier) return { facts: logFacts({ ...common, patterns: alone }), compared: earlier, extra: {} };
  const patterns = digestOf(reading.lines, { ...options, before: earlier.lines }).map((each) => {
    if (!earlier.isPartly || each.before !== 0) return each;
    // Among the lines that were not read there it may have been.
    const { before: _before, ...unsure } = each;
    return unsure;
  });
  return { facts: logFacts({ ...common, patterns }), compared: { with: earlier.said }, extra: { compared_with: earlier.said } };
}

/** Where callers are refused again and again, whether it is those that the pipeline declares or strangers. */
async function withCallers(
  facts: LogFacts,
  { rules, past, gather }: Asking,
): Promise<{ readonly facts: LogFacts; readonly without: readonly Line[] }> {
  const first = firstOf(refusals(facts));
  if (first === undefined || facts.isCaller === true || past || !comesAgain(facts)) return { facts, without: [] };
  const look = await gather(schedulerJobs(rules));
  if (look.seen) return { facts: { ...facts, callers: callersOf(look.facts.jobs, facts.unit, first, rules) }, without: [] };
  return { facts, without: [{ id: `callers/${facts.unit}`, finding: judgedWithout(look), evidence: [look.id] }] };
}

/** Pages of the earlier window that are read: enough to know what was usual. */
const earlierPages = 3;

async function earlierLines(
  asking: Asking,
  searched: Searched,
): Promise<{ readonly lines: LogReading["lines"]; readonly said: string; readonly isPartly: boolean } | { readonly without: string }> {
  const { asOf, rules } = asking;
  const [since, until] = [new Date(searched.since), new Date(searched.until)];
  const before = beforeDate(since, until, rules.zone);
  const good = await lastGoodDate(asking, { before: addDays(before, 1), until: asOf });
  const schedule = good === undefined && rules.kind !== "plain" ? await asking.gather(scheduleWindow(rules, before)) : undefined;
  const window = earlierWindow({ since, until, asOf, good, schedule }, rules);
  if (typeof window === "string") return { without: window };
  const look = logReading(
    { ...searched, severity: "ERROR", since: window.since.toISOString(), until: window.until.toISOString() },
    {},
    earlierPages,
  );
  const found = await asking.gather(look);
  if (!found.seen) return { without: `${window.said} could not be read: ${found.reason}` };
  if (found.facts.lines.length === 0) {
    // Nothing there is only news if the unit was heard of then.
    const silence = await asking.gather(
      logSilence({ ...searched, since: window.since.toISOString(), until: window.until.toISOString() }, asOf),
    );
    if (!silence.seen || silence.facts.within === null) return { without: `it logged nothing in ${window.said}` };
  }
  const isPartly = found.facts.severe.more;
  return {
    lines: found.facts.lines,
    said: isPartly ? `${window.said}, of which only the newest ERROR lines were read` : window.said,
    isPartly,
  };
}

/** How it is deployed, or whether it exists, only adds to what its log says; but then a name may be another's, and no revision is known. */
function withoutName({ named: { lost, name } }: Answering): readonly Line[] {
  if (lost === undefined) return [];
  return [{ id: `name/${name}`, finding: judgedWithout(lost), evidence: [lost.id] }];
}

function askedOf({ given, searched, asking, cursor }: Answering): Record<string, string> {
  const { zone } = asking.rules;
  const { unit, resource, since, until, severity, contains, matches } = searched;
  return {
    log: resource === undefined ? unit : `${resource}/${unit}`,
    since: clockText(new Date(since), zone),
    until: clockText(new Date(until), zone),
    ...(severity === undefined ? {} : { min_severity: severity }),
    ...(contains === undefined ? {} : { contains }),
    ...(matches === undefined ? {} : { matches }),
    ...(given.view === "entries" ? { view: "entries" } : {}),
    ...(cursor === undefined ? {} : { goes_on: "yes" }),
    retention: `${retentionDays} d`,
  };
}

function numbersOf(facts: LogFacts): Readonly<Record<string, string>> {
  const { patterns, reading } = facts;
  const [bad, harmless] = [badPatterns(facts), patterns.filter(isHarmless)];
  const more = reading.severe.more || reading.other.more ? ", more unread" : "";
  return {
    lines: `${reading.lines.length} read${more}`,
    errors: bad.length === 0 ? "0" : `${linesIn(bad)} in ${counted(bad.length, "pattern")}`,
    ...(harmless.length === 0 ? {} : { harmless: `${linesIn(harmless)}` }),
  };
}

/** What waits for the unit and could not be delivered: its errors have cost that much. */
async function deadLettersOf(unit: string, { gather, rules, asOf, past }: Asking): Promise<readonly Line[]> {
  const own = Object.values(rules.topics ?? {}).flatMap(({ to = [], dead_letter: dead }) =>
    dead !== undefined && to.includes(unit) ? [dead] : [],
  );
  if (own.length === 0 || past) return [];
  const look = await gather(backlogs(asOf, rules.thresholds["dead-letters"].measured.minutes));
  if (!look.seen) {
    return [{ id: `dead-letters/${unit}`, finding: judgedWithout(look), evidence: [look.id] }];
  }
  return look.facts.backlogs
    .filter(({ subscription, undelivered }) => own.includes(subscription) && undelivered > 0)
    .map(({ subscription, undelivered, at }) => ({
      id: `dead-letters/${subscription}`,
      finding: problem("P2", {
        reason: "dead_letters",
        observed: `${counted(undelivered, "dead letter")} in ${subscription} at ${clockText(new Date(at), rules.zone)}: requests that ${unit} never answered well`,
        expected: "no message that could not be delivered",
        next: "Send them again once the errors are mended; don't pull: that counts as a delivery.",
      }),
      evidence: [look.id],
    }));
}

/** So many dates up to today those tools look at by themselves. */
const defaultDays = 7;

function nextOf(facts: LogFacts, cause: string | undefined, { rules, asOf }: Asking): readonly NextCall[] {
  const { unit, patterns, zone } = facts;
  const destructive = patterns.filter(({ known }) => known?.kind === "destructive");
  const bad = destructive.length > 0 ? destructive : badPatterns(facts);
  const first = bad.map((each) => each.first).toSorted((a, b) => a.getTime() - b.getTime())[0] ?? asOf;
  const last = bad.map((each) => each.last).toSorted((a, b) => b.getTime() - a.getTime())[0] ?? asOf;
  // A night's work is of the game date before; those tools take no more than thirty.
  const to = dateAt(last, zone);
  const [from = to] = [addDays(dateAt(first, zone), -1), addDays(to, -29)].toSorted().toReversed();
  const isOld = daysBetween(from, dateAt(asOf, zone)) >= defaultDays;
  if (cause === "two_writers" || destructive.length > 0) return [{ tool: "find_duplicates", arguments: isOld ? { from, to } : {} }];
  // Of what the pipeline file doesn't declare nobody knows what it should hold.
  const isDeclared = declaredUnit(rules, unit) !== undefined;
  if (isDeclared && (cause === "missing_library" || cause === "newest_deploy"))
    return [{ tool: "check_drift", arguments: { units: [unit] } }];
  if (cause === "wrong_name") return [{ tool: "reconcile_phase3", arguments: isOld ? { dates: [...new Set([from, to])] } : {} }];
  // What is not explained by then is often mended already, only not live.
  return isDeclared && badPatterns(facts).length > 0 ? [{ tool: "check_drift", arguments: { units: [unit] } }] : [];
}
