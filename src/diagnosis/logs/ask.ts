import { couldNotLook, judgedWithout } from "../../checks/check.ts";
import { problem } from "../../checks/finding.ts";
import { beforeDate, earlierWindow } from "../../checks/logging/compare-with.ts";
import { digestOf, isHarmless, isSevere, linesIn } from "../../checks/logging/digest.ts";
import { counted } from "../../checks/words.ts";
import type { LogReading, Searched } from "../../evidence/looks/logs.ts";
import { isAtLeast, logReading, logSilence, retentionDays, textFields } from "../../evidence/looks/logs.ts";
import { scheduleWindow } from "../../evidence/looks/tables.ts";
import { backlogs } from "../../evidence/looks/topics.ts";
import { attempted } from "../../history/history.ts";
import type { Asking } from "../../inquiring.ts";
import { addDays, clockText } from "../../pipeline/dates.ts";
import { declaredUnit } from "../../pipeline/names.ts";
import { aboutOf } from "../../watching.ts";
import type { Inquiry, Line, NextCall } from "../inquiry.ts";
import { causesOf } from "./causes.ts";
import type { Question } from "./cursor.ts";
import { readCursor } from "./cursor.ts";
import type { LogFacts } from "./facts.ts";
import { badPatterns, logFacts, troubledPatterns } from "./facts.ts";
import type { Compared } from "./judge.ts";
import { judgeLog } from "./judge.ts";
import type { LogParams } from "./question.ts";
import { refuseSearch, refuseWindow, sourceAsked, windowAsked } from "./question.ts";
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
  const since = window.since === "serving" ? servingSince(named, asking) : window.since;
  if (!(since instanceof Date)) return since;
  if (window.since === "serving") refuseWindow(since, window.until, rules.zone);
  const searched: Searched = {
    unit: named.name,
    ...(source.kind === "resource" ? { resource: source.resource } : {}),
    since: since.toISOString(),
    until: window.until.toISOString(),
    ...searchOf(given),
  };
  return answer({ asking, given, question, cursor, named, searched });
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
  const { facts, compared, extra } = await factsOf(answering, reading.facts);
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
    lines: [...lines, ...waiting, ...withoutName(answering), ...(lost === undefined ? [] : [lost])],
    numbers: { ...numbersOf(facts), ...(notShown === undefined ? {} : { not_shown: notShown }) },
    asked: { ...asked, ...extra },
    headline: `${searched.unit}, as of ${clockText(asking.asOf, asking.rules.zone)}`,
    ...(causes === undefined ? {} : { causes }),
    ...listed,
    next: nextOf(facts, causes?.find(({ standing }) => standing === "established")?.id),
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

/** Pages of the earlier window that are read: enough to know what was usual. */
const earlierPages = 3;

async function earlierLines(
  asking: Asking,
  searched: Searched,
): Promise<{ readonly lines: LogReading["lines"]; readonly said: string; readonly isPartly: boolean } | { readonly without: string }> {
  const { asOf, rules, session, signal } = asking;
  const [since, until] = [new Date(searched.since), new Date(searched.until)];
  const before = beforeDate(since, until, rules.zone);
  const kept = session.history?.lastGood({ before: addDays(before, 1), until: asOf }, aboutOf(session), { signal });
  // A state that can't be read costs the better choice of day, not the answer.
  const good = kept === undefined ? undefined : (await attempted(kept, { signal })).answer;
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

function nextOf({ unit, patterns }: LogFacts, cause: string | undefined): readonly NextCall[] {
  const isDestructive = patterns.some(({ known, severity }) => known?.kind === "destructive" && isSevere(severity));
  if (cause === "two_writers" || isDestructive) return [{ tool: "find_duplicates", arguments: {} }];
  if (cause === "missing_library" || cause === "newest_deploy") return [{ tool: "check_drift", arguments: { units: [unit] } }];
  if (cause === "wrong_name") return [{ tool: "reconcile_phase3", arguments: {} }];
  return [];
}
