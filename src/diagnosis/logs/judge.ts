import { couldNotLook } from "../../checks/check.ts";
import type { Finding } from "../../checks/finding.ts";
import { note, notApplicable, pass, problem, unknown } from "../../checks/finding.ts";
import type { LinePattern } from "../../checks/logging/digest.ts";
import { isHarmless, isNew, isSevere, linesIn } from "../../checks/logging/digest.ts";
import { counted } from "../../checks/words.ts";
import type { Evidence } from "../../evidence/evidence.ts";
import type { LogSilence } from "../../evidence/looks/logs.ts";
import { keptFrom, retentionDays } from "../../evidence/looks/logs.ts";
import { shortRevision } from "../../evidence/looks/units.ts";
import { quoted } from "../../outside-text.ts";
import { clockText } from "../../pipeline/dates.ts";
import type { Weighed } from "../cause.ts";
import type { Line } from "../inquiry.ts";
import type { LogFacts } from "./facts.ts";
import { badPatterns, momentText, toldText, troubledPatterns } from "./facts.ts";
import { innocence, unexplainedBy } from "./signs.ts";

/** With which other window a log was compared, in words; or why with none. */
export type Compared = { readonly with: string } | { readonly without: string };

interface Judging {
  readonly facts: LogFacts;
  readonly asOf: Date;
  readonly causes: readonly Weighed[];
  readonly compared: Compared | undefined;
  /** Looked at only where nothing was read. */
  readonly silence: Evidence<LogSilence> | undefined;
  /** Ids of the looks that all of this rests on. */
  readonly evidence: readonly string[];
  /** Lines were already given in an earlier call, which this one goes on from. */
  readonly goesOn: boolean;
  /** Only lines were asked for that hold a text, or are worse than ERROR: whether the unit is well is not answered by them. */
  readonly isSearch: boolean;
}

/** So many times as on the day compared with are no more than usual. */
const usualFactor = 2;

/**
 * What a log says of its unit. ERROR lines fail, but for those that the pipeline file knows to be harmless, which are a note, and those that
 * the day compared with had as well, and no fewer than half as many: they warn, unless rows may have been lost or a cause is established.
 */
export function judgeLog(judging: Judging): readonly Line[] {
  const { facts, evidence } = judging;
  const bad = badPatterns(facts);
  const established = judging.causes.some(({ standing, id }) => standing === "established" && id !== "newest_deploy");
  const failing = bad.filter((each) => established || !isUsual(each));
  const usual = bad.filter((each) => !failing.includes(each));
  const troubled = troubledPatterns(facts);
  const found: [string, Finding][] = [
    ...(failing.length === 0 ? [] : [["errors", errorsFound(failing, judging)] as [string, Finding]]),
    ...(usual.length === 0 ? [] : [["usual-errors", usualFound(usual, judging)] as [string, Finding]]),
    ...(troubled.length === 0 ? [] : [["below-error", troubleFound(troubled, judging)] as [string, Finding]]),
    ...harmlessNotes(facts).map((finding): [string, Finding] => ["harmless", finding]),
    ...warningNotes(facts).map((finding): [string, Finding] => ["warnings", finding]),
    ...unread(judging, bad.length > 0).map((finding): [string, Finding] => ["not-read", finding]),
    ...(bad.length === 0 && troubled.length === 0
      ? [["lines", quiet(judging)] as [string, Finding]]
      : expiredPart(judging).map((finding): [string, Finding] => ["not-read", finding])),
  ];
  return found.map(([topic, finding]) => ({ id: `${topic}/${facts.unit}`, finding, evidence }));
}

function isUsual({ before, count, known }: LinePattern): boolean {
  return known?.kind !== "destructive" && before !== undefined && before > 0 && count <= usualFactor * before;
}

function errorsFound(patterns: readonly LinePattern[], { facts, causes, compared }: Judging): Finding {
  const [worst] = patterns;
  if (worst === undefined) throw new Error("There is always a worst pattern here.");
  const destructive = patterns.filter(({ known }) => known?.kind === "destructive");
  const fresh = patterns.filter(isNew);
  const established = causes.filter(({ standing, id }) => standing === "established" && id !== "newest_deploy");
  const grave = destructive.length > 0 || established.length > 0;
  return problem(grave ? "P1" : "P2", {
    reason: destructive.length > 0 ? "destructive" : fresh.length > 0 ? "new_errors" : "errors",
    observed: [
      `${sumText(patterns, facts)}${patterns.length > 1 ? `; the worst: ${lineOf(worst)}` : ""}`,
      ...(patterns.length === 1 ? [excerptOf(worst)] : []),
      ...(destructive.length > 0
        ? [`${counted(linesIn(destructive), "line")} of what may double or lose rows: ${destructive[0]?.known?.means ?? ""}`]
        : []),
      ...(compared === undefined
        ? []
        : [
            "with" in compared
              ? `${fresh.length} of ${patterns.length} new against ${compared.with}`
              : `whether it is new is not known: ${compared.without}`,
          ]),
      ...(innocence(facts) === undefined ? [] : [innocence(facts) ?? ""]),
    ].join("; "),
    expected: "no ERROR line but those known to be harmless",
    next: nextOf(established[0]?.id, destructive.length > 0, facts),
  });
}

