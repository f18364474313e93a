import type { FieldValue } from "../../src/ports/documents.ts";

/** `google.firestore.v1.Value` as proto-loader takes and gives it: 64-bit integers as text. */
export interface WireValue {
  readonly nullValue?: "NULL_VALUE";
  readonly booleanValue?: boolean;
  readonly integerValue?: string;
  readonly doubleValue?: number;
  readonly timestampValue?: { readonly seconds: string; readonly nanos: number };
  readonly stringValue?: string;
  /** Base64, as proto-loader takes it too. */
  readonly bytesValue?: string;
  readonly referenceValue?: string;
  readonly geoPointValue?: { readonly latitude: number; readonly longitude: number };
  readonly arrayValue?: { readonly values: readonly WireValue[] };
  readonly mapValue?: { readonly fields: Readonly<Record<string, WireValue>> };
}

/** What the port can't say is stored as the wire says it. Numbers that JSON would change are written as text. */
export function onWire(value: WireValue): FieldValue {
  const unchanged = (each: unknown): unknown => {
    if (typeof each !== "number" || (Number.isFinite(each) && !Object.is(each, -0))) return each;
    return Object.is(each, -0) ? "-0" : String(each);
  };
  return { $wire: JSON.stringify(value, (_, each: unknown) => unchanged(each)) };
}

export function wireFields(fields: Readonly<Record<string, FieldValue>>): Record<string, WireValue> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, wireValue(value)]));
}

export function wireValue(value: FieldValue): WireValue {
  if (value === null) return { nullValue: "NULL_VALUE" };
  if (typeof value === "boolean") return { booleanValue: value };
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "number") return Number.isSafeInteger(value) ? { integerValue: `${value}` } : { doubleValue: value };
  if (isList(value)) return { arrayValue: { values: value.map(wireValue) } };
  if ("$timestamp" in value) return { timestampValue: timestampOf(String(value["$timestamp"])) };
  if ("$wire" in value) return asStored(String(value["$wire"]));
  return { mapValue: { fields: wireFields(value) } };
}

function asStored(json: string): WireValue {
  return JSON.parse(json, (key, each: unknown) => (key === "doubleValue" ? Number(each) : each)) as WireValue; // written by `onWire`
}

export function timestampOf(iso: string): { seconds: string; nanos: number } {
  const fraction = /\.(\d+)/u.exec(iso)?.[1] ?? "";
  return { seconds: `${Math.floor(Date.parse(iso) / 1000)}`, nanos: Number(fraction.padEnd(9, "0")) };
}

/**
 * The order of values that Firestore documents, over all its types.
 * https://firebase.google.com/docs/firestore/manage-data/data-types#value_type_ordering
 */
export function compareValues(one: WireValue, other: WireValue): number {
  const [rank, otherRank] = [rankOf(one), rankOf(other)];
  if (rank !== otherRank) return rank - otherRank;
  return (
    compareNumbers(one, other) ||
    Number(one.booleanValue ?? 0) - Number(other.booleanValue ?? 0) ||
    compareInstants(one.timestampValue, other.timestampValue) ||
    byUtf8(one.stringValue ?? "", other.stringValue ?? "") ||
    Buffer.compare(Buffer.from(one.bytesValue ?? "", "base64"), Buffer.from(other.bytesValue ?? "", "base64")) ||
    compareLists((one.referenceValue ?? "").split("/"), (other.referenceValue ?? "").split("/"), byUtf8) ||
    compareReals(one.geoPointValue?.latitude ?? 0, other.geoPointValue?.latitude ?? 0) ||
    compareReals(one.geoPointValue?.longitude ?? 0, other.geoPointValue?.longitude ?? 0) ||
    compareLists(one.arrayValue?.values ?? [], other.arrayValue?.values ?? [], compareValues) ||
    compareLists(
      sortedEntries(one),
      sortedEntries(other),
      ([key, value], [otherKey, each]) => byUtf8(key, otherKey) || compareValues(value, each),
    )
  );
}

const ranks = [
  "nullValue",
  "booleanValue",
  "number",
  "timestampValue",
  "stringValue",
  "bytesValue",
  "referenceValue",
  "geoPointValue",
  "arrayValue",
  "mapValue",
];

function rankOf(value: WireValue): number {
  const [kind = ""] = Object.keys(value).filter((key) => ranks.includes(key) || key === "integerValue" || key === "doubleValue");
  return ranks.indexOf(kind === "integerValue" || kind === "doubleValue" ? "number" : kind);
}

/** No number is less than any number; an integer beyond a double's precision is compared as it is. */
function compareNumbers(one: WireValue, other: WireValue): number {
  if (one.integerValue !== undefined && other.integerValue !== undefined) {
    const difference = BigInt(one.integerValue) - BigInt(other.integerValue);
    return difference < 0n ? -1 : Number(difference > 0n);
  }
  if (one.integerValue !== undefined && other.doubleValue !== undefined) return compareMixed(BigInt(one.integerValue), other.doubleValue);
  if (other.integerValue !== undefined && one.doubleValue !== undefined) return -compareMixed(BigInt(other.integerValue), one.doubleValue);
  return compareReals(one.doubleValue ?? 0, other.doubleValue ?? 0);
}

function compareMixed(integer: bigint, real: number): number {
  if (Number.isNaN(real) || real === -Infinity) return 1;
  if (real === Infinity) return -1;
  const whole = BigInt(Math.trunc(real));
  if (integer !== whole) return integer < whole ? -1 : 1;
  return compareReals(0, real - Math.trunc(real));
}

function compareReals(one: number, other: number): number {
  if (Number.isNaN(one) || Number.isNaN(other)) return Number(Number.isNaN(other)) - Number(Number.isNaN(one));
  return one < other ? -1 : Number(one > other);
}

function compareInstants(one: WireValue["timestampValue"], other: WireValue["timestampValue"]): number {
  return Number(one?.seconds ?? 0) - Number(other?.seconds ?? 0) || (one?.nanos ?? 0) - (other?.nanos ?? 0);
}

function compareLists<T>(one: readonly T[], other: readonly T[], compare: (one: T, other: T) => number): number {
  const shared = Math.min(one.length, other.length);
  const differences = one.slice(0, shared).map((each, index) => compare(each, other[index] ?? each));
  return differences.find((difference) => difference !== 0) ?? one.length - other.length;
}

function sortedEntries({ mapValue }: WireValue): [string, WireValue][] {
  return Object.entries(mapValue?.fields ?? {}).toSorted(([one], [other]) => byUtf8(one, other));
}

export function byUtf8(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

function isList(value: FieldValue): value is readonly FieldValue[] {
  return Array.isArray(value);
}
