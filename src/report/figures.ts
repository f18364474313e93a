import type { Evidence } from "../evidence/evidence.ts";
import type { Report, ReportedFinding } from "./schema.ts";

type Looks = readonly Evidence<unknown>[];

const mostCommands = 20;

/** The command by hand for every look that a shown finding rests on. */
export function byHandOf(shown: readonly ReportedFinding[], looks: Looks): Pick<Report, "by_hand"> {
  const ids = new Set(shown.flatMap(({ evidence = [] }) => evidence));
  const commands = looks.flatMap(({ id, byHand }) => (ids.has(id) && byHand !== undefined ? [[id, byHand] as const] : []));
  if (commands.length === 0) return {};
  const cut = commands.length - mostCommands;
  return { by_hand: Object.fromEntries([...commands.slice(0, mostCommands), ...(cut > 0 ? [["not shown", `${cut} more`] as const] : [])]) };
}

/** What is not shown, counted by verdict. */
export function omittedOf(cut: readonly ReportedFinding[]): Pick<Report, "omitted"> {
  if (cut.length === 0) return {};
  const kinds = Map.groupBy(cut, ({ severity, verdict }) => (severity === "P5" ? "note" : verdict));
  return { omitted: Object.fromEntries([...kinds].map(([kind, lines]) => [kind, lines.length])) };
}

export function coverageOf(looks: Looks): NonNullable<Report["coverage"]> {
  const read = (port: string) => looks.reduce((sum, look) => sum + (look.seen && look.port === port ? look.examined : 0), 0);
  return { looks: looks.length, failed: looks.filter((look) => !look.seen).length, rows: read("warehouse"), documents: read("documents") };
}

export function costOf(looks: Looks, ms: number): NonNullable<Report["cost"]> {
  const bytes = looks.flatMap((look) => (look.seen && look.bytes !== undefined ? [look.bytes] : []));
  const jobs = looks.filter((look) => look.port === "warehouse").length;
  return { ...(bytes.length === 0 ? {} : { bytes: bytes.reduce((sum, each) => sum + each, 0) }), jobs, ms: Math.round(ms) };
}
