/** What a stack trace comes down to. */
export interface Folded {
  /** The line that says what happened. */
  readonly line: string;
  /** Frames of the stack that were left out. */
  readonly frames: number;
}

const begin = "Traceback (most recent call last):";
const frame = /^\s+(?:File "[^"]*", line \d+|at .+\(.*\)$|at \S+:\d+)/u;
const exception =
  /^(?:[A-Za-z_][\w.]*\.)?[A-Z]\w*(?:Error|Exception|Exit|Interrupt|Warning|Timeout|Failure|NotFound|Forbidden|BadRequest|Conflict)\b/u;

/** Of a stack trace the exception that ended it, with what was said before; of any other text the first line that says something. */
export function folded(text: string): Folded {
  const lines = text.split(/\r?\n/u);
  if (lines.length === 1) return { line: text.trim(), frames: 0 };
  const frames = lines.filter((line) => frame.test(line)).length;
  const first = lines.find((line) => line.trim() !== "")?.trim() ?? "";
  if (frames === 0 && !text.includes(begin)) return { line: first, frames: 0 };
  // Of several that follow each other the last one is what the caller saw. Other languages name it before the frames.
  const thrown = lines.findLast((line) => exception.test(line))?.trim();
  if (thrown === undefined) return { line: first.replace(begin, "").trim() || lastLine(lines), frames };
  const before = first.startsWith(begin) || first === thrown ? "" : (first.split(begin)[0]?.trim() ?? "");
  return { line: before === "" || thrown.includes(before) ? thrown : `${before} ${thrown}`, frames };
}

function lastLine(lines: readonly string[]): string {
  return lines.findLast((line) => line.trim() !== "")?.trim() ?? "";
}
