import { createHash } from "node:crypto";
import { z } from "zod";
import { redact } from "../redact.ts";

const fields = z.record(z.string(), z.json());
const timestamp = z.strictObject({ $timestamp: z.iso.datetime({ offset: true }) });

/** A document as it was read, and what it would hold; `update_time` pins the state that this was made from. */
const documentTarget = z.strictObject({
  document: z.string().describe("collection/id"),
  update_time: z.string(),
  before: fields.describe("the fields that would change, null where there is none; $sha256: first 8 digits, of those not shown"),
  set: fields.optional().describe("absent: the document would be deleted"),
});

/** Rows of one partition; `digest` pins them all, in whatever order they are read. */
const partitionTarget = z.strictObject({
  table: z.string(),
  partition: z.string().describe("column=YYYY-MM-DD"),
  key: z.array(z.string()),
  keep: z.string().describe("which row of a key stays"),
  rows: z.int().describe("now"),
  surplus: z.int(),
  stay: z.int(),
  digest: z.string(),
  replace: z
    .literal(true)
    .optional()
    .describe("some rows are fully alike: only replacing the partition by those that stay tells them apart"),
});

const jobTarget = z.strictObject({ job: z.string(), location: z.string().optional(), game_date: z.string().optional() });

/** A processor's run over dates, as its service takes it. */
const runTarget = z.strictObject({ unit: z.string(), processor: z.string(), from: z.string(), to: z.string() });

const requirement = z.discriminatedUnion("what", [
  z.strictObject({ what: z.literal("rows_present"), table: z.string(), game_date: z.string() }),
  z.strictObject({ what: z.literal("output_newer"), table: z.string(), game_date: z.string(), than: z.string() }),
  z.strictObject({
    what: z.literal("rows_in_all"),
    tables: z.array(z.string()),
    game_dates: z.array(z.string()).describe("rows in each of the tables on each of these"),
  }),
  z.strictObject({
    what: z.literal("outputs_newer"),
    tables: z.array(z.string()),
    than: z.record(z.string(), z.string()).describe("by game date: each of the tables was last written then or later"),
  }),
  z.strictObject({ what: z.literal("no_run_within"), processor: z.string(), game_date: z.string(), minutes: z.int() }),
  z.strictObject({ what: z.literal("no_lock"), document: z.string() }),
  z.strictObject({ what: z.literal("holder_ended"), run: z.string() }),
]);

/**
 * What would put something right, as data: exact targets, what they are now, and what must still hold when it is done. Nothing
 * here writes; a plan is made of it.
 */
export const proposalSchema = z.strictObject({
  id: z.string().describe("follows from the targets: the same proposal has the same id"),
  kind: z.enum(["repair_record", "remove_surplus", "run_job", "run_processor", "release_lock"]),
  said: z.string(),
  documents: z.array(documentTarget).optional(),
  partitions: z.array(partitionTarget).optional(),
  jobs: z.array(jobTarget).optional(),
  runs: z.array(runTarget).optional(),
  requires: z.array(requirement).optional(),
  more: z.int().optional().describe("targets that are not shown; detailed shows all"),
  left_out: z.int().optional().describe("partitions with surplus that are no part of it: their rows were not read"),
});

export type Proposal = z.output<typeof proposalSchema>;

export function proposalOf(content: Omit<Proposal, "id">): Proposal {
  const { kind, documents = [], partitions = [], jobs = [], runs = [] } = content;
  return { id: `p-${digestOf([kind, documents, partitions, jobs, runs]).slice(0, 8)}`, ...content };
}

/** What identifiers and codes look like; anything else from a store is text. */
const plainId = /^[\w.:+-]{1,80}$/u;

/** Whether a value from a store may stand in a proposal as it is: a target can't be fenced or cut without being another one. */
export function isPlainId(value: string): boolean {
  return plainId.test(value) && redact(value) === value;
}

/** Fields as a before-image: of text that is no plain value of a field in `shown`, and of whatever is nested, one digest as `$sha256`. */
export function pinned(values: z.output<typeof fields>, shown: readonly string[]): z.output<typeof fields> {
  const isShown = ([name, value]: [string, unknown]): boolean => {
    if (!isPlainId(name)) return false;
    if (typeof value === "string") return shown.includes(name) && isPlainId(value);
    return typeof value !== "object" || value === null || timestamp.safeParse(value).success;
  };
  const all = Object.entries(values);
  const rest = all.filter((field) => !isShown(field));
  return {
    ...Object.fromEntries(all.filter(isShown)),
    ...(rest.length === 0 ? {} : { $sha256: digestOf(Object.fromEntries(rest)).slice(0, 8) }),
  };
}

/** A digest of JSON values, the same however their members are ordered: of rows, give them sorted by `rowText`. */
export function digestOf(value: unknown): string {
  return createHash("sha256").update(rowText(value)).digest("hex");
}

/** A value as text, members in order of name. */
export function rowText(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
