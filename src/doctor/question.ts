import type { Gather } from "../evidence/evidence.ts";
import type { Port } from "../ports/ports.ts";
import type { Asking } from "./asking.ts";
import { askedOnce, refusedAnswer } from "./asking.ts";

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

export type Question = Asking<Answer>;

export async function answerTo(question: Question, gather: Gather): Promise<Answered> {
  const evidence = await askedOnce(question, gather);
  if (!evidence.seen) return refusedAnswer(evidence);
  const { port, asked, facts } = evidence;
  const about = { port, question: asked };
  return typeof facts === "string" ? { ...about, said: facts } : { ...about, said: facts.none, none: true, next: facts.next };
}
