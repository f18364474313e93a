import { z } from "zod";
import { calendarDate, dated, inForce } from "./dated.ts";
import { isZone, parseInstant } from "./dates.ts";
import { identifier, name, objectPath, reason, stageNames, tableName } from "./parts.ts";
import { flag, integer, keyed, record, scalar, text, word } from "./yaml-file.ts";

const location = scalar("a location such as us-west2", (value) => (/^[A-Za-z][\w-]*$/u.test(value) ? value : undefined));
const folder = scalar("a folder of the repository, without slashes at its ends", (value) =>
  /^[\w.-]+(?:\/[\w.-]+)*$/u.test(value) && !value.split("/").includes("..") ? value : undefined,
);
const zone = scalar("an IANA time zone such as America/New_York", (value) => (isZone(value) ? value : undefined));
const branch = scalar("a branch", (value) => (/^[\w.][\w./-]*$/u.test(value) ? value : undefined));
/** Kept as ISO 8601 in UTC; an instant without zone would be one of three here. */
const instant = scalar("an instant with its offset, e.g. 2026-02-04T16:24:00-08:00", (value) =>
  /(?:Z|[+-]\d{2}:\d{2})$/u.test(value) ? parseInstant(value, "UTC")?.toISOString() : undefined,
);
const cron = scalar('five cron fields such as "0 11 * * *"', (value) => (isCron(value) ? value : undefined));
const texts = z.array(text).min(1);
const names = z.array(name).min(1);
/** Keys of the entry that are deduced, not read in the operator's set-up: a difference in them is told, never judged. */
const inferred = <const K extends readonly string[]>(keys: K) => z.array(word(keys)).min(1).optional();

const unit = record({
  ...inForce,
  kind: word(["service", "function", "job"]),
  /** Names under which the same thing serves or logs elsewhere. */
  aliases: names.optional(),
  /** Only commits that touch these make the unit stale. */
  folders: z.array(folder).min(1),
  inferred: inferred(["name", "folders"]),
  /** Instances kept warm; none are asked for if absent. */
  min_instances: integer.optional(),
  /** Environment variables that must be set; names only. */
  variables: names.optional(),
  /** The HTTP status with which it answers on a day without games. */
  no_games_status: dated(integer).optional(),
});

const scheduled = record({
  ...inForce,
  cron,
  zone,
  /** The unit at the other end. Like what follows it says where to look, not how the job must be made. */
  calls: name.optional(),
  /** Stages whose chain it is in: their output missing and this job failed belong together. */
  feeds: z.array(word(stageNames)).min(1).optional(),
  /** Tables that it has filled: their rows show whether its work ended, whatever its status says. */
  fills: z.array(tableName).min(1).optional(),
  /** The game date that a run is about, counted from the date on which it starts. */
  works_on: word(["yesterday", "today", "tomorrow"]).optional(),
  /** Why it is paused on purpose; a pause that nobody has declared may have been forgotten. */
  paused: text.optional(),
  inferred: inferred(["zone"]),
});

const topic = record({
  ...inForce,
  kind: word(["completion", "trigger", "fallback"]),
  /** Push subscriptions meant to be there; 1 if absent. */
  subscribers: integer.optional(),
  from: names.optional(),
  to: names.optional(),
  /** Tables whose rows of a date show that it was published, and the record of what was heard of it. */
  shown_by: z.array(tableName).min(1).optional(),
  record: name.optional(),
  /** What a publisher logs instead of publishing, by design. */
  skips: text.optional(),
  /** The subscription that collects what could not be delivered. */
  dead_letter: name.optional(),
  /** Undelivered messages there stop the night; otherwise they cost part of it. */
  critical: flag.optional(),
  inferred: inferred(["name", "subscribers", "dead_letter"]),
});

const oneThing = record({
  table: tableName.optional(),
  /** A table that this file does not declare: known by name only. */
  other_table: tableName.optional(),
  scrapers: texts.optional(),
  processor: text.optional(),
  completion_key: text.optional(),
  mistaken: texts.optional(),
  /** From then on nothing arrives, by design; the name itself must still be known. */
  retired: calendarDate.optional(),
});

const lockLines = record({
  acquired: texts,
  reclaimed: texts.optional(),
  refused: texts,
  released: texts,
  failed: texts.optional(),
  forced: texts.optional(),
  /** The caller's own line about an event that one of the others tells already: not counted. */
  repeated: texts.optional(),
});

