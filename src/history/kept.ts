import { createHash } from "node:crypto";
import { z } from "zod";
import { verdicts } from "../checks/finding.ts";
import { BackendError } from "../errors.ts";
import type { StateEntry } from "../ports/state.ts";
import type { Report } from "../report/schema.ts";
import { judgedSchema } from "./judged.ts";

/** Kept text is outside text once it is read again. */
const line = z.string().max(2000);
const ids = z.array(line).optional();

/** Loose where reports may grow: one kept by another version must still be readable. */
const reportSchema = z.looseObject({
  tool: z.string(),
  verdict: z.enum(verdicts),
  summary: z.string().max(20_000),
  asked: z.record(
    z.string(),
    z
      .string()
      .max(200)
      .regex(/^[^\p{Cc}]*$/u),
  ),
  numbers: z.record(z.string(), line).default({}),
  since: z.looseObject({ compared_with: z.string(), new: ids, still: ids, gone: ids, not_judged: ids }).optional(),
});

const keptSchema = z.looseObject({
  /** ISO 8601, UTC: the stores' clock and the wall's. */
  as_of: z.string(),
  kept_at: z.string(),
  report: reportSchema,
  judged: judgedSchema,
});

export type KeptReport = z.output<typeof keptSchema>;

/** Undefined for one that another version kept in another form. */
export function readableKept({ value }: StateEntry): KeptReport | undefined {
  return keptSchema.safeParse(value).data;
}

export function parseKept({ key, value }: StateEntry): KeptReport {
  const kept = keptSchema.safeParse(value);
  if (kept.success) return kept.data;
  const where = kept.error.issues[0]?.path.join(".") ?? "";
  throw new BackendError(
    "malformed",
    `The kept report ${key} is not of a form this version knows (${where}).`,
    "Read it with the version that kept it.",
  );
}

/** What a key says of its report, so that choosing among thousands takes no reading. */
export interface KeptKey {
  readonly key: string;
  /** Both as `20260204T230000000Z`, which sorts as time does. */
  readonly asOf: string;
  readonly keptAt: string;
  readonly gameDate: string;
  readonly tool: string;
  readonly series: string;
}

export const keptPrefix = "reports/";

/** Reports of a newer `as_of` have a greater key. */
export function keyFor(kept: { asOf: Date; keptAt: Date; report: Report; unique: string }): string {
  const { tool, asked } = kept.report;
  const parts = [stampOf(kept.asOf), stampOf(kept.keptAt), asked["game_date"] ?? "undated", tool, seriesOf(kept.report), kept.unique];
  return `${keptPrefix}${parts.join(".").toLowerCase()}`;
}

/** Undefined for a key that isn't one of ours. */
export function readKey(key: string): KeptKey | undefined {
  const [asOf, keptAt, gameDate, tool, series, unique, ...rest] = key.slice(keptPrefix.length).split(".");
  if (!asOf || !keptAt || !gameDate || !tool || !series || !unique || rest.length > 0) return undefined;
  return { key, asOf: asOf.toUpperCase(), keptAt: keptAt.toUpperCase(), gameDate, tool, series };
}

export function stampOf(time: Date): string {
  return time.toISOString().replaceAll(/[-:.]/gu, "");
}

/** Reports that may be compared have all of these in common. */
const alike = ["game_date", "moment", "pipeline", "backend", "project", "scenario"] as const;

/** Asked without a date a report is about the night that is over, as one that names it; the slate beside it has ids of its own. */
function half(moment: string | undefined): string | null {
  return moment === "auto" ? "post_game" : (moment ?? null);
}

export function seriesOf({ tool, asked }: Pick<Report, "tool" | "asked">): string {
  return createHash("sha256")
    .update(JSON.stringify([tool, ...alike.map((name) => (name === "moment" ? half(asked[name]) : (asked[name] ?? null)))]))
    .digest("hex")
    .slice(0, 12);
}
