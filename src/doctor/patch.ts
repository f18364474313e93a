import { stringify } from "yaml";

/** A part of a pipeline file, laid over the one it extends; `~` takes an entry away. */
export interface Patch {
  readonly [key: string]: Patch | string | readonly string[];
}

export const removed = "~";

/** One tree of several: later ones win where they say something about the same entry. */
export function together(patches: readonly Patch[]): Patch {
  return patches.reduce<Patch>(laidOver, {});
}

function laidOver(base: Patch, own: Patch): Patch {
  const merged: Record<string, Patch | string | readonly string[]> = { ...base };
  for (const [key, value] of Object.entries(own)) {
    const before = merged[key];
    if (before === removed) continue; // What is taken away needs no change.
    merged[key] = isTree(before) && isTree(value) ? laidOver(before, value) : value;
  }
  return merged;
}

function isTree(value: Patch | string | readonly string[] | undefined): value is Patch {
  return typeof value === "object" && !Array.isArray(value);
}

/** As it stands in a pipeline file. */
export function patchText(patch: Patch): string {
  return stringify(patch, { schema: "failsafe", lineWidth: 0 });
}

interface OwnFile {
  readonly name: string;
  /** A shipped file's name, or a path. */
  readonly extended: string;
  readonly comment: string;
  readonly patch: Patch;
}

/** A pipeline file of the operator's own. */
export function ownFileText({ name, extended, comment, patch }: OwnFile): string {
  return `# ${comment}\n${patchText({ pipeline: name, extends: extended, ...patch })}`;
}
