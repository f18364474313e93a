import { UserError, short, unknownName } from "../../errors.ts";
import type { LogResource, LogSeverity } from "../../evidence/looks/logs.ts";
import { logResources, retentionDays } from "../../evidence/looks/logs.ts";
import { clockText, durationText, parseInstant } from "../../pipeline/dates.ts";

/** What a caller may say; each text as it was given. */
export interface LogParams {
  readonly unit?: string | undefined;
  readonly job?: string | undefined;
  readonly resource?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly around?: string | undefined;
  readonly min_severity?: LogSeverity | undefined;
  readonly contains?: string | undefined;
  readonly matches?: string | undefined;
  readonly view: "digest" | "entries";
  readonly cursor?: string | undefined;
  readonly detail: "concise" | "detailed";
}

export type Source =
  | { readonly kind: "unit" | "job"; readonly name: string }
  | { readonly kind: "resource"; readonly name: string; readonly resource: LogResource };

const aroundMs = 15 * 60_000;
const dayMs = 86_400_000;

/** Who is meant. Throws `UserError` unless exactly one is named. */
export function sourceAsked({ unit, job, resource }: LogParams): Source {
  const given = Object.entries({ unit, job, resource }).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (given.length === 0)
    throw new UserError("Name whose log is meant: unit (a service or function), job (a scheduler job) or resource (type/name).");
  if (given.length > 1) throw new UserError(`Give ${given.join(" or ")}, not both: one log is read in one call.`);
  if (resource !== undefined) return resourceAsked(resource);
  return { kind: unit === undefined ? "job" : "unit", name: printable(unit === undefined ? "job" : "unit", unit ?? job ?? "") };
}

function resourceAsked(given: string): Source {
  const [type = "", ...rest] = given.split("/");
  const name = rest.join("/");
  if (rest.length === 0 || name === "")
    throw new UserError(`resource "${short(given)}" is not type/name, e.g. pubsub_subscription/prediction-request-dlq-sub.`);
  const known = Object.keys(logResources);
  const found = known.find((each) => each === type);
  if (found === undefined) throw new UserError(unknownName("resource type", type, known));
  return { kind: "resource", resource: found as LogResource, name: printable("resource", name) }; // it is one of its keys
}

function printable(parameter: string, value: string): string {
  if (value.trim() === "" || value.length > 200) throw new UserError(`${parameter} "${short(value)}" is no name of up to 200 characters.`);
  if (/[\p{Cc}\p{Cf}]/u.test(value)) throw new UserError(`${parameter} has a control or direction character in it: "${short(value)}".`);
  return value;
}

/** What lines must hold. Throws `UserError` for both at once and for an empty text. */
export function refuseSearch({ contains, matches }: LogParams): void {
  if (contains !== undefined && matches !== undefined)
    throw new UserError("Give contains (a text) or matches (an RE2 expression), not both.");
  for (const [parameter, value] of Object.entries({ contains, matches })) {
    if (value?.trim() === "") throw new UserError(`${parameter} is empty: give what the lines must hold, or leave it out.`);
  }
}

export interface LogWindow {
  readonly since: Date | "serving";
  readonly until: Date;
}

/** Which window is meant; `serving` has to be looked up. Throws `UserError` for what excludes each other, is reversed, in the future or too long. */
export function windowAsked({ since, until, around }: LogParams, asOf: Date, zone: string): LogWindow {
  if (around !== undefined) {
    if (since !== undefined || until !== undefined)
      throw new UserError(`Give around, or since and until, not both: around ${short(around)} is 15 min on either side.`);
    const middle = momentOf("around", around, asOf, zone);
    return { since: new Date(middle.getTime() - aroundMs), until: earlier(new Date(middle.getTime() + aroundMs), asOf) };
  }
  const end = until === undefined ? asOf : earlier(momentAt("until", until, zone), asOf);
  if (since === "serving") return { since, until: end };
  const begin = since === undefined ? new Date(end.getTime() - dayMs) : momentOf("since", since, asOf, zone);
  refuseWindow(begin, end, zone);
  return { since: begin, until: end };
}

export function refuseWindow(since: Date, until: Date, zone: string): void {
  if (since >= until)
    throw new UserError(`since ${clockText(since, zone)} is not before until ${clockText(until, zone)}: name the earlier time first.`);
  const ms = until.getTime() - since.getTime();
  if (ms > retentionDays * dayMs)
    throw new UserError(
      `That spans ${durationText(ms)}; at most ${retentionDays} d are read, which is how long lines are kept: narrow it.`,
    );
}

function momentOf(parameter: string, given: string, asOf: Date, zone: string): Date {
  const found = momentAt(parameter, given, zone);
  if (found > asOf) throw new UserError(`${parameter} ${clockText(found, zone)} is in the future: it is ${clockText(asOf, zone)}.`);
  return found;
}

function momentAt(parameter: string, given: string, zone: string): Date {
  const found = parseInstant(given, zone);
  if (found !== undefined) return found;
  const serving = parameter === "since" ? ', or "serving"' : "";
  throw new UserError(
    `${parameter} "${short(given)}" is no moment; write "2026-02-04 15:00" (${zone}) or ISO 8601 with an offset${serving}.`,
  );
}

function earlier(a: Date, b: Date): Date {
  return a < b ? a : b;
}
