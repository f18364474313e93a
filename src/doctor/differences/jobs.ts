import type { Rules } from "../../pipeline/load.ts";
import type { ScheduledJob } from "../../ports/schedules.ts";
import type { Comparison, Difference } from "../difference.ts";
import { removed } from "../patch.ts";

/** Scheduler jobs: those declared, when they run, and those that are there besides. */
export function jobComparison({ schedule, monitoring }: Rules): Comparison {
  const declared = Object.entries(schedule ?? {});
  const noise = (monitoring?.noise ?? []).filter((each) => each.of === "job").map(({ prefix }) => prefix);
  return {
    port: "schedules",
    asked: "scheduler jobs",
    ask: async ({ schedules }, call) => {
      const there = new Map((await schedules.list(call)).map((job) => [job.name, job]));
      const others = [...there.values()].filter(
        ({ name }) => !declared.some(([known]) => known === name) && !noise.some((prefix) => name.startsWith(prefix)),
      );
      return [...declared.flatMap(([name, entry]) => declaredJob(name, entry, there.get(name))), ...others.map(undeclared)];
    },
  };
}

type Declared = NonNullable<Rules["schedule"]>[string];

function declaredJob(name: string, { cron, zone }: Declared, found: ScheduledJob | undefined): readonly Difference[] {
  const about = `job ${name}`;
  if (found === undefined) {
    return [{ about, said: "the file declares it, the scheduler has no such job", patch: { schedule: { [name]: removed } } }];
  }
  if (found.schedule === cron && found.zone === zone) return [];
  return [
    {
      about,
      said: `the file says "${cron}" ${zone}, the scheduler "${found.schedule}" ${found.zone}`,
      patch: { schedule: { [name]: { cron: found.schedule, zone: found.zone } } },
    },
  ];
}

function undeclared({ name, schedule: cron, zone, state }: ScheduledJob): Difference {
  const about = `job ${name}`;
  if (state !== "enabled") return { about, said: `it is ${state}, and the file doesn't know it` };
  return { about, said: `it runs "${cron}" ${zone}, and the file doesn't know it`, patch: { schedule: { [name]: { cron, zone } } } };
}
