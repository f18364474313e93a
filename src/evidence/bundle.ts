import { createHash } from "node:crypto";
import { z } from "zod";
import { UserError, refusals } from "../errors.ts";
import { redactThroughout } from "../redact.ts";
import { portNames } from "../ports/ports.ts";
import type { Evidence } from "./evidence.ts";

const name = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,79}$/u);
const asked = {
  id: z.string().max(200),
  port: z.enum(portNames),
  asked: z.string(),
  byHand: z.string().max(2000).optional(),
  observedAt: z.string(),
};
const saved = z.discriminatedUnion("seen", [
  z.strictObject({ ...asked, seen: z.literal(true), facts: z.json(), examined: z.int().min(0), bytes: z.int().min(0).optional() }),
  z.strictObject({ ...asked, seen: z.literal(false), refusal: z.enum(refusals), reason: z.string(), next: z.string() }),
]);

const content = z.strictObject({
  format: z.literal("postgame-evidence/1"),
  /** The pipeline file the looks were made with; its version is a digest of what it says. */
  pipeline: z.strictObject({ name, version: name }),
  /** Whom the looks were made at, and the moment that was judged. */
  backend: name,
  scenario: name.optional(),
  as_of: z.iso.datetime(),
  looks: z.array(saved),
});

const sealed = z.strictObject({ ...content.shape, seal: z.string() });

export type SavedLook = z.output<typeof saved>;
export type BundleContent = z.output<typeof content>;

/** A saved set of looks, and whether it is still what was saved. */
export interface Bundle extends BundleContent {
  readonly intact: boolean;
}

const mostBytes = 64 * 2 ** 20;

/** The looks of a call as text to be saved: redacted, and sealed so that a later change shows. */
export function writeBundle(about: Omit<BundleContent, "format" | "looks">, looks: readonly Evidence<unknown>[]): string {
  const whole = content.parse({ format: "postgame-evidence/1", ...about, looks: redactThroughout(looks) });
  return `${JSON.stringify({ ...whole, seal: sealOf(whole) })}\n`;
}

/** Reads a saved bundle as outside input. What isn't one is refused; one that was changed since is marked as such. */
export function readBundle(file: string, text: string): Bundle {
  if (text.length > mostBytes) throw new UserError(`The evidence file ${file} is larger than ${mostBytes} bytes.`);
  const parsed = parsedWithoutOverflow(file, text);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UserError(
      `The evidence file ${file} is not one that --save-evidence wrote: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}.`,
    );
  }
  const { seal, ...whole } = parsed.data;
  if (whole.backend === "embedded" && whole.scenario === undefined)
    throw new UserError(`The evidence file ${file} is of invented data, but names no scenario.`);
  if (new Set(whole.looks.map(({ id }) => id)).size < whole.looks.length)
    throw new UserError(`The evidence file ${file} holds a look twice.`);
  return { ...whole, intact: seal === sealOf(whole) };
}

/** Nesting that exhausts the stack is a fault of the file, not of ours. */
function parsedWithoutOverflow(file: string, text: string) {
  const value = jsonOf(file, text);
  try {
    return sealed.safeParse(value);
  } catch (error) {
    if (error instanceof RangeError) throw new UserError(`The evidence file ${file} is nested too deeply.`, { cause: error });
    throw error;
  }
}

/** A digest over the content as it is written: keys in the schema's order. */
function sealOf(whole: BundleContent): string {
  return createHash("sha256").update(JSON.stringify(whole)).digest("hex");
}

function jsonOf(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(`The evidence file ${name} is not JSON.`, { cause: error });
  }
}
