import { describe, expect, test } from "vitest";
import type { Watch, WatchEvidence } from "../../src/checks/watch.ts";
import { judgeWatch, watchSchema } from "../../src/checks/watch.ts";
import { at } from "../support/night.ts";

const zone = "America/New_York";
const base = { id: "w-000001", text: "locks are seen", about: { pipeline: "nba", backend: "embedded" } };
const times = { from: at("07:00").toISOString(), due: at("09:00").toISOString() };
const logWatch: Watch = { ...base, ...times, proof: { kind: "log", unit: "u", contains: "Acquired" } };
const jobWatch: Watch = { ...base, ...times, proof: { kind: "job", job: "j" } };
const checkWatch: Watch = { ...base, ...times, proof: { kind: "check", check: "minutes", game_date: "2026-02-03" } };

const asked = { id: "x", asked: "x", observedAt: "" } as const;
const line = (time: string) => ({ at: at(time).toISOString(), revision: "u-00192-nn7" });
const logged = (found: string | null, any: string | null = found, more = false): WatchEvidence => ({
  kind: "log",
  look: {
    ...asked,
    port: "logs",
    seen: true,
    examined: 1,
    facts: { found: found === null ? null : line(found), more, any: any === null ? null : line(any) },
  },
});
const ran = (time: string | null, code: number | null, healthy: readonly number[] = []): WatchEvidence => ({
  kind: "job",
  healthy,
  look: {
    ...asked,
    port: "schedules",
    seen: true,
    examined: 1,
    facts: { job: { state: "enabled", lastAttemptAt: time === null ? null : at(time).toISOString(), code } },
  },
});
const refused: WatchEvidence = {
  kind: "log",
  look: { ...asked, port: "logs", seen: false, refusal: "denied", reason: "denied: no", next: "Grant." },
};
const stands = (verdict: "pass" | "fail" | "unknown" | "not_due", time: string): WatchEvidence => ({
  kind: "check",
  standing: { verdict, asOf: at(time) },
});
const unread: WatchEvidence = { kind: "check", standing: undefined, unread: "the lock is held" };

const state = (watch: Watch, evidence: WatchEvidence, now: string) => {
  const { state: told, said } = judgeWatch(watch, evidence, at(now), zone);
  return `${told}: ${said}`;
};

describe("an expectation is", () => {
  test.each<[string, Watch, WatchEvidence, string, string | RegExp]>([
    [
      "kept once the line is there, also after the due time",
      logWatch,
      logged("09:30"),
      "10:00",
      "kept: logged 2026-02-04 09:30 ET by `u-00192-nn7`, kept late, 30 min after it was due",
    ],
    ["in time at the due time itself", logWatch, logged("09:00"), "10:00", "kept: logged 2026-02-04 09:00 ET by `u-00192-nn7`"],
    [
      "kept, in time or not nobody knows, where older lines were left unread",
      logWatch,
      logged("09:30", "09:30", true),
      "10:00",
      "kept: logged 2026-02-04 09:30 ET by `u-00192-nn7`, 30 min after it was due; there are older lines, so the first may have been in time",
    ],
    ["kept in time whatever older lines there are", logWatch, logged("08:30", "08:30", true), "10:00", /^kept: [^;]*nn7`$/u],
    ["not yet observable before the due time", logWatch, logged(null, "08:00"), "08:59", /^not_yet: not logged/u],
    [
      "not yet observable while the unit is silent and it is not due",
      logWatch,
      logged(null),
      "08:59",
      /^not_yet: the unit has logged nothing/u,
    ],
    ["overdue from the due time on, to the second", logWatch, logged(null, "08:00"), "09:00", /^overdue: not logged/u],
    [
      "not seen where the unit has logged nothing at all",
      logWatch,
      logged(null),
      "09:00",
      "not_seen: the unit has logged nothing at all since 2026-02-04 07:00 ET, so nothing is known",
    ],
    [
      "overdue with what else the unit logged",
      logWatch,
      logged(null, "08:00"),
      "09:01",
      "overdue: not logged; the unit last logged 2026-02-04 08:00 ET",
    ],
    ["neither kept nor overdue when nobody could look", logWatch, refused, "12:00", "not_seen: denied: no"],
    ["kept by a job's run that was answered OK", jobWatch, ran("08:00", 0), "08:30", "kept: called 2026-02-04 08:00 ET and answered OK"],
    [
      "kept late by a job's run after the due time",
      jobWatch,
      ran("10:00", 0),
      "10:30",
      "kept: called 2026-02-04 10:00 ET and answered OK, 1 h after it was due; an earlier run may have been in time",
    ],
    [
      "kept by a run with a code that healthy jobs end with",
      jobWatch,
      ran("08:00", 2, [2]),
      "08:30",
      "kept: called 2026-02-04 08:00 ET and answered with code 2, as healthy jobs do here",
    ],
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
    [
      "kept by a check that is first known to pass after the due time",
      checkWatch,
      stands("pass", "09:30"),
      "09:30",
      "kept: passed as of 2026-02-04 09:30 ET, 30 min after it was due; it may have passed in time unseen",
    ],
    ["not seen where kept reports can't be read", checkWatch, unread, "09:30", "not_seen: the lock is held"],
    ["not kept by a pass from before it began", checkWatch, stands("pass", "06:00"), "08:30", "not_yet: no report on that date since then"],
    ["overdue while the check fails", checkWatch, stands("fail", "09:30"), "09:30", "overdue: fail as of 2026-02-04 09:30 ET"],
    ["not seen while the check is unknown", checkWatch, stands("unknown", "09:30"), "09:30", "not_seen: unknown as of 2026-02-04 09:30 ET"],
    ["not kept by a check that is not due", checkWatch, stands("not_due", "08:30"), "08:30", "not_yet: not due as of 2026-02-04 08:30 ET"],
  ])("%s", (_title, watch, evidence, now, expected) => {
    expect(state(watch, evidence, now)).toEqual(typeof expected === "string" ? expected : expect.stringMatching(expected));
  });

  test("kept for good once it was, whatever is seen later", () => {
    const kept = { ...logWatch, kept: { at: at("08:00").toISOString(), said: "logged" } };
    expect(state(kept, refused, "12:00")).toBe("kept: logged");
  });

  test("not kept as of a clock before it came true", () => {
    const kept = { ...logWatch, kept: { at: at("08:00").toISOString(), said: "logged" } };
    expect(state(kept, logged(null, "07:30"), "07:59")).toMatch(/^not_yet: not logged/u);
  });

  test.each(["two\nlines", "\u202Ereversed", "\u2028"])("unreadable with %j in it", (text) => {
    expect(watchSchema.safeParse({ ...logWatch, text }).success).toBe(false);
    expect(watchSchema.safeParse({ ...logWatch, kept: { at: times.due, said: text } }).success).toBe(false);
    expect(watchSchema.safeParse(logWatch).success).toBe(true);
  });
});
