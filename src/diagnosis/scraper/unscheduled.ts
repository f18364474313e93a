import type { Scope } from "../../checks/check.ts";
import { couldNotLook, judgedWithout } from "../../checks/check.ts";
import type { Finding } from "../../checks/finding.ts";
import { pass, problem, unknown } from "../../checks/finding.ts";
import { at, counted, listNames } from "../../checks/words.ts";
import type { Looking } from "../../evidence/looking.ts";
import { collectedGames, scraperRuns } from "../../evidence/looks/scraping.ts";
import { quoted } from "../../outside-text.ts";
import type { Source } from "../../pipeline/things.ts";
import type { Inquiry } from "../inquiry.ts";
import type { ScrapeRun } from "./journals.ts";
import { hasBrought, runsIn } from "./journals.ts";

/** A source of which the pipeline file says no window: what its runs came to and what landed can be told, but not whether it was late. */
export async function unscheduled(looking: Looking, { scrapers, table, otherTable }: Source, name: string, scope: Scope): Promise<Inquiry> {
  const { rules, date } = scope;
  const declared = table !== undefined && rules.tables[table]?.columns["game_id"] !== undefined ? table : undefined;
  const log = await looking.gather(scraperRuns(rules, date));
  const rows = declared === undefined ? undefined : await looking.gather(collectedGames(rules, date, declared));
  const evidence = [log.id, ...(rows === undefined ? [] : [rows.id])];
  const runs = runsIn(log, scrapers, scope);
  const landed = rows?.seen === true ? rows.facts.rows.reduce((sum, { n }) => sum + n, 0) : undefined;
  const where = table ?? otherTable;
  const found = judged({ name, scrapers, runs, landed, where, scope, lost: log.seen ? undefined : couldNotLook(log) });
  // A run's own word is no row.
  const isUnshown = found.verdict === "pass" && rows !== undefined && !rows.seen;
  const finding = isUnshown ? couldNotLook(rows) : found;
  const timeline = (runs ?? []).map((run) => ({ at: run.at, said: runSaid(run), from: log.id }));
  const unseen = rows !== undefined && !rows.seen && !isUnshown && finding.verdict !== "not_applicable" ? [judgedWithout(rows)] : [];
  return {
    lines: [finding, ...unseen].map((each) => ({ id: `scraper/${scrapers[0] ?? name}`, finding: each, evidence })),
    numbers: { runs: runs === undefined ? "not recorded" : `${runs.length}`, ...(landed === undefined ? {} : { rows: `${landed}` }) },
    asked: {},
    ...(finding.verdict === "pass" ? {} : { timeline }),
  };
}

interface Judging {
  readonly name: string;
  readonly scrapers: readonly string[];
  readonly runs: readonly ScrapeRun[] | undefined;
  readonly landed: number | undefined;
  readonly where: string | undefined;
  readonly scope: Scope;
  readonly lost: Finding | undefined;
}

function judged({ name, scrapers, runs, landed, where, scope, lost }: Judging): Finding {
  const { rules, date } = scope;
  const noWindow = "the pipeline file names no window for it, so lateness can't be told";
  if (lost !== undefined) return lost;
  if (runs === undefined)
    return unknown(
      "unrecorded",
      `${rules.scraping.executions} says nothing of anybody that night; ${noWindow}`,
      `See that ${rules.scraping.executions} is being written.`,
    );
  const last = runs.at(-1);
  const there = landed === undefined ? "" : `; ${where ?? "its table"} holds ${counted(landed, "row")} of ${date}`;
  if (last === undefined)
    return unknown(
      "no_window",
      `no run of ${listNames(scrapers)} for ${date} is recorded${there}; ${noWindow}`,
      `Say in the pipeline file when ${name} is due (scraping.collections), then ask again.`,
    );
  const good = runs.findLast(hasBrought);
  const said = `${counted(runs.length, "run")} for ${date}, the last ${at(last.at, scope)}: ${quoted(last.status)}`;
  if (good !== undefined && landed !== 0) return pass(`${said}; good ${at(good.at, scope)}${there}; ${noWindow}`);
  return problem("P3", {
    reason: good === undefined ? "no_good_run" : "not_landed",
    observed: `${said}${last.error === undefined ? "" : ` (${quoted(last.error)})`}${there}; ${noWindow}`,
    expected: "a run that brings something, and its rows",
    next: `Read what the scraper logged ${at(last.at, scope)}, then have it collect ${date} again.`,
  });
}

function runSaid({ status, records, error }: ScrapeRun): string {
  return `run: ${quoted(status)}${records === undefined ? "" : `, ${records} records`}${error === undefined ? "" : ` ${quoted(error)}`}`;
}
