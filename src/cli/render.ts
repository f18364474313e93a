import { exitCode } from "../report/exit-code.ts";
import type { Report, ReportedFinding } from "../report/schema.ts";
import { inquirySections } from "./render-inquiry.ts";
import type { Given } from "./options.ts";
import { typedCall } from "./options.ts";
import type { StyleTextFormat, Terminal } from "./terminal.ts";
import type { TableRow } from "./text.ts";
import { printable, table, wrap } from "./text.ts";

interface Canvas extends Pick<Terminal, "width" | "paint"> {
  /** What this question was asked with; who asks on needs its settings too. */
  readonly given?: Given;
  /** What a person types to start us; the plain name if absent. */
  readonly invocation?: string;
}

interface Mark {
  readonly sign: string;
  readonly word: string;
  readonly colour: StyleTextFormat;
}

export const marks: Readonly<Record<Report["verdict"], Mark>> = {
  fail: { sign: "x", word: "FAIL", colour: ["bold", "red"] },
  unknown: { sign: "?", word: "UNKNOWN", colour: ["bold", "magenta"] },
  warn: { sign: "!", word: "WARN", colour: ["bold", "yellow"] },
  not_due: { sign: "~", word: "NOT DUE", colour: ["bold", "cyan"] },
  pass: { sign: "+", word: "PASS", colour: ["bold", "green"] },
  not_applicable: { sign: "-", word: "NOT APPLICABLE", colour: "bold" },
};

