import type { Gather } from "../evidence/evidence.ts";
import { newestPostGameDate } from "../pipeline/moments.ts";
import type { CalendarDate } from "../pipeline/dates.ts";
import type { Pipeline } from "../pipeline/load.ts";
import type { Answered } from "./question.ts";
import { answerTo } from "./question.ts";
import { questionsFor } from "./questions.ts";
import type { Tried } from "./statements.ts";
import { tryStatements } from "./statements.ts";

/** What a backend answers to each kind of question, and which statements it takes. */
export interface Examination {
  readonly gameDate: CalendarDate;
  readonly answers: readonly Answered[];
  readonly statements: readonly Tried[];
  readonly healthy: boolean;
}

interface Examined {
  readonly pipeline: Pipeline;
  readonly gather: Gather;
  readonly now: () => Date;
  readonly onProgress?: (done: number, total: number, asked: string) => void;
}

/** Asks every port each kind of question once, and has every statement of every check tried without running it. */
export async function examine({ pipeline, gather, now, onProgress }: Examined): Promise<Examination> {
  const gameDate = newestPostGameDate(pipeline, now());
  const off = pipeline.rulesOn(gameDate, now()).ports;
  const questions = questionsFor(pipeline, gameDate, now()).filter(({ port }) => off[port] === undefined);
  let done = 0;
  const counted: Gather = async (look) => {
    const evidence = await gather(look);
    onProgress?.((done += 1), Math.max(done, questions.length), look.asked);
    return evidence;
  };
  const [answers, tried] = await Promise.all([
    Promise.all(questions.map((question) => answerTo(question, counted))),
    off.warehouse === undefined ? tryStatements(pipeline, gameDate, counted) : [],
  ]);
  const statements = tried.toSorted((a, b) => (a.look < b.look ? -1 : a.look > b.look ? 1 : 0));
  // Of nothing asked, or nothing there, nothing is known.
  const isAnswered = answers.length > 0 && answers.every(({ refusal, none }) => refusal === undefined && none === undefined);
  const healthy = isAnswered && statements.every(({ refusal }) => refusal === undefined);
  return { gameDate, answers, statements, healthy };
}
