import type { Report } from "../report/schema.ts";
import type { Terminal } from "./terminal.ts";
import { table, wrap } from "./text.ts";

type Canvas = Pick<Terminal, "width" | "paint">;

/** What only diagnosing tools answer: causes, what happened when, lists, log lines and proposals. The report's texts are printable. */
export function inquirySections(report: Report, canvas: Canvas): readonly string[] {
  return [
    causesSection(report, canvas),
    timelineSection(report, canvas),
    rowsSection(report, canvas),
    patternsSection(report, canvas),
    entriesSection(report, canvas),
    proposalsSection(report, canvas),
    report.text ?? "",
  ];
}

function causesSection({ causes = [], ruled_out: ruledOut = [] }: Report, { width, paint }: Canvas): string {
  const told = causes.map(({ id, standing, said, for: signs = [], against = [], settle }) => {
    const lines: [string, string][] = [
      ...signs.map((sign): [string, string] => ["for", sign]),
      ...against.map((sign): [string, string] => ["against", sign]),
      ...(settle === undefined ? [] : [["settle", settle] as [string, string]]),
    ];
    const title = paint("bold", wrap(`cause ${standing.replace("_", " ")}  ${id}: ${said}`, width, "  "));
    return lines.length === 0 ? title : `${title}\n${table(lines, width, "    ")}`;
  });
  return [...told, ...(ruledOut.length === 0 ? [] : [wrap(`ruled out  ${ruledOut.join(", ")}`, width, "  ")])].join("\n");
}

function timelineSection({ timeline = [], earlier }: Report, { width }: Canvas): string {
  if (timeline.length === 0) return "";
  const rows = timeline.map(({ at, said }) => [at, said] as const);
  return `timeline${earlier === undefined ? "" : ` (${earlier} earlier entries not shown)`}\n${table(rows, width, "    ")}`;
}

function rowsSection({ rows = [], more_rows: more }: Report, { width }: Canvas): string {
  const lines = rows.map((row) => {
    const [first, ...rest] = Object.entries(row);
    return [String(first?.[1] ?? ""), rest.map(([name, value]) => `${name.replaceAll("_", " ")} ${value}`).join("; ")] as const;
  });
  return [...(lines.length === 0 ? [] : [table(lines, width, "")]), ...(more === undefined ? [] : [`${more} more`])].join("\n");
}

function patternsSection({ patterns = [] }: Report, { width, paint }: Canvas): string {
  return patterns
    .map(({ pattern, severity, count, first, last, revisions, new: isNew, means, example }) => {
      const lines: [string, string | undefined][] = [
        ["from", `${first} to ${last}`],
        ["revisions", revisions?.join(", ")],
        ["means", means],
        ["example", example],
      ];
      const said = lines.flatMap(([name, text]) => (text === undefined ? [] : [[name, text] as const]));
      const title = wrap(`${severity}  ${count} times${isNew === true ? ", new" : ""}  ${pattern}`, width, "  ");
      return `${paint("bold", title)}\n${table(said, width, "    ")}`;
    })
    .join("\n");
}

function entriesSection({ entries = [], cursor }: Report, { width }: Canvas): string {
  const lines = entries.map(({ at, severity, revision, text }) =>
    wrap(`${at}  ${severity}  ${revision === undefined ? "" : `${revision}  `}${text}`, width, "    "),
  );
  return [...lines, ...(cursor === undefined ? [] : [`goes on with --cursor ${cursor}`])].join("\n");
}

function proposalsSection({ proposals = [] }: Report, { width, paint }: Canvas): string {
  return proposals
    .map(({ id, said, documents = [], partitions = [], jobs = [], runs = [] }) => {
      const rows = [
        ...documents.map(({ document, before, set }) => [
          document,
          set === undefined ? "deleted" : `${JSON.stringify(before)} becomes ${JSON.stringify(set)}`,
        ]),
        ...partitions.map(({ table: name, partition, rows: count, stay, keep }) => [
          name,
          `${partition}: ${count} rows become ${stay}, keeping ${keep}`,
        ]),
        ...jobs.map(({ job, game_date: date }) => [job, date === undefined ? "run" : `run for ${date}`]),
        ...runs.map(({ processor, unit, from, to }) => [processor, `run by ${unit} for ${from === to ? from : `${from} to ${to}`}`]),
      ].map(([name = "", text = ""]) => [name, text] as const);
      return `${paint("bold", wrap(`proposed ${id}  ${said}`, width, "  "))}\n${table(rows, width, "    ")}`;
    })
    .join("\n");
}
