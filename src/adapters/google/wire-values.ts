import { z } from "zod";
import type { Value } from "../../ports/warehouse.ts";

/** google.protobuf.Timestamp as the gRPC clients answer it: seconds as text. */
export const timestamp = z.object({
  seconds: z.union([z.string().regex(/^-?\d{1,12}$/u), z.int()]).transform(Number),
  nanos: z.int().min(0).max(999_999_999),
});
export type Timestamp = z.output<typeof timestamp>;

/** ISO 8601, UTC, cut off at the millisecond, not rounded: no time is later than it was. */
export const instant = timestamp.transform(isoOf);

export function isoOf({ seconds, nanos }: Timestamp): string {
  return new Date(seconds * 1000 + Math.floor(nanos / 1_000_000)).toISOString();
}

export function timestampOf(ms: number): { readonly seconds: number; readonly nanos: number } {
  return { seconds: Math.floor(ms / 1000), nanos: (((ms % 1000) + 1000) % 1000) * 1_000_000 };
}

/** google.protobuf.Value; its members are told apart by `kind`, because those that are not set are there too. */
const value: z.ZodType<Value> = z.lazy(() =>
  z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("nullValue") }).transform(() => null),
    z.object({ kind: z.literal("numberValue"), numberValue: z.number() }).transform((read) => read.numberValue),
    z.object({ kind: z.literal("stringValue"), stringValue: z.string() }).transform((read) => read.stringValue),
    z.object({ kind: z.literal("boolValue"), boolValue: z.boolean() }).transform((read) => read.boolValue),
    z.object({ kind: z.literal("structValue"), structValue: struct }).transform((read) => read.structValue),
    z.object({ kind: z.literal("listValue"), listValue: z.object({ values: z.array(value) }) }).transform((read) => read.listValue.values),
  ]),
);

/** google.protobuf.Struct as the plain map that it stands for. */
export const struct: z.ZodType<Readonly<Record<string, Value>>> = z.lazy(() =>
  z.object({ fields: z.record(z.string(), value) }).transform(({ fields }) => fields),
);
