import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "../config.ts";
import { exitCode } from "../report/exit-code.ts";
import type { Report } from "../report/schema.ts";
import type { Tool } from "../tool.ts";
import { callTool } from "./call.ts";
import { gist } from "./gist.ts";
import type { Installation } from "./installation.ts";
import { marks, renderReport } from "./render.ts";
import type { Terminal } from "./terminal.ts";
import { table, wrap } from "./text.ts";

/** The night that is played: when to look at it, and which of the reports to show whole. */
const played = {
  tool: "validate_daily",
  scenario: "feb-03",
  gameDate: "2026-02-03",
  day: "2026-02-04",
  clocks: ["06:45", "09:00", "10:30", "13:00", "18:00", "19:00"],
  shown: "18:00",
} as const;

export async function playDemo(installation: Installation, terminal: Terminal): Promise<number> {
  const tool = installation.tools.find(({ name }) => name === played.tool);
  if (tool === undefined) throw new Error(`The catalogue has no ${played.tool}, which the demo plays.`);

  const reports = await playNight(tool, installation, terminal);
  const shown = reports.get(played.shown);
  if (shown === undefined) throw new Error("The demo shows a clock that it doesn't play.");
  await terminal.out(
    [
      wrap(
        `What ${played.tool} says at ${played.shown} about the games of ${played.gameDate}: a night as it really happened, with invented data.`,
        terminal.width,
      ),
      renderReport(shown, terminal).trimEnd(),
      `${played.tool} would exit ${exitCode(shown)}; demo exits 0, since it ran.`,
      `The same night through the day:\n${dayLines(reports, terminal)}`,
      `What to type next:\n${nextSteps(installation)}`,
    ].join("\n\n") + "\n",
  );
  return 0;
}

/** Each report is compared with the hour before; what is kept for that goes when the night is over. */
async function playNight(tool: Tool, installation: Installation, terminal: Terminal): Promise<ReadonlyMap<string, Report>> {
  const state = await mkdtemp(join(tmpdir(), "postgame-demo-"));
  try {
    const reports = new Map<string, Report>();
    for (const clock of played.clocks) {
      const config = readConfig({ scenario: played.scenario, clock: `${played.day} ${clock}`, state }, {});
      const session = await installation.open(config); // One after the other: they share one scenario.
      reports.set(clock, await callTool(tool, { game_date: played.gameDate }, session, terminal));
    }
    return reports;
  } finally {
    await rm(state, { recursive: true, force: true });
  }
}

function dayLines(reports: ReadonlyMap<string, Report>, { width, paint }: Terminal): string {
  const widestMark = Math.max(...[...reports.values()].map(({ verdict }) => marks[verdict].word.length));
  return [...reports]
    .map(([clock, report]) => {
      const { colour, word } = marks[report.verdict];
      const padding = " ".repeat(widestMark - word.length);
      const indent = " ".repeat(2 + clock.length + 2 + widestMark + 2);
      return `  ${clock}  ${paint(colour, word)}${padding}  ${wrap(gist(report), width, indent)}`;
    })
    .join("\n");
}

function nextSteps({ invocation, invocationAnywhere }: Installation): string {
  const call = `${invocation} ${played.tool}`;
  return table(
    [
      ["Another hour:", `${call} --scenario ${played.scenario} --clock "${played.day} 10:30"`],
      ["A good night:", `${call} --scenario healthy-night`],
      ["What an agent gets:", `${call} --scenario ${played.scenario} --json`],
      ["Add it to Claude Code:", `claude mcp add postgame -- ${invocationAnywhere} serve --scenario ${played.scenario}`],
    ],
    Number.POSITIVE_INFINITY, // A wrapped command can't be copied.
  );
}
