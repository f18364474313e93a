import { exitCode } from "../report/exit-code.ts";
import type { Report, ReportedFinding } from "../report/schema.ts";
import type { StyleTextFormat, Terminal } from "./terminal.ts";
import { printable, table, wrap } from "./text.ts";

type Canvas = Pick<Terminal, "width" | "paint">;

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
    ...all.filter((finding) => !isNote(finding)).map((finding) => renderFinding(finding, canvas)),
    all
      .filter(isNote)
      .map((finding) => renderNote(finding, canvas))
      .join("\n"),
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
    ["by hand", finding.by_hand?.join("; ")],
  ];
  const said = lines.flatMap(([name, text]) => (text === undefined || text === "" ? [] : [[name, text] as const]));
  const title = wrap(`${finding.severity ?? finding.verdict}  ${finding.id}  ${finding.reason}`, width, "  ");
  return `${paint(colour, sign)} ${paint("bold", title)}\n${table(said, width, "    ")}`;
}

function renderNote({ id, observed, verdict }: ReportedFinding, { width }: Canvas): string {
  const word = verdict === "pass" ? "note" : "not applicable";
  return `. ${wrap(`${word}  ${id}: ${observed}`, width, "  ")}`;
}

function subjectsOf({ subjects = [], more }: ReportedFinding): string {
  return [...subjects, ...(more === undefined || more === 0 ? [] : [`${more} more`])].join(", ");
}

function footer(report: Report, { width }: Canvas): string {
  const { coverage, examined, omitted, cost, next } = report;
  const looks =
    coverage &&
    `${coverage.looks} looks, ${coverage.failed} failed; ${coverage.rows} rows and ${coverage.documents} document${coverage.documents === 1 ? "" : "s"}`;
  const bytes = cost?.bytes === undefined ? "" : `, ${cost.bytes} bytes billed`;
  const lines: [string, string | undefined][] = [
    ["not shown", counted(omitted)],
    ["checked", counted(report.checked)],
    ["looked at", looks ?? (examined === undefined ? undefined : counted(typeof examined === "number" ? { rows: examined } : examined))],
    ["since", sinceText(report.since)],
    ["state", report.state],
    ["took", cost && `${cost.ms} ms${bytes}`],
    ["ask again", report.ask_again],
    ["next call", next?.map((call) => `${call.tool} ${JSON.stringify(call.arguments)}`).join("; ")],
    ["exit code", String(exitCode(report))],
  ];
  return table(
    lines.flatMap(([name, text]) => (text === undefined || text === "" ? [] : [[name, text] as const])),
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

/** `pass 3, fail 1, not_due grading` */
function counted(counts: Readonly<Record<string, number | readonly string[]>> | undefined): string {
  return Object.entries(counts ?? {})
    .map(([name, count]) => `${name} ${typeof count === "number" ? count : count.join(" ")}`)
    .join(", ");
}

/** Every text in the report, names of numbers included, made safe to print. */
function printableThroughout(report: Report): Report {
  return walk(report) as Report; // Only texts change, and only to other texts; the verdict's words are printable as they are.
}

function walk(value: unknown): unknown {
  if (typeof value === "string") return printable(value);
  if (Array.isArray(value)) return value.map(walk);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [printable(key), walk(inner)]));
}
