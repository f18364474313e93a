import type { z } from "zod";
import type { CalendarDate } from "../../../../pipeline/dates.ts";
import { dateAt } from "../../../../pipeline/dates.ts";
import type { infrastructureParts } from "../../../../pipeline/infrastructure.ts";
import type { Pipeline } from "../../../../pipeline/load.ts";

type Infrastructure = z.output<z.ZodObject<typeof infrastructureParts, z.core.$strict>>;
export type DeclaredUnit = NonNullable<Infrastructure["units"]>[string];
export type DeclaredJob = NonNullable<Infrastructure["schedule"]>[string];

/** What the pipeline file says of where the pipeline runs; any of it may be missing. */
export function infrastructureOf(pipeline: Pipeline): Infrastructure {
  const file: Infrastructure & Pick<Pipeline, "zone"> = pipeline.file;
  return file;
}

/** An entry of its own: names come from outside, and `constructor` is no unit. */
export function entryOf<T>(entries: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return entries !== undefined && Object.hasOwn(entries, name) ? entries[name] : undefined;
}

/** Infrastructure goes by the clock, not by the game date. */
export function isInForce(
  { since, until }: { readonly since?: CalendarDate | undefined; readonly until?: CalendarDate | undefined },
  pipeline: Pipeline,
  moment: number,
): boolean {
  const date = dateAt(new Date(moment), pipeline.zone);
  return (since === undefined || since <= date) && (until === undefined || date < until);
}

/** Every name that a unit goes by; undefined where the pipeline file declares no units, so that none can be known. */
export function unitNames(pipeline: Pipeline): readonly string[] | undefined {
  const { units } = infrastructureOf(pipeline);
  return units === undefined ? undefined : Object.entries(units).flatMap(([name, { aliases = [] }]) => [name, ...aliases]);
}

/** Undefined where the pipeline file declares no scheduler jobs. */
export function jobNames(pipeline: Pipeline): readonly string[] | undefined {
  const { schedule } = infrastructureOf(pipeline);
  return schedule === undefined ? undefined : Object.keys(schedule);
}

/** The address that a unit is called at. The project's number is invented. */
export function addressOf(pipeline: Pipeline, unit: string): string {
  return `https://${unit}-000000000000.${infrastructureOf(pipeline).region ?? "us-west2"}.run.app/`;
}
