import { linesIn } from "../../checks/logging/digest.ts";
import { folded } from "../../checks/logging/fold.ts";
import { counted, listNames } from "../../checks/words.ts";
import type { LoggedLine } from "../../evidence/looks/logs.ts";
import { shortRevision } from "../../evidence/looks/units.ts";
import { quoted } from "../../outside-text.ts";
import { clockText, durationText, timeText, zoneName } from "../../pipeline/dates.ts";
import type { Clue, Holds } from "../cause.ts";
import type { DeployedRevision, LogFacts } from "./facts.ts";
import { badPatterns, firstOf, linesLike, momentText, runOf } from "./facts.ts";

/** What lines of a kind look like; each is the first sign of one cause. */
export const forms = {
  library: /\b(?:ImportError|ModuleNotFoundError)\b|\bNo module named\b|\bcannot import name\b/u,
  serialization: /could not serialize access|due to concurrent update/iu,
  fallback: /merge_fallback|\bDELETE\b.{0,40}\bINSERT\b|delete[- ]and[- ](?:insert|append)/iu,
  // The platform's own words; a unit that is itself denied something says PERMISSION_DENIED.
  unauthenticated: /The request was not auth(?:enticated|orized)/u,
  refused: /The request was not auth(?:enticated|orized)|\bPERMISSION_DENIED\b|\bUNAUTHENTICATED\b/u,
  memory: /Memory limit of .{0,40}exceeded|\bOOMKilled\b|\bexit(?:ed)?(?: with)?(?: status| code)?[ (:]*137\b|\bOut of memory\b/iu,
  quota: /quota ?exceeded|exceeded .{0,40}quota/iu,
  name: /\bnot ?found: (?:dataset|table)\b/iu,
} as const;

/** That the newest deploy is innocent, in words: what is wrong was there before it. Undefined where it was not, or nobody knows. */
export function innocence(facts: LogFacts): string | undefined {
  const [revision, worst] = [newest(facts), badPatterns(facts)[0]];
  if (revision === undefined || worst === undefined || worst.first >= revision.created || revision.created > facts.until) return undefined;
  const earlier = durationText(revision.created.getTime() - worst.first.getTime());
  return `first seen ${earlier} before the newest revision ${revisionText(revision, facts)} was made, so that deploy did not bring it`;
}

export function newest({ revisions }: LogFacts): DeployedRevision | undefined {
  return revisions?.[0];
}

export function revisionText(revision: DeployedRevision | undefined, { unit, zone }: LogFacts): string {
  return revision === undefined ? "" : `${quoted(shortRevision(revision.name, unit))} (${clockText(revision.created, zone)})`;
}

export function seen(form: keyof typeof forms, least: "ERROR" | "WARNING"): Clue<LogFacts> {
  return {
    says: (facts) => {
      const lines = linesLike(facts, forms[form], least);
      const [first, last] = [firstOf(lines), lines[0]];
      if (first === undefined || last === undefined) return "no such line";
      return `${counted(lines.length, "line")}, first ${clockText(first, facts.zone)}, last ${momentText(latest(lines), facts.zone, first)}`;
    },
    holds: (facts): Holds => {
      if (linesLike(facts, forms[form], least).length > 0) return "yes";
      return facts.reading.severe.more || facts.reading.other.more || facts.filtered ? "unknown" : "no";
    },
  };
}

function latest(lines: readonly LoggedLine[]): Date {
  return new Date(lines.map(({ at }) => Date.parse(at)).reduce((a, b) => Math.max(a, b)));
}

export function severe(facts: LogFacts): readonly LoggedLine[] {
  return linesLike(facts, /(?:)/u);
}

export function lineText(facts: LogFacts, form: RegExp): string {
  const found = linesLike(facts, form, "WARNING")[0];
  return quoted(found === undefined ? "" : folded(found.text).line);
}

/** How much of the errors it explains, where that is not all. */
export function shareText(facts: LogFacts, form: RegExp): string {
  const [all, own] = [severe(facts).length, linesLike(facts, form).length];
  return own === 0 || own === all ? "" : ` (${own} of ${all} ERROR lines)`;
}

const formsOfCauses: Readonly<Record<string, (facts: LogFacts) => RegExp>> = {
  missing_library: () => forms.library,
  not_authenticated: (facts) => forms[refusalForm(facts)],
  out_of_memory: () => forms.memory,
  quota: () => forms.quota,
  wrong_name: () => forms.name,
};

/** How many ERROR lines a cause leaves unexplained; none where it is the graver thing even in few lines. */
export function unexplainedBy(facts: LogFacts, cause: string): number {
  const form = formsOfCauses[cause]?.(facts);
  return form === undefined ? 0 : linesIn(badPatterns(facts).filter(({ example }) => !form.test(example)));
}

/** Whether it happens when a revision starts or while it answers. */
export function wherever(facts: LogFacts): string {
  const lines = linesLike(facts, forms.library);
  const own = new Set(lines.flatMap(({ revision }) => revision ?? []));
  const neverReady = (facts.revisions ?? []).filter(({ name, ready }) => own.has(name) && !ready);
  if (neverReady.length > 0)
    return `at the start of ${neverReady.map(({ name }) => quoted(shortRevision(name, facts.unit))).join(", ")}, which never became ready`;
  if (lines.length > 1 && facts.revisions !== undefined) return "while it answers requests, not when it starts";
  return "when that code is reached";
}

/** Fewer may be a stranger's, and so may many in one go: a caller waits before it comes again. */
const leastRefusals = 3;
const leastRefusedMs = 60_000;

export function comesAgain(facts: LogFacts): boolean {
  const lines = refusals(facts);
  const first = firstOf(lines);
  return first !== undefined && lines.length >= leastRefusals && latest(lines).getTime() - first.getTime() >= leastRefusedMs;
}

export function refusalForm({ isCaller }: LogFacts): "refused" | "unauthenticated" {
  return isCaller === true ? "refused" : "unauthenticated";
}

export function refusals(facts: LogFacts): readonly LoggedLine[] {
  return linesLike(facts, forms[refusalForm(facts)], "WARNING");
}

/** Whether lines of ordinary work may be there that were not read. */
export function hidesWork({ filtered, severeOnly, reading }: LogFacts): boolean {
  return filtered || severeOnly === true || reading.other.more;
}

/** One line at a revision's start, after which that revision went about its work: an import that may fail. */
export function startsAnyway(facts: LogFacts): Holds {
  const lines = linesLike(facts, forms.library);
  const last = lines[0];
  if (lines.length !== 1 || last === undefined || last.revision === null) return "no";
  const worked = facts.reading.lines.some(
    (line) => line.revision === last.revision && line.at > last.at && !line.text.startsWith("GET /health"),
  );
  const neverReady = facts.revisions?.some(({ name, ready }) => name === last.revision && !ready) === true;
  return worked ? "yes" : hidesWork(facts) && !neverReady ? "unknown" : "no";
}

export function fallbacks(facts: LogFacts): readonly LoggedLine[] {
  return linesLike(facts, forms.fallback, "WARNING");
}

/** Lines of writers that met, and of the fallback that followed. */
function writing(facts: LogFacts): readonly LoggedLine[] {
  return [...linesLike(facts, forms.serialization, "WARNING"), ...fallbacks(facts)];
}

export function runs(facts: LogFacts): readonly string[] {
  return [
    ...new Set(
      writing(facts)
        .toSorted((a, b) => (a.at < b.at ? -1 : 1))
        .flatMap((line) => runOf(line) ?? []),
    ),
  ];
}

/** Runs that failed further apart met others, who are not named. */
const togetherMs = 10 * 60_000;

/** Two runs that failed on the same table within minutes. */
export function areTogether(facts: LogFacts): boolean {
  const named = writing(facts).flatMap((line) => {
    const run = runOf(line);
    return run === undefined ? [] : [{ run, table: line.table ?? tableIn(line.text), at: Date.parse(line.at) }];
  });
  // What a line doesn't name may be another table, and the other writer somebody who is not read here.
  const perTable = Map.groupBy(
    named.filter(({ table }) => table !== null),
    ({ table }) => table,
  );
  return [...perTable.values()].some((lines) =>
    lines
      .toSorted((a, b) => a.at - b.at)
      .some((one, index, all) => {
        const before = all[index - 1];
        // Of any two runs that are near enough, two that follow each other are.
        return before !== undefined && before.run !== one.run && one.at - before.at <= togetherMs;
      }),
  );
}

function tableIn(text: string): string | null {
  return /\btable [\w-]+[.:]\w+\.(\w+)/iu.exec(text)?.[1] ?? null;
}

export function runsText(facts: LogFacts): string {
  const first = firstOf(writing(facts));
  const named = runs(facts)
    .slice(0, 3)
    .map((run) => {
      const begun = firstOf(facts.reading.lines.filter((line) => runOf(line) === run)) ?? first;
      return `${quoted(run)}${begun === undefined ? "" : ` from ${timeText(begun, facts.zone, "second")} ${zoneName(facts.zone)}`}`;
    });
  return named.length === 0 ? `first ${first === undefined ? "?" : clockText(first, facts.zone)}` : named.join(", ");
}

/** What the platform writes under the unit's name shows no work. */
const platform = /^(?:The request was |Starting new instance|(?:Default )?(?:STARTUP|LIVENESS|READINESS) )/iu;

export function workedSince(facts: LogFacts, since: Date | undefined): boolean {
  return since !== undefined && workTimes(facts).some((time) => time > since.getTime());
}

function workTimes({ reading, isCaller }: LogFacts): readonly number[] {
  return reading.lines.flatMap(({ at, text, severity }) => {
    const isWork = isCaller === true ? /AttemptFinished/u.test(text) && severity === "INFO" : text !== "" && !platform.test(text);
    return isWork ? [Date.parse(at)] : [];
  });
}

/** Whether a unit that did work before rests no longer since than it did then: one that is called once a day is not missed for hours. */
export function mayRest(facts: LogFacts, since: Date | undefined): boolean {
  const [first, ...rest] = workTimes(facts).toSorted((a, b) => a - b);
  if (since === undefined || facts.isCaller === true || first === undefined) return false;
  const times = [facts.since.getTime(), first, ...rest, since.getTime()];
  const longest = Math.max(...times.slice(1).map((time, index) => time - (times[index] ?? time)));
  return facts.until.getTime() - since.getTime() <= longest;
}

/**
 * Whether those who should come in are kept out. Strangers are refused too: a declared caller's own attempt settles it, else only
 * that a unit which worked until then rests longer than it ever did.
 */
export function keptOut(facts: LogFacts): Holds {
  const { isCaller, callers } = facts;
  const first = firstOf(refusals(facts));
  if (callers !== undefined && callers.refused.length > 0) return "yes";
  if (hidesWork(facts) || workedSince(facts, first) || (callers?.served.length ?? 0) > 0) return "unknown";
  if (isCaller === true) return "yes";
  return workTimes(facts).length === 0 || mayRest(facts, first) ? "unknown" : "yes";
}

export function keptOutText({ unit, isCaller, callers }: LogFacts): string {
  if (isCaller === true) return "no attempt since was good";
  if (callers !== undefined && callers.refused.length > 0)
    return `of the jobs that call it ${listNames(callers.refused)} ${callers.refused.length === 1 ? "was" : "were"} refused too`;
  if (callers !== undefined && callers.served.length > 0) return `${listNames(callers.served)} got through since`;
  return `${unit} logged no work of its own since the first refusal`;
}

export function namedIn(facts: LogFacts): readonly string[] {
  return linesLike(facts, forms.name).flatMap(({ text }) => {
    const table = /\btable ([\w-]+)[:.](\w+)\.(\w+)/iu.exec(text);
    if (table !== null) return [`${table[2]}.${table[3]}`];
    const dataset = /\bdataset (?:[\w-]+):([\w-]+)/iu.exec(text);
    return dataset === null ? [] : [dataset[1] ?? ""];
  });
}

export function isDeclared({ tables }: LogFacts, name: string): boolean {
  return tables.some((table) => table === name || table.startsWith(`${name}.`));
}

export function worstRevisions(facts: LogFacts): readonly string[] {
  return (badPatterns(facts)[0]?.revisions ?? []).slice(0, 3).map((name) => quoted(shortRevision(name, facts.unit)));
}

export function loggedBefore(facts: LogFacts): boolean {
  const created = newest(facts)?.created;
  return facts.reading.lines.some(
    ({ at, revision }) => created !== undefined && Date.parse(at) < created.getTime() && revision !== newest(facts)?.name,
  );
}
