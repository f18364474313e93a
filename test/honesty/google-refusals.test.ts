import { afterAll, describe, expect, test } from "vitest";
import { embeddedEngine } from "../../src/adapters/embedded/warehouse.ts";
import type { Failure, Stores } from "../../src/adapters/embedded/world.ts";
import { googlePorts } from "../../src/adapters/google/ports.ts";
import { answerTo } from "../../src/doctor/question.ts";
import { questionsFor } from "../../src/doctor/questions.ts";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import type { Port } from "../../src/ports/ports.ts";
import type { Session } from "../../src/session.ts";
import { validateDaily } from "../../tools/validate_daily.ts";
import { plentyOf } from "../adapters/google/bigquery-stage.ts";
import { startFakeGoogle } from "../fakes/google.ts";
import { overNba } from "../support/own-pipeline.ts";
import { sessionOver, shippedScenario, shippedStores } from "../support/scenarios.ts";

const scenario = shippedScenario("healthy-night");
const pipeline = overNba("buckets: { published: { name: published } }\n");
const stores = await shippedStores(scenario);
const engine = embeddedEngine();

/** What the services fail with just now. */
let failures: readonly Failure[] = [];
const failing: Stores = { at: (moment) => ({ ...stores.at(moment), failures }) };
const google = await startFakeGoogle(() => failing.at(scenario.clock), { engine });
afterAll(() => google.stop());

const ports = ["warehouse", "documents", "logs", "units", "schedules", "topics", "alerts", "objects"] as const;
const kinds = [
  "denied",
  "unauthenticated",
  "not_enabled",
  "throttled",
  "unavailable",
  "conflict",
  "malformed",
  "partial",
  "garbage",
] as const;
/** BigQuery and Cloud Storage have no word for a read that broke off: a cut connection is tested with their adapters. */
const unsaid: readonly string[] = ["warehouse partial", "objects partial", "objects conflict"];

function throughGoogle(): Session {
  const cloud = { ...google.cloud, member: "user:operator@example.com" };
  const real = googlePorts(cloud, { repository: undefined, infrastructure: pipeline.file });
  return sessionOver(scenario, { pipeline, stores, wrap: (embedded) => ({ ...real(plentyOf()), source: embedded.source }) });
}

const ask = (session: Session) =>
  validateDaily.call(
    { game_date: scenario.night.date, depth: "full" },
    { session, signal: new AbortController().signal, progress: () => {} },
  );

const session = throughGoogle();

test("with nothing failing the night passes, so that what follows is the failures' doing", async () => {
  failures = [];
  expect((await ask(session)).verdict).toBe("pass");
});

describe.each(ports.map((port, index) => ({ port, index })))("$port", ({ port, index }) => {
  // Every kind of every port would take minutes: each port takes three, together they take all.
  const turn = kinds.filter((kind, at) => (at + index) % 3 === 0 && !unsaid.includes(`${port} ${kind}`));

  test.each(turn)("refusing with %s leaves the night unknown: neither passed nor failed", async (kind) => {
    failures = [{ port, with: kind }];
    const report = await ask(session);
    // Alerts are judged only from the day on which the pipeline file declares some.
    if (port === "alerts") expect(report.verdict).not.toBe("fail");
    else expect([kind, report.verdict], report.summary).toEqual([kind, "unknown"]);
    if (kind === "unauthenticated" && port !== "alerts") {
      expect(report.findings?.filter(({ reason }) => reason === "unauthenticated")).toHaveLength(1);
      expect(report.summary).toContain("Run: gcloud auth application-default login");
    }
    expect(JSON.stringify(report)).not.toContain("loopback-token");
  });
});

test("what a person reads of each refusal names what was read, why, and what to do", async () => {
  const { gather } = session.begin({ signal: new AbortController().signal });
  const questions = questionsFor(pipeline, calendarDateOf(scenario.night.date), scenario.clock);
  const rows: string[] = [];
  for (const port of ports) {
    const question = questions.find((each) => each.port === port);
    if (question === undefined) throw new Error(`No question to ${port}.`);
    for (const kind of kinds.filter((each) => !unsaid.includes(`${port} ${each}`))) {
      failures = [{ port, with: kind }];
      const { refusal, reason, next } = await answerTo(question, gather);
      rows.push(`${port} ${kind}\n  [${refusal}] ${reason}\n  ${next}`);
    }
  }
  failures = [];
  await expect(`${rows.join("\n")}\n`).toMatchFileSnapshot("__snapshots__/google-refusals.txt");
  expect(rows.filter((row) => row.includes("undefined"))).toEqual([]);
});

test("no service is left out", () => {
  const read: readonly Port[] = [
    ...new Set(questionsFor(pipeline, calendarDateOf(scenario.night.date), scenario.clock).map(({ port }) => port)),
  ];
  expect(read.filter((port) => port !== "source").toSorted()).toEqual([...ports].toSorted());
});
