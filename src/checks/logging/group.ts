import { varies } from "./mask.ts";

/** Masked lines that are alike, and what they have in common. */
export interface Group {
  readonly tokens: readonly string[];
  /** The lines, in order. */
  readonly members: readonly string[];
}

/** So many words, from the first on, must be the same: what a line is about stands at its beginning. */
const fixedDepth = 2;
/** Of a longer line so large a part must be the same, word by word. */
const alike = 0.7;
/** A shorter one is only the same as itself. */
const fewest = 4;

/**
 * A tree of fixed depth (number of words, then the first ones), with templates at its leaves, as Drain builds it. Lines are
 * taken in the order of their text, so that the same lines make the same groups however they arrived.
 * https://jiemingzhu.github.io/pub/pjhe_icws2017.pdf
 */
export function grouped(lines: Iterable<string>): readonly Group[] {
  const leaves = new Map<string, { tokens: string[]; members: string[] }[]>();
  for (const line of [...new Set(lines)].toSorted()) {
    const tokens = line.split(/\s+/u);
    const key = [tokens.length, ...tokens.slice(0, fixedDepth)].join(" ");
    const leaf = leaves.get(key) ?? [];
    leaves.set(key, leaf);
    const nearest = tokens.length < fewest ? undefined : nearestOf(leaf, tokens);
    if (nearest === undefined) leaf.push({ tokens, members: [line] });
    else {
      nearest.tokens = nearest.tokens.map((each, index) => (each === tokens[index] ? each : varies));
      nearest.members.push(line);
    }
  }
  return [...leaves.values()].flat();
}

/** Masking left it its quotes: a name that tells one line from another. */
const name = /['"`][\w.]+['"`]/u;

function nearestOf<T extends { readonly tokens: readonly string[] }>(leaf: readonly T[], tokens: readonly string[]): T | undefined {
  let [best, most] = [undefined as T | undefined, alike]; // found below, or none
  for (const each of leaf) {
    if (each.tokens.some((token, index) => token !== tokens[index] && (name.test(token) || name.test(tokens[index] ?? "")))) continue;
    const same = each.tokens.filter((token, index) => token === tokens[index]).length / tokens.length;
    if (same > most || (same === most && best === undefined)) [best, most] = [each, same];
  }
  return best;
}