/** What to do, by the cause that is established. */
const remedies: Readonly<Record<string, (unit: string) => string>> = {
  missing_library: (unit) =>
    `Put the library or module into the image of ${unit}, deploy, and see with check_drift that the new revision serves; then send again what was lost.`,
  two_writers: () => "Count surplus rows of the tables and dates named with find_duplicates; let one run at a time write (inspect_locks).",
  not_authenticated: (unit) => `Give the caller back the right to invoke ${unit}, then look at its next attempt.`,
  out_of_memory: (unit) => `Give ${unit} more memory, or less work at once, and deploy.`,
  quota: () => "See which calls use it up: mostly loads of single rows; batch them.",
  wrong_name: (unit) => `Correct the name in ${unit}, deploy, run the dates again, and count the rows that it should have written.`,
};

function nextOf(cause: string | undefined, destructive: boolean, facts: LogFacts): string {
  const remedy = cause === undefined ? undefined : remedies[cause]?.(facts.unit);
  const reading = "the entries around the first of them: read_logs with view entries and around.";
  if (cause !== undefined && remedy !== undefined) {
    const [others, all] = [unexplainedBy(facts, cause), linesIn(badPatterns(facts))];
    // What a cause of the fewer lines says is done second.
    return 2 * others > all
      ? `Of the other ${counted(others, "line")} the cause is not established: read ${reading} Then: ${remedy}`
      : remedy;
  }
  return destructive ? "Count surplus rows of the tables and dates named with find_duplicates." : `Read ${reading}`;
}

function usualFound(patterns: readonly LinePattern[], { facts, compared }: Judging): Finding {
  const before = patterns.reduce((all, each) => all + (each.before ?? 0), 0);
  return problem("P3", {
    reason: "usual_errors",
    observed: `${sumText(patterns, facts)}, as on ${compared !== undefined && "with" in compared ? compared.with : "the day before"} (${before}); most: ${lineOf(patterns[0])}`,
    expected: "no ERROR line but those known to be harmless",
    next: "Mend it, or declare it in the pipeline file's log_texts if it is harmless.",
  });
}

/** A WARNING that the pipeline file knows as trouble is no proof of a fault, but a log that has one is not well. */
function troubleFound(patterns: readonly LinePattern[], { facts, causes }: Judging): Finding {
  const established = causes.find(({ standing, id }) => standing === "established" && id !== "newest_deploy")?.id;
  const destructive = patterns.filter(({ known }) => known?.kind === "destructive");
  const worst = destructive[0] ?? patterns[0];
  const means = worst?.known?.means;
  return problem(established === undefined ? "P3" : "P1", {
    reason: destructive.length > 0 ? "destructive_below_error" : "trouble_below_error",
    observed: [
      `${sumText(patterns, facts, "line below ERROR", "that tells of trouble")}; most: ${lineOf(worst)}`,
      ...(means === undefined ? [] : [means]),
    ].join("; "),
    expected: "no line but those known to be harmless",
    next: nextOf(established, destructive.length > 0, facts),
  });
}

function harmlessNotes({ patterns }: LogFacts): readonly Finding[] {
  const harmless = patterns.filter(isHarmless);
  if (harmless.length === 0) return [];
  const means = [...new Set(harmless.flatMap(({ known }) => known?.means ?? []))].slice(0, 2).join(", or ");
  return [
    note(
      "harmless",
      `${counted(linesIn(harmless), "line")} known to be harmless, most: ${lineOf(harmless.toSorted((a, b) => b.count - a.count)[0])}; ${means}`,
    ),
  ];
}

function warningNotes({ patterns }: LogFacts): readonly Finding[] {
  const warnings = patterns.filter((each) => each.severity === "WARNING" && each.known === undefined);
  return warnings.length === 0
    ? []
    : [
        note(
          "warnings",
          `${counted(linesIn(warnings), "WARNING line")} in ${counted(warnings.length, "pattern")}, most: ${lineOf(warnings[0])}`,
        ),
      ];
}

/** What the pages did not reach. Of ERROR lines that leaves open what else there is, unless enough was found already. */
function unread({ facts, goesOn }: Judging, bad: boolean): readonly Finding[] {
  const { severe, other } = facts.reading;
  const back = (oldest: string | null): string => (oldest === null ? "" : ` before ${clockText(new Date(oldest), facts.zone)}`);
  const missed = [
    ...(severe.more ? [`ERROR lines${back(severe.oldest)}`] : []),
    ...(other.more ? [`lines below ERROR${back(other.oldest)}`] : []),
  ];
  if (missed.length === 0) return goesOn ? [note("goes_on", "goes on from an earlier call: what that one told is not told again")] : [];
  const observed = `not read: ${missed.join(" and ")}`;
  return severe.more && !bad
    ? [unknown("partly_read", observed, "Go on with the cursor, or narrow the window.")]
    : [note("partly_read", observed)];
}

