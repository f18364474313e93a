import type { LockLogFacts } from "../../evidence/looks/locks.ts";
import type { CalendarDate } from "../../pipeline/dates.ts";
import { isCalendarDate } from "../../pipeline/dates.ts";
import type { LockKind } from "./kinds.ts";
import { lineTexts } from "./kinds.ts";

/** What happened to a lock by one line of a unit's log. `told`: a line about a lock that counts for no event of its own. */
export interface LockEvent {
  readonly what: "acquired" | "reclaimed" | "refused" | "released" | "failed" | "forced" | "told";
  readonly kind: string;
  readonly at: Date;
  readonly revision: string | null;
  readonly unit: string;
  /** The first date that the line names. */
  readonly date?: CalendarDate;
  /** The whole id, where the line names one: only those of giving back do. */
  readonly lock?: string;
  /** Who holds it, where a line of refusal says so. */
  readonly holder?: string;
}

/** Lines about locks of these kinds, oldest first. By their words alone: the signs before them mean the opposite in another kind. */
export function lockEvents(unit: string, { lines }: Pick<LockLogFacts, "lines">, kinds: readonly LockKind[]): readonly LockEvent[] {
  const found = lines.flatMap(({ at, revision, text }) => {
    const read = kinds.flatMap((kind) => readLine(kind, text) ?? [])[0];
    return read === undefined ? [] : [{ ...read, at: new Date(at), revision, unit }];
  });
  return found.toReversed().toSorted((a, b) => a.at.getTime() - b.at.getTime());
}

/** In this order: the line of a caller repeats what another line has told already, and counts for nothing. */
const order = ["repeated", "failed", "forced", "refused", "reclaimed", "released", "acquired"] as const;

function readLine(kind: LockKind, text: string): Omit<LockEvent, "at" | "revision" | "unit"> | undefined {
  const { lines } = kind.rules;
  const folded = text.toLowerCase();
  const about = aboutLine(text);
  if (lines === undefined) {
    const part = lineTexts(kind).find((each) => folded.includes(each.toLowerCase()));
    const lock = part === undefined ? undefined : idAround(text, folded.indexOf(part.toLowerCase()));
    return lock === undefined ? undefined : { what: "told", kind: kind.id, ...about, lock };
  }
  for (const what of order) {
    const part = lines[what]?.find((each) => folded.includes(each.toLowerCase()));
    if (part === undefined) continue;
    const rest = text.slice(folded.indexOf(part.toLowerCase()) + part.length);
    const lock = what === "released" || what === "failed" || what === "forced" ? /^[:\s]*([\w.-]*_[\w.-]+)/u.exec(rest)?.[1] : undefined;
    return {
      what: what === "repeated" ? "told" : what,
      kind: kind.id,
      ...about,
      ...(lock === undefined ? {} : { lock: lock.replace(/[.:-]+$/u, "") }),
    };
  }
  return undefined;
}

/** The whole word that stands there. */
function idAround(text: string, index: number): string {
  const before = /[\w.-]*$/u.exec(text.slice(0, index))?.[0] ?? "";
  const after = /^[\w.-]*/u.exec(text.slice(index))?.[0] ?? "";
  return `${before}${after}`.replace(/[.-]+$/u, "");
}

/** The date of a line is the last date of the run that asks. */
function aboutLine(text: string): Pick<LockEvent, "date" | "holder"> {
  const date = /\d{4}-\d{2}-\d{2}/u.exec(text)?.[0] ?? "";
  const holder = /\b(?:execution|held by operation)[ =]([^\s,)]+)/u.exec(text)?.[1];
  return { ...(isCalendarDate(date) ? { date } : {}), ...(holder === undefined ? {} : { holder }) };
}
