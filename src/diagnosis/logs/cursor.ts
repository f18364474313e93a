import { createHash } from "node:crypto";
import { z } from "zod";
import { UserError, short } from "../../errors.ts";

const place = z.union([z.literal("done"), z.object({ at: z.iso.datetime(), id: z.string().max(300) })]).nullable();

const cursor = z.object({
  /** ISO 8601: the window that was asked for, which a later clock must not move. */
  since: z.iso.datetime(),
  until: z.iso.datetime(),
  /** Patterns of this reading that were told already. */
  skip: z.int().min(0),
  /** Where reading goes on: ERROR and above, and the rest; of entries only the first. */
  severe: place,
  other: place,
});

/** Where to go on reading. Opaque to whoever hands it back. */
export type Cursor = z.output<typeof cursor>;

/** What a cursor belongs to: handed back with another question it would skip what was never told. */
export type Question = readonly (string | undefined)[];

export function writeCursor({ since, until, skip, severe, other }: Cursor, question: Question): string {
  const parts = [since, until, skip, severe, other];
  return Buffer.from(JSON.stringify([sealOf(parts, question), ...parts])).toString("base64url");
}

/** Throws `UserError` for what is no cursor of this tool, or of another question. */
export function readCursor(text: string, question: Question): Cursor {
  const parts = partsIn(text);
  if (parts === undefined) throw new UserError(`cursor "${short(text)}" is none of read_logs: take it from the answer that is to go on.`);
  const [seal, since, until, skip, severe, other] = parts;
  const found = cursor.safeParse({ since, until, skip, severe, other });
  if (!found.success) throw new UserError(`cursor "${short(text)}" is none of read_logs: take it from the answer that is to go on.`);
  if (seal !== sealOf([since, until, skip, severe, other], question)) {
    throw new UserError(
      `cursor "${short(text)}" belongs to another question: repeat unit, view, detail and filters of the call that gave it.`,
    );
  }
  return found.data;
}

function partsIn(text: string): readonly unknown[] | undefined {
  if (!/^[\w-]{8,2000}$/u.test(text)) return undefined;
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    return Array.isArray(parts) && parts.length === 6 ? parts : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function sealOf(parts: readonly unknown[], question: Question): string {
  return createHash("sha256")
    .update(JSON.stringify([parts, question.map((each) => each ?? null)]))
    .digest("hex")
    .slice(0, 8);
}
