import type { Compared } from "../doctor/compare.ts";
import type { Examination } from "../doctor/examine.ts";
import type { Answered } from "../doctor/question.ts";
import type { Recorded } from "../doctor/record.ts";
import { printable, table, wrap } from "./text.ts";
import type { Terminal } from "./terminal.ts";

type Canvas = Pick<Terminal, "width" | "paint">;

/** Settings with where each comes from. */
export function settingsText(
  settings: Readonly<Record<string, { readonly value: string | number | boolean | undefined; readonly source: string }>>,
  { width }: Canvas,
): string {
  const rows = Object.entries(settings).map(([name, { value, source }]) => {
    const shown = value === undefined ? "none" : typeof value === "number" ? sizeText(value) : String(value);
    return [name, `${printable(shown)}  (${source})`] as const;
  });
  return `Settings\n${table(rows, width)}\n\n`;
}

interface Examined extends Examination {
  /** Null: asked and not known. */
  readonly clockAheadMs?: number | null | undefined;
  readonly proof: string;
  readonly identity?: string | undefined;
}

/** Port by port what was answered, then the statements, the clock and where the proof is. */
export function examinationText(examined: Examined, canvas: Canvas): string {
  const { answers, statements, clockAheadMs, proof, identity, gameDate } = examined;
  const ports = [...new Set(answers.map(({ port }) => port))];
  const asked = ports.flatMap((port) => {
    const own = answers.filter((answer) => answer.port === port);
    return [canvas.paint("bold", port), ...own.flatMap((answer) => answerLines(answer, canvas))];
  });
  const bad = statements.filter(({ refusal }) => refusal !== undefined);
  const bytes = statements.reduce((sum, each) => sum + (each.bytes ?? 0), 0);
  const took = statements.length - bad.length;
  const cost = statements.some((each) => each.bytes !== undefined) ? `, ${sizeText(bytes)} to read in all` : "";
  return `${[
    `Ports${identity === undefined ? "" : `, asked as ${printable(identity)}`}`,
    ...(asked.length === 0 ? ["  Nothing was asked: the pipeline file switches every port off, so nothing is known."] : asked),
    "",
    `Statements, tried without being run for ${gameDate}: ${took} of ${statements.length} accepted${cost}`,
    ...bad.flatMap(({ look, refusal = "", reason, next }) => refused(`${look}: ${reason ?? ""}`, refusal, next, canvas)),
    ...(clockAheadMs === undefined ? [] : ["", clockLine(clockAheadMs)]),
    "",
    `Proof: ${printable(proof)}`,
  ].join("\n")}\n`;
}

export function recordedText({ file, questions, refused, exchanges }: Recorded, { width }: Canvas): string {
  const left = refused === 0 ? "" : `, ${refused} of them refused`;
  const said = `Recorded: ${exchanges} exchanges of ${questions} questions${left}, content replaced by placeholders, in ${file}`;
  return `${wrap(printable(said), width, "  ")}\n`;
}

/** Beyond that, what is due or late may be told wrongly. */
const mostClockMs = 5_000;

function clockLine(aheadMs: number | null): string {
  if (aheadMs === null)
    return "Clock: not known how far off this machine's is, since nobody answered with the time; due times are judged by it";
  const seconds = (Math.abs(aheadMs) / 1000).toFixed(1);
  const said =
    Math.abs(aheadMs) < 1_000 ? "agrees with the project's" : `is ${seconds} s ${aheadMs > 0 ? "ahead of" : "behind"} the project's`;
  return `Clock: this machine's ${said}${Math.abs(aheadMs) > mostClockMs ? "; set it, due times are judged by it" : ""}`;
}

function answerLines({ question, said = "", none, refusal, reason = "", next }: Answered, canvas: Canvas): readonly string[] {
  if (refusal !== undefined) return refused(`${question}: ${reason}`, refusal, next, canvas);
  if (none === undefined) return [line("ok", `${question}: ${said}`, canvas)];
  return [line(canvas.paint("red", "none"), `${question}: ${said}`, canvas), ...nextLine(next, canvas)];
}

function line(mark: string, text: string, { width }: Canvas): string {
  return `  ${mark.padEnd(4)} ${wrap(printable(text), width, "       ")}`;
}

function refused(text: string, refusal: string, next: string | undefined, canvas: Canvas): readonly string[] {
  return [line(canvas.paint("red", "no"), `${text} [${refusal}]`, canvas), ...nextLine(next, canvas)];
}

function nextLine(next: string | undefined, { width }: Canvas): readonly string[] {
  return next === undefined ? [] : [`       ${wrap(printable(next), width, "       ")}`];
}

/** The differences as numbered changes, each with the lines that would make the file agree; then those that only a person can settle. */
export async function comparedText({ differences, unseen }: Compared, pipeline: string, canvas: Canvas): Promise<string> {
  const { patchText } = await import("../doctor/patch.ts");
  const offered = differences.filter(({ patch }) => patch !== undefined);
  const others = differences.filter(({ patch }) => patch === undefined);
  const changes = offered.flatMap(({ about, said, patch = {} }, index) => [
    `${`${index + 1}.`.padEnd(4)}${wrap(printable(`${about}: ${said}`), canvas.width, "    ")}`,
    ...patchText(patch)
      .trimEnd()
      .split("\n")
      .map((each) => `      ${canvas.paint("dim", `+ ${printable(each)}`)}`),
  ]);
  return `${[
    "",
    `The pipeline file ${pipeline} and the project: ${differences.length === 0 ? "no difference seen" : `${offered.length} changes would make the file agree, ${others.length} differences need a person`}`,
    ...changes,
    ...others.map(({ about, said }) => `  - ${wrap(printable(`${about}: ${said}`), canvas.width, "    ")}`),
    ...unseen.flatMap(({ question, reason, refusal = "", next }) =>
      refused(`not compared: ${question}: ${reason ?? ""}`, refusal, next, canvas),
    ),
    ...(offered.length > 0 ? ["", "Accept with --write FILE (each is asked for), or --accept all|N,N --write FILE."] : []),
  ].join("\n")}\n`;
}

export function sizeText(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  const power = bytes === 0 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${units[power]}`;
}
