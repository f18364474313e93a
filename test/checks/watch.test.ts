import { describe, expect, test } from "vitest";
import type { Watch, WatchEvidence } from "../../src/checks/watch.ts";
import { judgeWatch } from "../../src/checks/watch.ts";
import { at } from "../support/night.ts";

const zone = "America/New_York";
const base = { id: "w-000001", text: "locks are seen", about: { pipeline: "nba", backend: "embedded" } };
const times = { from: at("07:00").toISOString(), due: at("09:00").toISOString() };
const logWatch: Watch = { ...base, ...times, proof: { kind: "log", unit: "u", contains: "Acquired" } };
const jobWatch: Watch = { ...base, ...times, proof: { kind: "job", job: "j" } };
const checkWatch: Watch = { ...base, ...times, proof: { kind: "check", check: "minutes", game_date: "2026-02-03" } };

const asked = { id: "x", asked: "x", observedAt: "" } as const;
const line = (time: string) => ({ at: at(time).toISOString(), revision: "u-00192-nn7" });
const logged = (found: string | null, any: string | null = found): WatchEvidence => ({
  kind: "log",
  look: {
    ...asked,
    port: "logs",
    seen: true,
    examined: 1,
    facts: { found: found === null ? null : line(found), any: any === null ? null : line(any) },
  },
});
const ran = (time: string | null, code: number | null): WatchEvidence => ({
  kind: "job",
  look: {
    ...asked,
    port: "schedules",
    seen: true,
    examined: 1,
    facts: { job: { state: "enabled", lastAttemptAt: time === null ? null : at(time).toISOString(), code } },
  },
});
const refused = (kind: "log" | "job"): WatchEvidence => ({
  kind,
  look: { ...asked, port: "logs", seen: false, refusal: "denied", reason: "denied: no", next: "Grant." },
});
const stands = (verdict: "pass" | "fail" | "unknown" | "not_due", time: string): WatchEvidence => ({
  kind: "check",
  standing: { verdict, asOf: at(time) },
});

const state = (watch: Watch, evidence: WatchEvidence, now: string) => {
  const { state: told, said } = judgeWatch(watch, evidence, at(now), zone);
  return `${told}: ${said}`;
};

describe("an expectation is", () => {
  test.each<[string, Watch, WatchEvidence, string, string]>([
    [
      "kept once the line is there, also after the due time",
      logWatch,
      logged("09:30"),
      "10:00",
      "kept: logged 2026-02-04 09:30 ET by `u-00192-nn7`",
    ],
    [
      "not yet observable before the due time",
      logWatch,
      logged(null),
      "08:59",
      "not_yet: the unit has logged nothing at all since 2026-02-04 07:00 ET",
    ],
    [
      "overdue from the due time on, to the second",
      logWatch,
      logged(null),
      "09:00",
      "overdue: the unit has logged nothing at all since 2026-02-04 07:00 ET",
    ],
    [
      "overdue with what else the unit logged",
      logWatch,
      logged(null, "08:00"),
      "09:01",
      "overdue: not logged; the unit last logged 2026-02-04 08:00 ET",
    ],
    ["neither kept nor overdue when nobody could look", logWatch, refused("log"), "12:00", "not_seen: denied: no"],
    ["kept by a job's run that was answered OK", jobWatch, ran("08:00", 0), "08:30", "kept: called 2026-02-04 08:00 ET and answered OK"],
    ["not kept by a run before it began", jobWatch, ran("06:59", 0), "08:30", "not_yet: not run since 2026-02-04 07:00 ET; it is enabled"],
    ["not kept by a run that failed", jobWatch, ran("08:00", 7), "09:30", "overdue: called 2026-02-04 08:00 ET and answered with code 7"],
    [
      "not kept by a job without any code",
      jobWatch,
      ran("08:00", null),
      "08:30",
      "not_yet: called 2026-02-04 08:00 ET and answered with code unknown",
    ],
    ["kept by a check that passes", checkWatch, stands("pass", "08:00"), "08:30", "kept: passed as of 2026-02-04 08:00 ET"],
    ["not kept by a pass from before it began", checkWatch, stands("pass", "06:00"), "08:30", "not_yet: no report on that date since then"],
    ["overdue while the check fails", checkWatch, stands("fail", "09:30"), "09:30", "overdue: fail as of 2026-02-04 09:30 ET"],
    ["not seen while the check is unknown", checkWatch, stands("unknown", "09:30"), "09:30", "not_seen: unknown as of 2026-02-04 09:30 ET"],
    ["not kept by a check that is not due", checkWatch, stands("not_due", "08:30"), "08:30", "not_yet: not due as of 2026-02-04 08:30 ET"],
  ])("%s", (_title, watch, evidence, now, expected) => {
    expect(state(watch, evidence, now)).toBe(expected);
  });

  test("kept for good once it was, whatever is seen later", () => {
    const kept = { ...logWatch, kept: { at: at("08:00").toISOString(), said: "logged" } };
    expect(state(kept, refused("log"), "12:00")).toBe("kept: logged");
  });
});
