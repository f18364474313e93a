import type { Evidence, Gather, Unseen } from "../evidence/evidence.ts";
import type { Call } from "../ports/call.ts";
import type { Port, Ports } from "../ports/ports.ts";

/** One question to one port. */
export interface Asking<F> {
  readonly port: Port;
  readonly asked: string;
  readonly ask: (ports: Ports, call: Call) => Promise<F>;
}

/** Asks as a check's look would be asked: with a deadline, and a refusal in words. */
export function askedOnce<F>({ port, asked, ask }: Asking<F>, gather: Gather): Promise<Evidence<F>> {
  return gather({
    id: `doctor ${asked}`,
    port,
    asked,
    byHand: "",
    after: [],
    whenEmpty: "must-have",
    run: async (ports, call) => ({ facts: await ask(ports, call), examined: 0 }),
    parse: () => {
      throw new TypeError("What a doctor asks is never replayed.");
    },
  });
}

export function refusedAnswer({ port, asked: question, refusal, reason, next }: Unseen) {
  return { port, question, refusal, reason, next };
}
