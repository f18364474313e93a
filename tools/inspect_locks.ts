import { z } from "zod";
import { processorNamed } from "../src/pipeline/names.ts";
import { defineTool, detailInput } from "../src/tool.ts";

const name = "inspect_locks";

const input = z.strictObject({
  processor: z.string().max(120).optional().describe("Class, completion key or table; default: all locks."),
  game_date: z.string().optional().describe("YYYY-MM-DD; default: the last night and today."),
  detail: detailInput,
});

export const inspectLocks = defineTool({
  name,
  title: "Who holds a lock, and is he still at work?",
  description: [
    "Who holds which lock and whether anybody still works under it, who was refused, how long locks are held, and whether locking is seen to happen at all.",
    "Use it when a run did nothing, when two runs wrote at once, when a batch isn't loaded again, or after a deployment that brought locks.",
    "Not for missing rows or duplicates themselves. Answers with locks, refusals, causes and releases to propose.",
  ].join(" "),
  effect: "reads",
  input,
  async run(given, context) {
    const [{ inquire }, { inspect }] = await Promise.all([import("../src/inquiring.ts"), import("../src/diagnosis/locks/inspect.ts")]);
    return inquire(context, { tool: name, detail: given.detail }, (asking) =>
      inspect(asking, {
        processor: given.processor === undefined ? undefined : processorNamed(asking.rules, given.processor),
        gameDate: given.game_date,
      }),
    );
  },
});
