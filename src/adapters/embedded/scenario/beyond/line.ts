import type { LogEntry, LogSeverity } from "../../../../ports/logs.ts";
import type { Value } from "../../../../ports/warehouse.ts";

/** A log line that is worded only when somebody reads it: some of them count rows. */
export interface Line {
  readonly at: number;
  readonly severity?: LogSeverity | undefined;
  readonly text: string | (() => string);
  readonly fields?: Readonly<Record<string, Value>> | undefined;
  /** The one that serves then if absent; null where the platform names none. */
  readonly revision?: string | null | undefined;
}

export function entryOfLine(unit: string, line: Line, serving: string | undefined): LogEntry {
  const revision = line.revision === undefined ? serving : line.revision;
  return {
    at: new Date(line.at).toISOString(),
    severity: line.severity ?? "INFO",
    unit,
    ...(revision === undefined || revision === null ? {} : { revision }),
    text: typeof line.text === "string" ? line.text : line.text(),
    fields: line.fields ?? {},
  };
}
