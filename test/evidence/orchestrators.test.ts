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
  text: "",
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
    });
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
