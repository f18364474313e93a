import { z } from "zod";
import type { Rules } from "../src/pipeline/load.ts";
import { UserError, unknownName } from "../src/errors.ts";
import { defineTool } from "../src/tool.ts";

const name = "inspect_locks";

const input = z.strictObject({
  processor: z.string().max(120).optional().describe("Class, completion key or table; default: all locks."),
  game_date: z.string().optional().describe("YYYY-MM-DD; default: the last night and today."),
  detail: z.enum(["concise", "detailed"]).default("concise").describe("detailed: more of everything."),
});

export const inspectLocks = defineTool({
  name,
  title: "Inspect locks",
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

/** The class that goes by this name: its own, the key in its phase's record, or the table that it fills. */
function processorNamed({ completion, names = [] }: Rules, given: string): string {
  const known = new Map<string, string>([
    ...Object.entries(completion.processors).flatMap(([key, { class: own, table }]) => named(own, table, key)),
    ...Object.entries(completion.next_phase.processors ?? {}).flatMap(([own, table]) => named(own, table)),
    ...names.flatMap(({ processor, table, completion_key: key, mistaken = [] }) =>
      processor === undefined ? [] : [...named(processor, table, key), ...mistaken.map((wrong): [string, string] => [wrong, processor])],
    ),
  ]);
  const found = known.get(given);
  if (found === undefined) throw new UserError(unknownName("processor", given, [...known.keys()]));
  return found;
}

function named(own: string, table?: string, key?: string): [string, string][] {
  const short = table?.split(".").at(-1);
  return [own, key, table, short].flatMap((each): [string, string][] => (each === undefined ? [] : [[each, own]]));
}
