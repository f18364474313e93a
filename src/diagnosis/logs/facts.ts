import type { LinePattern } from "../../checks/logging/digest.ts";
import { isHarmless, isSevere } from "../../checks/logging/digest.ts";
import type { Evidence } from "../../evidence/evidence.ts";
import type { LoggedLine, LogReading } from "../../evidence/looks/logs.ts";
import { isAtLeast } from "../../evidence/looks/logs.ts";
import type { UnitFacts } from "../../evidence/looks/units.ts";
import { excerpt } from "../../outside-text.ts";
import { clockText, timeText, zoneName } from "../../pipeline/dates.ts";
import type { Rules } from "../../pipeline/load.ts";
import type { Callers } from "./callers.ts";

export interface DeployedRevision {
  readonly name: string;
  readonly created: Date;
  readonly ready: boolean;
}

/** What a window of a unit's log tells, with what else was looked at: all that causes are weighed by. */
export interface LogFacts {
  readonly unit: string;
  readonly zone: string;
  readonly since: Date;
  readonly until: Date;
  readonly reading: LogReading;
  /** Worst first. */
  readonly patterns: readonly LinePattern[];
  /** Newest first, of those made by then; undefined: nobody could look, or it has none. */
  readonly revisions: readonly DeployedRevision[] | undefined;
  /** Datasets and tables that the pipeline file declares. */
  readonly tables: readonly string[];
  /** Lines were left out of the reading by a text that they must hold: what else was logged is not known. */
  readonly filtered: boolean;
  /** The least severity asked for left out what a unit logs of its ordinary work. */
  readonly severeOnly?: boolean;
  /** It is the log of what calls (a job, a subscription), not of what is called. */
  readonly isCaller?: boolean;
  /** Of what calls it; undefined: not asked, or nobody could look. */
  readonly callers?: Callers;
}

/** ERROR and above that nobody knows to be harmless, worst first. */
export function badPatterns({ patterns }: Pick<LogFacts, "patterns">): readonly LinePattern[] {
  return patterns.filter((each) => isSevere(each.severity) && !isHarmless(each));
}

/**
 * Below ERROR, and yet the pipeline file knows it as trouble (what may cost rows in any severity, the rest as a warning), or it is a
 * stack trace, or calls itself an error, where nobody gave it a severity; worst first.
 */
export function troubledPatterns({ patterns }: Pick<LogFacts, "patterns">): readonly LinePattern[] {
  return patterns.filter((each) => {
    if (isSevere(each.severity) || isHarmless(each)) return false;
    if (each.known?.kind === "destructive") return true;
    const isGiven = each.severity === "WARNING" || each.severity === "DEFAULT";
    return (
      isGiven && (each.known !== undefined || (each.severity === "DEFAULT" && (each.frames > 0 || callsItselfError.test(each.example))))
    );
  });
}

/** The level at a line's beginning, as loggers write it that nobody taught the platform's severities: after time, process and name. */
const callsItselfError =
  /^(?:\[?\d{4}-\d{2}-\d{2}[T ][\d:.,Z+ -]*\]?[\s-]*(?:\[\d+\]\s*)?(?:[\w.]{1,60} - )?)?\[?(?:ERROR|CRITICAL|FATAL)(?:\]|:| -)/u;

interface Made extends Omit<LogFacts, "revisions" | "tables"> {
  readonly deployed: Evidence<UnitFacts> | undefined;
  readonly rules: Pick<Rules, "tables">;
  readonly asOf: Date;
}

export function logFacts({ deployed, rules, asOf, ...rest }: Made): LogFacts {
  const unit = deployed?.seen === true ? deployed.facts.unit : null;
  const revisions = unit?.revisions.map(({ name, createdAt, ready }) => ({ name, created: new Date(createdAt), ready }));
  return {
    ...rest,
    revisions: revisions?.filter(({ created }) => created <= asOf).toSorted((a, b) => b.created.getTime() - a.created.getTime()),
    tables: Object.keys(rules.tables),
  };
}

export function linesLike(
  { reading }: Pick<LogFacts, "reading">,
  form: RegExp,
  least: "ERROR" | "WARNING" = "ERROR",
): readonly LoggedLine[] {
  return reading.lines.filter((line) => isAtLeast(line.severity, least) && form.test(line.text));
}

/** Of the lines given, which come newest first. */
export function firstOf(lines: readonly LoggedLine[]): Date | undefined {
  const times = lines.map(({ at }) => Date.parse(at));
  return times.length === 0 ? undefined : new Date(times.reduce((a, b) => Math.min(a, b)));
}

/** A line in an answer; those of requests bear no text. */
export function toldText(text: string, most: number): string {
  return text === "" ? "an entry without text" : excerpt(text, most);
}

/** The run that a line names, in a field or in its text. */
export function runOf({ run, text }: LoggedLine): string | undefined {
  return run ?? /\b(?:run|execution)(?:_id| id)?[ =:]+["'`]?([\w-]*\d[\w-]*|[\w]+-[\w-]+)/u.exec(text)?.[1];
}

/** `2026-02-04 15:00 ET`, or without its day where that is the day of the other. */
export function momentText(at: Date, zone: string, beside?: Date): string {
  const [day, other] = [clockText(at, zone), beside === undefined ? "" : clockText(beside, zone)];
  return day.slice(0, 10) === other.slice(0, 10) ? `${timeText(at, zone)} ${zoneName(zone)}` : day;
}
