import { at, counted } from "../../checks/words.ts";
import { quoted } from "../../outside-text.ts";
import { addMinutes } from "../../pipeline/dates.ts";
import type { Sign } from "./chain.ts";
import { runsUntold, sign } from "./chain.ts";
import type { Chain, Known, ScraperCase, ScraperEvidence, Signs, Span } from "./case.ts";
import { holdsOne, missingSpan, windowSpan, within } from "./case.ts";
import type { Journals, ScrapeRun, Trouble } from "./journals.ts";
import { hasBrought, hasBroughtNothing, inSpan, isKnown, isSevere, runText, silence, troubleIn } from "./journals.ts";

/** Signs of what the scraper's runs came to while its rows were missing. */
export interface OutcomeSigns {
  readonly refused: Sign;
  readonly bad_parameters: Sign;
  readonly timed_out: Sign;
  readonly retried: Sign;
  readonly raised: Sign;
  readonly start_errors: Sign;
  readonly with_revision: Sign;
  readonly came_back_empty: Sign;
  readonly empty_confirmed: Sign;
  readonly zero_success: Sign;
  readonly games_not_over: Sign;
  readonly succeeded: Sign;
  /** What was tried again after the window, and by whom: never a cause that is sure, since nothing says what should have. */
  readonly not_again: Sign;
}

interface Around {
  readonly about: ScraperCase;
  readonly evidence: ScraperEvidence;
  readonly journals: Journals;
  readonly signs: Signs;
  readonly window: Span;
  readonly missing: Span;
}

type Line = NonNullable<Journals["lines"]>[number];

export function outcomeSigns(about: ScraperCase, evidence: ScraperEvidence, journals: Journals, { chain, signs }: Known): OutcomeSigns {
  const around: Around = { about, evidence, journals, signs, window: windowSpan(about, chain), missing: missingSpan(about) };
  const inWindow = inSpan(journals.runs, around.window);
  const zero = inWindow?.findLast(({ status, records }) => status === "success" && records === 0);
  return {
    refused: swallowable(around, "refused"),
    bad_parameters: logged(around, "parameters"),
    timed_out: swallowable(around, "timed_out"),
    retried: retriedSign(around),
    raised: raisedSign(around),
    ...startSigns(around),
    came_back_empty: emptySign(around, inWindow),
    empty_confirmed: confirmedSign(around, inWindow),
    zero_success: zeroSign(around, inWindow, zero),
    games_not_over: notOverSign(around, zero?.at ?? around.window.from, chain),
    succeeded: succeededSign(around, inWindow),
    not_again: againSign(around),
  };
}

/** What a scraper may take for an empty answer: that no line says so is a sign only where the runs that brought nothing left lines, or errors. */
function swallowable(around: Around, kind: Trouble): Sign {
  const found = evidenceOf(around, kind);
  if (found !== undefined) return sign("yes", found);
  const { about, evidence, journals, missing } = around;
  const runs = inSpan(journals.runs, missing);
  if (runs === undefined) return runsUntold(about, evidence);
  const vain = runs.filter((run) => !hasBrought(run));
  const untold = vain.find((run) => run.error === undefined && !isLogged(run, around));
  if (untold === undefined && !journals.isWhole) return runsUntold(about, evidence);
  if (untold === undefined) return sign("no", `no run or line about ${about.scrapers[0]} shows it`);
  const why = journals.lines === undefined ? silence("the scraper's log", evidence.serviceLog) : "no line is logged about it";
  return sign("unknown", `of the run of ${runText(untold, about)} nothing more is told: ${why}`);
}

const nearMinutes = 10;

function isLogged(run: ScrapeRun, { journals, evidence }: Around): boolean {
  if (evidence.serviceLog.seen && evidence.serviceLog.facts.more) return false;
  const span = { from: addMinutes(run.at, -1), to: addMinutes(run.at, nearMinutes) };
  return journals.lines?.some(({ named, when }) => named && within(span, when)) === true;
}

