import { describe, expect, test } from "vitest";
import { digestOf } from "../../../src/checks/logging/digest.ts";
import { folded } from "../../../src/checks/logging/fold.ts";
import { grouped } from "../../../src/checks/logging/group.ts";
import { masked } from "../../../src/checks/logging/mask.ts";
import type { LoggedLine } from "../../../src/evidence/looks/logs.ts";
import { dice, line } from "../../diagnosis/logs/lines.ts";

describe("what varies is masked", () => {
  test.each([
    ["Run 2026-02-04T20:00:24.120Z of 2026-02-03 took 38.2 s", "Run <*> of <*> took <*> s"],
    ["batch 3fa85f64-5717-4562-b3fc-2c963f66afa6 by a.person+x@example.com", "batch <*> by <*>"],
    ["wrote gs://bucket/v1/picks/x.json from /tmp/work/part-0001", "wrote <*> from <*>"],
    ["commit 7580cbc8 at 0xdeadbeef", "commit <*> at <*>"],
    ["player 'jokicni01' is not in \"2025-26\"", "player <*> is not in <*>"],
    ["game 0022500775 of pgs-20260204-200006-7c1e", "game <*> of <*>"],
    ["Triggering Phase4 of nba-phase3-analytics-processors, model v8", "Triggering Phase4 of nba-phase3-analytics-processors, model v8"],
  ])("%s", (text, expected) => {
    expect(masked(text)).toBe(expected);
  });

  test("a status tells one failure from another, a count doesn't", () => {
    expect(masked("404 Not found: Dataset acme:acme")).toBe("404 Not found: Dataset acme:acme");
    expect(masked("returned status 503 after 412 ms")).toBe("returned status 503 after <*> ms");
    expect(masked("fetch failed, status_code=404")).toBe("fetch failed, status_code=404");
    expect(masked("<HttpError 429 when requesting it>")).toBe("<HttpError 429 when requesting it>");
    expect(masked("HTTPError: 503 Server Error after 503 ms")).toBe("HTTPError: 503 Server Error after <*> ms");
    expect(masked("read 404 rows, wrote 412")).toBe("read <*> rows, wrote <*>");
  });

  test("the name of a missing module is what its line is about", () => {
    expect(masked("ModuleNotFoundError: No module named 'shared.validation'")).toContain("shared.validation");
    expect(masked("ImportError: cannot import name 'firestore' from 'google.cloud' (unknown location)")).toContain("'firestore'");
  });
});

describe("a stack trace is folded into what ended it", () => {
  const trace = [
    "Traceback (most recent call last):",
    '  File "/app/worker.py", line 412, in handle',
    "    with write_lock(date):",
    '  File "/app/lock.py", line 31, in write_lock',
    "    from google.cloud import firestore",
    "ImportError: cannot import name 'firestore' from 'google.cloud' (unknown location)",
  ];

  test("the exception is the line, frames are counted", () => {
    expect(folded(trace.join("\n"))).toEqual({ line: trace[5], frames: 2 });
  });

  test("of exceptions that follow each other the last one counts, with what was said before", () => {
    const text = [
      "Request failed",
      ...trace,
      "",
      "During handling of the above exception, another exception occurred:",
      "",
      ...trace.slice(0, 5),
      "RuntimeError: gave up",
    ].join("\n");
    expect(folded(text)).toEqual({ line: "Request failed RuntimeError: gave up", frames: 4 });
  });

  test("lines that are no trace keep their first line", () => {
    expect(folded("\n  Loaded 3 rows\n  and more")).toEqual({ line: "Loaded 3 rows", frames: 0 });
  });

  test("a trace whose end was cut away still has a line", () => {
    expect(folded(trace.slice(0, 3).join("\n")).line).not.toBe("");
  });
});

describe("alike lines are put together", () => {
  test("one word of many may differ, the first two may not, and short lines are only alike when they are the same", () => {
    const lines = [
      "Failed to load player jokic today now",
      "Failed to load player curry today now",
      "Could not load player curry today now",
      "Retry later",
      "Retry sooner",
    ];
    expect(
      grouped(lines)
        .map(({ tokens }) => tokens.join(" "))
        .toSorted(),
    ).toEqual(["Could not load player curry today now", "Failed to load player <*> today now", "Retry later", "Retry sooner"]);
  });

  test("the order in which they came makes no difference", () => {
    const roll = dice(7);
    const words = ["alpha", "beta", "gamma", "delta", "epsilon"];
    for (let turn = 0; turn < 50; turn += 1) {
      const lines = Array.from({ length: 40 }, () =>
        line({
          text: Array.from({ length: 4 + roll(3) }, () => words[roll(words.length)]).join(" "),
          severity: roll(2) === 0 ? "ERROR" : "INFO",
          at: roll(5000),
        }),
      );
      const shuffled = lines.map((each) => ({ each, key: roll(1e9) })).toSorted((a, b) => a.key - b.key);
      const [one, other] = [lines, shuffled.map(({ each }) => each)].map((all) => digestOf(all, { unit: "u", known: [] }));
      expect(other).toEqual(one);
      expect(one?.reduce((sum, { count }) => sum + count, 0)).toBe(lines.length);
    }
  });
});

