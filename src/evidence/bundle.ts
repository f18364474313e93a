import { createHash } from "node:crypto";
import { z } from "zod";
import { UserError, refusals } from "../errors.ts";
import { redactThroughout } from "../redact.ts";
import type { Evidence } from "./evidence.ts";

const asked = { id: z.string(), port: z.enum(["warehouse", "documents"]), asked: z.string(), observedAt: z.string() };
const saved = z.discriminatedUnion("seen", [
  z.strictObject({ ...asked, seen: z.literal(true), facts: z.json(), examined: z.int(), bytes: z.int().optional() }),
  z.strictObject({ ...asked, seen: z.literal(false), refusal: z.enum(refusals), reason: z.string(), next: z.string() }),
]);

const content = z.strictObject({
  format: z.literal("postgame-evidence/1"),
  /** The pipeline file the looks were made with; its version is a digest of what it says. */
  pipeline: z.strictObject({ name: z.string(), version: z.string() }),
  /** Whom the looks were made at, and the moment that was judged. */
  backend: z.string(),
  scenario: z.string().optional(),
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
export function readBundle(name: string, text: string): Bundle {
  if (text.length > mostBytes) throw new UserError(`The evidence file ${name} is larger than ${mostBytes} bytes.`);
  const parsed = sealed.safeParse(jsonOf(name, text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UserError(
      `The evidence file ${name} is not one that --save-evidence wrote: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}.`,
    );
  }
  const { seal, ...whole } = parsed.data;
  return { ...whole, intact: seal === sealOf(whole) };
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