/** The report as a person reads it: the verdict, what to act on worst first, and what it rests on. */
export function renderReport(outside: Report, canvas: Canvas): string {
  const report = printableThroughout(outside);
  const all = report.findings ?? [];
  const isNote = ({ verdict }: ReportedFinding): boolean => verdict === "pass" || verdict === "not_applicable";
  const sections = [
    heading(report, canvas),
    wrap(report.summary, canvas.width),
    table(numbersOf(report), canvas.width),
    slateSection(report, canvas),
    ...all.filter((finding) => !isNote(finding)).map((finding) => renderFinding(finding, canvas)),
    all
      .filter(isNote)
      .map((finding) => renderNote(finding, canvas))
      .join("\n"),
    daysSection(report, canvas),
    ...inquirySections(report, canvas),
    handSection(report, canvas),
    footer(report, canvas),
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

/** The numbers, with those of the game date before beside them where they were others. */
function numbersOf({ numbers, before }: Report): readonly (readonly [string, string])[] {
  return Object.entries(numbers).map(([name, value]) => {
    const earlier = before?.numbers[name];
    return [name, earlier === undefined ? value : `${value}  (${before?.game_date}: ${earlier})`] as const;
  });
}

/** The slate after the judged date, under its own heading. */
function slateSection({ slate }: Report, { width, paint }: Canvas): string {
  if (slate === undefined) return "";
  const { colour, word } = marks[slate.verdict];
  const rows = Object.entries(slate.numbers);
  const heading = `${paint(colour, word)}  slate of ${slate.game_date} ${slate.moment}, judged ${slate.judged}`;
  return rows.length === 0 ? heading : `${heading}\n${table(rows, width, "    ")}`;
}

/** Exactly the structured content, as one line. Characters a terminal might act on are escaped, which JSON reads back alike. */
export function jsonLine(value: unknown): string {
  const escaped = JSON.stringify(value).replaceAll(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `${escaped}\n`;
}

function heading({ verdict, tool, asked }: Report, { paint }: Canvas): string {
  const { colour, word } = marks[verdict];
  const asOf = asked["as_of"] === undefined ? "" : `  as of ${asked["as_of"]}`;
  return `${paint(colour, word)}  ${[tool, asked["game_date"] ?? "", asked["moment"] ?? ""].filter((part) => part !== "").join(" ")}${asOf}`;
}

/** The looks' own commands, for whoever wants to see for himself. */
function handSection({ by_hand: commands = {} }: Report, { width }: Canvas): string {
  const rows = Object.entries(commands).map(([look, command]): TableRow => [look, command, "whole"]);
  return rows.length === 0 ? "" : `by hand\n${table(rows, width, "    ")}`;
}

function daysSection({ days = [] }: Report, { width, paint }: Canvas): string {
  return days
    .map(({ game_date: date, verdict, judged, said }) => {
      const { sign, word, colour } = marks[verdict];
      return `${paint(colour, sign)} ${wrap(`${date}  ${word}  ${judged}: ${said}`, width, "  ")}`;
    })
    .join("\n");
}

function renderFinding(finding: ReportedFinding, { width, paint }: Canvas): string {
  const { sign, colour } = marks[finding.verdict];
  const breaks = finding.breaks === undefined ? undefined : `${finding.breaks.what} (${finding.breaks.at})`;
  const lines: [string, string | undefined][] = [
    ["subjects", subjectsOf(finding)],
    ["observed", finding.observed],
    ["expected", finding.expected],
    ["breaks", breaks],
    ["next", finding.next],
    ["evidence", finding.evidence?.join(", ")],
  ];
  const said = lines.flatMap(([name, text]) => (text === undefined || text === "" ? [] : [[name, text] as const]));
  const date = finding.game_date === undefined ? "" : `${finding.game_date}  `;
  const title = wrap(`${finding.severity ?? finding.verdict}  ${date}${finding.id}  ${finding.reason}`, width, "  ");
  return `${paint(colour, sign)} ${paint("bold", title)}\n${table(said, width, "    ")}`;
}

function renderNote({ id, observed, verdict }: ReportedFinding, { width }: Canvas): string {
  const word = verdict === "pass" ? "note" : "not applicable";
  return `. ${wrap(`${word}  ${id}: ${observed}`, width, "  ")}`;
}

function subjectsOf({ subjects = [], more }: ReportedFinding): string {
  return [...subjects, ...(more === undefined || more === 0 ? [] : [`${more} more`])].join(", ");
}

function footer(report: Report, { width, given, invocation = "postgame" }: Canvas): string {
  const { coverage, examined, omitted, cost, next } = report;
  const looks =
    coverage &&
    `${coverage.looks} looks, ${coverage.failed} failed; ${coverage.rows} rows and ${coverage.documents} document${coverage.documents === 1 ? "" : "s"}`;
  const bytes = cost?.bytes === undefined ? "" : `, ${cost.bytes} bytes billed`;
  const calls = (next ?? []).map((call) => `${invocation} ${typedCall(call.tool, call.arguments, given)}`);
  const lines: readonly (readonly [string, string | undefined, "whole"?])[] = [
    ["not shown", counted(omitted)],
    ["checked", counted(report.checked)],
    ["looked at", looks ?? (examined === undefined ? undefined : counted(typeof examined === "number" ? { rows: examined } : examined))],
    ["since", sinceText(report.since)],
    ["watches", watchesText(report.watches)],
    ["state", report.state],
    ["took", cost && `${cost.ms} ms${bytes}`],
    ["ask again", report.ask_again],
    ...calls.map((call) => ["next call", call, "whole"] as const),
    ["exit code", String(exitCode(report))],
  ];
  return table(
    lines.flatMap(([name, text, whole]): TableRow[] => (text === undefined || text === "" ? [] : [[name, text, whole]])),
    width,
    "",
  );
}

/** `2026-02-04T13:00:00-05:00: new minutes/2026-02-03; still unique-keys/nba_analytics.player_game_summary` */
export function sinceText(since: Report["since"]): string | undefined {
  if (since === undefined) return undefined;
  const { compared_with: comparedWith, ...changes } = since;
  const said = Object.entries(changes).map(([change, ids]) => `${change.replaceAll("_", " ")} ${(ids ?? []).join(", ")}`);
  return `${comparedWith}: ${said.length === 0 ? "nothing reported then or now" : said.join("; ")}`;
}

function watchesText(watches: Report["watches"]): string | undefined {
  if (watches === undefined) return undefined;
  const { kept, not_yet: notYet, overdue = [], not_seen: notSeen = [] } = watches;
  const counts = [
    ...(kept === undefined ? [] : [`${kept} kept`]),
    ...(notYet === undefined ? [] : [`${notYet} not yet observable`]),
    ...overdue.map(({ id, text, due, said }) => `overdue ${id} (${due}): ${text}${said === undefined ? "" : `; ${said}`}`),
    ...notSeen.map(({ id, text, said }) => `could not look at ${id}: ${text}${said === undefined ? "" : `; ${said}`}`),
  ];
  return counts.join("; ");
}

/** `pass 3, fail 1, not_due grading` */
function counted(counts: Readonly<Record<string, number | readonly string[]>> | undefined): string {
  return Object.entries(counts ?? {})
    .map(([name, count]) => `${name} ${typeof count === "number" ? count : count.join(" ")}`)
    .join(", ");
}

/** Every text in the report, names of numbers included, made safe to print. */
function printableThroughout(report: Report): Report {
  const { text, ...rest } = report;
  const lines = text === undefined ? {} : { text: text.split("\n").map(printable).join("\n") };
  return { ...(walk(rest) as Report), ...lines }; // Only texts change, and only to other texts; the verdict's words are printable as they are.
}

function walk(value: unknown): unknown {
  if (typeof value === "string") return printable(value);
  if (Array.isArray(value)) return value.map(walk);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [printable(key), walk(inner)]));
}