/** A window that begins before what is kept: what was found is not all there was, nor its first line the first. */
function expiredPart({ facts: { since, unit, zone }, asOf }: Judging): readonly Finding[] {
  const kept = keptFrom(asOf);
  return since < kept ? [note("partly_expired", expiredText(unit, kept, zone))] : [];
}

function expiredText(unit: string, kept: Date, zone: string): string {
  return `lines are kept ${retentionDays} days: of ${unit} nothing from before ${clockText(kept, zone)} can be read any more`;
}

/** No ERROR line was found: whether that means anything depends on what else the unit logged. */
function quiet(judging: Judging): Finding {
  const { facts, silence, asOf } = judging;
  const { unit, zone, reading, since, until } = facts;
  const span = `from ${clockText(since, zone)} to ${momentText(until, zone, since)}`;
  const kept = keptFrom(asOf);
  const harmless = facts.patterns.filter((each) => isSevere(each.severity)).length > 0 ? " but harmless ones" : "";
  if (since < kept) {
    return unknown("expired", expiredText(unit, kept, zone), "Ask for a later window.");
  }
  if (reading.lines.length > 0) {
    const what = facts.filtered
      ? `${counted(reading.lines.length, "line")} of ${unit} hold what was looked for ${span}`
      : `${counted(reading.lines.length, "line")} of ${unit} ${span}`;
    const observed = `${what}, no ERROR among them${harmless}`;
    if (judging.goesOn) return notApplicable("goes_on", `${observed}; what earlier calls told is not told again`);
    return judging.isSearch ? notApplicable("searched", `${observed}; of what else it logged nothing is said`) : pass(observed);
  }
  if (judging.goesOn) return notApplicable("end", "no line is left to read; what earlier calls told is not told again");
  if (silence === undefined) return unknown("silent", `${unit} logged nothing ${span}`, "Look at the log by hand.");
  if (!silence.seen) return couldNotLook(silence);
  return silenceOf(silence.facts, judging, span);
}

function silenceOf({ within, last, counted: metered }: LogSilence, { facts, isSearch }: Judging, span: string): Finding {
  const { unit, zone } = facts;
  if (within !== null) {
    const observed = `none of what was asked for among the lines of ${unit} ${span}; it did log in that time, last at ${clockText(new Date(within), zone)}`;
    return isSearch ? notApplicable("searched", observed) : pass(observed);
  }
  if (metered !== null && metered > 0) {
    const observed = `the platform counted ${counted(metered, "line")} of ${unit} ${span}, but none can be read`;
    return unknown("not_readable", observed, "See whether an exclusion or another bucket takes its lines.");
  }
  const before =
    last === null
      ? `nor anything in the ${retentionDays} days that are kept`
      : `its last line before is of ${clockText(new Date(last), zone)}`;
  return unknown(
    "silent",
    `${unit} logged nothing of any kind ${span}, ${before}: silence proves nothing`,
    "See whether it was called at all: its caller's log, or investigate_scraper.",
  );
}

function sumText(patterns: readonly LinePattern[], { unit, zone }: LogFacts, kind = "ERROR line", telling = ""): string {
  const first = new Date(Math.min(...patterns.map((each) => each.first.getTime())));
  const last = new Date(Math.max(...patterns.map((each) => each.last.getTime())));
  const revisions = [...new Set(patterns.flatMap((each) => each.revisions))].map((name) => shortRevision(name, unit));
  const named =
    revisions.length === 0
      ? ""
      : ` by ${revisions.slice(0, 3).map(quoted).join(", ")}${revisions.length > 3 ? ` and ${revisions.length - 3} more` : ""}`;
  const total = linesIn(patterns);
  const span =
    total === 1
      ? `at ${clockText(first, zone)}`
      : `in ${counted(patterns.length, "pattern")} from ${clockText(first, zone)} to ${momentText(last, zone, first)}`.replace(
          /from (.+ (\d\d:\d\d \S+)) to \2$/u,
          "at $1",
        );
  return `${total === 1 ? `1 ${kind}` : `${total} ${kind.replace("line", "lines")}`} of ${unit}${telling === "" ? "" : ` ${telling}`} ${span}${named}`;
}

const briefCharacters = 110;

function excerptOf({ example }: LinePattern): string {
  return toldText(example, briefCharacters);
}

function lineOf(pattern: LinePattern | undefined): string {
  return pattern === undefined ? "" : `${pattern.count} × ${excerptOf(pattern)}`;
}
