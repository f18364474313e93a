import { describe, expect, test, vi } from "vitest";
import type { Config } from "../../src/config.ts";
import { UserError } from "../../src/errors.ts";
import type { Report } from "../../src/report/schema.ts";
import { fakeTool, report } from "../mcp/fake-tools.ts";
import type { Run } from "../mcp/fake-tools.ts";
import { postgame } from "./fake-terminal.ts";

describe("a tool's parameters", () => {
  test.each([
    [["--game-date", "2026-02-03"], { game_date: "2026-02-03" }],
    [["--game_date=2026-02-03"], { game_date: "2026-02-03" }],
    [["--depth", "full", "--limit", "12"], { depth: "full", limit: 12 }],
    [["--teams", "BOS, NYK"], { teams: ["BOS", "NYK"] }],
    [["--dry-run"], { dry_run: true }],
    [["--no-dry-run"], { dry_run: false }],
    [["--dry-run=false"], { dry_run: false }],
    [[], {}],
  ])("%j reach the tool as %j", async (args, input) => {
    const run = vi.fn<Run>(async () => report());
    await postgame(["judge_night", ...args], { tools: [fakeTool(run)] });
    const defaults = { depth: "standard", dry_run: true };
    expect(run.mock.lastCall?.[0]).toEqual({ ...defaults, ...input });
  });

  test("the command is found with hyphens and after its options too", async () => {
    expect((await postgame(["judge-night"])).code).toBe(2);
    expect((await postgame(["--depth", "quick", "judge_night"])).code).toBe(2);
  });
});

describe("wrong usage is one sentence on standard error, exit 64, and nothing on standard output", () => {
  test.each([
    [
      ["judge_nigth"],
      'No command "judge_nigth"; known: judge_night, demo, doctor, scenarios, history, explain, check, serve, help. Did you mean "judge_night"?',
    ],
    [["judge_night", "--gme-date", "x"], /^No option of judge_night "--gme-date"; known: --game-date, .* Did you mean "--game-date"\?$/u],
    [["judge_night", "-x"], /^No option of judge_night "-x"; known: /u],
    [["judge_night", "--depth", "quik"], 'No depth of judge_night: "quik"; known: quick, standard, full. Did you mean "quick"?'],
    [["judge_night", "--limit", "many"], '--limit: "many" is not a whole number.'],
    [["judge_night", "--limit", "-3"], /^limit of judge_night: -3 is not allowed/u],
    [["judge_night", "--game-date"], "--game-date needs a value: --game-date TEXT."],
    [["judge_night", "--game-date", "--json"], "--game-date needs a value: --game-date TEXT."],
    [["judge_night", "--game-date="], "--game-date needs a value: --game-date TEXT."],
    [["judge_night", "--depth", "full", "--depth", "quick"], "--depth is given twice."],
    [["judge_night", "--dry-run=maybe"], '--dry-run is a switch and takes no value, not "maybe".'],
    [["judge_night", "2026-02-03"], 'judge_night takes options only, not "2026-02-03"; see help judge_night.'],
    [["help", "judge_nigth"], /^No command "judge_nigth"/u],
    [["--versoin"], /^No option of postgame "--versoin"; known: --version, --help. Did you mean "--version"\?$/u],
    [["demo", "--json"], /^No option of demo "--json"; known: --help\.$/u],
  ])("%j", async (args, sentence) => {
    const { code, out, err } = await postgame(args);
    expect({ code, out }).toEqual({ code: 64, out: "" });
    expect(err.trimEnd()).toMatch(sentence);
    expect(err.match(/\n/gu)).toHaveLength(1);
  });

  test("no command at all", async () => {
    const { code, out, err } = await postgame([]);
    expect({ code, out }).toEqual({ code: 64, out: "" });
    expect(err).toContain("Usage: postgame COMMAND");
  });

  test("an escape sequence in an argument does not reach the terminal", async () => {
    for (const args of [["\u001b[31mred"], ["judge_night", "--\u001b[31mred"], ["judge_night", "\u009b31mred"]]) {
      const { err } = await postgame(args);
      expect(err.trimEnd()).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/u);
    }
  });
});

describe("exit codes", () => {
  test.each<[Report["verdict"], Report["asked"], number]>([
    ["pass", {}, 0],
    ["not_applicable", {}, 0],
    ["warn", {}, 1],
    ["fail", {}, 2],
    ["unknown", {}, 3],
    ["not_due", {}, 3],
    ["not_applicable", { switched_off: "the warehouse is being moved" }, 3],
    ["pass", { switched_off: "the tracker is being moved" }, 0],
  ])("%s with %j exits %i, as text and as JSON", async (verdict, asked, code) => {
    const tools = [fakeTool(async () => report({ verdict, asked }))];
    expect(await postgame(["judge_night"], { tools })).toMatchObject({ code, out: expect.stringContaining(`exit code  ${code}\n`) });
    expect(await postgame(["judge_night", "--json"], { tools })).toMatchObject({ code });
  });

  test("a bug of ours exits 70, tells where on standard error, and prints no answer", async () => {
    const { code, out, err } = await postgame(["judge_night"], { tools: [fakeTool(() => Promise.reject(new TypeError("no such thing")))] });
    expect({ code, out }).toEqual({ code: 70, out: "" });
    expect(err).toMatch(/^Internal error, a bug of Postgame's:\nTypeError: no such thing\n\s+at /u);
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ])("%s cancels the running call, whatever the tool does, and exits %i", async (name, expected) => {
    const started = Promise.withResolvers<AbortSignal>();
    const deaf = fakeTool((_, { signal }) => {
      started.resolve(signal);
      return new Promise(() => {});
    });
    const interrupt = new AbortController();
    const running = postgame(["judge_night"], { tools: [deaf] }, { interrupted: interrupt.signal });
    const signal = await started.promise;
    interrupt.abort(name);
    expect(await running).toEqual({ code: expected, out: "", err: "" });
    expect(signal.aborted).toBe(true);
  });
});

test("--json prints exactly the structured content, on one line, and nothing a terminal acts on", async () => {
  const hostile = report({ summary: "a\u001b[2J b\u009b2J c\u202e d\n" });
  const { out } = await postgame(["judge_night", "--json"], { tools: [fakeTool(async () => hostile)] });
  expect(JSON.parse(out)).toEqual(hostile);
  expect(out.trimEnd()).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/u);
});

