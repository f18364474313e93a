import type { FieldValue } from "../../ports/documents.ts";

/**
 * How Firestore orders values, of one kind and of different kinds: negative if the first is less.
 * https://firebase.google.com/docs/firestore/manage-data/data-types#value_type_ordering
 */
export function compareFields(one: FieldValue, other: FieldValue): number {
  if (typeof one === "number" && typeof other === "number") return one - other;
  if (typeof one === "boolean" && typeof other === "boolean") return Number(one) - Number(other);
  if (typeof one === "string" && typeof other === "string") return byUtf8(one, other);
  if (isList(one) && isList(other)) return firstDifference(one, other, compareFields);
  if (isTimestamp(one) && isTimestamp(other)) return compareInstants(one.$timestamp, other.$timestamp);
  if (isMap(one) && isMap(other)) return firstDifference(sortedEntries(one), sortedEntries(other), compareEntries);
  return rank(one) - rank(other);
}

/** Firestore orders strings by their UTF-8 bytes, JavaScript by UTF-16 units: they differ above U+FFFF. */
export function byUtf8(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

interface FieldMap {
  readonly [key: string]: FieldValue;
}

function rank(value: FieldValue): number {
  if (value === null) return 0;
  if (typeof value === "boolean") return 1;
  if (typeof value === "number") return 2;
  if (isTimestamp(value)) return 3;
  if (typeof value === "string") return 4;
  return isList(value) ? 5 : 6;
}

/** What is the beginning of the other is less. */
function firstDifference<T>(one: readonly T[], other: readonly T[], compare: (one: T, other: T) => number): number {
  for (const [index, left] of one.entries()) {
    const right = other[index];
    if (right === undefined) return 1;
    const difference = compare(left, right);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

function compareEntries([key, value]: readonly [string, FieldValue], [otherKey, other]: readonly [string, FieldValue]): number {
  return byUtf8(key, otherKey) || compareFields(value, other);
}

function sortedEntries(map: FieldMap): readonly (readonly [string, FieldValue])[] {
  return Object.entries(map).toSorted(([one], [other]) => byUtf8(one, other));
}

/** Stores keep microseconds, which a Date does not. */
function compareInstants(one: string, other: string): number {
  return Date.parse(one) - Date.parse(other) || byUtf8(fractionOf(one), fractionOf(other));
}

function fractionOf(instant: string): string {
  return (/\.(\d+)/u.exec(instant)?.[1] ?? "").padEnd(9, "0");
}

function isList(value: FieldValue): value is readonly FieldValue[] {
  return Array.isArray(value);
}

function isTimestamp(value: FieldValue): value is { readonly $timestamp: string } {
  return typeof value === "object" && value !== null && "$timestamp" in value;
}

function isMap(value: FieldValue): value is FieldMap {
  return typeof value === "object" && value !== null && !isList(value) && !isTimestamp(value);
}
