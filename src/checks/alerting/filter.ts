/** What can be said of an entry of which only some fields are known. */
export type Likely = "yes" | "no" | "maybe";

/** A filter that was read: whether it holds of an entry, given what each comparison says. */
export type ReadFilter = (compare: Compare) => Likely;

/** One comparison of a field, its path without quotes. */
export type Compare = (path: string, operator: Operator, value: string) => Likely;
export type Operator = "=" | "!=" | "<" | "<=" | ">" | ">=" | ":" | "=~" | "!~";

/**
 * Reads a filter of the logging query language, or of metrics, as far as to say what it can't match: `NOT` binds closest, then
 * `OR`, then `AND`, which may be left out. Searches and functions may match anything. Undefined for what can't be read.
 * https://cloud.google.com/logging/docs/view/logging-query-language
 */
export function readFilter(text: string): ReadFilter | undefined {
  const tokens = tokensOf(text);
  if (tokens === undefined) return undefined;
  if (tokens.length === 0) return () => "yes";
  const reader = new Reader(tokens);
  const found = reader.all();
  return reader.atEnd ? found : undefined;
}

interface Token {
  readonly kind: "word" | "string" | "operator" | "(" | ")" | "," | "not";
  readonly text: string;
  /** Nothing stands between it and the token before: only so is a parenthesis a function's. */
  readonly adjoins: boolean;
}

