import { describe, expect, test } from "vitest";
import type { Failure } from "../../src/adapters/embedded/world.ts";
import type { Refusal } from "../../src/errors.ts";
import { UserError } from "../../src/errors.ts";
import type { LogAsk, LogEntry, LogPage, Logs } from "../../src/ports/logs.ts";
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
    describe("searches", () => {
      searchTests(holding);
    });
    describe("reading on", () => {
      readingOnTests(holding);
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

function readingOnTests(holding: MakeLogs): void {
  const many = ["a", "b", "c", "d", "e"]
    .map((text) => entry("10:00", { text }))
    .concat(entry("10:01", { text: "later" }), entry("09:00", { text: "first" }));

  test.each([1, 2, 3, 4, 6, 7])("read on %i at a time, every entry is given once, also those of one moment", async (limit) => {
    const { logs } = await holding({ entries: many });
    const texts: string[] = [];
    let after: LogPage["rest"];
    for (let turn = 0; turn < 8; turn += 1) {
      const page = await logs.entries(ask({ limit, after }), asking());
      texts.push(...page.entries.map(({ text }) => text));
      expect(page.rest === undefined).toBe(!page.more);
      if (!page.more) break;
      after = page.rest;
    }
    expect(texts).toEqual(["later", "e", "d", "c", "b", "a", "first"]);
  });

  test("a page budget never skips: reading on from where it ended gives what is left, and without an end it says that there is more", async () => {
    const times = Array.from({ length: 9 }, (_, minute) => entry(`10:0${minute}`, { text: String(minute) }));
    const { logs } = await holding({ entries: times });
    const first = await logs.entries(ask({ pages: 1 }), asking());
    expect(first.pagesRead).toBe(1);
    const rest = first.more ? await logs.entries(ask({ after: first.rest }), asking()) : undefined;
    expect([...first.entries, ...(rest?.entries ?? [])].map(({ text }) => text)).toEqual(["8", "7", "6", "5", "4", "3", "2", "1", "0"]);
  });
}

function searchTests(holding: MakeLogs): void {
  const fields = ["error_message", "processor_name"];
  const told = [
    entry("10:00", { text: "Failed with code 41" }),
    entry("10:01", { text: "Failed with code 42", fields: { message: "Failed with code 42" } }),
    entry("10:02", { text: "", fields: { error_message: "failed with code 43" } }),
    entry("10:03", { text: "", fields: { processor_name: "Failed with code 44" } }),
    entry("10:04", { text: "", fields: { other: "Failed with code 45" } }),
    entry("10:05", {
      text: "",
      fields: { error_message: 42, processor_name: ["Failed with code 46"], nested: { error_message: "Failed" } },
    }),
    entry("10:06", { text: "quiet", fields: { message: "quiet", error_message: null } }),
  ];
  const found = async (given: Partial<LogAsk>) => {
    const { logs } = await holding({ entries: told });
    return (await logs.entries(ask(given), asking())).entries.map((each) => each.at);
  };
  const ats = (...times: string[]) => times.map((time) => at(time));

  test("named fields are looked into too, whoever spells them how, as far as they hold text", async () => {
    expect(await found({ contains: "FAILED with", fields })).toEqual(ats("10:03", "10:02", "10:01", "10:00"));
    expect(await found({ contains: "FAILED with", fields: ["error_message"] })).toEqual(ats("10:02", "10:01", "10:00"));
    expect(await found({ contains: "42", fields })).toEqual(ats("10:01"));
    expect(await found({ contains: "null", fields })).toEqual([]);
  });

  test.each<[string, string[]]>([
    ["code 4[12]$", ["10:01", "10:00"]],
    ["^Failed", ["10:03", "10:01", "10:00"]],
    ["(?i)^failed with", ["10:03", "10:02", "10:01", "10:00"]],
    ["code \\d+", ["10:03", "10:02", "10:01", "10:00"]],
    ["^with", []],
    ['"quoted" \\\\ text', []],
  ])("the expression %s is found anywhere in a text, case told apart", async (matches, times) => {
    expect(await found({ matches, fields })).toEqual(ats(...times));
  });

  test.each(["(", "a(?=b)", "[z-a]"])("%s is no RE2 expression, which is the caller's to put right", async (matches) => {
    await expect(found({ matches })).rejects.toThrow(UserError);
  });

  test("an upper bound of severity leaves out what is as severe", async () => {
    const { logs } = await holding({ entries: logSeverities.map((severity, minute) => entry(`10:${10 + minute}`, { severity })) });
    const { entries } = await logs.entries(ask({ severity: "NOTICE", below: "ERROR" }), asking());
    expect(entries.map(({ severity }) => severity)).toEqual(["WARNING", "NOTICE"]);
  });

  test("what is neither unit nor job is read under its own resource, and under no other", async () => {
    const name = "nba-phase3-analytics-sub";
    const { logs } = await holding({ entries: [entry("10:00", { unit: `pubsub_subscription/${name}`, text: "pushed" })] });
    const { entries } = await logs.entries(ask({ unit: name, resource: "pubsub_subscription" }), asking());
    expect(entries.map((each) => [each.unit, each.text])).toEqual([[name, "pushed"]]);
    expect((await logs.entries(ask({ unit: name }), asking())).entries).toEqual([]);
    expect((await logs.entries(ask({ unit: name, resource: "pubsub_topic" }), asking())).entries).toEqual([]);
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
