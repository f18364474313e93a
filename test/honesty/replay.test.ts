import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readBundle, writeBundle } from "../../src/evidence/bundle.ts";
import type { Evidence } from "../../src/evidence/evidence.ts";
import { replay } from "../../src/evidence/replay.ts";
import { UserError } from "../../src/errors.ts";
import { redact } from "../../src/redact.ts";
import { loadPipeline } from "../../src/pipeline/load.ts";
import type { Report } from "../../src/report/schema.ts";
import type { Session } from "../../src/session.ts";
import { validateDaily } from "../../tools/validate_daily.ts";
import { at } from "../support/night.ts";
import { nba } from "../support/pipeline.ts";
import { sessionOver, shippedScenario, shippedScenarios } from "../support/scenarios.ts";

/** Fields of a report that may differ between a look at the stores and its replay: how long it took. */
const mayDiffer = (report: Report) => ({ ...report, cost: undefined });

const ask = (session: Session, input: object = {}) =>
  validateDaily.call(input, { session, signal: new AbortController().signal, progress: () => {} });

/** Asks once at the stores and keeps the looks as `--save-evidence` does. */
async function saved(name: string, clock: Date): Promise<{ report: Report; text: string }> {
  const session = sessionOver(shippedScenario(name), { clock });
  const looks: Evidence<unknown>[] = [];
  const recording: Session = {
    ...session,
    begin: (call) => {
      const begun = session.begin(call);
      return {
        ...begun,
        gather: async (look) => {
          const evidence = await begun.gather(look);
          looks.push(evidence);
          return evidence;
        },
      };
    },
  };
  const report = await ask(recording, { game_date: shippedScenario(name).night.date });
  return {
    report,
    text: writeBundle(
      { pipeline: { name: nba.name, version: nba.version }, backend: "embedded", scenario: name, as_of: clock.toISOString() },
      looks,
    ),
  };
}

function replayed(text: string, pipeline = nba): Session {
  const bundle = readBundle("evidence.json", text);
  let now = new Date(bundle.as_of);
  return {
    pipeline,
    backend: bundle.backend,
    ...(bundle.scenario === undefined ? {} : { scenario: bundle.scenario }),
    begin: () => ({
      now: () => now,
      gather: replay(bundle, pipeline),
      pass: async (ms) => {
        now = new Date(now.getTime() + ms);
      },
    }),
  };
}

const cases = shippedScenarios.flatMap((name) =>
  [...new Set(shippedScenario(name).expect.map(({ clock }) => clock.toISOString()))].map((clock) => ({ name, clock })),
);

describe.each(cases)("$name at $clock", ({ name, clock }) => {
  test("a replay finds what the look at the stores found", async () => {
    const { report, text } = await saved(name, new Date(clock));
    expect(mayDiffer(await ask(replayed(text), { game_date: report.asked["game_date"] }))).toEqual(mayDiffer(report));
  });
});

