import type { Operator, Token } from "./lql-lexer.ts";
import { FilterError, tokensOf } from "./lql-lexer.ts";

/** What a filter says, as it binds: NOT before OR before AND. */
export type Filter =
  | { readonly kind: "all" | "any"; readonly parts: readonly Filter[] }
  | { readonly kind: "not"; readonly part: Filter }
  | { readonly kind: "compare"; readonly path: Path; readonly operator: Operator; readonly value: Literal }
  | { readonly kind: "present"; readonly path: Path }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "search"; readonly path: Path | undefined; readonly query: string }
  | { readonly kind: "log"; readonly id: string };

export interface Path {
  readonly parts: readonly string[];
  readonly offset: number;
}

export interface Literal {
  readonly text: string;
  readonly isQuoted: boolean;
  readonly offset: number;
}

export function parsed(text: string): Filter {
  const reader = readerOf(tokensOf(text));
  if (reader.peek().kind === "end") return { kind: "all", parts: [] };
  const filter = all(reader, restriction);
  const rest = reader.peek();
  if (rest.kind !== "end") throw new FilterError(`unexpected ${JSON.stringify(rest.text)}`, rest.offset);
  return filter;
}

interface Reader {
  peek(ahead?: number): Token;
  next(): Token;
}

function readerOf(tokens: readonly Token[]): Reader {
  let at = 0;
  const last: Token = tokens.at(-1) ?? { kind: "end", text: "", offset: 0, end: 0 };
  return { peek: (ahead = 0) => tokens[at + ahead] ?? last, next: () => tokens[at++] ?? last };
}

/** What may stand where one condition is expected: a whole one, or a value where a field is compared with several. */
type Primary = (reader: Reader) => Filter;

/** Conditions side by side are joined as by AND. */
function all(reader: Reader, primary: Primary): Filter {
  const parts = [any(reader, primary)];
  for (;;) {
    const token = reader.peek();
    if (isKeyword(token, "AND")) reader.next();
    else if (token.kind === "end" || token.kind === ")" || token.kind === ",") break;
    parts.push(any(reader, primary));
  }
  return joined("all", parts);
}

function any(reader: Reader, primary: Primary): Filter {
  const parts = [unary(reader, primary)];
  while (isKeyword(reader.peek(), "OR")) {
    reader.next();
    parts.push(unary(reader, primary));
  }
  return joined("any", parts);
}

function unary(reader: Reader, primary: Primary): Filter {
  const token = reader.peek();
  if (isKeyword(token, "NOT") || (token.kind === "-" && !isNegativeNumber(reader, primary))) {
    reader.next();
    return { kind: "not", part: unary(reader, primary) };
  }
  if (token.kind !== "(") return primary(reader);
  reader.next();
  const inner = all(reader, primary);
  expect(reader, ")");
  return inner;
}

function isNegativeNumber(reader: Reader, primary: Primary): boolean {
  return primary !== restriction && /^\d/u.test(reader.peek(1).text) && reader.peek(1).offset === reader.peek().end;
}

/** One condition: a comparison, a function, or text looked for everywhere. */
function restriction(reader: Reader): Filter {
  const token = reader.peek();
  if (token.kind !== "word" && token.kind !== "string") throw unexpected(token);
  if (isKeyword(token, "AND", "OR")) throw unexpected(token);
  const opening = reader.peek(1);
  if (token.kind === "word" && opening.kind === "(" && opening.offset === token.end) return call(reader);
  const path = pathOf(reader);
  const sign = reader.peek();
  if (sign.kind !== "operator") {
    if (path.tokens > 1) throw unexpected(sign);
    return { kind: "text", text: token.text };
  }
  if (token.kind === "string") throw new FilterError(`${JSON.stringify(token.text)} is no field`, token.offset);
  reader.next();
  const operator = sign.text as Operator; // the lexer takes no other as one
  if (reader.peek().kind === "*") {
    const star = reader.next();
    if (operator !== ":") throw new FilterError("only : tests presence", star.offset);
    return { kind: "present", path };
  }
  return unary(reader, (inner) => ({ kind: "compare", path, operator, value: literal(inner) }));
}

/** `labels."k8s-pod/app".name`: parts that touch each other belong together. */
function pathOf(reader: Reader): Path & { readonly tokens: number } {
  const first = reader.next();
  const parts = first.kind === "string" ? [first.text] : first.text.split(".");
  let [tokens, end, isOpen] = [1, first.end, parts.at(-1) === ""];
  for (let token = reader.peek(); token.offset === end; token = reader.peek()) {
    const continues = isOpen ? token.kind === "string" : token.kind === "word" && token.text.startsWith(".");
    if (!continues) break;
    reader.next();
    if (isOpen) parts.splice(-1, 1, token.text);
    else parts.push(...token.text.slice(1).split("."));
    [tokens, end, isOpen] = [tokens + 1, token.end, parts.at(-1) === ""];
  }
  return { parts, offset: first.offset, tokens };
}

function literal(reader: Reader): Literal {
  const token = reader.next();
  if (token.kind === "-") {
    const number = reader.next();
    return { text: `-${number.text}`, isQuoted: false, offset: token.offset };
  }
  if (token.kind !== "word" && token.kind !== "string") throw unexpected(token);
  if (isKeyword(token, "AND", "OR", "NOT")) throw unexpected(token);
  const after = reader.peek();
  if (after.kind === "operator") throw new FilterError(`unexpected ${after.text} after a value`, after.offset);
  return { text: token.text, isQuoted: token.kind === "string", offset: token.offset };
}

function call(reader: Reader): Filter {
  const name = reader.next();
  expect(reader, "(");
  switch (name.text) {
    case "log_id": {
      const id = expect(reader, "string");
      expect(reader, ")");
      return { kind: "log", id: id.text };
    }
    case "SEARCH": {
      const isField = reader.peek().kind === "word" && reader.peek(1).kind !== ")";
      const path = isField ? pathOf(reader) : undefined;
      if (isField) expect(reader, ",");
      const query = expect(reader, "string");
      expect(reader, ")");
      return { kind: "search", path, query: query.text };
    }
    default:
      throw new FilterError(`this evaluator knows no function ${name.text}`, name.offset);
  }
}

function expect(reader: Reader, kind: Token["kind"]): Token {
  const token = reader.next();
  if (token.kind !== kind) throw unexpected(token, kind);
  return token;
}

function unexpected(token: Token, wanted?: string): FilterError {
  const found = token.kind === "end" ? "the end" : JSON.stringify(token.text);
  return new FilterError(`unexpected ${found}${wanted === undefined ? "" : ` instead of ${wanted}`}`, token.offset);
}

function isKeyword(token: Token, ...words: readonly string[]): boolean {
  return token.kind === "word" && words.includes(token.text);
}

function joined(kind: "all" | "any", parts: readonly Filter[]): Filter {
  const [only] = parts;
  return only !== undefined && parts.length === 1 ? only : { kind, parts };
}
