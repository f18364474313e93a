import { BackendError } from "../../src/errors.ts";
import type { Call } from "../../src/ports/call.ts";

/** A call that nobody cancels and no deadline ends, but for what is given. */
export function asking(given: Partial<Call> = {}): Call {
  return {
    look: "any-rows 2026-02-03",
    signal: new AbortController().signal,
    deadlineAt: Number.MAX_SAFE_INTEGER,
    budget: { maxRows: 50_000, maxBytes: 2 ** 40 },
    ...given,
  };
}

/** The error with which nobody could look; an answer, or a bug, is thrown on. */
export async function refusalOf(answering: Promise<unknown>): Promise<BackendError> {
  try {
    const answer = await answering;
    throw new Error(`It was answered: ${JSON.stringify(answer)}`);
  } catch (error) {
    if (error instanceof BackendError) return error;
    throw error;
  }
}
