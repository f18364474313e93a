import type { SettingName } from "../config.ts";
import { readConfig } from "../config.ts";
import { exitCode } from "../report/exit-code.ts";
import type { Tool } from "../tool.ts";
import { callTool } from "./call.ts";
import { tryCheck, tryOptions } from "./check.ts";
import { playDemo } from "./demo.ts";
import { doctorOptions, doctorSettings, runDoctor } from "./doctor.ts";
import { explainCheck, explainOptions } from "./explain.ts";
import { historyOptions, listHistory } from "./history.ts";
import type { Installation } from "./installation.ts";
import type { Given, Option } from "./options.ts";
import { inputFrom, parameterOptions, settingOptions, typedCall } from "./options.ts";
import { jsonLine, renderReport } from "./render.ts";
import type { Terminal } from "./terminal.ts";
import { table } from "./text.ts";

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly title: string;
  readonly description: string;
  /** Its own parameters; none for a verb. */
  readonly parameters: readonly Option[];
  readonly settings: readonly Option[];
  /** Arguments of an example that can be typed as it stands. */
  readonly example: string;
  /** What stands between its name and the options: words in small letters as they are, others for what is to be given. */
  readonly operands?: readonly string[];
  /** Answers with the exit code. */
  run(given: Given, installation: Installation, terminal: Terminal, operands: readonly string[]): Promise<number>;
}

/** Every command but `help`: the tools first, then the verbs. */
export function commandsOf(tools: readonly Tool[]): readonly Command[] {
  return [...tools.map(toolCommand), demo, doctor, scenarios, history, explain, check, serve];
}

/** What decides who is asked and how. */
const stores = [
  "scenario",
  "project",
  "clock",
  "pipeline",
  "backend",
  "repo",
  "location",
  "database",
  "call-bytes",
  "day-bytes",
  "state",
] as const;
const everySetting = [...stores, "save-evidence", "evidence", "json"] as const;

function toolCommand(tool: Tool): Command {
  const parameters = parameterOptions(tool);
  return {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    parameters,
    settings: settingOptions(...everySetting),
    example: typedCall(tool.name, tool.example ?? exampleOf(parameters), { scenario: "feb-03" }),
    async run(given, installation, terminal) {
      const config = readConfig(settingsIn(given), installation.env);
      const raw = inputFrom(parameters, given);
      const session = await installation.open(config);
      const report = await callTool(tool, raw, session, terminal);
      await terminal.out(
        config.json.value ? jsonLine(report) : renderReport(report, { ...terminal, given, invocation: installation.invocation }),
      );
      await session?.saveEvidence?.(); // After the report: a file that can't be written must not cost the answer.
      return exitCode(report);
    },
  };
}

const demo: Command = {
  name: "demo",
  title: "Play a bad night and show what it looks like, hour by hour",
  description:
    "Plays the shipped scenario feb-03 (invented data) and shows the report a person would read. Needs no account and leaves nothing behind.",
  parameters: [],
  settings: [],
  example: "demo",
  run: (_, installation, terminal) => playDemo(installation, terminal),
};

const doctor: Command = {
  name: "doctor",
  title: "Say whether everything can be asked, and what is missing where it can't",
  description:
    "Shows each setting and where it comes from, asks every port each kind of question once, has every statement tried without running it, compares the clocks, and keeps a dated proof beside the reports. With --compare it says where the pipeline file and the project don't agree, as changes to accept one by one. It only reads. Exit code 0 if all was answered, 1 if the file differs, 3 if something could not be asked.",
  parameters: [],
  settings: [...doctorOptions, ...settingOptions(...doctorSettings, "json")],
  example: "doctor --scenario feb-03",
  run: runDoctor,
};

const scenarios: Command = {
  name: "scenarios",
  title: "List the nights that can be played",
  description: "Lists the scenarios that are shipped: name, game date and what happened.",
  parameters: [],
  settings: settingOptions("json"),
  example: "scenarios",
  async run(given, installation, terminal) {
    const { json } = readConfig(settingsIn(given), installation.env);
    const shipped = await installation.scenarios();
    const rows = shipped.map(({ name, date, about }) => [`${name}  ${date}`, about.replaceAll(/\s+/gu, " ").trim()] as const);
    await terminal.out(json.value ? jsonLine(shipped) : `${table(rows, terminal.width, "")}\n`);
    return 0;
  },
};

const history: Command = {
  name: "history",
  title: "List the reports that were kept",
  description:
    "Lists the reports given so far, the newest clock first: what it was as of, game date, tool, verdict, what was behind it, and what was new since the report before. Then, per game date, the four figures of the chain: record accuracy, surplus rows, orchestrator errors, late collections. Reports are kept for 90 days, at most 5,000.",
  parameters: [],
  settings: [...historyOptions, ...settingOptions("state", "json")],
  example: "history --limit 5",
  run: listHistory,
};

const explain: Command = {
  name: "explain",
  title: "Say why a check exists, how it judges and what to do",
  description:
    "Says of one check, shipped or of the pipeline file itself, what it is there for, how it judges, when it is due, its thresholds with their reasons, what it looks at and what to do when it speaks. Asks no store.",
  operands: ["CHECK"],
  parameters: [],
  settings: [...explainOptions, ...settingOptions("pipeline", "json")],
  example: "explain minutes",
  run: explainCheck,
};

const check: Command = {
  name: "check",
  title: "Try a check of the pipeline file's own on dates of which you know what it must say",
  description:
    "Runs one own check on each date and says which did what. It must fire on the first and be quiet on the last: exit code 0 only then, 2 if it was judged and did otherwise, 3 if it could not be judged.",
  operands: ["try", "ID"],
  parameters: [],
  settings: [...tryOptions, ...settingOptions(...everySetting)],
  example: "check try late-rows --pipeline ./mine.yaml --scenario feb-03 --game-date 2026-02-03 --game-date 2026-02-02",
  run: tryCheck,
};

const serve: Command = {
  name: "serve",
  title: "Serve the tools to an agent: MCP on standard input and output",
  description:
    "Speaks the Model Context Protocol on standard input and output until the client goes away. Without a scenario every tool is listed and answers that nothing is configured.",
  parameters: [],
  settings: settingOptions(...stores),
  example: "serve --scenario feb-03",
  async run(given, installation) {
    await installation.serve(readConfig(settingsIn(given), installation.env));
    return 0;
  },
};

/** Parameters and settings share the command line; `readConfig` looks at its own names only. */
function settingsIn(given: Given): Partial<Record<SettingName, string | true>> {
  return given;
}

/** The first parameter that says "e.g." makes the example. */
function exampleOf(parameters: readonly Option[]): Readonly<Record<string, string>> {
  for (const { name, describes } of parameters) {
    const value = /e\.g\. (?<value>[\w-]+)/u.exec(describes)?.groups?.["value"];
    if (value !== undefined) return { [name]: value };
  }
  return {};
}
