/**
 * What SEARCH finds: every whole token of the query, in any order and any of the texts; what stands in backticks as a phrase
 * of one text. Tokens are letters, digits and underscores, without case.
 */
export function isPhraseIn(query: string, texts: readonly string[]): boolean {
  const phrases = [...query.matchAll(/`([^`]*)`/gu)].map(([, phrase = ""]) => tokens(phrase));
  const single = tokens(query.replaceAll(/`[^`]*`/gu, " "));
  const held = texts.map(tokens);
  const every = new Set(held.flat());
  return single.every((token) => every.has(token)) && phrases.every((phrase) => held.some((text) => follows(text, phrase)));
}

function tokens(text: string): readonly string[] {
  return (
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{N}_]+/gu) ?? []
  );
}

function follows(text: readonly string[], phrase: readonly string[]): boolean {
  return text.some((_, start) => phrase.every((token, index) => text[start + index] === token));
}
