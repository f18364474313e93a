import { styleText } from "node:util";
import type { StyleTextFormat } from "./terminal.ts";

export type Paint = (format: StyleTextFormat, text: string) => string;

export const plain: Paint = (_, text) => text;
export const coloured: Paint = (format, text) => styleText(format, text, { validateStream: false });

/** C0 and C1 controls, line separators, and what reorders or hides text: none of it may reach a terminal from outside. */
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;
const mostCharacters = 1000;

/** Outside text made safe to print: one line, without control characters, and of bearable length; what was cut is counted. */
export function printable(text: string): string {
  const characters = Array.from(text);
  const cut = characters.length - mostCharacters;
  const kept = cut > 0 ? `${characters.slice(0, mostCharacters).join("")}... (${cut} more characters)` : text;
  return kept.replaceAll(/\s*[\n\r\t]\s*/gu, " ").replaceAll(unprintable, "\ufffd");
}

/** At most so many characters, cut between words. */
export function cutAt(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = text.slice(0, most - 3);
  return `${kept.slice(0, Math.max(most / 2, kept.lastIndexOf(" ")))}...`;
}

/** Wraps at blanks to the width; a word longer than a line is broken. Following lines are indented. */
export function wrap(text: string, width: number, indent = ""): string {
  const room = Math.max(20, width - indent.length);
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").flatMap((long) => chunks(long, room))) {
    if (line !== "" && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.join(`\n${indent}`);
}

/** A name and what stands beside it; a `whole` text is one to be copied, and stays on its line however long it is. */
export type TableRow = readonly [name: string, text: string, whole?: "whole" | undefined];

/** Two columns: names padded to the longest, texts wrapped beside them. */
export function table(rows: readonly TableRow[], width: number, indent = "  "): string {
  const longest = Math.max(0, ...rows.map(([name]) => name.length));
  return rows
    .map(([name, text, whole]) => {
      const hanging = " ".repeat(indent.length + longest + 2);
      return `${indent}${name.padEnd(longest)}  ${whole === undefined ? wrap(text, width, hanging) : text}`.trimEnd();
    })
    .join("\n");
}

function chunks(word: string, size: number): string[] {
  if (word.length <= size) return [word];
  const characters = Array.from(word);
  const count = Math.ceil(characters.length / size);
  return Array.from({ length: count }, (_, index) => characters.slice(index * size, (index + 1) * size).join(""));
}
