import type { z } from "zod";
import { BackendError } from "../errors.ts";

/** A backend's reply, parsed; one in another form is refused as `malformed`, never read as far as it goes. */
export function readAs<T>(schema: z.ZodType<T>, found: unknown, place: string, what: string): T {
  const read = schema.safeParse(found);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  throw new BackendError(
    "malformed",
    `${place} was answered in a form that no ${what} has: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`,
    `Look at ${place} by hand.`,
    { cause: read.error },
  );
}
