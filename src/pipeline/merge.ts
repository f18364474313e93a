import { unknownName } from "../errors.ts";
import type { Problem } from "./yaml-file.ts";

/** Removes an entry of the base. */
const removal = "~";

export interface Merged {
  readonly value: unknown;
  /** With the part of the own file's text that is wrong. */
  readonly problems: readonly Problem[];
}

/**
 * Lays a file over the one it extends: maps key by key, lists and `dated` values whole, `~` takes an entry away. What the
 * base gives with a reason is overridden with a reason: the base's own would stand beside a value that it isn't true of.
 */
export function layOver(base: unknown, own: unknown): Merged {
  const problems: Problem[] = [];
  return { value: overlay(base, own, [], problems), problems };
}

function overlay(base: unknown, own: unknown, path: readonly string[], problems: Problem[]): unknown {
  if (!isOpenMap(own)) return own;
  if (!isOpenMap(base)) return withoutRemovals(own, path, problems);
  if ("reason" in base && !("reason" in own))
    problems.push({ message: "give a `reason` of your own: the base's is for its own value", path });
  const kept = Object.entries(base).flatMap(([key, value]): [string, unknown][] => {
    if (!Object.hasOwn(own, key)) return [[key, value]];
    return own[key] === removal ? [] : [[key, overlay(value, own[key], [...path, key], problems)]];
  });
  const added = Object.entries(own).filter(([key]) => !Object.hasOwn(base, key));
  for (const [key, value] of added) {
    if (value === removal)
      problems.push({ message: `nothing to take away: ${unknownName("key", key, Object.keys(base))}`, path: [...path, key] });
  }
  const fresh = added.filter(([, value]) => value !== removal);
  return Object.fromEntries([...kept, ...fresh.map(([key, value]) => [key, withoutRemovals(value, [...path, key], problems)] as const)]);
}

/** Where there is no base, nothing can be taken away from it. */
function withoutRemovals(own: unknown, path: readonly string[], problems: Problem[]): unknown {
  if (!isOpenMap(own)) return own;
  for (const [key, value] of Object.entries(own)) {
    if (value === removal) problems.push({ message: "nothing to take away: the base has nothing here", path: [...path, key] });
    else withoutRemovals(value, [...path, key], problems);
  }
  return own;
}

/** Merged key by key; a `dated` value is one thing. */
function isOpenMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !("dated" in value);
}
