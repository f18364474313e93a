import { instantOf } from "../../pipeline/dates.ts";
import { windowText } from "../../checks/scraping/window.ts";
import { counted, gap } from "../../checks/words.ts";
import { quoted } from "../../outside-text.ts";
import type { Collecting } from "../../checks/scraping/collection.ts";
import type { Happening } from "../inquiry.ts";
import type { Known, ScraperCase, ScraperEvidence, Span } from "./case.ts";
import { decisionSpan, windowSpan, within } from "./case.ts";
import type { Journals, ScrapeRun } from "./journals.ts";
import { attemptsOfJob, isKnown, isSevere, runStatus } from "./journals.ts";
import { isOfBatch, loadsIn, outcomeText } from "./loading.ts";

interface Telling {
  readonly about: ScraperCase;
  readonly evidence: ScraperEvidence;
  readonly journals: Journals;
  readonly known: Known;
  readonly earlier: Collecting["earlier"];
  /** What other sources have, by table: since when they have all, or how many games. */
  readonly elsewhere: readonly { readonly at: Date; readonly said: string; readonly from: string }[];
  /** Id of the look at the collection's own rows. */
  readonly rows: string;
}

/** What should have happened, and what did, of one collection: in any order. */
export function timelineOf(telling: Telling): readonly Happening[] {
  return [
    ...windows(telling),
    ...scheduler(telling),
    ...decisions(telling),
    ...runs(telling),
    ...lines(telling),
    ...loads(telling),
    ...locks(telling),
    ...landing(telling),
    ...telling.elsewhere,
  ].filter(({ at, said }) => at <= telling.about.scope.asOf || said.includes("window"));
}

function windows({ about, evidence, earlier = [] }: Telling): readonly Happening[] {
  const { window, scope, workflow } = about;
  const before = earlier.map((time) => instantOf(scope.date, time, scope.rules.zone)).filter((time) => time < window.at);
  return [
    ...before.map((at) => ({ at, said: "earlier window", from: evidence.expected.id })),
    {
      at: window.at,
      said: `window that counts: ${workflow}${window.scheduled ? ", by the day's schedule" : ""}`,
      from: evidence.expected.id,
    },
    { at: window.lateAt, said: `late from here on (window ${windowText(window, scope)})`, from: evidence.expected.id },
  ];
}

/** Calls about the window that counts; of the many others only those that failed while it was missing would matter, and the scheduler's check tells those. */
function scheduler({ about, evidence, known: { chain } }: Telling): readonly Happening[] {
  const of = (job: string, log: ScraperEvidence["deciding"], span: Span): readonly Happening[] =>
    (attemptsOfJob(log, about.scope.asOf) ?? [])
      .filter((attempt) => within(span, attempt.at))
      .map(({ at, status }) => ({
        at,
        said: `scheduler: ${job} ${status === "OK" ? "OK" : quoted(status ?? "outcome not told")}`,
        from: log.id,
      }));
  return [
    ...of(chain.decides, evidence.deciding, decisionSpan(about)),
    ...of(chain.executes, evidence.executing, windowSpan(about, chain)),
  ];
}

/** Its workflow's own decisions: to run, or around its window; every other hour it is outside of it. */
function decisions({ about, evidence, journals, earlier = [] }: Telling): readonly Happening[] {
  const { scope, window } = about;
  const span = decisionSpan(about);
  // A workflow of every day decides on other nights too.
  const opens = earlier.map(
    (time) => instantOf(scope.date, time, scope.rules.zone).getTime() - (window.at.getTime() - span.from.getTime()),
  );
  const begins = new Date(Math.min(span.from.getTime(), ...opens));
  const own = (journals.decisions ?? []).filter(
    ({ own: isOwn, action, at }) => isOwn && at >= begins && (action === "RUN" || within(span, at)),
  );
  const decided = own.map(({ at, action, reason }) => ({
    at,
    said: `${about.workflow} decided ${["RUN", "SKIP", "ABORT"].includes(action) ? action : quoted(action)}${reason === undefined || action === "RUN" ? "" : `: ${quoted(reason)}`}`,
    from: evidence.decisions.id,
  }));
  const executed = (journals.executions ?? [])
    .filter(({ at }) => at >= begins)
    .map(({ at, status, error }) => ({
      at,
      said: `${about.workflow} executed: ${quoted(status)}${error === undefined ? "" : `, ${quoted(error)}`}`,
      from: evidence.executions.id,
    }));
  return [...decided, ...executed];
}

function runs({ about, evidence, journals }: Telling): readonly Happening[] {
  return (journals.runs ?? []).map((run) => ({
    at: run.at,
    said: `${about.scrapers[0]} run: ${outcome(run)}${starter(run)}`,
    from: evidence.attempts.id,
  }));
}

function outcome({ status, records, error, retries }: ScrapeRun): string {
  const brought = status === "success" && records !== undefined ? `, ${records} records` : "";
  return `${runStatus(status)}${brought}${error === undefined ? "" : ` ${quoted(error)}`}${retries === 0 ? "" : `, ${retries} retries`}`;
}

function starter(run: ScrapeRun): string {
  if (!isKnown(run)) return ", by nobody who is recorded";
  return run.workflow === undefined ? `, by ${quoted(run.triggeredBy ?? run.source ?? "")}` : "";
}

/** What warns, and the hand-over; ordinary lines repeat what the journals say. */
function lines({ evidence, journals, known }: Telling): readonly Happening[] {
  const own = (journals.lines ?? []).filter(
    (line) => line.named && (isSevere(line) || line.severity === "WARNING" || line.text.includes(known.handOver)),
  );
  return own
    .slice(0, mostLines)
    .map(({ when, text, severity }) => ({ at: when, said: `log ${severity}: ${quoted(text)}`, from: evidence.serviceLog.id }));
}

const mostLines = 8;

function loads({ about, evidence }: Telling): readonly Happening[] {
  return (loadsIn(about, evidence) ?? []).map((load) => ({ at: load.at, said: `loader: ${outcomeText(load)}`, from: evidence.runs.id }));
}

/** Batch locks of its loader: one that has ended still keeps the next file out until it is deleted. */
function locks({ about, evidence: { locks: look } }: Telling): readonly Happening[] {
  if (look?.seen !== true) return [];
  return look.facts.locks
    .filter((lock) => isOfBatch(lock, about))
    .flatMap(({ id, status, startedAt }) =>
      startedAt === null
        ? []
        : [{ at: new Date(startedAt), said: `batch lock ${quoted(id)} taken, now ${quoted(status ?? "without status")}`, from: look.id }],
    );
}

function landing({ about, rows }: Telling): readonly Happening[] {
  const { landing: landed, window, table } = about;
  const { first, wholeAt, covered, of } = landed;
  if (first === undefined) return [];
  const late = first > window.at ? `, ${gap(window.at, first)} after its window` : "";
  const all = `${covered} of ${counted(of, "game")}`;
  if (wholeAt === undefined || wholeAt <= first) return [{ at: first, said: `rows land in ${table}: ${all}${late}`, from: rows }];
  const whole = landed.missing.length === 0 ? `complete: ${all}` : `last game so far: ${all}`;
  return [
    { at: first, said: `first rows land in ${table}${late}`, from: rows },
    { at: wholeAt, said: whole, from: rows },
  ];
}
