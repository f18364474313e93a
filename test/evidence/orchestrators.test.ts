import { describe, expect, test } from "vitest";
import { BackendError } from "../../src/errors.ts";
import { executions } from "../../src/evidence/looks/orchestrators.ts";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import type { LogAsk, LogEntry, Logs } from "../../src/ports/logs.ts";
import { silentPorts } from "../support/ports.ts";

const unit = "phase3-to-phase4-orchestrator";
const publisher = "nba-phase3-analytics-processors";
const window = { since: "2026-02-03T05:00:00.000Z", until: "2026-02-04T15:00:00.000Z" };
const look = executions(calendarDateOf("2026-02-03"), { unit, publishers: [publisher], skips: "Skipping downstream trigger", ...window });
const call = {
  look: look.id,
  signal: new AbortController().signal,
  deadlineAt: Date.now() + 10_000,
  budget: { maxRows: 1000, maxBytes: 2 ** 20 },
};

const line = (name: string, at: string, revision?: string): LogEntry => ({
  at,
  severity: "INFO",
  unit: name,
  ...(revision === undefined ? {} : { revision }),
  text: "Received a completion",
  fields: {},
});

/** Logs of these entries, which also notes what was asked. */
function logsOf(entries: readonly LogEntry[], counted: Logs["counted"] = async () => undefined) {
  const asked: LogAsk[] = [];
  const logs: Logs = {
    entries: async (ask) => {
      asked.push(ask);
      const found = entries.filter((entry) => entry.unit === ask.unit && (ask.contains === undefined || entry.text.includes(ask.contains)));
      return { entries: found.slice(0, ask.limit), more: found.length > ask.limit };
    },
    counted,
  };
  return { asked, ports: silentPorts({ logs }) };
}

describe("the look at what an orchestrator did", () => {
  test("keeps the newest line of each revision, the newest first", async () => {
    const { ports } = logsOf([
      line(unit, "2026-02-04T11:37:00Z", "r1"),
      line(unit, "2026-02-04T12:00:00Z", "r2"),
      line(unit, "2026-02-04T11:00:00Z", "r1"),
    ]);
    expect((await look.run(ports, call)).facts).toMatchObject({
      lines: [
        { at: "2026-02-04T12:00:00Z", revision: "r2" },
        { at: "2026-02-04T11:37:00Z", revision: "r1" },
      ],
      more: false,
      counted: null,
      witness: null,
    });
  });

  test("asks for witnesses only where the unit is silent", async () => {
    const counting = async () => ({ entries: 0, until: window.until });
    const talking = logsOf([line(unit, "2026-02-04T11:37:00Z")], counting);
    await look.run(talking.ports, call);
    expect(talking.asked.filter((ask) => ask.unit === publisher && ask.contains === undefined)).toEqual([]);
    const silent = logsOf([line(publisher, "2026-02-04T11:36:00Z")], counting);
    expect((await look.run(silent.ports, call)).facts).toEqual({
      lines: [],
      more: false,
      counted: 0,
      witness: { unit: publisher, at: "2026-02-04T11:36:00Z" },
      skipped: null,
      idle: null,
      oldest: null,
    });
  });

  test.each([
    ["WARNING", "The request was not authenticated. Either allow unauthenticated invocations or set the proper Authorization header."],
    ["ERROR", "The request was aborted because there was no available instance."],
    ["INFO", "Starting new instance. Reason: AUTOSCALING - Instance started due to traffic."],
    ["INFO", 'Default STARTUP TCP probe succeeded after 1 attempt for container "worker" on port 8080.'],
    ["INFO", "[2026-02-04 12:00:00 +0000] [1] [INFO] Listening at: http://0.0.0.0:8080 (1)"],
    ["WARNING", ""],
    ["INFO", ""],
  ] as const)("takes no line of the platform for work: %s %s", async (severity, text) => {
    const idle = { ...line(unit, "2026-02-04T12:00:00Z", "r1"), severity, text };
    const { facts } = await look.run(logsOf([idle, line(unit, "2026-02-04T11:00:00Z", "r1")]).ports, call);
    expect(facts).toMatchObject({
      lines: [{ at: "2026-02-04T11:00:00Z", revision: "r1" }],
      idle: { at: "2026-02-04T12:00:00Z", revision: "r1", severity, text },
    });
  });

  test("takes no audit entry for work, and a payload without message for some", async () => {
    const fields = { "@type": "type.googleapis.com/google.cloud.audit.AuditLog" };
    const audit = { ...line(unit, "2026-02-04T12:00:00Z"), text: "", fields };
    const worked = { ...line(unit, "2026-02-04T11:00:00Z"), text: "", fields: { event: "heard" } };
    expect((await look.run(logsOf([audit, worked]).ports, call)).facts).toMatchObject({
      lines: [{ at: "2026-02-04T11:00:00Z" }],
      idle: { at: "2026-02-04T12:00:00Z" },
    });
  });

  test("says how far back it read where there is more", async () => {
    const many = Array.from({ length: 201 }, (_, index) => line(unit, new Date(Date.UTC(2026, 1, 4, 12, -index)).toISOString()));
    expect((await look.run(logsOf(many).ports, call)).facts).toMatchObject({ more: true, oldest: many[199]?.at });
  });

  test("does without the count where that is refused, and without nothing else", async () => {
    const denied = async (): Promise<never> => Promise.reject(new BackendError("denied", "no metrics for you", "Grant it."));
    expect((await look.run(logsOf([], denied).ports, call)).facts).toMatchObject({ counted: null, witness: null });
    const bug = async (): Promise<never> => Promise.reject(new TypeError("a bug"));
    await expect(look.run(logsOf([], bug).ports, call)).rejects.toThrow(TypeError);
    const refused: Logs = {
      entries: async () => Promise.reject(new BackendError("denied", "no logs for you", "Grant it.")),
      counted: async () => undefined,
    };
    await expect(look.run(silentPorts({ logs: refused }), call)).rejects.toThrow("no logs for you");
  });

  test("finds what a publisher said it left unpublished", async () => {
    const skipping = { ...line(publisher, "2026-02-04T20:00:00Z"), text: "Skipping downstream trigger (backfill mode)" };
    expect((await look.run(logsOf([skipping]).ports, call)).facts.skipped).toEqual({ unit: publisher, at: "2026-02-04T20:00:00Z" });
  });

  test("refuses saved facts of another form", () => {
    expect(() => look.parse({ rows: [] })).toThrow(/lines/u);
  });
});
