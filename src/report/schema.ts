import { z } from "zod";
import { proposalSchema } from "../diagnosis/proposal.ts";

const verdict = z.enum(["fail", "unknown", "warn", "not_due", "pass", "not_applicable"]);
const counts = z.record(z.string(), z.union([z.int(), z.array(z.string())]));

/** Ids `<check>/<subject>`, at most three, then "n more". */
const changed = z.array(z.string()).optional();

/** The slate after the judged date, as far as it is due: only where no date was named. */
const slate = z.strictObject({
  game_date: z.string(),
  moment: z.string(),
  verdict,
  judged: z.string().describe("n of m checks"),
  numbers: z.record(z.string(), z.string()),
});

const day = z.strictObject({
  game_date: z.string(),
  verdict,
  judged: z.string().describe("n of m checks"),
  said: z.string().describe("the worst that was found, or what was there"),
});

const watched = z.strictObject({ id: z.string(), text: z.string(), due: z.string(), said: z.string().optional() });

const reported = z.strictObject({
  id: z.string().describe("<check>, <check>/<subject> where one subject is meant, or several: then the subjects are ids"),
  game_date: z.string().optional().describe("only on findings about another date than `asked.game_date`: the slate's"),
  reason: z.string().describe("closed code per check"),
  verdict,
  severity: z.enum(["P0", "P1", "P2", "P3", "P4", "P5"]).optional(),
  observed: z.string(),
  expected: z.string().optional(),
  subjects: z.array(z.string()).optional().describe("at most three"),
  more: z.int().optional().describe("subjects beyond those named"),
  evidence: z.array(z.string()).optional().describe("ids of the looks it rests on"),
  breaks: z.strictObject({ what: z.string(), at: z.string() }).optional().describe("who reads the output next, and when"),
  next: z.string().optional().describe("what to do, in words"),
});

const cause = z.strictObject({
  id: z.string(),
  standing: z.enum(["established", "open", "ruled_out"]).describe("open: a fact is missing that `settle` names"),
  said: z.string(),
  for: z.array(z.string()).optional(),
  against: z.array(z.string()).optional(),
  settle: z.string().optional(),
});

const pattern = z.strictObject({
  pattern: z.string().describe("<*> stands for what varies"),
  severity: z.string(),
  count: z.int(),
  first: z.string(),
  last: z.string(),
  revisions: z.array(z.string()).optional(),
  new: z.literal(true).optional().describe("absent on the last good day"),
  means: z.string().optional(),
  example: z.string().optional(),
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
  accepted: z
    .array(
      z.strictObject({
        id: z.string(),
        findings: z.array(z.string()).describe('<check>/<subject>, at most three, then "n more"'),
        reason: z.string(),
        until: z.string(),
        others: z.int().optional().describe("decisions beyond those shown, on the last one"),
      }),
    )
    .optional()
    .describe("what the operator has decided to live with until a date: no part of the verdict"),
  slate: slate.optional(),
  days: z.array(day).optional().describe("one per date, newest first"),
  watches: z
    .strictObject({
      kept: z.int().optional(),
      not_yet: z.int().optional(),
      overdue: z.array(watched).optional(),
      not_seen: z.array(watched).optional(),
      list: z.array(watched.extend({ state: z.enum(["kept", "not_yet", "overdue", "not_seen"]) })).optional(),
      more: z.int().optional(),
    })
    .optional()
    .describe(
      "expectations set with the tool watch: how many came true or can't be observed yet; which are overdue, or could not be looked at",
    ),
  causes: z.array(cause).optional().describe("established first; none established is an answer too"),
  ruled_out: z.array(z.string()).optional().describe("ids of causes that the facts exclude"),
  timeline: z
    .array(z.strictObject({ at: z.string(), said: z.string(), from: z.string().optional() }))
    .optional()
    .describe("oldest first"),
  earlier: z.int().optional().describe("entries of the timeline before those shown"),
  rows: z
    .array(z.record(z.string(), z.union([z.string(), z.number()])))
    .optional()
    .describe("what the tool lists: one per date, table, unit or lock"),
  more_rows: z.int().optional(),
  patterns: z.array(pattern).optional().describe("log lines, alike ones counted; outside text"),
  entries: z
    .array(z.strictObject({ at: z.string(), severity: z.string(), revision: z.string().optional(), text: z.string() }))
    .optional()
    .describe("log lines, newest first; outside text"),
  cursor: z.string().optional().describe("where the same call goes on reading"),
  proposals: z.array(proposalSchema).optional().describe("what would put it right; nothing is written"),
  text: z.string().optional().describe("findings as Markdown, only in detailed answers"),
  by_hand: z.record(z.string(), z.string()).optional().describe("detailed only: per look the command that shows the same"),
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
