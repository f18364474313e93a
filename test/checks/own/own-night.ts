import { checksOf } from "../../../src/checks/checks-of.ts";
import type { Judgement } from "../../../src/checks/runner.ts";
import { judgeDate } from "../../../src/checks/runner.ts";
import type { Refusal } from "../../../src/errors.ts";
import type { Gather } from "../../../src/evidence/evidence.ts";
import { calendarDateOf } from "../../../src/pipeline/dates.ts";
import type { Pipeline } from "../../../src/pipeline/load.ts";
import type { Night } from "../../support/night.ts";
import { at, gatherFrom, smallNight } from "../../support/night.ts";
import { overNba } from "../../support/own-pipeline.ts";

/** What own looks answer, by their id without its date; a text is the refusal. */
export type OwnAnswers = Readonly<Record<string, Refusal | { readonly facts: unknown }>>;

export interface Asked {
  readonly night?: Night;
  readonly answers?: OwnAnswers;
  readonly clock?: Date;
  readonly statements?: Readonly<Record<string, string>>;
}

/** One own check, written as the body of its YAML map, judged alone on the small night (09:30 of the morning after). */
export async function judgeOwn(check: string, asked: Asked = {}): Promise<Judgement> {
  return judgeOn(overNba(`checks:\n  - { ${check} }\n`, asked.statements), asked);
}

export async function judgeOn(
  pipeline: Pipeline,
  { night = smallNight(), answers = {}, clock = at("09:30") }: Asked = {},
): Promise<Judgement> {
  const own = pipeline.file.checks.map(({ id }) => id);
  return judgeDate({
    checks: checksOf(pipeline).filter(({ id }) => own.includes(id)),
    pipeline,
    date: calendarDateOf(night.date),
    now: () => clock,
    gather: answering(answers, gatherFrom(night)),
    half: "post_game",
    pass: async () => {},
  });
}

function answering(answers: OwnAnswers, others: Gather): Gather {
  return async (look) => {
    const answer = answers[look.id.replace(/ \d{4}-\d{2}-\d{2}$/u, "")];
    if (answer === undefined) return others(look);
    const asked = { id: look.id, port: look.port, asked: look.asked, observedAt: "2026-02-04T14:30:00.000Z" };
    if (typeof answer === "string") return { ...asked, seen: false, refusal: answer, reason: `${answer} on request`, next: "Grant it." };
    return { ...asked, seen: true, facts: look.parse(answer.facts), examined: 1 };
  };
}

/** `BOS@NYK: fail P2 missed: 9 of 10 …` */
export function told({ checks }: Judgement, id: string): string[] {
  const judged = checks.find(({ check }) => check.id === id);
  return (judged?.subjects ?? []).flatMap(({ subject, findings }) =>
    findings.map(
      (finding) =>
        `${subject}: ${finding.verdict}${"severity" in finding ? ` ${finding.severity}` : ""} ${finding.reason}: ${finding.observed}`,
    ),
  );
}

export function brief(judgement: Judgement, id = "mine"): string[] {
  return told(judgement, id).map((text) => text.replace(/^[^:]+: ([^:]+):.*$/su, "$1"));
}
