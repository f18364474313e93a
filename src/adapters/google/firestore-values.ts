import { z } from "zod";
import type { FieldValue } from "../../ports/documents.ts";
import { instant } from "./wire-values.ts";

/**
 * What Firestore's client answers, as far as it is read; 64-bit integers arrive as text. A value of a kind that is not
 * listed, or that JSON can't hold as it is stored, fails to parse: nothing of a document is left out.
 */
export const storedValue: z.ZodType<FieldValue> = z.lazy(() =>
  z.discriminatedUnion("valueType", [
    z.object({ valueType: z.literal("nullValue") }).transform(() => null),
    z.object({ valueType: z.literal("booleanValue"), booleanValue: z.boolean() }).transform((value) => value.booleanValue),
    z.object({ valueType: z.literal("integerValue"), integerValue: exactInteger }).transform((value) => value.integerValue),
    // Adding zero turns -0 into 0, so that an answer is the same after it was saved as JSON.
    z.object({ valueType: z.literal("doubleValue"), doubleValue: z.number() }).transform((value) => value.doubleValue + 0),
    z
      .object({ valueType: z.literal("timestampValue"), timestampValue: instant })
      .transform((value) => ({ $timestamp: value.timestampValue })),
    z.object({ valueType: z.literal("stringValue"), stringValue: z.string() }).transform((value) => value.stringValue),
    z
      .object({ valueType: z.literal("bytesValue"), bytesValue: z.instanceof(Uint8Array) })
      .transform((value) => ({ $bytes: Buffer.from(value.bytesValue).toString("base64") })),
    z
      .object({ valueType: z.literal("referenceValue"), referenceValue: z.string() })
      .transform((value) => value.referenceValue.replace(/^projects\/[^/]+\/databases\/[^/]+\/documents\//u, "")),
    z
      .object({ valueType: z.literal("geoPointValue"), geoPointValue: z.object({ latitude: z.number(), longitude: z.number() }) })
      .transform((value): FieldValue => value.geoPointValue),
    z
      .object({ valueType: z.literal("arrayValue"), arrayValue: z.object({ values: z.array(storedValue) }) })
      .transform((value) => value.arrayValue.values),
    z.object({ valueType: z.literal("mapValue"), mapValue: z.object({ fields: storedMap }) }).transform((value) => value.mapValue.fields),
  ]),
);

export const storedFields = z.record(z.string(), storedValue);

/** A map's own `$timestamp` would be taken for a timestamp. */
const storedMap = storedFields.refine((map) => !Object.hasOwn(map, "$timestamp"), { error: "a map that looks like a timestamp" });

/** Above 2^53 a number would be another one than the store holds. */
const exactInteger = z
  .string()
  .regex(/^-?\d+$/u)
  .transform(Number)
  .refine((value) => Math.abs(value) <= 2 ** 53 - 1, { error: "an integer too great to be read exactly" });
