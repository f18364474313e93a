import { at, listNames } from "../../checks/words.ts";
import type { BatchLock } from "../../evidence/looks/scraper-locks.ts";
import type { RunRow } from "../../evidence/looks/tables.ts";
import { quoted } from "../../outside-text.ts";
import { addMinutes, instantOf } from "../../pipeline/dates.ts";
import type { Sign } from "./chain.ts";
import { runsUntold, sign } from "./chain.ts";
import type { Known, ScraperCase, ScraperEvidence, Signs, Span } from "./case.ts";
import { holdsOne, missingSpan, within } from "./case.ts";
import type { Journals } from "./journals.ts";
import { hasBrought, inSpan, isSevere, linesIn, runText, silence, upTo } from "./journals.ts";

/** Signs of what became of a file that was scraped, and of a game that nobody scraped because of its status. */
export interface LoadingSigns {
  /** It was handed over, and the rows were not there long after that. */
  readonly handed_over: Sign;
  readonly load_skipped: Sign;
  readonly load_locked: Sign;
  readonly load_failed: Sign;
  readonly game_stuck: Sign;
}

/** One run of the loader, as its last row tells it. */
export interface Load {
  readonly at: Date;
  readonly status: string;
  readonly records: number | null;
  readonly reason: string;
}

export function loadingSigns(about: ScraperCase, evidence: ScraperEvidence, journals: Journals, known: Known): LoadingSigns {
  const handed = handedOver(about, evidence, journals, known);
  const stuck = stuckSign(about);
  if (handed.when === undefined) {
    const none = sign(handed.sign.holds === "no" ? "no" : "unknown", handed.sign.said);
    return { handed_over: handed.sign, load_skipped: none, load_locked: none, load_failed: none, game_stuck: stuck };
  }
  const span = { from: addMinutes(handed.when, -5), to: missingSpan(about).to };
  const loads = loadsIn(about, evidence)?.filter((load) => within(span, load.at));
  return {
    handed_over: handed.sign,
    load_skipped: skippedSign(about, evidence, loads, span, known.signs),
    load_locked: lockedSign(about, evidence, { loads, span, ...known }),
    load_failed: failedSign(about, evidence, loads, span),
    game_stuck: stuck,
  };
}

/** Runs of the loader about the date, oldest first; undefined if the run history could not be read. */
export function loadsIn({ table, processor, scope }: ScraperCase, { runs }: Pick<ScraperEvidence, "runs">): readonly Load[] | undefined {
  if (!runs.seen) return undefined;
  const short = table.slice(table.indexOf(".") + 1);
  const own = runs.facts.rows.filter(
    ({ processor_name: name, output_table: output }) =>
      (processor !== undefined && name === processor) || output === short || output === table,
  );
  return upTo(scope.asOf, [...Map.groupBy(own, ({ run_id: id }) => id).values()].flatMap(loadOf));
}

/** A running row and a final row make one run. */
function loadOf(rows: readonly RunRow[]): readonly Load[] {
  const last = rows.find(({ status }) => status !== "running") ?? rows[0];
  if (last === undefined || last.started_at === null) return [];
  const skipped = last["skipped"] === true;
  const reason = last["skip_reason"];
  return [
    {
      at: new Date(last.started_at),
      status: skipped ? "skipped" : (last.status ?? "?"),
      records: last.records_processed,
      reason: typeof reason === "string" ? reason : "",
    },
  ];
}

function loadText(load: Load, { scope }: ScraperCase): string {
  return `loader ${at(load.at, scope)}: ${outcomeText(load)}`;
}

/** `failed, 0 records (why)` */
export function outcomeText({ status, records, reason }: Load): string {
  const known = ["success", "failed", "skipped", "partial", "running"].includes(status) ? status : quoted(status);
  return `${known}${records === null ? "" : `, ${records} records`}${reason === "" ? "" : ` (${quoted(reason)})`}`;
}

/** A file is loaded within minutes: only one that lay longer was not processed. */
function handedOver(
  about: ScraperCase,
  evidence: ScraperEvidence,
  journals: Journals,
  { chain, handOver }: Known,
): { readonly sign: Sign; readonly when?: Date } {
  const { scope } = about;
  const span = missingSpan(about);
  const isIdle = (when: Date): boolean => addMinutes(when, chain.minutes.load) < span.to;
  const run = inSpan(journals.runs, span)?.find((each) => hasBrought(each) && isIdle(each.at));
  if (run !== undefined)
    return { when: run.at, sign: sign("yes", `run ${runText(run, about)}, and rows were still missing ${chain.minutes.load} min later`) };
  const line = journals.lines?.find((each) => each.named && each.text.includes(handOver) && within(span, each.when) && isIdle(each.when));
  if (line !== undefined) return { when: line.when, sign: sign("yes", `handed over ${at(line.when, scope)}: ${quoted(line.text)}`) };
  if (journals.runs !== undefined && journals.isWhole) return { sign: sign("no", "no run brought a file that then lay unloaded") };
  return { sign: runsUntold(about, evidence) };
}