/** What leaves an error wherever it happens: either journal shows it, and that of the runs says so where there was none. */
function logged(around: Around, kind: Trouble): Sign {
  const found = evidenceOf(around, kind);
  return found === undefined ? noErrors(around) : sign("yes", found);
}

function raisedSign(around: Around): Sign {
  const { about, journals, window } = around;
  const execution = inSpan(journals.executions, window)?.find(
    ({ status, error }) => error !== undefined && !["completed", "success"].includes(status),
  );
  if (execution?.error !== undefined && troubleIn(execution.error, around.signs) === "other")
    return sign("yes", `${about.workflow} ended ${at(execution.at, about.scope)} with ${quoted(execution.error)}`);
  return logged(around, "other");
}

function noErrors({ about, evidence, journals, missing }: Around): Sign {
  const runs = inSpan(journals.runs, missing);
  if (runs !== undefined && journals.isWhole) return sign("no", "no run failed that way");
  return runsUntold(about, evidence);
}

/** A run or a line of that kind while the rows were missing. */
function evidenceOf(around: Around, kind: Trouble): string | undefined {
  const { about, journals, missing } = around;
  const run = inSpan(journals.runs, missing)?.find((each) => each.trouble === kind);
  if (run !== undefined) return `run ${runText(run, about)}`;
  const line = journals.lines?.find((each) => each.named && within(missing, each.when) && kindOf(each, around.signs) === kind);
  return line === undefined ? undefined : lineText(line, about);
}

/** An ordinary line is of no kind; one that tells of a refusal or a retry may be of any severity. */
function kindOf(line: Line, signs: Signs): Trouble | undefined {
  const kind = troubleIn(line.text, signs);
  return kind === "other" && !isSevere(line) ? undefined : kind;
}

function lineText({ when, severity, text }: Line, { scope }: ScraperCase): string {
  return `${severity} ${at(when, scope)}: ${quoted(text)}`;
}

function retriedSign({ about, evidence, journals, missing }: Around): Sign {
  const runs = inSpan(journals.runs, missing);
  if (runs === undefined) return runsUntold(about, evidence);
  const first = runs.findIndex(({ trouble }) => trouble === "timed_out");
  const again = runs.find((run, index) => run.retries > 0 || (first !== -1 && index > first));
  return again === undefined ? sign("no", "no retry is recorded") : sign("yes", `tried again: ${runText(again, about)}`);
}

/** Errors of starting up, and whether they began with the revision that shows them: a deployment near by is no sign. */
function startSigns(around: Around): Pick<OutcomeSigns, "start_errors" | "with_revision"> {
  const { about, evidence, journals, missing, signs } = around;
  const { scope } = about;
  const all = journals.lines?.filter((line) => isSevere(line) && holdsOne(line.text, signs.start));
  const [first] = all?.filter(({ when }) => within(missing, when)) ?? [];
  if (all === undefined || first === undefined) {
    const none =
      all === undefined
        ? sign("unknown", silence("the scraper's log", evidence.serviceLog))
        : sign("no", "no error of starting up is logged");
    return { start_errors: none, with_revision: none };
  }
  const start = sign("yes", lineText(first, about));
  const revisions = new Set(all.map(({ revision }) => revision));
  const revision =
    evidence.unit?.seen === true ? evidence.unit.facts.unit?.revisions.find(({ name }) => name === first.revision) : undefined;
  if (revision === undefined)
    return { start_errors: start, with_revision: sign("unknown", "since when that revision serves could not be told") };
  const made = new Date(revision.createdAt);
  const own = revisions.size === 1 && all.every(({ when }) => when >= made);
  // A revision that has worked was no broken image.
  const hasWorked = journals.runs?.some((run) => run.at >= made && run.at < first.when && hasBrought(run)) === true;
  const said = `${quoted(revision.name)} was made ${at(made, scope)}`;
  return {
    start_errors: start,
    with_revision:
      own && !hasWorked ? sign("yes", `${said}, and none came before`) : sign("no", `${said}, and such errors or good runs came before`),
  };
}