const pieces: readonly (readonly [Token["kind"] | "blank", RegExp])[] = [
  ["blank", /^(?:\s+|--[^\n]*)/u],
  ["operator", /^(?:!=|<=|>=|=~|!~|[=<>:])/u],
  ["string", /^(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')/su],
  ["not", /^-(?=[("'\p{L}_])/u],
  // A path may have quoted parts: `resource.labels."k8s-pod/app"`.
  ["word", /^[^\s()"',=<>!:~-][^\s()"',=<>!:~]*(?:"(?:[^"\\]|\\.)*"(?:\.[^\s()"',=<>!:~]*)?)*/u],
  ["word", /^-\d[\d.eE+-]*/u],
];

function tokensOf(text: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  let adjoins = false;
  for (let rest = text; rest !== "";) {
    const [sign = ""] = rest;
    const found = sign === "(" || sign === ")" || sign === "," ? ([sign, sign] as const) : pieceOf(rest);
    if (found === undefined) return undefined;
    const [kind, piece] = found;
    if (kind !== "blank") tokens.push({ kind, text: piece, adjoins });
    adjoins = kind !== "blank";
    rest = rest.slice(piece.length);
  }
  return tokens;
}

function pieceOf(rest: string): readonly [Token["kind"] | "blank", string] | undefined {
  for (const [kind, pattern] of pieces) {
    const piece = pattern.exec(rest)?.[0];
    if (piece !== undefined) return [kind, piece];
  }
  return undefined;
}

const always: ReadFilter = () => "yes";
const maybe: ReadFilter = () => "maybe";

/** Reads tokens from left to right. What is undefined could not be read, whatever stands around it. */
class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get atEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  all(): ReadFilter | undefined {
    return this.#joined(() => this.#any(), "AND", both, always);
  }

  #any(): ReadFilter | undefined {
    const first = this.#one();
    if (first === undefined || !this.#takeWord("OR")) return first;
    const rest = this.#any();
    return rest === undefined ? undefined : either(first, rest);
  }

  /** Parts with or without the word between them. */
  #joined(part: () => ReadFilter | undefined, word: string, join: typeof both, none: ReadFilter): ReadFilter | undefined {
    let found = part();
    while (found !== undefined && !this.atEnd && this.#peek()?.kind !== ")") {
      this.#takeWord(word);
      const next = part();
      found = next === undefined ? undefined : join(found, next);
    }
    return found ?? (this.#tokens.length === 0 ? none : undefined);
  }

  #one(): ReadFilter | undefined {
    if (this.#peek()?.kind === "not" || this.#isWord("NOT")) {
      this.#at += 1;
      const denied = this.#one();
      return denied === undefined ? undefined : not(denied);
    }
    if (this.#peek()?.kind === "(") {
      this.#at += 1;
      const inner = this.all();
      return this.#take(")") ? inner : undefined;
    }
    return this.#restriction();
  }

  #restriction(): ReadFilter | undefined {
    const token = this.#peek();
    if (token === undefined || (token.kind !== "word" && token.kind !== "string")) return undefined;
    if (token.kind === "word" && ["AND", "OR"].includes(token.text)) return undefined;
    this.#at += 1;
    const isCall = token.kind === "word" && this.#isCall();
    if (isCall && this.#argumentsOf() === undefined) return undefined;
    const operator = this.#peek();
    if (operator?.kind !== "operator") return maybe;
    this.#at += 1;
    const compared = this.#value(token.text.replaceAll('"', ""), operator.text as Operator); // the pattern admits no other
    return isCall && compared !== undefined ? maybe : compared;
  }

  /** One value, several in parentheses, each compared by itself, or a function of some. */
  #value(path: string, operator: Operator): ReadFilter | undefined {
    const token = this.#peek();
    if (token?.kind === "(") {
      this.#at += 1;
      const inner = this.#values(path, operator);
      return this.#take(")") ? inner : undefined;
    }
    if (token?.kind !== "word" && token?.kind !== "string") return undefined;
    this.#at += 1;
    if (token.kind === "word" && this.#isCall()) return called(token.text, path, operator, this.#argumentsOf());
    const value = token.kind === "string" ? unquoted(token.text) : token.text;
    return (compare) => compare(path, operator, value);
  }

  /** Within parentheses values are joined as filters are. */
  #values(path: string, operator: Operator): ReadFilter | undefined {
    const one = (): ReadFilter | undefined => {
      if (this.#peek()?.kind === "not" || this.#isWord("NOT")) {
        this.#at += 1;
        const denied = one();
        return denied === undefined ? undefined : not(denied);
      }
      return this.#value(path, operator);
    };
    const any = (): ReadFilter | undefined => {
      const first = one();
      if (first === undefined || !this.#takeWord("OR")) return first;
      const rest = any();
      return rest === undefined ? undefined : either(first, rest);
    };
    return this.#joined(any, "AND", both, always);
  }

  /** Their values, in parentheses; undefined if they don't end. */
  #argumentsOf(): readonly string[] | undefined {
    const values: string[] = [];
    for (this.#at += 1; !this.#take(")"); this.#at += 1) {
      const token = this.#peek();
      if (token === undefined || token.kind === "(") return undefined;
      if (token.kind === "string") values.push(unquoted(token.text));
      else if (token.kind === "word") values.push(token.text);
    }
    return values;
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  #isCall(): boolean {
    const token = this.#peek();
    return token?.kind === "(" && token.adjoins;
  }

  #isWord(text: string): boolean {
    const token = this.#peek();
    return token?.kind === "word" && token.text === text;
  }

  #takeWord(text: string): boolean {
    const there = this.#isWord(text);
    if (there) this.#at += 1;
    return there;
  }

  #take(kind: Token["kind"]): boolean {
    const there = this.#peek()?.kind === kind;
    if (there) this.#at += 1;
    return there;
  }
}

/** A function that says what a metric filter's value is like; one that is not known here may mean anything. */
function called(name: string, path: string, operator: Operator, values: readonly string[] | undefined): ReadFilter | undefined {
  if (values === undefined) return undefined;
  if (operator !== "=" || name !== "one_of") return maybe;
  return (compare) => values.map((value) => compare(path, "=", value)).reduce<Likely>(eitherOf, "no");
}

function unquoted(written: string): string {
  return written.slice(1, -1).replaceAll(/\\(.)/gsu, "$1");
}

function not(denied: ReadFilter): ReadFilter {
  const opposite = { yes: "no", no: "yes", maybe: "maybe" } as const;
  return (compare) => opposite[denied(compare)];
}

function both(one: ReadFilter, other: ReadFilter): ReadFilter {
  return (compare) => {
    const found = [one(compare), other(compare)];
    if (found.includes("no")) return "no";
    return found.includes("maybe") ? "maybe" : "yes";
  };
}

function either(one: ReadFilter, other: ReadFilter): ReadFilter {
  return (compare) => eitherOf(one(compare), other(compare));
}

function eitherOf(one: Likely, other: Likely): Likely {
  if (one === "yes" || other === "yes") return "yes";
  return one === "maybe" || other === "maybe" ? "maybe" : "no";
}
