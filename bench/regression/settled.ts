import type { Stores, World } from "../../src/adapters/embedded/world.ts";
import type { CalendarDate } from "../../src/pipeline/dates.ts";
import { dateAt } from "../../src/pipeline/dates.ts";
import type { Pipeline, Rules } from "../../src/pipeline/load.ts";

/** Stores that make the world of a moment, and what it logged, once. */
export function remembering(stores: Stores): Stores {
  const worlds = new Map<number, World>();
  return {
    at(moment) {
      const known = worlds.get(moment.getTime()) ?? rememberingWorld(stores.at(moment));
      worlds.set(moment.getTime(), known);
      return known;
    },
  };
}

function rememberingWorld(world: World): World {
  const logs = new Map<string, ReturnType<World["log"]>>();
  return {
    ...world,
    log(window) {
      const name = JSON.stringify(window);
      const known = logs.get(name) ?? world.log(window);
      logs.set(name, known);
      return known;
    },
  };
}

/** A pipeline that picks the rules of a date once. */
export function rememberingRules(pipeline: Pipeline): Pipeline {
  const rules = new Map<string, Rules>();
  return {
    ...pipeline,
    rulesOn(date: CalendarDate, asOf: Date) {
      const name = `${date} ${dateAt(asOf, pipeline.zone)}`;
      const known = rules.get(name) ?? pipeline.rulesOn(date, asOf);
      rules.set(name, known);
      return known;
    },
  };
}
