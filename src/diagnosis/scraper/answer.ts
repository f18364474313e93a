import type { Finding } from "../../checks/finding.ts";
import { note } from "../../checks/finding.ts";
import { at, breaksFact, counted, gap, listNames } from "../../checks/words.ts";
import { windowText } from "../../checks/scraping/window.ts";
import { shellQuoted } from "../../shell.ts";
import { addMinutes, clockText, instantOf } from "../../pipeline/dates.ts";
import { deadlineReader } from "../../pipeline/due.ts";
import type { Rules } from "../../pipeline/load.ts";
import type { Inquiry, Line, NextCall } from "../inquiry.ts";
import type { Proposal } from "../proposal.ts";
import { proposalOf } from "../proposal.ts";
import type { Collected, Story } from "./collect.ts";
import { elsewhereText } from "./collected.ts";
import { hasBrought, isKnown } from "./journals.ts";

/** What is said of one collection: how it stands, then what is worth knowing beside it. */
export function linesOf(collected: Collected): readonly Line[] {
  const { id, finding, evidence } = collected;
  const line: Line = { id: `scraper/${id}`, finding: awaited(completed(finding, collected), collected), evidence };
  // Beside what is not due or not applicable a note would make a pass of it.
  if (finding.verdict === "not_due" || finding.verdict === "not_applicable") return [line];
  return [line, ...remarks(collected).map((remark) => ({ id: `scraper/${id}`, finding: remark, evidence: [] }))];
}

/** The check's words, with who reads the output next, and the commands. */
function completed(finding: Finding, { collection, story }: Collected): Finding {
  if (finding.verdict !== "warn" && finding.verdict !== "fail") return finding;
  const missing = story?.about.state === "missing";
  const { scope, owing } = story?.about ?? {};
  const covered = owing?.every(({ name }) => story?.about.elsewhere.includes(name)) === true;
  const reader =
    missing && scope !== undefined && !covered ? deadlineReader(scope.rules, collection.owed_by, scope.date, scope.asOf) : undefined;
  const breaks = reader === undefined ? {} : { breaks: breaksFact(reader) };
  const next = missing && story !== undefined ? `${finding.next}${driveText(story)}` : finding.next;
  return { ...finding, ...breaks, next };
}

/** Before the first of all windows that one is named too: until it opens nothing is collected at all. */
function awaited(finding: Finding, { story }: Collected): Finding {
  if (finding.verdict !== "not_due" || story === undefined) return finding;
  const { scope, window } = story.about;
  const { windows, for_the_night_before: late } = scope.rules.scraping;
  const [first] = Object.entries(windows)
    .map(([name, time]) => ({ name, opens: instantOf(scope.date, time, scope.rules.zone) }))
    .toSorted((a, b) => a.opens.getTime() - b.opens.getTime());
  if (first === undefined || scope.asOf >= first.opens || first.opens > window.at) return finding;
  const what = late.includes(first.name) ? ", which collects the night before" : "";
  return {
    ...finding,
    observed: `${finding.observed}; no window after the games has opened yet, the first is ${at(first.opens, scope)} (${first.name}${what})`,
  };
}

/** What starts a collection: nothing here has a job of its own. */
function driveText({ about: { scope, window } }: Story): string {
  const { chain } = scope.rules.scraping;
  if (chain === undefined) return "";
  const command = (job: string): string => `\`gcloud scheduler jobs run ${shellQuoted(job)} --location=${scope.rules.region ?? "REGION"}\``;
  const closes = addMinutes(window.at, scope.rules.thresholds.scrapers.window.minutes);
  if (scope.asOf <= closes) return ` It is driven by ${command(chain.decides)}, then ${command(chain.executes)}.`;
  return ` Its window closed ${at(closes, scope)}; ${command(chain.decides)} has it decided again, which may skip it.`;
}

function remarks({ story, lost }: Collected): readonly Finding[] {
  const unseen =
    lost.length === 0 ? [] : [note("judged_without", `judged without ${listNames(lost.map(({ id }) => id))}: ${lost[0]?.reason ?? ""}`)];
  if (story === undefined || (story.about.state !== "late" && story.about.state !== "missing")) return unseen;
  const { scope } = story.about;
  const others = story.elsewhere.filter(({ covered }) => covered.length > 0);
  const said = others.length === 0 ? [] : [note("elsewhere", others.map((each) => elsewhereText(each, scope)).join("; "))];
  return [...said, ...unrecorded(story), ...unseen];
}

/** Rows of which no run tells who fetched them, and a name for the runs' table that leads nowhere. */
function unrecorded({ about, journals }: Story): readonly Finding[] {
  const { scope, landing, scrapers } = about;
  const { executions } = scope.rules.scraping;
  const wrong = scope.rules.not_there?.find(({ what, instead }) => what === "table" && instead === executions)?.name;
  const hint = wrong === undefined ? "" : ` (there is no ${wrong})`;
  const brought = journals.runs?.filter(hasBrought);
  if (brought === undefined)
    return [note("unrecorded", `no run of ${listNames(scrapers)}, or of anybody, is recorded that night in ${executions}${hint}`)];
  if (landing.rows === 0 || brought.some(isKnown)) return [];
  const when = brought.length === 0 ? "that brought the rows" : `of ${brought.map((run) => at(run.at, scope)).join(", ")}`;
  return [note("unrecorded", `who started the run ${when} is not recorded in ${executions}${hint}`)];
}

