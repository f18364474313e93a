import { describe, expect, test } from "vitest";
import { BackendError } from "../../src/errors.ts";
import { allReceivers, commitIn, proofIn, requestedCommit, workOf } from "../../src/evidence/looks/drift.ts";
import { othersBelow } from "../../src/pipeline/names.ts";
import type { LogAsk, LogEntry, Logs } from "../../src/ports/logs.ts";
import type { Source } from "../../src/ports/source.ts";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import { asking } from "../contracts/asking.ts";
import { at } from "../support/instants.ts";
import { nba } from "../support/pipeline.ts";
import { silentPorts } from "../support/ports.ts";

const rules = nba.rulesOn(calendarDateOf("2026-02-04"), at("18:00"));
const unit = "nba-phase3-analytics-processors";
const partial = async (): Promise<never> => {
  throw new BackendError("partial", "history ends early", "Fetch it.");
};

describe("whom a subscription delivers to", () => {
  const of = async (name: string, pushEndpoint: string | undefined) => {
    const topics = { topics: async () => [], backlogs: async () => [], subscriptions: async () => [{ name, topic: "t", pushEndpoint }] };
    const { facts } = await allReceivers(rules).run(silentPorts({ topics }), asking());
    expect(JSON.stringify(facts)).not.toContain("secret");
    return facts.subscriptions[0]?.unit;
  };

  test.each([
    ["https://nba-phase3-analytics-processors-123456789012.us-west2.run.app/process?token=secret", unit],
    ["https://nba-phase3-analytics-processors-f7p3g7f6ya-wl.a.run.app/process", unit],
    ["https://canary---nba-phase3-analytics-processors-f7p3g7f6ya-wl.a.run.app/", unit],
    ["https://us-west2-acme.cloudfunctions.net/phase3-to-phase4-orchestrator/secret", "phase3-to-phase4-orchestrator"],
    // An alias is the unit.
    ["https://nba-phase1-scrapers-f7p3g7f6ya-wl.a.run.app/", "nba-scrapers"],
    ["https://example.com/nba-phase3-analytics-processors", null],
    ["https://somebody-else-f7p3g7f6ya-wl.a.run.app/", null],
    ["no address", null],
    [undefined, null],
  ])("%s", async (address, expected) => {
    expect(await of("any-sub", address)).toBe(expected);
  });

  test("a subscription that Eventarc made bears its function's name", async () => {
    expect(await of("eventarc-us-west2-phase3-to-phase4-orchestrator-123456-sub-789", "https://pubsub.example/secret")).toBe(
      "phase3-to-phase4-orchestrator",
    );
    expect(await of("my-phase3-to-phase4-orchestrator-sub", "https://pubsub.example/secret")).toBeNull();
  });
});

describe("whether a unit was called", () => {
  const [since, until] = ["2026-02-03T23:00:00.000Z", "2026-02-04T23:00:00.000Z"];
  const entry = (text: string, revision?: string): LogEntry => ({
    at: "2026-02-04T12:00:00.000Z",
    severity: "INFO",
    unit,
    text,
    fields: {},
    ...(revision === undefined ? {} : { revision }),
  });
  const look = async (isNew: boolean, counted: number | "refused" | undefined, entries: readonly LogEntry[]) => {
    const reads: LogAsk[] = [];
    const logs: Logs = {
      entries: async (ask) => {
        reads.push(ask);
        return { entries, more: false };
      },
      counted: async () => (counted === "refused" ? partial() : counted === undefined ? undefined : { entries: counted, until }),
    };
    const { facts } = await workOf(unit, { logsAs: unit, since, until, revisions: ["new"] }, isNew).run(silentPorts({ logs }), asking());
    return { facts, reads: reads.length };
  };

  test("of a revision that has run for a day the platform's count will do, and nothing is read", async () => {
    expect(await look(false, 3, [])).toMatchObject({ facts: { counted: 3, line: null }, reads: 0 });
  });

  test("of a new one lines are read: those of its start, and of the revision before it, prove nothing", async () => {
    const started = [entry("Starting new instance. Reason: DEPLOYMENT_ROLLOUT", "new"), entry("Processed 12 games", "old")];
    expect(await look(true, 2, started)).toMatchObject({ facts: { line: null, idle: true }, reads: 1 });
    expect((await look(true, 2, [...started, entry("Processed 12 games", "new")])).facts.line).toEqual({
      at: "2026-02-04T12:00:00.000Z",
      revision: "new",
    });
  });

  test("of a new one that logged nothing the count of lines is that of the revision before it", async () => {
    expect((await look(true, 2, [entry("Processed 12 games", "old")])).facts).toMatchObject({ line: null, counted: null });
  });

  test.each([0, undefined, "refused"] as const)("a count of %s is no silence: the lines are read", async (counted) => {
    expect(await look(false, counted, [entry("Processed 12 games", "new")])).toMatchObject({
      facts: { line: { revision: "new" } },
      reads: 1,
    });
    expect(await look(false, counted, [])).toMatchObject({ facts: { line: null, idle: false }, reads: 1 });
  });
});