const lock = record({
  ...inForce,
  collection: name,
  ids: texts,
  /** Parts of an id that only a faulty writer makes. */
  broken_ids: texts.optional(),
  /** Where a document keeps these; without an expiry of its own its age decides. */
  fields: record({ owner: identifier, acquired_at: identifier, expires_at: identifier.optional(), status: identifier.optional() }),
  /** The expiry is written without a zone and means UTC. */
  naive_utc: flag.optional(),
  expires_minutes: integer,
  notice_minutes: integer.optional(),
  /** Statuses after which nobody works any more, while the document still keeps others out. */
  terminal: texts.optional(),
  /** Of these the ones after which the work is done, and need not come again. */
  done: texts.optional(),
  /** Works on when it gets no lock, so two may write. */
  goes_on_without: flag.optional(),
  /** Who takes it, and from when: before, no lock and no line is right. */
  in_use: z
    .array(record({ unit: name, from: instant }))
    .min(1)
    .optional(),
  /** Units whose log tells who took it, or was kept out, where those in `in_use` are not known. */
  told_by: names.optional(),
  /** The store may take so long to delete what has expired; until then its being there is usual. */
  lag_minutes: integer.optional(),
  lines: lockLines.optional(),
  reason,
});

const heartbeats = record({
  collection: name,
  id: text,
  /** Parts of ids from when every run left a document of its own. */
  broken_ids: texts.optional(),
  fields: record({ run: identifier, beat: identifier, status: identifier }),
  seconds: record({ every: integer, stale: integer, dead: integer }),
  documents: record({ usual: integer, warn: integer, fail: integer }),
  reason,
});

const published = record({
  ...inForce,
  bucket: name,
  /** `{D}` stands for the game date. */
  path: objectPath,
  /** One file, written anew for each slate; the others are one per game date. */
  rolling: flag,
  date_field: text.optional(),
});

const logSource = record({ type: identifier, label: identifier });

const severity = word(["DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL", "ALERT", "EMERGENCY"]);

const monitoring = record({
  /** Names whose faults nobody needs to hear of. */
  noise: z.array(record({ ...inForce, prefix: text, of: word(["job", "scraper", "collection"]), reason })).optional(),
  /** gRPC codes of a job's last attempt, by what they point at. */
  attempt_codes: record({
    auth: z.array(integer),
    internal: z.array(integer),
    deadline: z.array(integer),
    target: z.array(integer),
    request: z.array(integer),
    harmless: z.array(integer),
  }).optional(),
  /** Under which resource type each kind logs, and the label that bears its name; a filter or alert on others matches nothing. */
  logs_as: record({ service: logSource, function: logSource, job: logSource, scheduled: logSource }).optional(),
  /** Logs that hold only what the code found worth an alert. */
  own_logs: names.optional(),
  /** Fields of structured lines that mean the same: either may be there. */
  field_spellings: z.array(z.array(identifier).min(2)).optional(),
  /** `severity`: of the lines that it must tell of; any if absent. */
  alerts: z.array(record({ ...inForce, about: text, units: names, severity: severity.optional(), every_minutes: integer })).optional(),
  /** Lines of a load from scrape to table, in order: the last one present says where it broke. */
  load_lines: texts.optional(),
});

/** Where the pipeline runs and how it is called: the pipeline file's part that goes by the clock, each key optional. */
export const infrastructureParts = {
  region: location.optional(),
  units: keyed(name, unit).optional(),
  /** Which unit writes what a stage or the published files hold: whose log tells why they don't. */
  writers: keyed(name, name).optional(),
  schedule: keyed(name, scheduled).optional(),
  topics: keyed(name, topic).optional(),
  /** One thing under its several names. */
  names: z.array(oneThing).optional(),
  /** Names out of the operator's own procedures that no store bears. */
  not_there: z
    .array(record({ what: word(["table", "column", "job", "scraper", "collection"]), name: text, instead: text, note: text.optional() }))
    .optional(),
  /** Parts of log lines, upper and lower case alike; the first one that holds decides. */
  log_texts: z
    .array(record({ ...inForce, text, means: text, kind: word(["known", "harmless", "destructive"]), unit: name.optional() }))
    .optional(),
  locks: keyed(name, lock).optional(),
  heartbeats: heartbeats.optional(),
  /** By their part here; `name` is the operator's to give, without it the part is the name. */
  buckets: keyed(name, record({ holds: text, name: name.optional() })).optional(),
  objects: keyed(name, published).optional(),
  repository: record({
    remote: name,
    branch,
    commit_label: text,
    commit_variable: text,
    /** Part of every unit; commits to them are told apart. */
    shared_folders: z.array(folder),
  }).optional(),
  monitoring: monitoring.optional(),
};