test("progress is shown where somebody watches, and cleared before the answer", async () => {
  const shown: string[] = [];
  const tool = fakeTool(async (_, { progress }) => {
    progress({ done: 1, total: 2, message: "player rows" });
    return report();
  });
  await postgame(["judge_night"], { tools: [tool] }, { progress: (line) => shown.push(line) });
  expect(shown).toEqual(["1/2 player rows", ""]);
});

describe("configuration", () => {
  const opened = async (args: readonly string[], env: Record<string, string>): Promise<Config | undefined> => {
    const open = vi.fn<(config: Config) => Promise<undefined>>(async () => undefined);
    await postgame(["judge_night", ...args], { open, env });
    return open.mock.lastCall?.[0];
  };

  test("a flag wins over the environment, and the environment over the default; each says where it came from", async () => {
    const env = { POSTGAME_SCENARIO: "from-env", POSTGAME_CLOCK: "2026-02-04 09:00", POSTGAME_PROJECT: "" };
    expect(await opened(["--scenario", "from-flag"], env)).toEqual({
      scenario: { value: "from-flag", source: "--scenario" },
      clock: { value: "2026-02-04 09:00", source: "POSTGAME_CLOCK" },
      pipeline: { value: "nba", source: "default" },
      backend: { value: undefined, source: "default" },
      project: { value: undefined, source: "default" },
      repo: { value: undefined, source: "default" },
      location: { value: undefined, source: "default" },
      database: { value: "(default)", source: "default" },
      "call-bytes": { value: 4 * 2 ** 30, source: "default" },
      "day-bytes": { value: 30 * 2 ** 30, source: "default" },
      state: { value: expect.stringMatching(/postgame$/u), source: "default" },
      "save-evidence": { value: undefined, source: "default" },
      evidence: { value: undefined, source: "default" },
      json: { value: false, source: "default" },
    });
  });

  test("a switch in the environment is understood or refused, never guessed", async () => {
    expect((await opened([], { POSTGAME_JSON: "1" }))?.json).toEqual({ value: true, source: "POSTGAME_JSON" });
    expect(await postgame(["judge_night"], { env: { POSTGAME_JSON: "yes" } })).toMatchObject({
      code: 64,
      err: 'POSTGAME_JSON is "yes"; write true or false.\n',
    });
  });

  test("what can't be opened exits 64 with its words, every line of them", async () => {
    const open = async () => {
      throw new UserError("bad.yaml:3: unknown key\nbad.yaml:9: no such table");
    };
    expect(await postgame(["judge_night"], { open })).toEqual({
      code: 64,
      out: "",
      err: "bad.yaml:3: unknown key\nbad.yaml:9: no such table\n",
    });
  });
});

describe("verbs", () => {
  test("scenarios lists name, date and what happened; as JSON too", async () => {
    expect((await postgame(["scenarios"])).out).toBe("feb-03  2026-02-03  Ten games.\n");
    expect(JSON.parse((await postgame(["scenarios", "--json"])).out)).toEqual([
      { name: "feb-03", date: "2026-02-03", about: "Ten games." },
    ]);
  });

  test("serve is given the configuration and exits 0 when it ends", async () => {
    const serve = vi.fn<(config: Config) => Promise<void>>(async () => {});
    expect(await postgame(["serve", "--scenario", "feb-03"], { serve })).toEqual({ code: 0, out: "", err: "" });
    expect(serve.mock.lastCall?.[0].scenario.value).toBe("feb-03");
  });

  test("--version is the version and nothing else", async () => {
    expect(await postgame(["--version"])).toEqual({ code: 0, out: "1.2.3\n", err: "" });
  });
});

describe("help", () => {
  test("overall, by any way of asking", async () => {
    const { code, out } = await postgame(["--help"]);
    expect(code).toBe(0);
    await expect(out).toMatchFileSnapshot("./__snapshots__/help.txt");
    for (const args of [["help"], ["-h"], ["help", "help"]]) expect(await postgame(args)).toEqual({ code: 0, out, err: "" });
  });

  test("per command: every parameter with its allowed values and default, and an example that can be typed", async () => {
    const { code, out } = await postgame(["help", "judge_night"]);
    expect(code).toBe(0);
    await expect(out).toMatchFileSnapshot("./__snapshots__/help-judge-night.txt");
    for (const args of [
      ["judge_night", "--help"],
      ["judge-night", "-h"],
    ])
      expect(await postgame(args)).toEqual({ code: 0, out, err: "" });
  });

  test.each(["demo", "scenarios", "serve"])("%s has help of its own and does not run for it", async (verb) => {
    const fail = () => Promise.reject(new Error("ran"));
    expect(await postgame([verb, "--help"], { serve: fail, scenarios: fail, open: fail })).toMatchObject({
      code: 0,
      out: expect.stringContaining(`Usage: postgame ${verb}`),
    });
  });
});