test("a text is looked for since what serves was made, in its lines alone; what the platform wrote is no other line", async () => {
  const asks: LogAsk[] = [];
  const logs: Logs = {
    counted: async () => undefined,
    entries: async (ask) => {
      asks.push(ask);
      const started: LogEntry = { at: "2026-02-04T12:00:00.000Z", severity: "INFO", unit, text: "Booting worker with pid: 4", fields: {} };
      return { entries: ask.contains === undefined ? [started] : [], more: false };
    },
  };
  const window = { logsAs: unit, since: "2026-02-03T10:00:00.000Z", until: "2026-02-04T23:00:00.000Z" };
  expect((await proofIn(unit, { ...window, revisions: ["new"] }, "Acquired").run(silentPorts({ logs }), asking())).facts).toEqual({
    found: null,
    any: null,
  });
  expect(asks.map(({ revision, since }) => [revision, since])).toEqual([
    ["new", window.since],
    ["new", window.since],
  ]);
  // A Run job's lines name no revision.
  await proofIn(unit, window, "Acquired").run(silentPorts({ logs }), asking());
  expect(asks.at(-1)).not.toHaveProperty("revision");
});

test("where several revisions share the traffic only their lines are a proof, and a field may hold the text", async () => {
  const asks: LogAsk[] = [];
  const by = (revision: string, time: string): LogEntry => ({
    at: `2026-02-04T${time}:00.000Z`,
    severity: "INFO",
    unit,
    revision,
    text: "Acquired",
    fields: {},
  });
  const logs: Logs = {
    counted: async () => undefined,
    entries: async (ask) => {
      asks.push(ask);
      const all = [by("retired", "12:00"), by("small", "11:00")];
      const found = all.filter(({ revision }) => ask.revision === undefined || revision === ask.revision);
      return { entries: ask.contains === undefined ? found : found.filter(({ revision }) => revision === "retired"), more: false };
    },
  };
  const window = { logsAs: unit, since: "2026-02-03T10:00:00.000Z", until: "2026-02-04T23:00:00.000Z", revisions: ["large", "small"] };
  expect((await proofIn(unit, window, "Acquired").run(silentPorts({ logs }), asking())).facts).toEqual({
    found: null,
    any: { at: "2026-02-04T11:00:00.000Z", revision: "small" },
  });
  expect(asks.find(({ contains }) => contains !== undefined)?.fields).toContain("event");
});

describe("a commit", () => {
  const known = { sha: "a".repeat(40), at: at("12:00").toISOString(), subject: "Any" };
  const source = (given: Partial<Source>): Source => ({
    ...silentPorts().source,
    tip: async () => ({ branch: "origin/main", head: { ...known, sha: "f".repeat(40) }, shallow: false }),
    commit: async ({ sha }) => (sha === "unknown" ? undefined : { ...known, sha: sha.padEnd(40, "0") }),
    ...given,
  });

  test("is placed with the units whose folders it changed, but for what lies in another's", async () => {
    const files = ["orchestration/cloud_functions/phase3_to_phase4/main.py"];
    const touched: Source["touched"] = async ({ paths, except = [] }) => {
      const left = files.filter((file) => !except.some((path) => file.startsWith(`${path}/`)));
      return paths.filter((path) => left.some((file) => file.startsWith(`${path}/`)));
    };
    const units = ["nba-scrapers", "phase3-to-phase4-orchestrator", unit];
    const look = requestedCommit(rules, "aaaaaaa", units);
    const { facts } = await look.run(silentPorts({ source: source({ touched, contains: async () => true }) }), asking());
    expect(facts).toMatchObject({ onBranch: true, touches: ["phase3-to-phase4-orchestrator"] });
    expect(othersBelow(rules, "nba-scrapers")).toContain("orchestration/cloud_functions/phase3_to_phase4");
    expect(othersBelow(rules, unit)).toEqual([]);
  });

  test("of a history that ends early is told as far as it is known", async () => {
    const look = requestedCommit(rules, "aaaaaaa", [unit]);
    const { facts } = await look.run(silentPorts({ source: source({ touched: partial, contains: partial }) }), asking());
    expect(facts).toMatchObject({ commit: { sha: expect.stringContaining("aaaaaaa") }, onBranch: null, touches: null });
  });

  test("in a repository that answers nothing at all is refused, never absent", async () => {
    const look = requestedCommit(rules, "aaaaaaa", [unit]);
    await expect(
      look.run(silentPorts({ source: source({ tip: partial, commit: async () => undefined }) }), asking()),
    ).rejects.toBeInstanceOf(BackendError);
  });

  test("is told for each revision by its own label", async () => {
    const contains: Source["contains"] = async ({ within }) => (within.startsWith("e") ? partial() : within.startsWith("d"));
    const revisions = [
      { name: "r1", commit: "dddddddd" },
      { name: "r2", commit: "cccccccc" },
      { name: "r3" },
      { name: "r4", commit: "unknown" },
      { name: "r5", commit: "eeeeeeee" },
    ];
    const { facts } = await commitIn("aaaaaaa", unit, revisions).run(silentPorts({ source: source({ contains }) }), asking());
    expect(facts.revisions.map(({ revision, holds }) => `${revision} ${holds}`)).toEqual([
      "r1 yes",
      "r2 no",
      "r3 no_label",
      "r4 unknown_label",
      "r5 history_ends",
    ]);
  });
});
