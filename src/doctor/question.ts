import type { Evidence, Gather, Look } from "../evidence/evidence.ts";
import type { Call } from "../ports/call.ts";
import type { Port, Ports } from "../ports/ports.ts";

/** What one question showed. */
export interface Answered {
  readonly port: Port;
  readonly question: string;
  /** The answer in a few words; absent where nobody could look. */
  readonly said?: string;
  readonly refusal?: string;
  readonly reason?: string;
  readonly next?: string;
}

export interface Question {
  readonly port: Port;
  readonly asked: string;
  readonly ask: (ports: Ports, call: Call) => Promise<string>;
}

/** Asks as a check's look would be asked: with a deadline, and a refusal in words. */
export async function answerTo({ port, asked, ask }: Question, gather: Gather): Promise<Answered> {
  return answered(await gather(lookFor({ port, asked, ask })));
}

function lookFor({ port, asked, ask }: Question): Look<string> {
  return {
    id: `doctor ${asked}`,
    port,
    asked,
    byHand: "",
    after: [],
    whenEmpty: "must-have",
    run: async (ports, call) => ({ facts: await ask(ports, call), examined: 0 }),
    parse: String,
  };
}

function answered(evidence: Evidence<string>): Answered {
  const { port, asked: question } = evidence;
  if (evidence.seen) return { port, question, said: evidence.facts };
  const { refusal, reason, next } = evidence;
  return { port, question, refusal, reason, next };
}