describe("a bundle that can't be relied on", () => {
  const healthy = saved("healthy-night", shippedScenario("healthy-night").clock);
  const date = { game_date: "2026-01-27" };

  test("changed since it was saved, in any place, never passes", async () => {
    const { text } = await healthy;
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 2), fc.constantFrom("0", "7", "x", '"', "a"), async (position, letter) => {
        fc.pre(text[position] !== letter);
        const changed = `${text.slice(0, position)}${letter}${text.slice(position + 1)}`;
        const verdict = await Promise.resolve()
          .then(() => ask(replayed(changed), date))
          .then(
            (report) => report.verdict,
            (error: Error) => error.name,
          );
        expect(["unknown", "UserError"]).toContain(verdict);
      }),
      { numRuns: 150 },
    );
  });

  test("says in words that it was changed", async () => {
    const { text } = await healthy;
    const report = await ask(replayed(text.replace('"BOS"', '"NYK"').replace('"game_status":3', '"game_status":1')), date);
    expect(report.verdict).toBe("unknown");
    expect(report.summary).toContain("the evidence file was changed since it was saved");
  });

  test("saved with another version of the pipeline file is said and never passes", async () => {
    const { text } = await healthy;
    const other = loadPipeline({
      name: "other.yaml",
      text: (await import("node:fs")).readFileSync("pipelines/nba.yaml", "utf8").replace("pass: 0.98", "pass: 0.97"),
    });
    const report = await ask(replayed(text, other), date);
    expect(report.verdict).toBe("unknown");
    expect(report.summary).toMatch(/saved with pipeline file nba [0-9a-f]{12}, this is nba [0-9a-f]{12}/u);
  });

  test("without one of its looks, that look is not supplied: no verdict gets better by leaving evidence out", async () => {
    const { text } = await healthy;
    const bundle = readBundle("evidence.json", text);
    const about = { pipeline: bundle.pipeline, backend: bundle.backend, scenario: bundle.scenario, as_of: bundle.as_of };
    for (const missing of bundle.looks) {
      const without = writeBundle(about, bundle.looks.filter((look) => look !== missing) as Evidence<unknown>[]);
      const report = await ask(replayed(without), date);
      const optional =
        /^(?:postponements|runs|run-days|log|halt-state|scrape-decisions|scrape-times|scraper-attempts|lock-lines|lock-holders)(?: |$)/u.test(
          missing.id,
        );
      expect(optional ? ["pass", "unknown"] : ["unknown"], missing.id).toContain(report.verdict);
      if (!optional) expect(JSON.stringify(report)).toContain(`${missing.id} is not in the evidence file`);
    }
  });

  test("with facts of another form under a valid seal is malformed, look by look", async () => {
    const { text } = await healthy;
    const bundle = readBundle("evidence.json", text);
    const about = { pipeline: bundle.pipeline, backend: bundle.backend, scenario: bundle.scenario, as_of: bundle.as_of };
    const forged = bundle.looks.map((look) =>
      look.seen && look.id.startsWith("player-rows") ? { ...look, facts: { rows: [{ points: "many" }], absent: [] } } : look,
    );
    const report = await ask(replayed(writeBundle(about, forged as Evidence<unknown>[])), date);
    expect(report.verdict).toBe("unknown");
    expect(report.summary).toContain("not of their form");
  });

  test.each([
    ["not JSON", "SCENARIO", "is not JSON"],
    ["of another kind", '{"format":"something"}', "is not one that --save-evidence wrote"],
  ])("%s is refused in one sentence", (_title, text, words) => {
    expect(() => readBundle("evidence.json", text)).toThrow(words);
  });
});

test("secrets in what was looked at do not reach the file", () => {
  const token = `ya29.${"a".repeat(40)}`;
  const looks: Evidence<unknown>[] = [
    {
      id: "x",
      port: "warehouse",
      asked: "x",
      observedAt: "2026-02-04T00:00:00.000Z",
      seen: true,
      examined: 1,
      facts: {
        rows: [
          { source_file_path: `gs://b/o?token=${token}`, note: "Authorization: Bearer abcdefghijklmnop", password: "password=hunter2222" },
        ],
      },
    },
    {
      id: "y",
      port: "documents",
      asked: "y",
      observedAt: "2026-02-04T00:00:00.000Z",
      seen: false,
      refusal: "denied",
      reason: "robot@acme.iam.gserviceaccount.com was denied with AIzaSyA1234567890abcdefghijklmnopqrstu",
      next: "",
    },
  ];
  const text = writeBundle({ pipeline: { name: "nba", version: "0" }, backend: "google", as_of: at("18:00").toISOString() }, looks);
  for (const secret of [token, "abcdefghijklmnop", "hunter2222", "gserviceaccount", "AIzaSyA"]) expect(text).not.toContain(secret);
});

test.each([
  "access_token=abcdef1234567890",
  "DB_PASSWORD=hunter2222",
  "MY_API_KEY: 0123456789abc",
  "1//0gabcdefghijklmnopqrstuvwxyz",
  "X-Goog-Signature=0123456789abcdef",
  "AKIAIOSFODNN7EXAMPLE",
  "xoxb-123456789012-abcdefghijkl",
  "glpat-abcdefghijklmnopqrst",
  "robot@developer.gserviceaccount.com",
  "postgres://me:pa/ss@host/db",
])("%s is redacted", (secret) => {
  expect(redact(`before ${secret} after`)).toContain("[redacted]");
  expect(redact(`before ${secret} after`)).toMatch(/^before .*after$|@host/u);
});

test("evidence of invented data without its scenario's name, with a look twice, or nested beyond reading is refused", async () => {
  const { text } = await saved("no-games", shippedScenario("no-games").clock);
  const bundle = readBundle("evidence.json", text);
  const write = (about: object, looks = bundle.looks) =>
    writeBundle(
      { pipeline: bundle.pipeline, backend: "embedded", scenario: "no-games", as_of: bundle.as_of, ...about },
      looks as Evidence<unknown>[],
    );
  expect(() => readBundle("x", write({ scenario: undefined }))).toThrow("names no scenario");
  expect(() => readBundle("x", write({}, [...bundle.looks, ...bundle.looks.slice(0, 1)]))).toThrow("holds a look twice");
  expect(() => readBundle("x", "[".repeat(100_000) + "]".repeat(100_000))).toThrow(UserError);
});
