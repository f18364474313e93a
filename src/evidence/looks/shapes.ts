import { z } from "zod";
import { BackendError } from "../../errors.ts";
import { reasonText } from "../../outside-text.ts";
import type { TableName } from "../../ports/warehouse.ts";
import type { Look } from "../evidence.ts";
import { schemaByHand } from "./by-hand.ts";

const facts = z.discriminatedUnion("there", [
  /** The columns it really has, with the backend's own type names. */
  z.object({ there: z.literal(true), columns: z.record(z.string(), z.string()) }),
  /** What is missing, as far as the backend tells, and in its words. */
  z.object({ there: z.literal(false), missing: z.enum(["table", "dataset"]), said: z.string() }),
]);

export type ShapeFacts = z.output<typeof facts>;

/**
 * Whether a table is there and with which columns. Only here is a missing table a fact; denied, a wrong location and every
 * other refusal are none.
 */
export function shapeOf(table: TableName): Look<ShapeFacts> {
  return {
    id: `shape of ${table}`,
    port: "warehouse",
    asked: `the columns of ${table}`,
    byHand: schemaByHand(table),
    after: [],
    whenEmpty: { mayBeEmpty: true, witness: "that a table is not there is this look's own answer" },
    async run({ warehouse }, call) {
      try {
        const { columns } = await warehouse.describe(table, call);
        return { facts: { there: true, columns }, examined: 1 };
      } catch (error) {
        if (!(error instanceof BackendError) || error.refusal !== "no_such_place") throw error;
        return { facts: { there: false, missing: missingIn(error.message), said: reasonText(error.message) }, examined: 0 };
      }
    },
    parse: (saved) => facts.parse(saved),
  };
}

/** Backends name what they did not find: `Not found: Dataset …` or `Not found: Table …`. */
function missingIn(message: string): "table" | "dataset" {
  return /\bdataset\b/iu.test(message) && !/\btable\b/iu.test(message) ? "dataset" : "table";
}
