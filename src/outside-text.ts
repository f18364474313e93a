import { redact } from "./redact.ts";

/** Most characters of one outside value that a sentence of ours carries. */
const mostCharacters = 60;

/**
 * Text from a watched store inside a sentence of ours: fenced, on one line, without control or direction characters or
 * secrets, and capped, so that it can neither pass for our words nor crowd them out. No semicolons: they part the clauses of ours.
 */
export function quoted(value: string): string {
  return excerpt(value, mostCharacters);
}

/** The same with room for a whole log line, where it stands in a field of its own. */
export function excerpt(value: string, most: number): string {
  const plain = redact(value)
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
    .replaceAll("`", "'")
    .replaceAll(";", ",");
  const characters = Array.from(plain);
  return `\`${characters.length > most ? `${characters.slice(0, most).join("")}…` : plain}\``;
}

/** A code from a watched store (a team, say) as part of a name of ours: letters and digits only, at most eight of them. */
export function codeName(value: string): string {
  const code = value.replaceAll(/[^\p{L}\p{N}]/gu, "?");
  return code.length > 8 ? `${code.slice(0, 8)}…` : code;
}

/** An identifier from a watched store (a system, say) as the end of a finding's id: one word without secrets, at most forty characters. */
export function idName(value: string): string {
  const plain = Array.from(redact(value).replaceAll(/[^\p{L}\p{N}_.-]/gu, "?"));
  return plain.length > 40 ? `${plain.slice(0, 40).join("")}…` : plain.join("");
}

/** A backend's reason in a sentence of ours: one line, without secrets, at most 300 characters. */
export function reasonText(value: string): string {
  const plain = redact(value).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
  const characters = Array.from(plain);
  return characters.length > 300 ? `${characters.slice(0, 300).join("")}…` : plain;
}