describe("a digest", () => {
  const known = [
    { text: "no available instance", means: "usual", kind: "harmless", unit: "prediction-worker" },
    { text: "no available instance", means: "the limit is reached", kind: "known" },
    { text: "merge_fallback", means: "rows may be doubled", kind: "destructive" },
  ] as const;
  const digest = (lines: readonly LoggedLine[], before?: readonly LoggedLine[], unit = "prediction-worker") =>
    digestOf(lines, { unit, known, ...(before === undefined ? {} : { before }) });

  test("has count, first, last, revisions and the newest line of each pattern", () => {
    const lines = [30, 10, 20].map((at) =>
      line({ text: `Failed to load game ${at} of the night`, severity: "ERROR", at, revision: `u-000${at}-abc` }),
    );
    expect(digest(lines)).toMatchObject([
      {
        pattern: "Failed to load game <*> of the night",
        count: 3,
        first: new Date(10_000),
        last: new Date(30_000),
        revisions: ["u-00010-abc", "u-00020-abc", "u-00030-abc"],
        example: "Failed to load game 30 of the night",
      },
    ]);
  });

  test("what may have cost rows comes first, then what is new, then what is frequent; harmless lines come last", () => {
    const many = (text: string, count: number) => Array.from({ length: count }, (_, at) => line({ text, severity: "ERROR", at }));
    const lines = [
      ...many("usual trouble with the source again", 9),
      ...many("new trouble with the table here", 2),
      ...many("merge_fallback", 1),
      ...many("The request was aborted because there was no available instance", 50),
      line({ text: "Starting something that is fine", at: 1 }),
    ];
    const before = many("usual trouble with the source again", 4);
    expect(digest(lines, before).map(({ pattern, before: then }) => [pattern, then])).toEqual([
      ["merge_fallback", 0],
      ["new trouble with the table here", 0],
      ["usual trouble with the source again", 4],
      ["Starting something that is fine", 0],
      ["The request was aborted because there was no available instance", 0],
    ]);
  });

  test("a harmless line never hides one that is none, nor an INFO line an ERROR, however alike they are", () => {
    const lines = [
      line({ text: "Request was aborted because there was no available instance", severity: "ERROR" }),
      line({ text: "Request was aborted because there was no available memory", severity: "ERROR" }),
      line({ text: "Request was aborted because there was no available memory", severity: "INFO" }),
    ];
    expect(digest(lines).map(({ severity, known: means }) => [severity, means?.kind])).toEqual([
      ["ERROR", undefined],
      ["INFO", undefined],
      ["ERROR", "harmless"],
    ]);
    expect(digest(lines, undefined, "nba-scrapers").map(({ known: means }) => means?.kind)).toContain("known");
  });

  test("names that are missing are never put together, so that a new one is seen to be new", () => {
    const modules = ["xgboost", "catboost"].map((name) =>
      line({ text: `ModuleNotFoundError: No module named '${name}'`, severity: "ERROR" }),
    );
    expect(digestOf(modules, { unit: "u", known: [] }).map(({ pattern }) => pattern)).toHaveLength(2);
    const [usual, fresh] = ["player_lookup", "team_abbr"].map((name) =>
      line({ text: `KeyError: missing key '${name}' in batch of a game` }),
    );
    if (usual === undefined || fresh === undefined) throw new Error("Two lines.");
    expect(digestOf([fresh], { unit: "u", known: [], before: [usual] })[0]?.before).toBe(0);
    const players = ["lebronjames", "stephencurry"].map((name) => line({ text: `no box score of player '${name}' in the batch` }));
    expect(digestOf(players, { unit: "u", known: [] })).toHaveLength(1);
  });

  test("a line that may have lost rows stays so beside a harmless text, unless that says more of the same", () => {
    const known = [
      { text: "Smart idempotency", means: "nothing", kind: "harmless" as const },
      { text: "merge_fallback of a test", means: "a test", kind: "harmless" as const },
      { text: "merge_fallback", means: "rows", kind: "destructive" as const },
    ];
    const kindOf = (text: string) => digestOf([line({ text })], { unit: "u", known })[0]?.known?.kind;
    expect(kindOf("merge_fallback after Smart idempotency")).toBe("destructive");
    expect(kindOf("merge_fallback of a test")).toBe("harmless");
  });

  test("nothing is called new where there is no window to compare with", () => {
    expect(digest([line({ text: "bad", severity: "ERROR" })])[0]).not.toHaveProperty("before");
  });

  test("a secret in a line is gone from pattern and example", () => {
    const [found] = digest([line({ text: "login failed with token=abcdefghijk for the job", severity: "ERROR" })]);
    expect(JSON.stringify(found)).not.toContain("abcdefghijk");
  });
});