export function numbersOf({ story }: Collected): Inquiry["numbers"] {
  if (story === undefined) return {};
  const { landing, window, scope, state } = story.about;
  const { first, last, wholeAt } = landing;
  const late =
    state === "late" ? (first !== undefined && first > window.at ? first : wholeAt) : state === "missing" ? scope.asOf : undefined;
  const runs = story.journals.runs;
  const counts = [...Map.groupBy(runs ?? [], ({ status }) => (["success", "no_data", "failed"].includes(status) ? status : "other"))];
  return {
    games: `${landing.covered}/${landing.of}`,
    rows: `${landing.rows}`,
    expected: windowText(window, scope),
    ...(first === undefined ? {} : { first: at(first, scope) }),
    ...(last === undefined || last === first ? {} : { last: at(last, scope) }),
    ...(late === undefined || late <= window.at ? {} : { late: gap(window.at, late) }),
    runs:
      runs === undefined
        ? "not recorded"
        : `${runs.length}${counts.length === 0 ? "" : `: ${counts.map(([status, all]) => `${all.length} ${status}`).join(", ")}`}`,
  };
}

/** Calls that show more: what the scraper logged then, and what its miss did to the night. */
export function nextCalls({ story }: Collected): readonly NextCall[] {
  if (story === undefined || (story.about.state !== "late" && story.about.state !== "missing")) return [];
  const { scope, window, scrapers } = story.about;
  const { chain } = scope.rules.scraping;
  const around = clockText(window.at, scope.rules.zone).split(" ").slice(0, 2).join(" ");
  return [
    ...(chain === undefined ? [] : [{ tool: "read_logs", arguments: { unit: chain.scrapes, around, contains: scrapers[0] ?? "" } }]),
    { tool: "validate_daily", arguments: { game_date: scope.date } },
  ];
}

/**
 * Only where a decision to run stands and nothing has executed it: the job that executes decisions takes it up again. Not where the
 * job has run well since, since then it has passed it over.
 */
export function proposalsOf(collected: Collected): readonly Proposal[] {
  const { story, collection } = collected;
  const { chain } = story?.about.scope.rules.scraping ?? {};
  if (story === undefined || chain === undefined || story.about.state !== "missing") return [];
  const { scope, processor } = story.about;
  const established = story.causes?.filter(({ standing }) => standing === "established").map(({ id }) => id) ?? [];
  const decided = story.journals.decisions?.findLast(({ own, action }) => own && action === "RUN");
  const isLeft = established.length > 0 && established.every((id) => id === "decided_not_executed" || id === "no_scheduler_attempt");
  if (!isLeft || decided === undefined || !feeds(scope.rules, chain.executes, collection.owed_by)) return [];
  if (story.executed?.some((attempt) => attempt > addMinutes(decided.at, chain.minutes.execute)) === true) return [];
  return [
    proposalOf({
      kind: "run_job",
      said: `Run ${chain.executes} once: ${collection.workflow} decided RUN at ${at(decided.at, scope)} and was not executed.`,
      jobs: [{ job: chain.executes, ...(scope.rules.region === undefined ? {} : { location: scope.rules.region }), game_date: scope.date }],
      ...(processor === undefined
        ? {}
        : { requires: [{ what: "no_run_within", processor, game_date: scope.date, minutes: chain.minutes.load }] }),
    }),
  ];
}

function feeds(rules: Rules, job: string, stage: string): boolean {
  return rules.schedule?.[job]?.feeds?.some((each) => each === stage) === true;
}

/** How a case is told to whoever writes it down. Text from stores is quoted where it is read. */
export function findingsText(collected: Collected, corrected: string | undefined): string | undefined {
  const { id, collection, story } = collected;
  if (story === undefined) return undefined;
  const finding = awaited(completed(collected.finding, collected), collected);
  const { scope, window, landing, scrapers } = story.about;
  const { causes } = story;
  const established = causes?.filter(({ standing }) => standing === "established") ?? [];
  const open = causes?.filter(({ standing }) => standing === "open") ?? [];
  const ruledOut = causes?.filter(({ standing }) => standing === "ruled_out").map((cause) => cause.id) ?? [];
  const readers = collection.read_by ?? [];
  return [
    `# ${id}, ${scope.date}: ${finding.verdict}`,
    ...(corrected === undefined ? [] : [`Asked under a wrong name: ${corrected}.`]),
    "## Expected",
    `${listNames(scrapers)} brings ${counted(landing.of, "game")} into ${collection.table} at ${windowText(window, scope)} (${collection.workflow}); late from ${at(window.lateAt, scope)}.`,
    "## What happened",
    ...story.timeline
      .toSorted((a, b) => a.at.getTime() - b.at.getTime())
      .slice(-mostTold)
      .map(({ at: when, said }) => `- ${at(when, scope)}: ${said}`),
    "## Cause",
    ...(causes === undefined
      ? ["Nothing is late or missing."]
      : established.length > 0
        ? established.map(({ said }) => `- ${said}.`)
        : ["Not established. Open:", ...open.map(({ id: cause, settle }) => `- ${cause}: ${settle ?? ""}`)]),
    ...(ruledOut.length === 0 ? [] : [`Ruled out: ${ruledOut.join(", ")}.`]),
    "## Consequences",
    `${finding.observed}.${readers.length === 0 ? "" : ` Read by ${listNames(readers)}.`}`,
    ...("next" in finding && finding.next !== undefined ? ["## What to do", finding.next] : []),
  ].join("\n");
}

const mostTold = 20;
