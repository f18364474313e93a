import { BackendError, CancelledError } from "../errors.ts";
import { reasonText } from "../outside-text.ts";
import type { Budget } from "../ports/call.ts";
import type { Ports } from "../ports/ports.ts";
import type { Found, Gather, Look, Unseen } from "./evidence.ts";

export interface LiveOptions {
  readonly ports: Ports;
  /** The stores' clock, for `observedAt`: a scenario's, or the wall's. */
  readonly now: () => Date;
  /** The caller's: aborting it cancels the call and every look in it. */
  readonly signal: AbortSignal;
  /** Wall-clock end of the whole call, milliseconds since the epoch. */
  readonly deadlineAt: number;
  /** Most milliseconds one look may take. */
  readonly lookTimeoutMs: number;
  readonly budget: Budget;
}

/** Looks at the real ports. Each look has a deadline; what a port refuses becomes `Unseen`, anything else is a bug and flies. */
export function live(options: LiveOptions): Gather {
  return async (look) => {
    const asked = { id: look.id, port: look.port, asked: look.asked, byHand: look.byHand };
    try {
      const found = await withDeadline(look, options);
      return { ...asked, observedAt: options.now().toISOString(), seen: true, ...found };
    } catch (error) {
      if (options.signal.aborted) throw new CancelledError();
      if (!(error instanceof BackendError)) throw error;
      // Adapter and look give up at the same moment; whoever is first, the words are ours.
      if (error.refusal === "deadline") return refused(asked, tooLate(look, options.lookTimeoutMs), options.now());
      return refused(asked, error, options.now());
    }
  };
}

function refused(asked: Pick<Unseen, "id" | "port" | "asked" | "byHand">, { refusal, message, next }: BackendError, at: Date): Unseen {
  return { ...asked, observedAt: at.toISOString(), seen: false, refusal, reason: reasonText(message), next: reasonText(next) };
}

async function withDeadline<F>(look: Look<F>, options: LiveOptions): Promise<Found<F>> {
  const deadlineAt = Math.min(options.deadlineAt, Date.now() + options.lookTimeoutMs);
  const expired = new AbortController();
  const timer = setTimeout(() => expired.abort(), Math.max(0, deadlineAt - Date.now()));
  const signal = AbortSignal.any([options.signal, expired.signal]);
  try {
    if (signal.aborted) throw tooLate(look, options.lookTimeoutMs);
    const running = look.run(options.ports, { look: look.id, signal, deadlineAt, budget: options.budget });
    return await Promise.race([running, refusedOnAbort(signal, look, options.lookTimeoutMs)]);
  } finally {
    clearTimeout(timer);
    expired.abort(); // Else the joined signal and its listener live as long as the caller's.
  }
}

/** A port that ignores its signal must not hold the call: the race ends here, whatever the port does. */
function refusedOnAbort(signal: AbortSignal, look: Look<unknown>, timeoutMs: number): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(tooLate(look, timeoutMs)), { once: true });
  });
}

function tooLate(look: Look<unknown>, timeoutMs: number): BackendError {
  return new BackendError(
    "deadline",
    `no answer within ${timeoutMs / 1000} s: ${look.asked}`,
    "Ask again; if it persists, look at the backend's own status page.",
  );
}
