import { z } from "zod";

const verdict = z.enum(["fail", "unknown", "warn", "not_due", "pass", "not_applicable"]);
const counts = z.record(z.string(), z.union([z.int(), z.array(z.string())]));

/** Ids `<check>/<subject>`, at most three, then "n more". */
const changed = z.array(z.string()).optional();

const reported = z.strictObject({
  id: z.string().describe("<check>, <check>/<subject> where one subject is meant, or several: then the subjects are ids"),
  reason: z.string().describe("closed code per check"),
  verdict,
  severity: z.enum(["P0", "P1", "P2", "P3", "P4", "P5"]).optional(),
  observed: z.string(),
  expected: z.string().optional(),
  subjects: z.array(z.string()).optional().describe("at most three"),
  more: z.int().optional().describe("subjects beyond those named"),
  evidence: z.array(z.string()).optional().describe("ids of the looks it rests on"),
  by_hand: z.array(z.string()).optional(),
  breaks: z.strictObject({ what: z.string(), at: z.string() }).optional().describe("who reads the output next, and when"),
  next: z.string().optional().describe("what to do, in words"),
});

/** Everything a tool answers. Worst findings first; whatever was cut is counted in `omitted` or `more`. */
export const reportSchema = z.strictObject({
  tool: z.string(),
  verdict,
  summary: z.string(),
  asked: z.record(z.string(), z.string()),
  numbers: z.record(z.string(), z.string()),
  before: z
    .strictObject({ game_date: z.string(), numbers: z.record(z.string(), z.string()) })
    .optional()
    .describe("numbers of the newest earlier game date of which a report is kept, where they differ; absent if none is"),
  findings: z.array(reported).optional(),
  omitted: z.record(z.string(), z.int()).optional(),
  checked: counts.optional(),
  examined: z
    .union([z.int(), z.record(z.string(), z.int())])
    .optional()
    .describe("rows and documents; per check in detailed answers"),
  since: z
    .strictObject({ compared_with: z.string(), new: changed, still: changed, gone: changed, not_judged: changed })
    .optional()
    .describe("what changed since the newest kept report of the same question with an earlier as_of; absent if none"),
  state: z.string().optional().describe("why nothing is said of what is new, or why this report was not kept"),
  ask_again: z.string().optional().describe("ISO 8601: when the next thing becomes due"),
  coverage: z.strictObject({ looks: z.int(), failed: z.int(), rows: z.int(), documents: z.int() }).optional(),
  cost: z.strictObject({ bytes: z.int().optional(), jobs: z.int(), ms: z.int() }).optional(),
  next: z.array(z.strictObject({ tool: z.string(), arguments: z.record(z.string(), z.unknown()) })).optional(),
});

export type Report = z.output<typeof reportSchema>;
export type ReportedFinding = z.output<typeof reported>;
