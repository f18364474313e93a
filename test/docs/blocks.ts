export interface Block {
  readonly language: string;
  readonly text: string;
  /** Of its first line in the file, counted from 1. */
  readonly line: number;
}

/** Every fenced block of a Markdown text. Throws where a fence is never closed: what follows would be skipped. */
export function fencedBlocks(markdown: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: { readonly fence: string; readonly language: string; readonly line: number; readonly text: string[] } | undefined;
  for (const [index, line] of markdown.split("\n").entries()) {
    const [, fence = "", language = ""] = /^\s*(`{3,}|~{3,})\s*(\S*)/u.exec(line) ?? [];
    if (open === undefined) {
      if (fence !== "") open = { fence, language, line: index + 2, text: [] };
    } else if (language === "" && fence.startsWith(open.fence)) {
      blocks.push({ language: open.language, line: open.line, text: open.text.join("\n") });
      open = undefined;
    } else open.text.push(line);
  }
  if (open !== undefined) throw new Error(`The fence above line ${open.line} is never closed.`);
  return blocks;
}

/** A command as it is typed, and the lines that it is said to print. */
export interface Exchange {
  readonly typed: string;
  readonly printed: readonly string[];
}

/** What a console block shows: each `$ command`, which may go on after a backslash, and what follows it. */
export function exchangesIn(text: string): readonly Exchange[] {
  const [before = "", ...exchanges] = `\n${text}`.split("\n$ ");
  if (before.trim() !== "") throw new Error(`A console block begins with "$ ", not with ${JSON.stringify(before.trim())}.`);
  return exchanges.map((exchange) => {
    const [typed = "", ...printed] = exchange.replaceAll("\\\n", " ").split("\n");
    return { typed, printed: withoutBlankEnd(printed) };
  });
}

/** The simple commands of a shell text, as words: comments left out, lines joined, lists and pipes taken apart. */
export function commandsIn(text: string): readonly (readonly string[])[] {
  return text
    .replaceAll("\\\n", " ")
    .split("\n")
    .flatMap((line) => commandsOfLine(line))
    .filter((words) => words.length > 0);
}

function commandsOfLine(line: string): readonly (readonly string[])[] {
  const commands: string[][] = [[]];
  for (const [word] of line.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/gu)) {
    if (word.startsWith("#")) break;
    if (["&&", "||", "|", ";"].includes(word)) commands.push([]);
    else commands.at(-1)?.push(word.replaceAll(/"([^"]*)"|'([^']*)'/gu, "$1$2"));
  }
  return commands;
}

export function withoutBlankEnd(lines: readonly string[]): readonly string[] {
  return lines.slice(0, lines.findLastIndex((line) => line.trim() !== "") + 1);
}
