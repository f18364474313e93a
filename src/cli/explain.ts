import type { Check } from "../checks/check.ts";
import { readConfig } from "../config.ts";
import { UserError, unknownName } from "../errors.ts";
import type { CalendarDate } from "../pipeline/dates.ts";
import { calendarDateOf, dateAt, dayTimeText, zoneName } from "../pipeline/dates.ts";
import type { Pipeline, Rules } from "../pipeline/load.ts";
import { stageRules } from "../pipeline/load.ts";
import type { Installation } from "./installation.ts";
import type { Given, Option } from "./options.ts";
import { jsonLine } from "./render.ts";
import type { Terminal } from "./terminal.ts";
import { printable, table } from "./text.ts";

export const explainOptions: readonly Option[] = [
  { name: "game-date", kind: "text", takes: "DATE", describes: "As its rules are for this game date, YYYY-MM-DD. Default: today." },
];

/** Says of a check why it exists, how it judges, when it is due and what to do; of the operator's own too. Asks no store. */
export async function explainCheck(
  given: Given,
  installation: Installation,
  terminal: Terminal,
  [id = ""]: readonly string[],
): Promise<number> {
  const config = readConfig(given, installation.env);
  const pipeline = await installation.pipeline(config);
  const { "game-date": named } = given;
  const date = named === undefined ? dateAt(installation.wall(), pipeline.zone) : calendarDateOf(named.toString(), "--game-date");
  const { checksOf } = await import("../checks/checks-of.ts");
  const known = checksOf(pipeline);
  const check = known.find((candidate) => candidate.id === id);
  if (check === undefined) {
    throw new UserError(
      unknownName(
        "check",
        id,
        known.map((candidate) => candidate.id),
      ),
    );
  }
  const told = await explained(check, pipeline, date, installation.wall());
  const lines = Object.entries(told).flatMap(([name, said]) =>
    (typeof said === "string" ? [said] : said).map(
      (line, index) => [index === 0 ? name.replaceAll("_", " ") : "", printable(line)] as const,
    ),
  );
  await terminal.out(config.json.value ? jsonLine(told) : `${table(lines, terminal.width, "")}\n`);
  return 0;
}

async function explained(
  check: Check,
  pipeline: Pipeline,
  date: CalendarDate,
  wall: Date,
): Promise<Readonly<Record<string, string | readonly string[]>>> {
  const { looksOf } = await import("../checks/looks-of.ts");
  const rules = pipeline.rulesOn(date, wall);
  const { why, rule, todo } = check.about;
  const looks = [...new Set(looksOf(check, pipeline, date).map(({ port, asked }) => `${port}: ${asked.replaceAll(` for ${date}`, "")}`))];
  const limits = thresholdsOf(check.id, rules);
  const own = pipeline.file.checks.some(({ id }) => id === check.id);
  return {
    check: `${check.id}${own ? `, of ${pipeline.name} itself` : ""}: ${check.question}`,
    why,
    rule,
    asked: askedWhen(check, rules),
    ...dueOf(check, pipeline, rules),
    ...(limits.length === 0 ? {} : { thresholds: limits }),
    ...acceptedOf(check.id, pipeline),
    looks_at: looks.length === 0 ? "nothing on such a date" : looks.toSorted(),
    to_do: todo,
    rules_of: `${pipeline.name} ${pipeline.version}, for game date ${date}`,
  };
}

function askedWhen({ id, depth, halves = ["post_game"] }: Check, { core, core_pre_game: early }: Rules): string {
  const when = halves.map((half) => (half === "pre_game" ? "before the games" : "after the games")).join(" and ");
  const depths = depth === "quick" ? "in every depth" : depth === "standard" ? "in depth standard and full" : "in depth full only";
  return `${when}, ${depths}${core.includes(id) || early.includes(id) ? "; core: without it nothing passes" : ""}`;
}

function dueOf(check: Check, { file, zone }: Pipeline, rules: Rules): Readonly<Record<string, string>> {
  const own = file.checks.find(({ id }) => id === check.id);
  const zoned = zoneName(zone);
  if (own?.due?.kind === "time") {
    const grace = own.grace === undefined ? "; no grace" : `; a miss is only a warning until ${dayTimeText(own.grace)} ${zoned}`;
    return { due: `${dayTimeText(own.due.at)} ${zoned}, its own time${grace}` };
  }
  const stage = check.about.stage ?? (own !== undefined && "table" in own ? rules.tables[own.table]?.stage : undefined);
  if (stage === undefined) return { due: "always: it judges a state, or each of its subjects by its own stage" };
  const { due, grace_until: grace, deadline_reader: reader, before_first_game_minutes: lead } = stageRules(rules, stage);
  const latest = lead === undefined ? "" : `, at the latest ${lead} min before the first game`;
  const job = reader === undefined ? undefined : rules.jobs[reader];
  return {
    due: `${dayTimeText(due)} ${zoned}${latest}, with stage ${stage}; a miss is only a warning until ${dayTimeText(grace)} ${zoned}`,
    ...(job === undefined ? {} : { read_by: `${job.does} (${reader}) at ${dayTimeText(job.at)} ${zoned}, without what is missing then` }),
  };
}

/** `date_share: pass 0.98, warn 0.9; over rows that are not DNP` */
function thresholdsOf(id: string, { thresholds }: Rules): readonly string[] {
  const all: Readonly<Record<string, Readonly<Record<string, unknown>>>> = thresholds;
  return Object.entries(all[id] ?? {}).map(([name, value]) => {
    const { reason, ...numbers } = { ...Object(value) } as Record<string, unknown>; // whatever a threshold holds, its parts are plain values
    const said = Object.entries(numbers).map(([key, part]) => `${key.replaceAll("_", " ")} ${String(part)}`);
    return `${name.replaceAll("_", " ")}: ${said.join(", ")}; ${String(reason)}`;
  });
}

function acceptedOf(id: string, { file }: Pipeline): { accepted?: readonly string[] } {
  const own = file.accepted.filter((rule) => rule.id.split("/")[0] === id);
  const said = own.map(({ id: covered, ceiling, until, reason }) => `${covered} up to ${ceiling} until ${until}; ${reason}`);
  return said.length === 0 ? {} : { accepted: said };
}
