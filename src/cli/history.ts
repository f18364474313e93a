import { readConfig } from "../config.ts";
import { BackendError, unknownName, UserError } from "../errors.ts";
import { figuresPerDay } from "../history/figures.ts";
import type { HistoryPage } from "../history/history.ts";
import { calendarDateOf } from "../pipeline/dates.ts";
import { gist } from "./gist.ts";
import type { Installation } from "./installation.ts";
import type { Given, Option } from "./options.ts";
import { inputFrom } from "./options.ts";
import { jsonLine, marks } from "./render.ts";
import type { Terminal } from "./terminal.ts";
import { printable, wrap } from "./text.ts";

const defaultLimit = 20;

export const historyOptions: readonly Option[] = [
  { name: "game-date", kind: "text", takes: "DATE", describes: "Only reports on this game date, YYYY-MM-DD." },
  { name: "tool", kind: "text", takes: "NAME", describes: "Only reports of this tool." },
  { name: "limit", kind: "integer", takes: "N", describes: "Most reports to list.", default: String(defaultLimit) },
];

/** Lists the kept reports, the one with the newest clock first. Exits 3 if the state can't be read: nobody can tell what is in it. */
export async function listHistory(given: Given, installation: Installation, terminal: Terminal): Promise<number> {
  const { limit = defaultLimit } = inputFrom(historyOptions, given);
  const { "game-date": gameDate, tool } = given;
  const config = readConfig(given, installation.env);
  const query = {
    limit: limitOf(limit),
    ...(gameDate === undefined ? {} : { gameDate: calendarDateOf(gameDate.toString(), "--game-date") }),
    ...(tool === undefined ? {} : { tool: toolOf(tool.toString(), installation) }),
  };
  try {
    const history = await installation.history(config);
    const page = await history.list(query, { signal: terminal.interrupted });
    await terminal.out(
      config.json.value
        ? jsonLine(listed(page))
        : lines(page, config.state.value, { ...terminal, isNarrowed: "gameDate" in query || "tool" in query }),
    );
    return 0;
  } catch (error) {
    if (!(error instanceof BackendError) || terminal.interrupted.aborted) throw error;
    await terminal.err(`${printable(`${error.message} ${error.next}`)}\n`);
    return 3;
  }
}

function limitOf(limit: unknown): number {
  if (typeof limit === "number" && limit >= 1) return limit;
  throw new UserError(`--limit: ${String(limit)} is not allowed; list at least 1.`);
}

function toolOf(typed: string, { tools }: Installation): string {
  const name = typed.replaceAll("-", "_");
  if (tools.some((tool) => tool.name === name)) return name;
  throw new UserError(
    unknownName(
      "tool",
      typed,
      tools.map((tool) => tool.name),
    ),
  );
}

interface Shown extends Pick<Terminal, "width" | "paint"> {
  /** Only some of the reports were asked for. */
  readonly isNarrowed: boolean;
}

function lines({ reports, total, setAside }: HistoryPage, folder: string, { width, paint, isNarrowed }: Shown): string {
  const widest = Math.max(0, ...reports.map(({ report }) => marks[report.verdict].word.length));
  const said = reports.map(({ report, as_of: asOf }) => {
    const { tool, asked, verdict, since } = report;
    const { colour, word } = marks[verdict];
    const scenario = asked["scenario"] === undefined ? "" : `SCENARIO ${asked["scenario"]}: `;
    const news = since === undefined ? "" : `; new: ${since.new?.join(", ") ?? "nothing"}`;
    const before = printable(`${asked["as_of"] ?? asOf}  ${asked["game_date"] ?? "no game date"}  ${tool}`);
    return `${before}  ${paint(colour, word)}${" ".repeat(widest - word.length)}  ${printable(`${scenario}${gist(report).replace(/(?<!\.)\.$/u, "")}${news}`)}`;
  });
  const days = figuresPerDay(reports);
  const figures = days.map((day) =>
    printable(
      `${day.game_date}  ${day.scenario === undefined ? "" : `SCENARIO ${day.scenario}: `}record ${day.record_accuracy}, surplus rows ${day.surplus_rows}, orchestrator errors ${day.orchestrator_errors}, late collections ${day.late_collections}`,
    ),
  );
  const heading = figures.length === 0 ? [] : ["", "Per game date, from the newest report on it:", ...figures];
  const more = total > reports.length ? [`${reports.length} of ${total}; ask for more with --limit, or narrow with --game-date.`] : [];
  const none = total === 0 ? [`No report${isNarrowed ? " of these" : ""} is kept in ${printable(folder)}${isNarrowed ? "" : " yet"}.`] : [];
  const aside = setAside > 0 ? [`${setAside} more could not be read and lie in ${printable(folder)}/aside.`] : [];
  return `${[...said, ...heading, ...[...none, ...more, ...aside].map((line) => wrap(line, width))].join("\n")}\n`;
}

function listed({ reports, total, setAside }: HistoryPage): unknown {
  return {
    reports: reports.map(({ report: { tool, verdict, summary, asked, since }, as_of: asOf, kept_at: keptAt }) => ({
      as_of: asked["as_of"] ?? asOf,
      kept_at: keptAt,
      tool,
      asked,
      verdict,
      summary,
      ...(since === undefined ? {} : { since }),
    })),
    days: figuresPerDay(reports),
    total,
    set_aside: setAside,
  };
}
