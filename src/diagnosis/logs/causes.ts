import { quoted } from "../../outside-text.ts";
import { clockText, durationText, timeText, zoneName } from "../../pipeline/dates.ts";
import { counted } from "../../checks/words.ts";
import type { LoggedLine } from "../../evidence/looks/logs.ts";
import type { CauseRule, Clue, Holds, Weighed } from "../cause.ts";
import { weigh } from "../cause.ts";
import type { DeployedRevision, LogFacts } from "./facts.ts";
import { badPatterns, firstOf, linesLike, momentText, runOf, shortRevision } from "./facts.ts";
import { folded } from "./fold.ts";

/** What lines of a kind look like; each is the first sign of one cause. */
const forms = {
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

/** The causes that some line speaks for, and the newest deploy where it fell into the window. */
export function causesOf(facts: LogFacts): readonly Weighed[] {
  return weigh(
    facts,
    logCauses
      .filter((rule) => rule.id === "newest_deploy" || rule.requires[0]?.holds(facts) === "yes")
      .filter((rule) => isAsked(rule, facts)),
  );
}

/** A deploy from before the window is nobody's suspect: what was logged before it is not read. */
function isAsked({ id }: CauseRule<LogFacts>, facts: LogFacts): boolean {
  if (id !== "newest_deploy") return true;
  const created = newest(facts)?.created;
  return created !== undefined && created >= facts.since && created <= facts.until && badPatterns(facts).length > 0;
}

/** Every cause that a unit's own lines can show. What is established rests on lines that were read, never on their absence alone. */
const logCauses: readonly CauseRule<LogFacts>[] = [
  {
    id: "missing_library",
    says: (facts) =>
      `a library is missing from the image: ${lineText(facts, forms.library)}${shareText(facts, forms.library)}, ${wherever(facts)}`,
    requires: [seen("library", "ERROR")],
    forbids: [
      {
        says: () => "a revision logged it while it started, and the same revision was ready and worked afterwards",
        holds: startsAnyway,
      },
    ],
    supports: [
      {
        says: ({ unit, ...facts }) => `every ERROR line of ${unit} says it (${linesLike({ ...facts }, forms.library).length})`,
        holds: (facts) => (severe(facts).every(({ text }) => forms.library.test(text)) ? "yes" : "no"),
      },
    ],
    settle: ({ unit }) => `The requirements of ${unit}'s image.`,
  },
  {
    id: "two_writers",
    says: (facts) => `two runs wrote one table at once and fell back to delete and insert: ${runsText(facts)}`,
    requires: [
      seen("serialization", "WARNING"),
      {
        says: (facts) =>
          fallbacks(facts).length === 0 ? "no line says that a fallback followed" : `${counted(fallbacks(facts).length, "fallback line")}`,
        // The fallback may be told in a line that was not read, or in none.
        holds: (facts) => (fallbacks(facts).length > 0 ? "yes" : "unknown"),
      },
      {
        says: (facts) =>
          runs(facts).length === 1
            ? `all of these lines name one run, ${quoted(runs(facts)[0] ?? "")}`
            : `they name ${runs(facts).length} runs`,
        holds: (facts) => (areTogether(facts) ? "yes" : runs(facts).length === 1 ? "no" : "unknown"),
      },
    ],
    settle: () => "Two runs of one processor and date that overlap in the run history (find_duplicates, inspect_locks).",
  },
  {
    id: "not_authenticated",
    says: ({ unit, isCaller }) =>
      isCaller === true
        ? `${unit} lost the right to call its target, or sends no identity`
        : `whoever calls ${unit} lost the right to invoke it, or sends no identity`,
    requires: [
      {
        says: (facts) => seen(refusalForm(facts), "WARNING").says(facts),
        holds: (facts) => seen(refusalForm(facts), "WARNING").holds(facts),
      },
      {
        says: (facts) => `${refusals(facts).length} refusals: a stranger who comes by is refused too, a caller comes again`,
        holds: (facts) => (facts.isCaller === true || refusals(facts).length >= leastRefusals ? "yes" : "unknown"),
      },
      {
        says: ({ unit, isCaller }) =>
          isCaller === true ? "no attempt since was good" : `${unit} logged no work of its own since the first refusal`,
        // Strangers are refused too; where others still get through, only the caller's own record tells.
        holds: (facts) => (hidesWork(facts) || workedSince(facts, firstOf(refusals(facts))) ? "unknown" : "yes"),
      },
    ],
    settle: ({ unit }) => `The last attempts of the jobs and subscriptions that call ${unit}, and its invoker bindings.`,
  },
  {
    id: "out_of_memory",
    says: (facts) => `an instance ran out of memory: ${lineText(facts, forms.memory)}${shareText(facts, forms.memory)}`,
    requires: [seen("memory", "WARNING")],
    settle: ({ unit }) => `The memory limit of ${unit}.`,
  },
  {
    id: "quota",
    says: (facts) => `a quota is used up: ${lineText(facts, forms.quota)}${shareText(facts, forms.quota)}`,
    requires: [seen("quota", "ERROR")],
    settle: () => "The project's quotas.",
  },
  {
    id: "wrong_name",
    says: (facts) =>
      `a dataset or table is asked for under a name that is not there: ${lineText(facts, forms.name)}${shareText(facts, forms.name)}`,
    requires: [seen("name", "ERROR")],
    forbids: [
      {
        says: (facts) =>
          `${namedIn(facts).find((name) => isDeclared(facts, name)) ?? ""} is a name of the pipeline file, so it may be missing or in another location`,
        holds: (facts) => {
          const named = namedIn(facts);
          return named.length === 0 ? "unknown" : named.some((name) => isDeclared(facts, name)) ? "yes" : "no";
        },
      },
    ],
    supports: [
      {
        says: () => "the dataset's name is the project's once more",
        holds: (facts) => (linesLike(facts, forms.name).some(({ text }) => /\bdataset ([\w-]+):\1\b/iu.test(text)) ? "yes" : "no"),
      },
    ],
    settle: () => "Whether the name is the one that the code should use: the check tables, and the code that builds it.",
  },
  {
    id: "newest_deploy",
    says: (facts) => `the newest revision ${revisionText(newest(facts), facts)} brought it`,
    requires: [
      {
        says: (facts) => `revisions that log it: ${worstRevisions(facts).join(", ") || "none is named"}`,
        holds: (facts) => {
          const [own, named] = [newest(facts)?.name, badPatterns(facts)[0]?.revisions ?? []];
          return named.length === 0 || own === undefined ? "unknown" : named.every((name) => name === own) ? "yes" : "no";
        },
      },
      {
        says: (facts) => `${revisionText(newest(facts), facts)} never became ready`,
        // A revision that came up gets all requests, and so all errors, whoever made them.
        holds: (facts) => (newest(facts)?.ready === false ? "yes" : "unknown"),
      },
      {
        says: () => "other revisions logged before that without it",
        holds: (facts) => (facts.reading.severe.more ? "unknown" : loggedBefore(facts) ? "yes" : "unknown"),
      },
    ],
    forbids: [
      {
        says: (facts) => innocence(facts) ?? "",
        holds: (facts) => (innocence(facts) === undefined ? "no" : "yes"),
      },
    ],
    settle: ({ since, zone }) =>
      `What was logged before ${clockText(since, zone)} (\`since\`), and whether the code changed there (check_drift).`,
  },
];

/** That the newest deploy is innocent, in words: what is wrong was there before it. Undefined where it was not, or nobody knows. */
export function innocence(facts: LogFacts): string | undefined {
  const [revision, worst] = [newest(facts), badPatterns(facts)[0]];
  if (revision === undefined || worst === undefined || worst.first >= revision.created || revision.created > facts.until) return undefined;
  const earlier = durationText(revision.created.getTime() - worst.first.getTime());
  return `first seen ${earlier} before the newest revision ${revisionText(revision, facts)} was made, so that deploy did not bring it`;
}

function newest({ revisions }: LogFacts): DeployedRevision | undefined {
  return revisions?.[0];
}

function revisionText(revision: DeployedRevision | undefined, { unit, zone }: LogFacts): string {
  return revision === undefined ? "" : `${quoted(shortRevision(revision.name, unit))} (${clockText(revision.created, zone)})`;
}

function seen(form: keyof typeof forms, least: "ERROR" | "WARNING"): Clue<LogFacts> {
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

function severe(facts: LogFacts): readonly LoggedLine[] {
  return linesLike(facts, /(?:)/u);
}

function lineText(facts: LogFacts, form: RegExp): string {
  const found = linesLike(facts, form, "WARNING")[0];
  return quoted(found === undefined ? "" : folded(found.text).line);
}

/** How much of the errors it explains, where that is not all. */
function shareText(facts: LogFacts, form: RegExp): string {
  const [all, own] = [severe(facts).length, linesLike(facts, form).length];
  return own === 0 || own === all ? "" : ` (${own} of ${all} ERROR lines)`;
}

/** Whether it happens when a revision starts or while it answers. */
function wherever(facts: LogFacts): string {
  const lines = linesLike(facts, forms.library);
  const own = new Set(lines.flatMap(({ revision }) => revision ?? []));
  const neverReady = (facts.revisions ?? []).filter(({ name, ready }) => own.has(name) && !ready);
  if (neverReady.length > 0)
    return `at the start of ${neverReady.map(({ name }) => quoted(shortRevision(name, facts.unit))).join(", ")}, which never became ready`;
  if (lines.length > 1 && facts.revisions !== undefined) return "while it answers requests, not when it starts";
  return "when that code is reached";
}

/** Fewer may be a stranger's. */
const leastRefusals = 3;

function refusalForm({ isCaller }: LogFacts): "refused" | "unauthenticated" {
  return isCaller === true ? "refused" : "unauthenticated";
}

function refusals(facts: LogFacts): readonly LoggedLine[] {
  return linesLike(facts, forms[refusalForm(facts)], "WARNING");
}

/** Whether lines of ordinary work may be there that were not read. */
function hidesWork({ filtered, severeOnly, reading }: LogFacts): boolean {
  return filtered || severeOnly === true || reading.other.more;
}

/** One line at a revision's start, after which that revision went about its work: an import that may fail. */
function startsAnyway(facts: LogFacts): Holds {
  const lines = linesLike(facts, forms.library);
  const last = lines[0];
  if (lines.length !== 1 || last === undefined || last.revision === null) return "no";
  const worked = facts.reading.lines.some(
    (line) => line.revision === last.revision && line.at > last.at && !line.text.startsWith("GET /health"),
  );
  const neverReady = facts.revisions?.some(({ name, ready }) => name === last.revision && !ready) === true;
  return worked ? "yes" : hidesWork(facts) && !neverReady ? "unknown" : "no";
}

function fallbacks(facts: LogFacts): readonly LoggedLine[] {
  return linesLike(facts, forms.fallback, "WARNING");
}

function runs(facts: LogFacts): readonly string[] {
  const lines = [...linesLike(facts, forms.serialization, "WARNING"), ...fallbacks(facts)];
  return [...new Set(lines.toSorted((a, b) => (a.at < b.at ? -1 : 1)).flatMap((line) => runOf(line) ?? []))];
}

/** Runs that failed further apart met others, who are not named. */
const togetherMs = 10 * 60_000;

/** Two runs that failed on the same table within minutes. */
function areTogether(facts: LogFacts): boolean {
  const lines = [...linesLike(facts, forms.serialization, "WARNING"), ...fallbacks(facts)];
  const named = lines.flatMap((line) => {
    const run = runOf(line);
    return run === undefined ? [] : [{ run, table: line.table ?? tableIn(line.text), at: Date.parse(line.at) }];
  });
  return named.some((one) =>
    named.some(
      (other) =>
        one.run !== other.run &&
        Math.abs(one.at - other.at) <= togetherMs &&
        // What a line doesn't name may be another table, and the other writer somebody who is not read here.
        one.table !== null &&
        one.table === other.table,
    ),
  );
}

function tableIn(text: string): string | null {
  return /\btable [\w-]+[.:]\w+\.(\w+)/iu.exec(text)?.[1] ?? null;
}

function runsText(facts: LogFacts): string {
  const lines = [...linesLike(facts, forms.serialization, "WARNING"), ...fallbacks(facts)];
  const first = firstOf(lines);
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

function workedSince(facts: LogFacts, since: Date | undefined): boolean {
  return facts.reading.lines.some(
    ({ at, text, severity }) =>
      since !== undefined &&
      Date.parse(at) > since.getTime() &&
      text !== "" &&
      (facts.isCaller === true ? /AttemptFinished/u.test(text) && severity === "INFO" : !platform.test(text)),
  );
}

function namedIn(facts: LogFacts): readonly string[] {
  return linesLike(facts, forms.name).flatMap(({ text }) => {
    const table = /\btable ([\w-]+)[:.](\w+)\.(\w+)/iu.exec(text);
    if (table !== null) return [`${table[2]}.${table[3]}`];
    const dataset = /\bdataset (?:[\w-]+):([\w-]+)/iu.exec(text);
    return dataset === null ? [] : [dataset[1] ?? ""];
  });
}

function isDeclared({ tables }: LogFacts, name: string): boolean {
  return tables.some((table) => table === name || table.startsWith(`${name}.`));
}

function worstRevisions(facts: LogFacts): readonly string[] {
  return (badPatterns(facts)[0]?.revisions ?? []).slice(0, 3).map((name) => quoted(shortRevision(name, facts.unit)));
}

function loggedBefore(facts: LogFacts): boolean {
  const created = newest(facts)?.created;
  return facts.reading.lines.some(
    ({ at, revision }) => created !== undefined && Date.parse(at) < created.getTime() && revision !== newest(facts)?.name,
  );
}
