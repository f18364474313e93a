/** Most characters of one outside value that a sentence of ours carries. */
const mostCharacters = 60;

/**
 * Text from a watched store inside a sentence of ours: fenced, on one line, without control or direction characters,
 * and capped, so that it can neither pass for our words nor crowd them out.
 */
export function quoted(value: string): string {
  const plain = value.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").replaceAll("`", "'");
  const characters = Array.from(plain);
  return `\`${characters.length > mostCharacters ? `${characters.slice(0, mostCharacters).join("")}…` : plain}\``;
}
