import { UserError, short } from "../errors.ts";
import type { LogAsk, LogEntry } from "../ports/logs.ts";

type Test = (entry: LogEntry) => boolean;
type Search = Pick<LogAsk, "contains" | "matches" | "fields">;

/**
 * Whether an entry says what is asked for, in its text, its message or one of the fields named: the one reading that holds for
 * every backend. Rejects with `UserError` for an expression that is none.
 */
export async function textTest(search: Search): Promise<Test> {
  const { matches = "" } = search;
  return testOf(search, matches === "" ? undefined : await expression(matches));
}

function testOf({ contains, fields = [] }: Search, found?: (text: string) => boolean): Test {
  const wanted = contains === undefined ? undefined : folded(contains);
  return (entry) => {
    const texts = [entry.text, ...["message", ...fields].flatMap((name) => textIn(entry, name))];
    return (wanted === undefined || texts.some((text) => folded(text).includes(wanted))) && (found === undefined || texts.some(found));
  };
}

/** Cloud Logging compares strings so: case and compatibility forms aside. */
function folded(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}

function textIn({ fields }: LogEntry, name: string): readonly string[] {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return typeof value === "string" ? [value] : [];
}

/** RE2 as Cloud Logging takes it: anywhere in the text, and in time that grows with the text alone. */
async function expression(pattern: string): Promise<(text: string) => boolean> {
  const { RE2JS, RE2JSException } = await import("re2js");
  try {
    const compiled = RE2JS.compile(pattern);
    return (text) => compiled.matcher(text).find();
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new UserError(`matches "${short(pattern)}" is no RE2 expression: ${short(error.message)}.`);
  }
}
