import type { DocumentSnapshot, FieldValue } from "../../src/ports/documents.ts";
import type { DocumentsContent } from "../contracts/documents-contract.ts";
import type { WireValue } from "./firestore-values.ts";
import { onWire } from "./firestore-values.ts";

export type Read =
  | { readonly ask: "get"; readonly collection: string; readonly id: string }
  | { readonly ask: "getMany"; readonly collection: string; readonly ids: readonly string[] }
  | { readonly ask: "count"; readonly collection: string }
  | { readonly ask: "greatest"; readonly collection: string; readonly field: string }
  | { readonly ask: "list"; readonly collection: string; readonly limit: number };

/** A few collections of documents whose values are of all of Firestore's types, and near enough to each other to tie. */
export function randomContent(seed: number, round: number): DocumentsContent {
  const dice = diceOf(seed * 7919 + round);
  const times = { createTime: "2026-02-04T10:00:00.000Z", updateTime: "2026-02-04T11:00:00.000Z" };
  const collections = Array.from({ length: 3 }, (_, index): [string, DocumentSnapshot[]] => {
    const size = dice.below(24);
    // Few kinds of value in one collection, else the greatest is nearly always a map.
    const kinds = Array.from({ length: 1 + dice.below(4) }, () => dice.one(kindsOfValue));
    const chosen = [...new Set(Array.from({ length: size }, () => randomId(dice)))];
    return [`r${round}c${index}`, chosen.map((id) => ({ id, fields: randomFields(dice, kinds), ...times }))];
  });
  return { collections: Object.fromEntries(collections) };
}

export function randomReads(seed: number, round: number, { collections }: DocumentsContent, many: number): readonly Read[] {
  const dice = diceOf(seed * 104_729 + round);
  const names = [...Object.keys(collections), ...Object.keys(collections), `r${round}none`];
  return Array.from({ length: many }, (): Read => {
    const collection = dice.one(names);
    const held = (collections[collection] ?? []).map(({ id }) => id);
    const anyId = (): string => (held.length > 0 && dice.below(4) > 0 ? dice.one(held) : randomId(dice));
    switch (dice.one(["get", "getMany", "count", "list", "greatest", "greatest", "greatest"] as const)) {
      case "get":
        return { ask: "get", collection, id: anyId() };
      case "getMany":
        return { ask: "getMany", collection, ids: Array.from({ length: dice.below(6) }, anyId) };
      case "count":
        return { ask: "count", collection };
      case "list":
        return { ask: "list", collection, limit: dice.below(30) };
      case "greatest":
        return { ask: "greatest", collection, field: dice.one(fieldNames) };
    }
  });
}

interface Dice {
  below(limit: number): number;
  one<T>(of: readonly T[]): T;
}

/** Mulberry32: a home-made generator can have a short cycle. */
function diceOf(seed: number): Dice {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    one<T>(of: readonly T[]): T {
      const found = of[below(of.length)];
      if (found === undefined) throw new RangeError("Nothing to choose from.");
      return found;
    },
  };
}

const fieldNames = ["a", "b", "a.b", "with space", "`q\\", "\u{1F3C0}"];
const letters = ["a", "b", "Z", "é", "\uFF5E", "\u{1F3C0}", "1", "-", " ", "."];

function randomText(dice: Dice): string {
  return Array.from({ length: dice.below(4) }, () => dice.one(letters)).join("");
}

function randomId(dice: Dice): string {
  return `${dice.one(["a", "b", "9", "\u{1F3C0}", "\uFF5E", "_"])}${randomText(dice)}`;
}

const kindsOfValue = [
  "null",
  "boolean",
  "integer",
  "great",
  "double",
  "odd",
  "timestamp",
  "string",
  "bytes",
  "reference",
  "point",
  "array",
  "map",
] as const;
type Kind = (typeof kindsOfValue)[number];

function randomFields(dice: Dice, kinds: readonly Kind[]): Record<string, FieldValue> {
  const names = fieldNames.filter(() => dice.below(3) > 0);
  return Object.fromEntries(names.map((name) => [name, onWire(randomValue(dice, dice.one(kinds), 2))]));
}

function randomValue(dice: Dice, kind: Kind, depth: number): WireValue {
  switch (kind) {
    case "null":
      return { nullValue: "NULL_VALUE" };
    case "boolean":
      return { booleanValue: dice.below(2) === 1 };
    case "integer":
      return { integerValue: `${dice.below(9) - 4}` };
    case "great":
      return { integerValue: `${dice.one([1n, -1n]) * (2n ** 53n + BigInt(dice.below(4)) - 2n)}` };
    case "double":
      return { doubleValue: dice.one([-4, -1.5, -0, 0, 0.5, 1, 3, 3.25, 2 ** 53, 1e300]) };
    case "odd":
      return { doubleValue: dice.one([Number.NaN, Infinity, -Infinity, -0]) };
    case "timestamp":
      return { timestampValue: { seconds: `${dice.below(4) - 2}`, nanos: dice.one([0, 1000, 1_000_000, 999_999_000]) } };
    case "string":
      return { stringValue: randomText(dice) };
    case "bytes":
      return { bytesValue: Buffer.from(Array.from({ length: dice.below(4) }, () => dice.one([0, 1, 127, 128, 255]))).toString("base64") };
    case "reference":
      return {
        referenceValue: `projects/fuzz/databases/(default)/documents/${dice.one(["a/b", "a/c", "b/a", "a/b/c/d", "a/\uFF5E", "a/\u{1F3C0}"])}`,
      };
    case "point":
      return { geoPointValue: { latitude: dice.below(3) - 1, longitude: dice.one([-180, 0, 0.5, 180]) } };
    case "array":
      return { arrayValue: { values: depth === 0 ? [] : randomValues(dice, depth).filter(({ arrayValue }) => arrayValue === undefined) } };
    case "map":
      return {
        mapValue: {
          fields: depth === 0 ? {} : Object.fromEntries(randomValues(dice, depth).map((value) => [dice.one(fieldNames), value])),
        },
      };
  }
}

function randomValues(dice: Dice, depth: number): WireValue[] {
  return Array.from({ length: dice.below(4) }, () => randomValue(dice, dice.one(kindsOfValue), depth - 1));
}