type Infrastructure = z.output<z.ZodObject<typeof infrastructureParts, z.core.$strict>>;

interface Reference {
  readonly what: string;
  readonly name: string;
  readonly known: readonly string[];
  readonly path: readonly string[];
}

/** The names that one entry uses of another: each must be declared. */
export function infrastructureReferences(
  file: Infrastructure & { readonly tables: Readonly<Record<string, unknown>>; readonly collections?: Readonly<Record<string, unknown>> },
): Reference[] {
  const units = Object.keys(file.units ?? {});
  const unitAt = (used: string | undefined, ...path: string[]): Reference[] =>
    used === undefined ? [] : [{ what: "unit", name: used, known: units, path }];
  const tableAt = (used: string | undefined, ...path: string[]): Reference[] =>
    used === undefined ? [] : [{ what: "table", name: used, known: Object.keys(file.tables), path }];
  return [
    ...Object.entries(file.writers ?? {}).flatMap(([stage, unit]) => unitAt(unit, "writers", stage)),
    ...Object.entries(file.schedule ?? {}).flatMap(([job, { calls, fills = [] }]) => [
      ...unitAt(calls, "schedule", job, "calls"),
      ...fills.flatMap((used, index) => tableAt(used, "schedule", job, "fills", `${index}`)),
    ]),
    ...Object.entries(file.topics ?? {}).flatMap(([id, { from = [], to = [], shown_by: tables = [], record: kept }]) => [
      ...from.flatMap((used, index) => unitAt(used, "topics", id, "from", `${index}`)),
      ...to.flatMap((used, index) => unitAt(used, "topics", id, "to", `${index}`)),
      ...tables.flatMap((used, index) => tableAt(used, "topics", id, "shown_by", `${index}`)),
      ...(kept === undefined
        ? []
        : [{ what: "collection", name: kept, known: Object.keys(file.collections ?? {}), path: ["topics", id, "record"] }]),
    ]),
    ...(file.names ?? []).flatMap(({ table }, index) => tableAt(table, "names", `${index}`, "table")),
    ...(file.log_texts ?? []).flatMap((entry, index) => unitAt(entry.unit, "log_texts", `${index}`, "unit")),
    ...Object.entries(file.locks ?? {}).flatMap(([id, { in_use = [] }]) =>
      in_use.flatMap((user, index) => unitAt(user.unit, "locks", id, "in_use", `${index}`, "unit")),
    ),
    ...Object.entries(file.locks ?? {}).flatMap(([id, { told_by: tellers = [] }]) =>
      tellers.flatMap((used, index) => unitAt(used, "locks", id, "told_by", `${index}`)),
    ),
    ...Object.entries(file.objects ?? {}).map(([id, { bucket }]) => ({
      what: "bucket",
      name: bucket,
      known: Object.keys(file.buckets ?? {}),
      path: ["objects", id, "bucket"],
    })),
    ...(file.monitoring?.alerts ?? []).flatMap((alert, index) =>
      alert.units.flatMap((used) => unitAt(used, "monitoring", "alerts", `${index}`, "units")),
    ),
    ...insteadReferences(file),
  ];
}

/** A right name is only worth telling if it is one: jobs, scrapers and tables can be checked here. */
function insteadReferences(file: Infrastructure & { readonly tables: Readonly<Record<string, unknown>> }): Reference[] {
  const known: Partial<Record<string, readonly string[]>> = {
    job: Object.keys(file.schedule ?? {}),
    scraper: (file.names ?? []).flatMap((entry) => entry.scrapers ?? []),
    table: Object.keys(file.tables),
    column: Object.keys(file.tables),
  };
  return (file.not_there ?? []).flatMap(({ what, instead }, index) => {
    const names = known[what];
    if (names === undefined) return [];
    const used = what === "column" ? instead.split(".").slice(0, 2).join(".") : instead;
    return [{ what: what === "column" ? "table" : what, name: used, known: names, path: ["not_there", `${index}`, "instead"] }];
  });
}

const cronField = /^(?:\*|\d+(?:-\d+)?)(?:\/\d+)?(?:,(?:\*|\d+(?:-\d+)?)(?:\/\d+)?)*$/u;
const highestInCron = [59, 23, 31, 12, 7];

function isCron(value: string): boolean {
  const fields = value.split(" ");
  return (
    fields.length === highestInCron.length &&
    fields.every(
      (field, index) => cronField.test(field) && (field.match(/\d+/gu) ?? []).every((each) => Number(each) <= (highestInCron[index] ?? 0)),
    )
  );
}
