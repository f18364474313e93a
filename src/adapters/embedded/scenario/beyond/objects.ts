import type { CalendarDate } from "../../../../pipeline/dates.ts";
import type { StoredObject } from "../../../../ports/objects.ts";
import type { PlannedGame, PlannedNight } from "../generate/plan.ts";
import type { Plot } from "../plot.ts";
import { infrastructureOf, isInForce } from "./declared.ts";

/** Undefined: no such object in a bucket that is there. */
export type ReadObject = (path: string, moment: number) => StoredObject | undefined | "no such bucket";

interface Write {
  readonly at: number;
  /** Undefined where the object is deleted. */
  readonly text: (() => string) | undefined;
}

export function objectsOf(plot: Plot): ReadObject {
  const told = plot.scenario.changes.filter((change) => change.verb === "object");
  const published = publishedObjects(plot);
  const buckets = new Set([...told.map(({ path }) => bucketOf(path)), ...bucketNames(plot)]);
  return (path, moment) => {
    const own = told.filter((change) => change.path === path);
    if (!buckets.has(bucketOf(path))) return "no such bucket";
    const writes: Write[] = [
      ...published.flatMap((declared) => declared.writes(path, moment)),
      ...own.map(({ from, text }) => ({ at: from.getTime(), text: text === undefined ? undefined : () => text })),
    ];
    const last = writes.toSorted((a, b) => a.at - b.at).findLast(({ at }) => at <= moment);
    if (last?.text === undefined) return undefined;
    const text = last.text();
    return { path, updatedAt: new Date(last.at).toISOString(), sizeBytes: Buffer.byteLength(text), text };
  };
}

/** Buckets by the name that they bear. */
export function bucketNames({ pipeline }: Plot): readonly string[] {
  return Object.entries(infrastructureOf(pipeline).buckets ?? {}).map(([part, { name }]) => name ?? part);
}

export function bucketOf(path: string): string {
  return path.split("/")[0] ?? path;
}

interface Published {
  writes(path: string, moment: number): readonly Write[];
}

/** What the export publishes: a file of each night the morning after, and one that is written anew before each slate. */
function publishedObjects(plot: Plot): readonly Published[] {
  const { objects, buckets } = infrastructureOf(plot.pipeline);
  return Object.values(objects ?? {}).map((declared) => {
    const { bucket, path: template, rolling, date_field: field = "game_date" } = declared;
    const pathOf = (date: CalendarDate): string => `${buckets?.[bucket]?.name ?? bucket}/${template.replaceAll("{D}", date)}`;
    return {
      writes: (path, moment) =>
        plot.season.processed
          .filter((date) => pathOf(date) === path)
          .flatMap((date): Write[] => {
            const night = plot.season.night(date);
            const games = night.games.filter((game) => game.owes.includes("analytics"));
            const at = (rolling ? night.time(0, 12, 30) : night.time(1, 9, 30)).getTime();
            if (games.length === 0 || at > moment || !isInForce(declared, plot.pipeline, at)) return [];
            return [{ at, text: () => contentOf(night, games, field, at) }];
          }),
    };
  });
}

function contentOf({ date }: PlannedNight, games: readonly PlannedGame[], field: string, at: number): string {
  return JSON.stringify({
    [field]: date,
    generated_at: new Date(at).toISOString(),
    games: games.map(({ nbaId, away, home, upcoming }) => ({ game_id: nbaId, away, home, players: upcoming[0] + upcoming[1] })),
  });
}
