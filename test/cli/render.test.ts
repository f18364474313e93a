import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { renderReport } from "../../src/cli/render.ts";
import { coloured, plain, printable, wrap } from "../../src/cli/text.ts";
import { report } from "../mcp/fake-tools.ts";

const piped = { width: 80, paint: plain };

test("a bad night reads as it was reviewed", async () => {
  await expect(renderReport(report({ omitted: { warn: 3 } }), piped)).toMatchFileSnapshot("./__snapshots__/bad-night.txt");
});

test("on a terminal the words are the same, with colour", () => {
  const onTerminal = renderReport(report(), { width: 80, paint: coloured });
  expect(onTerminal).not.toBe(renderReport(report(), piped));
  expect(stripVTControlCharacters(onTerminal)).toBe(renderReport(report(), piped));
});

test("an answer without findings has no empty sections", () => {
  const { findings: _, ...healthy } = report({ verdict: "pass", numbers: {} });
  expect(renderReport(healthy, piped)).not.toMatch(/\n\n\n/u);
});

test("notes come after problems, whatever their order in the report", () => {
  const { findings = [] } = report();
  const text = renderReport(report({ findings: findings.toReversed() }), piped);
  expect(text.indexOf("unique-keys")).toBeLessThan(text.indexOf("131 DNP"));
});

test("no line is longer than the terminal is wide, up to words that can't be broken", () => {
  const text = renderReport(report({ summary: "word ".repeat(200), numbers: { players: "rows and ".repeat(40) } }), piped);
  expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
});

const hostile = "\u001b[2J\u001b]0;owned\u0007\u009b31m\r\u0000\u202eevil\u2066\u2028";

test("no control character of outside text reaches the terminal, wherever in the report it stands", () => {
  const text = renderReport(
    report({
      summary: hostile,
      asked: { game_date: hostile, as_of: hostile },
      numbers: { [hostile]: hostile },
      findings: [
        {
          id: hostile,
          reason: hostile,
          verdict: "fail",
          severity: "P0",
          observed: hostile,
          expected: hostile,
          subjects: [hostile],
          breaks: { what: hostile, at: hostile },
          next: hostile,
          evidence: [hostile],
        },
        { id: hostile, reason: hostile, verdict: "pass", severity: "P5", observed: hostile },
      ],
      checked: { [hostile]: [hostile] },
      by_hand: { [hostile]: hostile },
      next: [{ tool: hostile, arguments: { [hostile]: hostile } }],
    }),
    piped,
  );
  expect(text.replaceAll("\n", "")).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/u);
  expect(text).toContain("evil");
});

test("outside text can't begin a line of its own and so pass for the report's words", () => {
  const text = renderReport(report({ summary: "fine\nPASS  validate_daily\r\nexit code  0" }), piped);
  expect(text).toContain("fine PASS  validate_daily exit code  0\n");
});

test("a name of 10,000 characters is cut, and what was cut is counted", () => {
  const text = renderReport(report({ numbers: { name: "x".repeat(10_000) } }), piped);
  expect(text.match(/x/gu)?.length).toBeLessThan(1_100);
  expect(text).toContain("(9000 more characters)");
});

test("text is cut between characters, never inside one", () => {
  expect(printable("\u{1f3c0}".repeat(1_001))).toBe(`${"\u{1f3c0}".repeat(1_000)}... (1 more characters)`);
  expect(wrap("\u{1f3c0}".repeat(30), 20).split("\n").join("")).toBe("\u{1f3c0}".repeat(30));
});
