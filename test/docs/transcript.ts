import { fileURLToPath } from "node:url";
import { withoutBlankEnd } from "./blocks.ts";

/** A line of this alone stands for any lines that a document leaves out. */
const elision = "…";

/** What may be otherwise on the reader's machine, and how a document writes it. */
const machineDependent: readonly (readonly [pattern: RegExp, written: string, why: string])[] = [
  [/^took +\d+ ms/u, "took       N ms", "measured on the wall clock"],
  [new RegExp(fileURLToPath(new URL("../..", import.meta.url)), "gu"), "/path/to/postgame/", "where this checkout is"],
];

/** Lines alike for every machine. */
export function onAnyMachine(lines: readonly string[]): readonly string[] {
  return withoutBlankEnd(lines).map((line) =>
    machineDependent.reduce((text, [pattern, written]) => text.replace(pattern, written), line.trimEnd()),
  );
}

/** What was printed, cut where the document cuts, if all that it shows stands there in this order; else whole. */
export function cutAlike(printed: readonly string[], shown: readonly string[]): readonly string[] {
  const parts = partsBetween(shown);
  let from = 0;
  for (const [index, part] of parts.entries()) {
    const at = index === parts.length - 1 && index > 0 ? printed.length - part.length : positionOf(part, printed, from);
    const isThere = at >= from && part.every((line, offset) => printed[at + offset] === line);
    if (!isThere || (index === 0 && at !== 0)) return printed;
    from = at + part.length;
  }
  return from === printed.length ? shown : printed;
}

function partsBetween(shown: readonly string[]): readonly (readonly string[])[] {
  const parts: string[][] = [[]];
  for (const line of shown) {
    if (line.trim() === elision) parts.push([]);
    else parts.at(-1)?.push(line);
  }
  return parts;
}

function positionOf(part: readonly string[], printed: readonly string[], from: number): number {
  return printed.findIndex((_, start) => start >= from && part.every((line, offset) => printed[start + offset] === line));
}
