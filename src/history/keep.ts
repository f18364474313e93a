import { randomUUID } from "node:crypto";
import type { JsonValue, State, StateCall } from "../ports/state.ts";
import type { Report } from "../report/schema.ts";
import type { Judged } from "./judged.ts";
import type { KeptKey, KeptReport } from "./kept.ts";
import { keptPrefix, keyFor, parseKept, readKey, seriesOf, stampOf } from "./kept.ts";
import { compare } from "./compare.ts";

/** How long and how many reports are kept. Age counts from when it was kept, since a scenario's clock may be years ago. */
export const retention = { days: 90, reports: 5_000 } as const;

const mostIds = 3;

interface Current {
  readonly report: Report;
  readonly judged: Judged;
  /** The stores' clock, that the report is about. */
  readonly asOf: Date;
}

/** Keeps the report with all that was judged. Does not prune. */
export async function keepReport(state: State, { report, judged, asOf }: Current, keptAt: Date, call: StateCall): Promise<void> {
  const kept: KeptReport = { as_of: asOf.toISOString(), kept_at: keptAt.toISOString(), report, judged };
  // Through JSON: what a report leaves out is left out here too.
  const value = JSON.parse(JSON.stringify(kept)) as JsonValue;
  const key = keyFor({ asOf, keptAt, report, unique: randomUUID().slice(0, 8) });
  await state.put({ key, value, only: { ifAbsent: true } }, call);
}

/** Removes what is too old, and of what is too much the part that was kept first. */
export async function pruneReports(state: State, now: Date, call: StateCall): Promise<void> {
  const kept = await allKeys(state, call);
  const oldest = stampOf(new Date(now.getTime() - retention.days * 86_400_000));
  const inOrder = kept.toSorted((a, b) => (a.keptAt < b.keptAt ? -1 : 1));
  const surplus = Math.max(0, kept.length - retention.reports);
  const keys = inOrder.filter(({ keptAt }, index) => index < surplus || keptAt < oldest).map(({ key }) => key);
  if (keys.length > 0) await state.delete({ keys }, call);
}

/** The report's comparison with the newest kept one of its series from an earlier clock; undefined if there is none. */
export async function sinceLast(state: State, { report, judged, asOf }: Current, call: StateCall): Promise<Report["since"]> {
  const [series, stamp] = [seriesOf(report), stampOf(asOf)];
  const earlier = (await allKeys(state, call)).filter((kept) => kept.series === series && kept.asOf < stamp);
  for (const { key } of earlier) {
    const entry = await state.get({ key }, call);
    if (entry === undefined) continue; // Another process has pruned it since.
    const last = parseKept(entry);
    const changes = compare(last.judged, judged);
    return {
      compared_with: last.report.asked["as_of"] ?? last.as_of,
      ...some("new", changes.new),
      ...some("still", changes.still),
      ...some("gone", changes.gone),
      ...some("not_judged", changes.notJudged),
    };
  }
  return undefined;
}

/** The numbers of the newest earlier game date that was reported on in the same way, where they differ; undefined if none is kept. */
export async function numbersBefore(state: State, { report }: Current, call: StateCall): Promise<Report["before"]> {
  const { tool, asked } = report;
  const date = asked["game_date"] ?? "";
  const earlier = (await allKeys(state, call))
    .filter((kept) => kept.gameDate < date && kept.series === seriesOf({ tool, asked: { ...asked, game_date: kept.gameDate } }))
    .toSorted((a, b) => (a.gameDate > b.gameDate ? -1 : a.gameDate < b.gameDate ? 1 : 0));
  for (const { key, gameDate } of earlier) {
    const entry = await state.get({ key }, call);
    if (entry === undefined) continue; // Another process has pruned it since.
    const { numbers } = parseKept(entry).report;
    const other = Object.entries(numbers).filter(([name, value]) => report.numbers[name] !== value);
    return { game_date: gameDate, numbers: Object.fromEntries(other) };
  }
  return undefined;
}

/** Every kept report's key, newest `as_of` first. */
export async function allKeys(state: State, call: StateCall): Promise<readonly KeptKey[]> {
  const { keys } = await state.list({ prefix: keptPrefix, limit: Number.MAX_SAFE_INTEGER, order: "descending" }, call);
  return keys.flatMap((key) => readKey(key) ?? []);
}

/** Three ids and how many more; nothing for an empty list. */
function some(name: "new" | "still" | "gone" | "not_judged", all: readonly string[]): Partial<NonNullable<Report["since"]>> {
  if (all.length === 0) return {};
  const more = all.length - mostIds;
  return { [name]: [...all.slice(0, mostIds), ...(more > 0 ? [`${more} more`] : [])] };
}
