import type { LogAsk } from "../../ports/logs.ts";
import { logResources } from "../../ports/logs.ts";

/** Under which resource something logs, and the label that bears its name. */
export interface LogSource {
  readonly type: string;
  readonly label: string;
}

/** By kind; the pipeline file's `monitoring.logs_as`. */
export type LogSources = Readonly<Record<"service" | "function" | "job" | "scheduled", LogSource>>;

/** Each source once: a service and a function may log alike. */
export function sourcesOf(logsAs: LogSources): readonly LogSource[] {
  return [...new Map(Object.values(logsAs).map((source) => [`${source.type} ${source.label}`, source])).values()];
}

/**
 * The question in the Logging query language: one condition a line, all of which must hold, what is indexed first.
 * https://cloud.google.com/logging/docs/view/logging-query-language
 */
export function filterOf(ask: LogAsk, declared: readonly LogSource[]): string {
  const { unit, since, until, severity, below, revision, after } = ask;
  const sources = sourcesFor(ask, declared);
  return [
    `timestamp>=${quote(isoOf(since))}`,
    `timestamp<${quote(isoOf(until))}`,
    ...(after === undefined ? [] : [`timestamp<=${quote(after.at)}`]),
    `resource.type=${either(unique(sources.map(({ type }) => quote(type))))}`,
    ...(severity === undefined ? [] : [`severity>=${severity}`]),
    ...(below === undefined ? [] : [`severity<${below}`]),
    either(unique(sources.map(({ label }) => `resource.labels.${label}=${quote(unit)}`))),
    ...(revision === undefined ? [] : [`resource.labels.revision_name=${quote(revision)}`]),
    ...textConditions(ask, ":", ask.contains),
    ...textConditions(ask, "=~", ask.matches),
  ].join("\n");
}

/** Of something that is neither unit nor scheduler job the question says itself under which resource it logs. */
export function sourcesFor({ resource }: Pick<LogAsk, "resource">, declared: readonly LogSource[]): readonly LogSource[] {
  return resource === undefined ? declared : [{ type: resource, label: logResources[resource] }];
}

/** Wherever an entry may say it: which of them an entry has depends on who wrote it. */
function textConditions({ fields = [] }: LogAsk, operator: ":" | "=~", text: string | undefined): readonly string[] {
  if (text === undefined || text === "") return [];
  const paths = ["textPayload", "jsonPayload.message", ...fields.map((field) => `jsonPayload.${pathPart(field)}`)];
  return [either(unique(paths).map((path) => `${path}${operator}${quote(text)}`))];
}

function pathPart(field: string): string {
  return /^[A-Za-z_]\w*$/u.test(field) ? field : quote(field);
}

/** OR binds tighter than AND in this language; in parentheses nobody has to know. */
function either(conditions: readonly string[]): string {
  return `(${conditions.join(" OR ")})`;
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}

/** The language takes the escapes that JSON makes: of quotes, backslashes and control characters. */
export function quote(text: string): string {
  return JSON.stringify(text);
}

/** An unreadable end of a window would match nothing, which reads like silence. */
export function instantOf(text: string): number {
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new TypeError(`A log window needs ISO 8601, not "${text}".`);
  return at;
}

function isoOf(text: string): string {
  return new Date(instantOf(text)).toISOString();
}
