/** A filter that Cloud Logging would refuse, or that this evaluator does not know; never one that is guessed at. */
export class FilterError extends Error {
  override readonly name = "FilterError";
  /** Characters from the filter's beginning. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(`Unparseable filter: ${message} at offset ${offset}`);
    this.offset = offset;
  }
}

export type Operator = "=" | "!=" | "<" | "<=" | ">" | ">=" | ":" | "=~" | "!~";

export interface Token {
  readonly kind: "word" | "string" | "operator" | "(" | ")" | "," | "-" | "*" | "end";
  /** Of a string what it says, without quotes and escapes. */
  readonly text: string;
  readonly offset: number;
  readonly end: number;
}

/** https://cloud.google.com/logging/docs/view/logging-query-language: the limit counts comments too. */
const mostCharacters = 20_000;

const space = /[\s]+|--[^\n]*/uy;
const word = /[\p{L}\p{N}_./@$%+][\p{L}\p{N}_./@$%+-]*/uy;
const operator = /=~|!~|!=|<=|>=|[=<>:]/uy;
const quoted = /"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'/uy;

export function tokensOf(filter: string): readonly Token[] {
  if (filter.length > mostCharacters) throw new FilterError(`longer than ${mostCharacters} characters`, mostCharacters);
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(filter)?.[0];
  };
  while (at < filter.length) {
    const skipped = take(space);
    if (skipped !== undefined) {
      at += skipped.length;
      continue;
    }
    const token = nextToken(take, filter, at);
    tokens.push(token);
    at = token.end;
  }
  return [...tokens, { kind: "end", text: "", offset: at, end: at }];
}

function nextToken(take: (pattern: RegExp) => string | undefined, filter: string, at: number): Token {
  const token = (kind: Token["kind"], raw: string, text = raw): Token => ({ kind, text, offset: at, end: at + raw.length });
  const sign = take(operator);
  if (sign !== undefined) return token("operator", sign);
  const string = take(quoted);
  if (string !== undefined) return token("string", string, unescaped(string.slice(1, -1), at + 1));
  const bare = take(word);
  if (bare !== undefined) return token("word", bare);
  const char = filter.charAt(at);
  if (char === "(" || char === ")" || char === "," || char === "-" || char === "*") return token(char, char);
  throw new FilterError(char === '"' || char === "'" ? "a string that does not end" : `unexpected ${JSON.stringify(char)}`, at);
}

const simple: Readonly<Record<string, string>> = {
  "\\": "\\",
  '"': '"',
  "'": "'",
  "`": "`",
  "?": "?",
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** An escape that strings don't have keeps its backslash: regular expressions are written with one or with two. */
function unescaped(text: string, offset: number): string {
  return text.replaceAll(/\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[0-7]{1,3}|[^])/gu, (whole, code: string, at: number) => {
    if (/^[ux]./u.test(code)) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    if (/^[0-7]/u.test(code)) return String.fromCharCode(Number.parseInt(code, 8));
    if (code === "u" || code === "x") throw new FilterError(`an escape that does not end`, offset + at);
    return simple[code] ?? whole;
  });
}
