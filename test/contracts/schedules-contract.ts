import { describe, expect, test } from "vitest";
import type { Failure } from "../../src/adapters/embedded/world.ts";
import type { Refusal } from "../../src/errors.ts";
import type { ScheduledJob, Schedules } from "../../src/ports/schedules.ts";
import { asking, refusalOf } from "./asking.ts";
import { disposing } from "./disposing.ts";
import { failingPortTests } from "./failing-port.ts";

export interface SchedulesContent {
  readonly jobs: readonly ScheduledJob[];
  readonly failures?: readonly Failure[];
}

interface SchedulesSubject {
  readonly schedules: Schedules;
  /** From now on the stores hold this instead. */
  become(content: SchedulesContent): Promise<void>;
  dispose(): Promise<void>;
}

export type MakeSchedules = (content: SchedulesContent) => Promise<SchedulesSubject>;

const name = "same-day-phase4";

/** What every adapter of scheduler jobs does alike. `refusals` are those that its backend can answer with; all if absent. */
export function schedulesContract(title: string, makeSubject: MakeSchedules, refusals?: readonly Refusal[]): void {
  const holding = disposing(makeSubject);

  describe(`${title}`, () => {
    describe("jobs", () => {
      jobTests(holding);
    });
    describe("lists", () => {
      listTests(holding);
    });
    describe("ends and failures", () => {
      failingPortTests({
        port: "schedules",
        place: name,
        asked: async (failures) => {
          const { schedules } = await holding({ jobs: [job({})], failures });
          return (call) => [schedules.get({ name }, call), schedules.list(call)];
        },
        empty: [undefined, []],
        refusals,
      });
    });
  });
}

function jobTests(holding: MakeSchedules): void {
  const states: Partial<ScheduledJob>[] = [
    {},
    { code: 7, message: "PERMISSION_DENIED" },
    { code: 4 },
    { state: "paused", nextRunAt: undefined },
    { state: "disabled", nextRunAt: undefined },
    { lastAttemptAt: undefined, code: undefined },
    { createdAt: undefined },
    { target: "nba-phase4-trigger", deadlineSeconds: 1800, zone: "America/Los_Angeles", schedule: "*/15 22-23,0-2 * * 1-5" },
  ];
  test.each(states)("a job comes back as it is: %j", async (given) => {
    const { schedules } = await holding({ jobs: [job(given)] });
    expect(await schedules.get({ name }, asking())).toEqual(job(given));
  });

  test("a name that no job has is undefined; names are taken whole", async () => {
    const { schedules } = await holding({ jobs: [job({})] });
    for (const other of ["same-day-phase5", "same-day", "constructor"])
      expect(await schedules.get({ name: other }, asking())).toBeUndefined();
  });

  test("what becomes of a job meanwhile is seen by the next question", async () => {
    const subject = await holding({ jobs: [job({ code: 7 })] });
    await subject.become({ jobs: [job({ code: 0 })] });
    expect((await subject.schedules.get({ name }, asking()))?.code).toBe(0);
  });
}

function listTests(holding: MakeSchedules): void {
  const jobs = ["same-day-phase4", "br-rosters", "same-day-phase3"].map((each) => job({ name: each }));

  test("every job is listed, in order of name", async () => {
    const { schedules } = await holding({ jobs });
    expect(await schedules.list(asking())).toEqual(["br-rosters", "same-day-phase3", "same-day-phase4"].map((each) => job({ name: each })));
  });

  test("no job is an answer", async () => {
    const { schedules } = await holding({ jobs: [] });
    expect(await schedules.list(asking())).toEqual([]);
  });

  test("as many jobs as the budget allows are listed, one more is refused and never left out", async () => {
    const { schedules } = await holding({ jobs });
    const budget = (maxRows: number) => asking({ budget: { maxRows, maxBytes: 2 ** 30 } });
    expect(await schedules.list(budget(3))).toHaveLength(3);
    expect((await refusalOf(schedules.list(budget(2)))).refusal).toBe("partial");
  });

  test("one job's failure is not the list's", async () => {
    const { schedules } = await holding({ jobs, failures: [{ port: "schedules", target: name, with: "denied" }] });
    expect(await schedules.list(asking())).toHaveLength(3);
  });
}

function job(given: Partial<ScheduledJob>): ScheduledJob {
  return {
    name,
    schedule: "0 11 * * *",
    zone: "America/New_York",
    state: "enabled",
    createdAt: "2025-10-01T00:00:00.000Z",
    lastAttemptAt: "2026-02-04T16:00:00.000Z",
    code: 0,
    nextRunAt: "2026-02-05T16:00:00.000Z",
    target: "https://nba-phase4-precompute-processors.example/",
    deadlineSeconds: 180,
    ...given,
  };
}
