import type { JudgedCheck } from "../checks/runner.ts";
import { readConfig } from "../config.ts";
import { UserError, unknownName } from "../errors.ts";
import type { CalendarDate } from "../pipeline/dates.ts";
import { calendarDateOf, clockText, dateAt } from "../pipeline/dates.ts";
import type { CallSession, Session } from "../session.ts";
import { duringCall } from "../session.ts";
import type { Installation } from "./installation.ts";
import type { Given, Option } from "./options.ts";
import { inputFrom } from "./options.ts";
import { jsonLine, marks } from "./render.ts";
import type { Terminal } from "./terminal.ts";
import { printable, table, wrap } from "./text.ts";

/** Of `check try`. */
export const tryOptions: readonly Option[] = [
  {
    name: "game-date",
    kind: "list",
    repeatable: true,
    takes: "DATE",
    describes: "Given at least twice: a date on which the check must fire first, one on which it must be quiet last, e.g. 2026-02-03.",
  },
];

interface Tried {
  readonly date: CalendarDate;
  readonly judged: JudgedCheck;
}

/** Runs one own check on dates of which the operator knows what it must say; only then is it worth believing. */
export async function tryCheck(
  given: Given,
  installation: Installation,
  terminal: Terminal,
  [id = ""]: readonly string[],
): Promise<number> {
  const config = readConfig(given, installation.env);
  const dates = datesIn(given);
  const session = await installation.open(config);
  if (session === undefined) {
    await terminal.err(
      "Nothing is configured, so nobody could look: name a scenario with --scenario, or saved evidence with --evidence.\n",
    );
    return 3;
  }
  const tried = await duringCall(session, terminal.interrupted, (call) => tryOn(dates, id, session, call));
  const { opening } = await import("../report/answered.ts");
  const told = opening(session);
  const outcome = outcomeOf(id, tried);
  const said = `${told}${outcome.said}`;
  await terminal.out(config.json.value ? jsonLine({ said, ...asJson(id, tried, outcome.code) }) : rendered(tried, said, terminal));
  await session.saveEvidence?.();
  return outcome.code;
}

function datesIn(given: Given): readonly CalendarDate[] {
  const { game_date: listed } = inputFrom(tryOptions, given);
  const dates = (Array.isArray(listed) ? listed : []).map((date) => calendarDateOf(String(date), "--game-date"));
  if (dates.length >= 2) return dates;
  throw new UserError(
    "check try needs at least two dates: --game-date BAD --game-date GOOD, one on which the check must fire and one on which it must not.",
  );
}

/** One call for all dates, so that its looks can be saved together. */
async function tryOn(dates: readonly CalendarDate[], id: string, session: Session, call: CallSession): Promise<readonly Tried[]> {
  const [{ checksOf }, { judgeDate }] = await Promise.all([import("../checks/checks-of.ts"), import("../checks/runner.ts")]);
  const { pipeline } = session;
  const own = pipeline.file.checks.map((check) => check.id);
  const all = checksOf(pipeline);
  const check = all.find((candidate) => candidate.id === id && own.includes(id));
  if (check === undefined) {
    const shipped = all.some((candidate) => candidate.id === id)
      ? `${id} is shipped and tested; only checks of the pipeline file are tried. `
      : "";
    throw new UserError(`${shipped}${unknownName("check of its own in the pipeline file", id, own)}`);
  }
  const now = call.now();
  const future = dates.find((date) => date > dateAt(now, pipeline.zone));
  if (future !== undefined) throw new UserError(`--game-date ${future} is in the future: it is ${clockText(now, pipeline.zone)}.`);
  const tried: Tried[] = [];
  for (const date of dates) {
    const [half] = check.halves ?? ["post_game" as const];
    const { checks } = await judgeDate({ checks: [check], pipeline, date, ...call, ...(half === undefined ? {} : { half }) });
    const [judged] = checks;
    if (judged === undefined) throw new Error(`${id} was not judged on ${date}.`);
    tried.push({ date, judged });
  }
  return tried;
}

interface Outcome {
  readonly code: number;
  readonly said: string;
}

function outcomeOf(id: string, tried: readonly Tried[]): Outcome {
  const [bad, good] = [tried[0], tried.at(-1)];
  if (bad === undefined || good === undefined) throw new Error("Nobody tries a check on no date.");
  const fires = ["fail", "warn"].includes(bad.judged.verdict);
  const quiet = good.judged.verdict === "pass";
  if (fires && quiet) return { code: 0, said: `${id} fires on ${bad.date} and is quiet on ${good.date}.` };
  const judged = (verdict: string): boolean => ["fail", "warn", "pass"].includes(verdict);
  const wrong = [
    ...(fires ? [] : [`on ${bad.date}, where it must fire, it ${doing(bad)}`]),
    ...(quiet ? [] : [`on ${good.date}, where it must be quiet, it ${doing(good)}`]),
  ];
  const known = judged(bad.judged.verdict) && judged(good.judged.verdict);
  return { code: known ? 2 : 3, said: `${id} proves nothing yet: ${wrong.join("; ")}.` };
}

function doing({ judged: { verdict } }: Tried): string {
  const verbs: Partial<Record<typeof verdict, string>> = { fail: "fails", warn: "warns", pass: "passes" };
  return verbs[verdict] ?? `is ${verdict.replaceAll("_", " ")}`;
}

function rendered(tried: readonly Tried[], said: string, { width, paint }: Terminal): string {
  const lines = tried.map(({ date, judged }) => {
    const { colour, word } = marks[judged.verdict];
    const rows = judged.subjects.flatMap(({ subject, findings }) =>
      findings.map((finding) => {
        const rank = "severity" in finding ? `${finding.severity} ` : "";
        return [printable(subject), printable(`${rank}${finding.reason}: ${finding.observed}`)] as const;
      }),
    );
    return `${date}  ${paint(colour, word)}\n${table(rows, width, "    ")}`;
  });
  return `${wrap(printable(said), width)}\n\n${lines.join("\n")}\n`;
}

function asJson(id: string, tried: readonly Tried[], code: number): object {
  return {
    check: id,
    exit: code,
    tried: tried.map(({ date, judged: { verdict, subjects } }) => ({
      game_date: date,
      verdict,
      findings: subjects.flatMap(({ subject, findings }) =>
        findings.map((finding) => ({
          subject,
          verdict: finding.verdict,
          ...("severity" in finding ? { severity: finding.severity } : {}),
          reason: finding.reason,
          observed: finding.observed,
        })),
      ),
    })),
  };
}
