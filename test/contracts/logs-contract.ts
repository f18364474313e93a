import { describe, expect, test } from "vitest";
import type { Failure } from "../../src/adapters/embedded/world.ts";
import type { Refusal } from "../../src/errors.ts";
import type { LogAsk, LogEntry, Logs } from "../../src/ports/logs.ts";
import { logSeverities } from "../../src/ports/logs.ts";
import { asking, refusalOf } from "./asking.ts";
import { disposing } from "./disposing.ts";
import { failingPortTests } from "./failing-port.ts";

export interface LogsContent {
  readonly entries: readonly LogEntry[];
  readonly failures?: readonly Failure[];
}

interface LogsSubject {
  readonly logs: Logs;
  /** From now on the stores hold this instead. */
  become(content: LogsContent): Promise<void>;
  dispose(): Promise<void>;
}

/** The stores' clock stands at `logsClock`. */
export type MakeLogs = (content: LogsContent) => Promise<LogsSubject>;

export const logsClock = new Date("2026-02-04T23:00:00Z");

const unit = "nba-phase3-analytics-processors";

/** What every log adapter does alike. `refusals` are those that its backend can answer with; all if absent. */
export function logsContract(name: string, makeSubject: MakeLogs, refusals?: readonly Refusal[]): void {
  const holding = disposing(makeSubject);

  describe(`${name}`, () => {
    describe("entries", () => {
      entryTests(holding);
    });
    describe("filters", () => {
      filterTests(holding);
    });
    describe("counts", () => {
      countTests(holding);
    });
    describe("ends and failures", () => {
      failingPortTests({
        port: "logs",
        place: unit,
        asked: async (failures) => {
          const { logs } = await holding({ entries: [entry("12:00")], failures });
          return (call) => [logs.entries(ask({}), call), logs.counted(ask({}), call)];
        },
        empty: [{ entries: [], more: false }, undefined],
        refusals,
      });
    });
  });
}

function entryTests(holding: MakeLogs): void {
  test("entries come newest first, of this unit only, as they were logged", async () => {
    const [early, late] = [
      entry("10:00", { text: "a", fields: { message: "a", count: 3, nested: { list: [1, null, "x"], yes: true } } }),
      entry("11:00"),
    ];
    const { logs } = await holding({ entries: [early, late, entry("10:30", { unit: "nba-scrapers" })] });
    expect(await logs.entries(ask({}), asking())).toEqual({ entries: [late, early], more: false });
  });

  test("the window's beginning belongs to it, its end does not", async () => {
    const { logs } = await holding({
      entries: ["09:59:59.999", "10:00:00.000", "10:29:59.999", "10:30:00.000"].map((time) => entry(time)),
    });
    const { entries } = await logs.entries(ask({ since: at("10:00"), until: at("10:30") }), asking());
    expect(entries.map((each) => each.at)).toEqual([at("10:29:59.999"), at("10:00:00.000")]);
  });

  test("of one moment the last logged comes first, also where the limit cuts through it", async () => {
    const { logs } = await holding({
      entries: ["one", "two", "three", "four"].map((text) => entry("10:00", { text })).concat(entry("10:01", { text: "later" })),
    });
    const texts = async (limit: number) => (await logs.entries(ask({ limit }), asking())).entries.map(({ text }) => text);
    expect(await texts(9)).toEqual(["later", "four", "three", "two", "one"]);
    expect(await texts(3)).toEqual(["later", "four", "three"]);
  });

  test("an entry that is no text, and one without a message, has none", async () => {
    const { logs } = await holding({
      entries: [
        entry("10:00", { text: "", fields: { code: 7 } }),
        entry("10:01", { text: "", fields: { message: 17 } }),
        entry("10:02", { text: "" }),
      ],
    });
    const { entries } = await logs.entries(ask({}), asking());
    expect(entries.map(({ text, fields }) => [text, fields])).toEqual([
      ["", {}],
      ["", { message: 17 }],
      ["", { code: 7 }],
    ]);
  });

  test("a window may be given with an offset", async () => {
    const { logs } = await holding({ entries: [entry("10:00"), entry("11:00")] });
    const { entries } = await logs.entries(ask({ since: "2026-02-04T05:30:00-05:00", until: "2026-02-04T06:30:00-05:00" }), asking());
    expect(entries.map((each) => each.at)).toEqual([at("11:00")]);
  });

  test.each([
    [2, 2, true],
    [3, 3, false],
    [4, 3, false],
    [0, 0, true],
  ])("of three entries a limit of %i gives %i, and says whether there are more: %s", async (limit, given, more) => {
    const { logs } = await holding({ entries: ["10:00", "11:00", "12:00"].map((time) => entry(time)) });
    const page = await logs.entries(ask({ limit }), asking());
    expect(page.entries.map((each) => each.at)).toEqual([at("12:00"), at("11:00"), at("10:00")].slice(0, given));
    expect(page.more).toBe(more);
  });

  test("more counts only what matches", async () => {
    const { logs } = await holding({ entries: [entry("10:00"), entry("11:00", { severity: "ERROR" }), entry("12:00")] });
    expect(await logs.entries(ask({ severity: "ERROR", limit: 1 }), asking())).toMatchObject({ more: false });
  });

  test("a unit that logged nothing, known or not, answers no entry", async () => {
    const { logs } = await holding({ entries: [entry("10:00")] });
    expect(await logs.entries(ask({ unit: "nba-phase9" }), asking())).toEqual({ entries: [], more: false });
  });

  test("what is logged meanwhile is seen by the next question", async () => {
    const subject = await holding({ entries: [] });
    expect((await subject.logs.entries(ask({}), asking())).entries).toEqual([]);
    await subject.become({ entries: [entry("10:00")] });
    expect((await subject.logs.entries(ask({}), asking())).entries).toHaveLength(1);
  });

  test("more entries than the budget allows are refused, never cut to fit", async () => {
    const { logs } = await holding({ entries: ["10:00", "11:00", "12:00"].map((time) => entry(time)) });
    const budget = { maxRows: 2, maxBytes: 2 ** 30 };
    expect((await refusalOf(logs.entries(ask({ limit: 3 }), asking({ budget })))).refusal).toBe("partial");
    expect(await logs.entries(ask({ limit: 2 }), asking({ budget }))).toMatchObject({ more: true });
  });
}

