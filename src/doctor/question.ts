import type { Evidence, Gather, Look } from "../evidence/evidence.ts";
import type { Call } from "../ports/call.ts";
import type { Port, Ports } from "../ports/ports.ts";

/** What one question showed. */
export interface Answered {
  readonly port: Port;
  readonly question: string;
  /** The answer in a few words; absent where nobody could look. */
  readonly said?: string;
  /** The answer holds nothing of what must be there: as likely the wrong place was asked. `next` says what to check. */
  readonly none?: true;
  readonly refusal?: string;
  readonly reason?: string;
  readonly next?: string;
}

/** Nothing was there, although something must be. */
interface Nothing {
  readonly none: string;
  readonly next: string;
}

export type Answer = string | Nothing;

export interface Question {
  readonly port: Port;
  readonly asked: string;
  readonly ask: (ports: Ports, call: Call) => Promise<Answer>;
}

/** Asks as a check's look would be asked: with a deadline, and a refusal in words. */
export async function answerTo({ port, asked, ask }: Question, gather: Gather): Promise<Answered> {
  return answered(await gather(lookFor({ port, asked, ask })));
}

function lookFor({ port, asked, ask }: Question): Look<Answer> {
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

function answered(evidence: Evidence<Answer>): Answered {
  const { port, asked: question } = evidence;
  if (evidence.seen) {
    const { facts } = evidence;
    return typeof facts === "string" ? { port, question, said: facts } : { port, question, said: facts.none, none: true, next: facts.next };
  }
  const { refusal, reason, next } = evidence;
  return { port, question, refusal, reason, next };
}