function emptySign({ about, evidence }: Around, runs: readonly ScrapeRun[] | undefined): Sign {
  if (runs === undefined) return runsUntold(about, evidence);
  const last = runs.at(-1);
  if (last === undefined) return sign("no", "no run is recorded in that window");
  return hasBroughtNothing(last) ? sign("yes", `run ${runText(last, about)}`) : sign("no", `run ${runText(last, about)}`);
}

/**
 * That a source had nothing is only a run's word for it: refusals and faults of reading look alike. It is believed where the service
 * logged so, or where a run that the pipeline itself started later brought what the same question had not.
 */
function confirmedSign({ about, journals, missing, window, signs }: Around, runs: readonly ScrapeRun[] | undefined): Sign {
  const line = journals.lines?.find((each) => each.named && within(window, each.when) && holdsOne(each.text, signs.nothing));
  if (line !== undefined) return sign("yes", lineText(line, about));
  const empty = runs?.findLast(hasBroughtNothing);
  const later = inSpan(journals.runs, missing)?.find((run) => empty !== undefined && run.at > empty.at && hasBrought(run) && isKnown(run));
  if (later !== undefined) return sign("yes", `a later run had it: ${runText(later, about)}`);
  return sign("unknown", "what the source answered is not recorded");
}

function zeroSign({ about, evidence, journals }: Around, runs: readonly ScrapeRun[] | undefined, zero: ScrapeRun | undefined): Sign {
  if (zero !== undefined) return sign("yes", `run ${runText(zero, about)}`);
  if (runs === undefined || !journals.isWhole) return runsUntold(about, evidence);
  return sign("no", "no run succeeded with nothing");
}

function notOverSign({ about }: Around, moment: Date, { minutes }: Chain): Sign {
  const { owing, scope } = about;
  const ends = owing.map(({ tipOff }) => (tipOff === undefined ? undefined : addMinutes(tipOff, minutes.game)));
  const later = ends.filter((end) => end !== undefined && end > moment).length;
  if (later > 0) return sign("yes", `${counted(later, "game")} of ${owing.length} cannot have been over ${at(moment, scope)}`);
  return ends.includes(undefined) || owing.length === 0
    ? sign("unknown", "when the games began is not known")
    : sign("no", `all ${owing.length} games were over ${at(moment, scope)}`);
}

/** Rows of some games came with that window, and others did not: what kept those away is not ruled out by it. */
function hasBroughtPart({ landing: { first } }: ScraperCase, window: Span): boolean {
  return first !== undefined && first <= window.to;
}

function partSign(run: ScrapeRun, about: ScraperCase): Sign {
  return sign("unknown", `run ${runText(run, about)} brought a part, and which run was to bring the rest is not recorded`);
}

function succeededSign({ about, evidence, journals, window }: Around, runs: readonly ScrapeRun[] | undefined): Sign {
  const good = runs?.find(hasBrought);
  if (good !== undefined) return hasBroughtPart(about, window) ? partSign(good, about) : sign("yes", `run ${runText(good, about)}`);
  if (runs !== undefined && journals.isWhole) return sign("no", "no run of that window succeeded");
  return evidence.serviceLog.seen && evidence.serviceLog.facts.witnessed && !evidence.serviceLog.facts.more
    ? sign("no", "nothing was handed over in that window")
    : runsUntold(about, evidence);
}

function againSign({ about, evidence, journals, window, missing }: Around): Sign {
  const { scope } = about;
  const later = inSpan(journals.runs, { from: window.to, to: missing.to });
  if (later === undefined) return runsUntold(about, evidence);
  const known = later.find(isKnown);
  if (known !== undefined) return sign("no", `it was tried again: ${runText(known, about)}`);
  const [first] = later;
  return sign(
    "unknown",
    first === undefined ? "no run after the window is recorded" : `who started the run of ${at(first.at, scope)} is not recorded`,
  );
}
