import { couldNotLook } from "../../checks/check.ts";
import { isSevere, linesIn } from "../../checks/logging/digest.ts";
import { counted } from "../../checks/words.ts";
import type { Searched } from "../../evidence/looks/logs.ts";
import { logEntries } from "../../evidence/looks/logs.ts";
import type { Asking } from "../../inquiring.ts";
import type { Inquiry, Line } from "../inquiry.ts";
import type { Cursor, Question } from "./cursor.ts";
import { writeCursor } from "./cursor.ts";
import type { LogFacts } from "./facts.ts";
import { troubledPatterns } from "./facts.ts";
import { fittedEntries, fittedPatterns, mostEntries } from "./present.ts";
import type { LogParams } from "./question.ts";
import type { Named } from "./source.ts";

/** One question, parsed, while it is answered. */
export interface Answering {
  readonly asking: Asking;
  readonly given: LogParams;
  readonly question: Question;
  readonly cursor: Cursor | undefined;
  readonly named: Named;
  readonly searched: Searched;
}

/** What the answer lists, and what of it could not be looked at. */
export interface View {
  readonly listed: Partial<Inquiry>;
  readonly notShown?: string;
  readonly lost?: Line;
}

export function digestView({ given, question, cursor, searched }: Answering, facts: LogFacts): View {
  const skip = cursor?.skip ?? 0;
  const asked = given.min_severity !== undefined || facts.filtered || given.detail === "detailed";
  // Lines of a quiet unit are no news unless they were asked for.
  const troubled = new Set(troubledPatterns(facts));
  const worth = facts.patterns.filter((each) => asked || isSevere(each.severity) || each.severity === "WARNING" || troubled.has(each));
  const { shown, taken } = fittedPatterns(worth.slice(skip), facts.unit, given.detail);
  const left = worth.slice(skip + taken);
  const { severe, other } = facts.reading;
  const window = { since: searched.since, until: searched.until };
  const cursorOf = (parts: Pick<Cursor, "skip" | "severe" | "other">): string => writeCursor({ ...window, ...parts }, question);
  const later = cursorOf({ skip: skip + taken, severe: cursor?.severe ?? null, other: cursor?.other ?? null });
  const older = cursorOf({ skip: 0, severe: severe.more ? severe.rest : "done", other: other.more ? other.rest : "done" });
  const next = left.length > 0 ? later : severe.more || other.more ? older : undefined;
  return {
    listed: { ...(shown.length === 0 ? {} : { patterns: shown }), ...(next === undefined ? {} : { cursor: next }) },
    ...(left.length === 0
      ? {}
      : {
          notShown: `${counted(left.length, "pattern")}, ${counted(linesIn(left), "line")}: go on with cursor`,
        }),
  };
}

export async function entriesView({ asking, given, question, cursor, searched }: Answering): Promise<View> {
  const place = cursor?.severe;
  const after = place === null || place === "done" ? undefined : place;
  const found = await asking.gather(logEntries(searched, mostEntries(given.detail), after));
  if (!found.seen) return { listed: {}, lost: { id: `entries/${searched.unit}`, finding: couldNotLook(found), evidence: [found.id] } };
  const { shown, taken } = fittedEntries(found.facts.lines, searched.unit, given.detail);
  // Where fewer fit than were read, the last one that fits is where the next call begins.
  const fitting = taken < found.facts.lines.length ? await asking.gather(logEntries(searched, taken, after)) : found;
  if (!fitting.seen)
    return { listed: { entries: shown }, lost: { id: `entries/${searched.unit}`, finding: couldNotLook(fitting), evidence: [fitting.id] } };
  const { rest } = fitting.facts;
  const next =
    rest === null ? undefined : writeCursor({ since: searched.since, until: searched.until, skip: 0, severe: rest, other: null }, question);
  return { listed: { entries: shown, ...(next === undefined ? {} : { cursor: next }) } };
}