function skippedSign(about: ScraperCase, evidence: ScraperEvidence, loads: readonly Load[] | undefined, span: Span, signs: Signs): Sign {
  const load = loads?.find(({ status, reason }) => status === "skipped" && !isLockReason(reason, signs));
  if (load !== undefined) return sign("yes", loadText(load, about));
  const line = loaderLines(about, evidence, span)?.find(({ text }) => holdsOne(text, signs.done));
  if (line !== undefined) return sign("yes", `loader ${at(line.when, about.scope)}: ${quoted(line.text)}`);
  return noneOf(evidence, loads, "no load was skipped as done");
}

function lockedSign(
  about: ScraperCase,
  evidence: ScraperEvidence,
  { loads, span, signs }: { loads: readonly Load[] | undefined; span: Span; signs: Signs },
): Sign {
  const { scope } = about;
  const refused = loads?.find(({ status, reason }) => status === "skipped" && isLockReason(reason, signs));
  if (refused !== undefined) return sign("yes", loadText(refused, about));
  const line = loaderLines(about, evidence, span)?.find(({ text }) => holdsOne(text, signs.locked));
  if (line !== undefined) return sign("yes", `loader ${at(line.when, scope)}: ${quoted(line.text)}`);
  const { locks } = evidence;
  if (locks === undefined) return sign("unknown", "locks are known only as they are now");
  if (!locks.seen) return sign("unknown", `the batch locks could not be read (${locks.refusal})`);
  // After a load that went well its lock is the usual sign of that.
  if (loads?.some(({ status, records }) => status === "success" && records !== 0) === true) return sign("no", "a load ended well");
  const held = locks.facts.locks.find((lock) => isInTheWay(lock, about, span));
  if (held !== undefined) {
    const since = held.startedAt === null ? "" : ` since ${at(new Date(held.startedAt), scope)}`;
    return sign("yes", `lock ${quoted(held.id)} stands at ${quoted(held.status ?? "?")}${since}`);
  }
  return loads === undefined ? sign("unknown", "the loader's runs could not be read") : sign("no", "no batch lock is in the way");
}

function isLockReason(reason: string, signs: Signs): boolean {
  return holdsOne(reason, [...signs.locked, "another instance"]);
}

function isInTheWay(lock: BatchLock, about: ScraperCase, span: Span): boolean {
  const { startedAt, expiresAt } = lock;
  const stood = (startedAt === null || new Date(startedAt) <= span.to) && (expiresAt === null || new Date(expiresAt) >= span.from);
  return isOfBatch(lock, about) && stood;
}

/** Whether the lock is of a batch of this scraper: every word of its kind occurs among the scraper's. */
export function isOfBatch({ id }: BatchLock, { scrapers }: Pick<ScraperCase, "scrapers">): boolean {
  const kind = id.split("_batch")[0]?.split("_") ?? [];
  return id.includes("_batch") && scrapers.some((scraper) => kind.every((word) => scraper.split("_").includes(word)));
}

function failedSign(about: ScraperCase, evidence: ScraperEvidence, loads: readonly Load[] | undefined, span: Span): Sign {
  const load = loads?.find(({ status, records }) => status === "failed" || status === "partial" || (status === "success" && records === 0));
  if (load !== undefined) return sign("yes", loadText(load, about));
  const line = loaderLines(about, evidence, span)?.find(isSevere);
  if (line !== undefined) return sign("yes", `loader ${at(line.when, about.scope)}: ${quoted(line.text)}`);
  return noneOf(evidence, loads, "no load failed");
}

/** Either journal may show it; that neither does is a sign only where both were read. */
function noneOf({ runs, loaderLog }: ScraperEvidence, loads: readonly Load[] | undefined, said: string): Sign {
  if (loads === undefined) return sign("unknown", silence("the run history", runs));
  return loaderLog.seen && !loaderLog.facts.more ? sign("no", said) : sign("unknown", silence("the loader's log", loaderLog));
}

function loaderLines(about: ScraperCase, { loaderLog }: ScraperEvidence, span: Span) {
  return linesIn(loaderLog, about)?.filter(({ named, when }) => named && within(span, when));
}

/** A game whose schedule row never became final is not scraped: only where something else shows that it was played. */
function stuckSign({ landing, elsewhere, owing, scope }: ScraperCase): Sign {
  const { rules, date, asOf } = scope;
  const { missing } = landing;
  if (missing.length === 0 || missing.some(({ final }) => final)) return sign("no", "the schedule has every missing game as final");
  const due = rules.stages.games.unplayed_due;
  const stuck = `the schedule has ${listNames(missing.map(({ name, status }) => `${name} at status ${status ?? "none"}`))}`;
  if (due === undefined || asOf < instantOf(date, due, rules.zone)) return sign("no", `${stuck}, as it may be at this hour`);
  const isPlayed = missing.every((game) => elsewhere.includes(game.name) || game.odd !== undefined) || missing.length < owing.length;
  return sign(isPlayed ? "yes" : "unknown", stuck);
}
