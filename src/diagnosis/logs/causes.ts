import { counted } from "../../checks/words.ts";
import { quoted } from "../../outside-text.ts";
import { clockText } from "../../pipeline/dates.ts";
import type { CauseRule, Weighed } from "../cause.ts";
import { weigh } from "../cause.ts";
import type { LogFacts } from "./facts.ts";
import { badPatterns, linesLike } from "./facts.ts";
import {
  areTogether,
  comesAgain,
  fallbacks,
  forms,
  keptOut,
  keptOutText,
  innocence,
  isDeclared,
  lineText,
  loggedBefore,
  namedIn,
  newest,
  refusalForm,
  refusals,
  revisionText,
  runs,
  runsText,
  seen,
  severe,
  shareText,
  startsAnyway,
  wherever,
  worstRevisions,
} from "./signs.ts";

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
        holds: (facts) => (facts.isCaller === true || comesAgain(facts) ? "yes" : "unknown"),
      },
      { says: keptOutText, holds: keptOut },
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
          if (named.length === 0) return "unknown";
          if (named.some((name) => isDeclared(facts, name))) return "yes";
          // Of a dataset that is declared not every table is: this one may be dropped, or expired.
          return named.some((name) => name.includes(".") && isDeclared(facts, name.slice(0, name.indexOf(".")))) ? "unknown" : "no";
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
