import { newestPostGameDate } from "../pipeline/moments.ts";
import type { Pipeline } from "../pipeline/load.ts";
import type { RecordedCall } from "../session.ts";
import { writeNew } from "./new-file.ts";
import type { Answered } from "./question.ts";
import { answerTo } from "./question.ts";
import { questionsFor } from "./questions.ts";

export interface Recorded {
  readonly file: string;
  readonly questions: number;
  /** Of these, those that nobody could answer; what was answered instead is recorded too. */
  readonly refused: number;
  readonly exchanges: number;
}

interface Recording {
  readonly pipeline: Pipeline;
  readonly call: RecordedCall;
  readonly file: string;
  readonly onProgress?: (done: number, total: number, asked: string) => void;
}

/** Asks each kind of question once more, alone, and writes what the services answered, without its content, as a new file. */
export async function record({ pipeline, call, file, onProgress }: Recording): Promise<Recorded> {
  const [gameDate, asOf] = [newestPostGameDate(pipeline, call.now()), call.now()];
  const off = pipeline.rulesOn(gameDate, asOf).ports;
  const questions = questionsFor(pipeline, gameDate, asOf).filter(({ port }) => port !== "source" && off[port] === undefined);
  const answers: Answered[] = [];
  for (const question of questions) {
    answers.push(await answerTo(question, call.gather));
    onProgress?.(answers.length, questions.length, question.asked);
  }
  const capture = call.capture();
  await writeNew(file, `${JSON.stringify(capture, undefined, 1)}\n`, { mode: 0o600 });
  return {
    file,
    questions: answers.length,
    refused: answers.filter(({ refusal }) => refusal !== undefined).length,
    exchanges: capture.asked.reduce((sum, { exchanges }) => sum + exchanges.length, 0),
  };
}