function filterTests(holding: MakeLogs): void {
  test.each([...logSeverities.entries()])("severity %i, %s, lets through itself and what is more severe", async (index, severity) => {
    const { logs } = await holding({ entries: logSeverities.map((each, minute) => entry(`10:${10 + minute}`, { severity: each })) });
    const { entries } = await logs.entries(ask({ severity }), asking());
    expect(entries.map((each) => each.severity)).toEqual(logSeverities.slice(index).toReversed());
  });

  const holders: [string, Partial<LogEntry>][] = [
    ["the text", { text: "Could not serialize access to table" }],
    ["the JSON payload's message", { text: "Could not SERIALIZE access", fields: { message: "Could not SERIALIZE access", code: 400 } }],
  ];
  test.each(holders)("a text is looked for in %s, upper and lower case alike", async (_, given) => {
    const { logs } = await holding({ entries: [entry("10:00", given), entry("11:00", { text: "Successfully loaded 348 records" })] });
    for (const contains of ["could not serialize", "COULD NOT SERIALIZE", "serialize access"]) {
      expect(
        (await logs.entries(ask({ contains }), asking())).entries.map((each) => each.at),
        contains,
      ).toEqual([at("10:00")]);
    }
  });

  test("a text is not looked for in other fields, nor as a pattern", async () => {
    const { logs } = await holding({ entries: [entry("10:00", { text: "a.c", fields: { message: "a.c", event: "merge_fallback" } })] });
    expect((await logs.entries(ask({ contains: "merge_fallback" }), asking())).entries).toEqual([]);
    expect((await logs.entries(ask({ contains: "a?c" }), asking())).entries).toEqual([]);
    expect((await logs.entries(ask({ contains: "A.C" }), asking())).entries).toHaveLength(1);
  });

  test("a revision is taken whole, and everything given must hold", async () => {
    const revision = `${unit}-00192-nn7`;
    const { logs } = await holding({
      entries: [
        entry("10:00", { revision, severity: "ERROR", text: "x" }),
        entry("10:01", { revision, text: "x" }),
        entry("10:02", { severity: "ERROR", text: "x" }),
        entry("10:03", { revision: `${unit}-00191-abc`, severity: "ERROR", text: "x" }),
        entry("10:04", { revision, severity: "ERROR", text: "y" }),
      ],
    });
    const { entries } = await logs.entries(ask({ revision, severity: "ERROR", contains: "X" }), asking());
    expect(entries.map((each) => each.at)).toEqual([at("10:00")]);
    expect((await logs.entries(ask({ revision: "00192-nn7" }), asking())).entries).toEqual([]);
  });
}

function countTests(holding: MakeLogs): void {
  const counted = async (times: readonly string[], given: Partial<LogAsk> = {}) => {
    const { logs } = await holding({ entries: times.map((time, index) => entry(time, { severity: index % 2 === 0 ? "INFO" : "ERROR" })) });
    return logs.counted(ask(given), asking());
  };

  test("entries of every severity are counted, up to the end of the last minute that holds one", async () => {
    expect(await counted(["10:00", "10:00:30", "10:31:59.999", "10:32:01"])).toEqual({ entries: 4, until: at("10:33") });
  });

  test("only whole minutes within the window are counted", async () => {
    const times = ["09:59:59.999", "10:00:30", "10:01", "10:29:59.999", "10:30"];
    expect(await counted(times, { since: at("10:00"), until: at("10:30") })).toEqual({ entries: 3, until: at("10:30") });
    expect(await counted(times, { since: at("10:00:30"), until: at("10:30:30") })).toEqual({ entries: 2, until: at("10:30") });
    expect(await counted(times, { since: at("10:00:10"), until: at("10:00:50") })).toBeUndefined();
  });

  test("where nothing was logged, or by others only, there is no count, which is not zero", async () => {
    expect(await counted([])).toBeUndefined();
    expect(await counted(["10:00"], { unit: "nba-phase9" })).toBeUndefined();
    expect(await counted(["10:00"], { since: at("10:01") })).toBeUndefined();
  });
}

function ask(given: Partial<LogAsk>): LogAsk {
  return { unit, since: "2026-02-03T00:00:00Z", until: "2026-02-05T00:00:00Z", limit: 100, ...given };
}

function entry(time: string, given: Partial<LogEntry> = {}): LogEntry {
  return { at: at(time), severity: "INFO", unit, text: "A line", fields: {}, ...given };
}

function at(time: string): string {
  return new Date(`2026-02-04T${time.length === 5 ? `${time}:00` : time}Z`).toISOString();
}
