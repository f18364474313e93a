import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checksOf } from "../../src/checks/checks-of.ts";
import { loadPipeline } from "../../src/pipeline/load.ts";
import { measures, ownCheckKeys, switchedOff, tests } from "../../src/pipeline/own-checks.ts";
import { bin, cleanEnv } from "../mcp/child.ts";
import { overNba } from "../support/own-pipeline.ts";
import { commandsIn, exchangesIn, fencedBlocks } from "./blocks.ts";
import { checkBlock } from "./claims.ts";

const markdown = readFileSync(new URL("../../docs/pipeline-file.md", import.meta.url), "utf8");
const blocks = fencedBlocks(markdown);
const named = (text: string) => /^(?:#|--) (\S+\.(?:yaml|sql))\n/u.exec(text)?.[1];
const statements = Object.fromEntries(blocks.flatMap(({ language, text }) => (language === "sql" ? [[named(text) ?? "", text]] : [])));

/** A block is a whole file, or what stands in one that extends the shipped one. */
function load(text: string) {
  if (!/^pipeline:/mu.test(text)) return overNba(text, statements);
  if (/^extends:/mu.test(text)) return overNba(text.replace(/^(?:pipeline|extends):.*$/gmu, ""), statements);
  return loadPipeline({ name: "own.yaml", text });
}

test.each(blocks.filter(({ language }) => language === "yaml").map((block) => [block.line, block.text] as const))(
  "docs/pipeline-file.md:%i: the YAML there is a pipeline file as it stands, and its checks can be asked",
  (_, text) => {
    expect(() => checksOf(load(text))).not.toThrow();
  },
);

test("every block is one that something checks", () => {
  for (const block of blocks) {
    if (block.language === "yaml") continue;
    if (block.language === "sql") expect(markdown.replace(block.text, "")).toContain(`sql: ${named(block.text)}`);
    else expect(() => checkBlock(block)).not.toThrow();
  }
});

describe("what it shows is what is printed", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "postgame-docs-"));
    for (const { text } of blocks) {
      const file = named(text);
      if (file === undefined) continue;
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), `${text}\n`);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const exchanges = blocks.filter(({ language }) => language === "console").flatMap(({ text }) => exchangesIn(text));

  test("there is a transcript", () => expect(exchanges).not.toEqual([]));

  test.each(exchanges.map(({ typed, printed }) => [typed, printed] as const))("%s", (typed, printed) => {
    const [[, ...args] = []] = commandsIn(typed);
    const { stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { cwd: folder, env: cleanEnv, encoding: "utf8" });
    expect(`${stdout}${stderr}`.trimEnd().split("\n")).toEqual(printed);
  });
});

describe("nothing is left out", () => {
  const code = [...markdown.matchAll(/`([^`\n]+)`/gu)].flatMap(([, text = ""]) => text.split(/[\s,:{}]+/u));
  const yaml = blocks.flatMap(({ text }) => text.split(/[\s,:{}[\]]+/u));

  test.each([
    ["measure", measures],
    ["test of a condition", tests],
    ["key of a check", ownCheckKeys],
    ["store", Object.keys(switchedOff.shape)],
  ] as const)("every %s is told", (_, all) => {
    expect(all.filter((name) => !code.includes(name) && !yaml.includes(name))).toEqual([]);
  });
});
