/** What varies from one line to the next. */
export const varies = "<*>";

/**
 * What varies by its form alone, in this order: what holds another comes first. Whatever is left of numbers and ids is found
 * token by token.
 */
const forms: readonly RegExp[] = [
  /\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2}| ?UTC)?/gu,
  /\b\d{4}[-/]\d{2}[-/]\d{2}\b/gu,
  /\b\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\b/gu,
  /\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/giu,
  /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/gu,
  /\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/giu,
  /(?<![\w.])(?:\/[\w.@=-]+){2,}\/?/gu,
];
const quotes = /"[^"\n]{1,300}"|`[^`\n]{1,300}`|(?<!\w)'[^'\n]{1,300}'(?!\w)/gu;
const hex = /\b(?:0x[0-9a-f]+|(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,})\b/giu;
const token = /[\p{L}\p{N}_](?:[\p{L}\p{N}_.-]*[\p{L}\p{N}_])?/gu;
/** The name that is missing is what such a line is about. */
const names = /\b(?:No module named|cannot import name|has no attribute|is not defined|Unrecognized name|unexpected keyword argument)\b/u;
/** Names of columns, tables and modules; those of players have no such parts. */
const dotted = /^['"`][A-Za-z]+(?:[_.][A-Za-z]+)+['"`]$/u;
/** Status codes tell one failure from another; other numbers don't. */
const statusBefore = /(?:^|(?:status|code|HTTP(?:\/[\d.]+)?|returned|returning|error)[ =:]*)$/iu; // also `status_code`, `HttpError`

/** The line with all that varies replaced: lines of one kind become alike, or nearly. */
export function masked(line: string): string {
  let text = line;
  for (const form of forms) text = text.replaceAll(form, varies);
  if (!names.test(text)) text = text.replaceAll(quotes, (part) => (dotted.test(part) ? part : varies));
  text = text.replaceAll(hex, varies);
  return text.replaceAll(token, (word, offset: number) => (isVariable(word, text.slice(Math.max(0, offset - 16), offset)) ? varies : word));
}

/** Numbers, and words with two digits or more; `phase3` and `v2` are names. */
function isVariable(word: string, before: string): boolean {
  if (/^[45]\d\d$/u.test(word)) return !statusBefore.test(before);
  if (/^[\p{N}._-]+$/u.test(word) && /\p{N}/u.test(word)) return true;
  return (word.match(/\p{N}/gu) ?? []).length >= 2;
}
