import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { run } from "../mcp/child.ts";
import { commandsIn, exchangesIn, fencedBlocks } from "./blocks.ts";
import { checkBlock, checkJson, ourArguments } from "./claims.ts";
import { cutAlike, onAnyMachine } from "./transcript.ts";

const root = new URL("../../", import.meta.url);
const blocks = fencedBlocks(readFileSync(new URL("README.md", root), "utf8"));

test.each(blocks.map((block) => [block.line, block.language, block] as const))(
  "README.md:%i (%s): what it names exists and can be typed or pasted as it stands",
  (_, __, block) => {
    expect(() => checkBlock(block)).not.toThrow();
  },
);

const transcripts = blocks
  .filter(({ language }) => language === "console")
  .flatMap(({ text, line }) => exchangesIn(text).map(({ typed, printed }) => [line, typed, printed] as const))
  .filter(([, , printed]) => printed.length > 0);

test("README shows at least one transcript", () => {
  expect(transcripts).not.toEqual([]);
});

/** In the order of the file, over one folder of state, as somebody who follows it would. */
test.each(transcripts)("README.md:%i: `%s` prints what is shown there", async (_, typed, shown) => {
  expect(await printedBy(typed, shown)).toEqual(onAnyMachine(shown));
});

test("the configuration in the checkout itself names the program, and no scenario: opening a checkout must not invent data", () => {
  const configuration: unknown = JSON.parse(readFileSync(new URL(".mcp.json", root), "utf8"));
  expect(() => checkJson(configuration)).not.toThrow();
  expect(JSON.stringify(configuration)).not.toMatch(/scenario/iu);
});

describe("a document that is wrong is found out", () => {
  const server = { command: "node", args: ["/path/to/postgame/bin/postgame.mjs", "serve"] };

  test.each([
    ["a language that nobody checks", "yaml", "a: 1", /Nobody checks blocks of "yaml"/u],
    ["a block without a language", "", "postgame demo", /Nobody checks blocks of ""/u],
    ["a command that does not exist", "sh", "postgame validate_dayly", /no command "validate_dayly"/u],
    ["an option that does not exist", "sh", "postgame validate_daily --game-dat 2026-02-03", /--game-dat/u],
    ["a command in the second half of a line", "sh", "npm ci && postgame nothing", /no command "nothing"/u],
    ["a value that is not allowed", "sh", "postgame validate_daily --depth quik", /depth/u],
    ["a clock that is none", "sh", "postgame validate_daily --scenario feb-03 --clock 13:00", /no moment/u],
    ["a scenario that is not shipped", "sh", "postgame validate_daily --scenario fb-03", /no scenario "fb-03"/u],
    ["a word after the command", "sh", "postgame demo now", /takes options only, not "now"/u],
    ["a script that does not exist", "sh", "npm run nothing", /no script "nothing"/u],
    ["an option that npm keeps for itself", "sh", "npm run postgame --json", /npm keeps "--json"/u],
    ["a program that nobody knows", "sh", "make all", /Nobody checks what "make" does/u],
    ["a variable that does not exist", "sh", "POSTGAME_SCENE=feb-03 postgame demo", /No variable POSTGAME_SCENE/u],
    [
      "a host's command with a variable that does not exist",
      "sh",
      "claude mcp add postgame -e POSTGAME_PROJ=p -- node bin/postgame.mjs serve",
      /No variable POSTGAME_PROJ;/u,
    ],
    ["a host's command for another program", "sh", "claude mcp add postgame -- node bin/post.mjs serve", /not the program/u],
    ["a host that starts a call instead of the server", "sh", "claude mcp add postgame -- node bin/postgame.mjs demo", /serve/u],
    ["a command shown in a console", "console", "$ postgame nothing\nPASS", /no command "nothing"/u],
    ["a console without a prompt", "console", "postgame demo", /begins with "\$ "/u],
    ["JSON that does not parse", "json", "{ // no\n}", SyntaxError],
    ["JSON that is neither a configuration nor a report", "json", "{}", /mcpServers/u],
    [
      "a path that does not exist",
      "json",
      JSON.stringify({ servers: { a: { ...server, args: ["/opt/main.js", "serve"] } } }),
      /not the program/u,
    ],
    ["a key that no host knows", "json", JSON.stringify({ mcpServers: { a: { ...server, argv: [] } } }), /argv/u],
    ["a configuration without servers", "json", JSON.stringify({ mcpServers: {} }), /No server/u],
    ["TOML that does not parse", "toml", "[mcp_servers.postgame\n", /Invalid TOML/u],
    ["TOML of another table", "toml", "[mcp_server.postgame]\ncommand = 'node'\n", /mcp_server/u],
    [
      "a variable in TOML that does not exist",
      "toml",
      `[mcp_servers.a]\ncommand = "node"\nargs = ["bin/postgame.mjs", "serve"]\nenv = { POSTGAME_PROJEKT = "p" }`,
      /No variable POSTGAME_PROJEKT/u,
    ],
  ])("%s", (_, language, text, problem) => {
    expect(() => checkBlock({ language, text, line: 1 })).toThrow(problem);
  });

  test("a fence that is never closed", () => {
    expect(() => fencedBlocks("```sh\npostgame demo\n")).toThrow("never closed");
  });

  const printed = ["PASS  validate_daily", "", "  games  10/10 final", "took       12 ms", "exit code  0"];

  test.each([
    ["a number that is otherwise", printed.with(2, "  games  9/10 final")],
    ["a line that is not printed", [...printed, "All is well."]],
    ["a line left out without saying so", printed.toSpliced(2, 1)],
    ["lines in another order", printed.toReversed()],
  ])("a transcript with %s", (_, shown) => {
    expect(cutAlike(onAnyMachine(printed), onAnyMachine(shown))).not.toEqual(onAnyMachine(shown));
  });

  test("but not one that took another time", () => {
    const shown = printed.with(3, "took       1234 ms");
    expect(cutAlike(onAnyMachine(printed), onAnyMachine(shown))).toEqual(onAnyMachine(shown));
  });
});

describe("a transcript that is cut", () => {
  const printed = ["a", "b", "c", "d"];

  test.each([[["a", "…", "d"]], [["a", "b", "…"]], [["…", "c", "d"]], [["a", "…", "c", "…"]], [["a", "b", "c", "d"]]])(
    "as %j is like abcd",
    (shown) => {
      expect(cutAlike(printed, shown)).toEqual(shown);
    },
  );

  test.each([[["b", "…"]], [["a", "…", "c"]], [["a", "…", "e"]], [["a", "…", "c", "…", "b"]], [["a", "b", "c", "d", "…", "d"]], [[]]])(
    "as %j is unlike abcd",
    (shown) => {
      expect(cutAlike(printed, shown)).toEqual(printed);
    },
  );
});

/** What the real program prints now, cut as the document cuts it. */
async function printedBy(typed: string, shown: readonly string[]): Promise<readonly string[]> {
  const [words = []] = commandsIn(typed);
  const args = ourArguments(words);
  if (args === undefined) throw new Error(`What "${typed}" prints can't be checked: it isn't our program.`);
  const { stdout, stderr } = await run(...args);
  return cutAlike(onAnyMachine(`${stdout}${stderr}`.split("\n")), onAnyMachine(shown));
}
