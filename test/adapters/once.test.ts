import { expect, test } from "vitest";
import { describingOnce, gettingOnce } from "../../src/adapters/once.ts";
import { BackendError } from "../../src/errors.ts";
import type { TableShape, Warehouse } from "../../src/ports/warehouse.ts";
import { asking } from "../contracts/asking.ts";
import { silentPorts } from "../support/ports.ts";

const shape: TableShape = { columns: { game_date: "date" } };

function over(describe: Warehouse["describe"]): Warehouse {
  return describingOnce({ ...silentPorts().warehouse, describe });
}

test("a table is described once, however many looks ask at once or later", async () => {
  let asked = 0;
  const warehouse = over(async () => ((asked += 1), shape));
  const answers = await Promise.all([1, 2, 3].map(() => warehouse.describe("a.b", asking())));
  expect([...answers, await warehouse.describe("a.b", asking())]).toEqual([shape, shape, shape, shape]);
  expect(asked).toBe(1);
  await warehouse.describe("a.c", asking());
  expect(asked).toBe(2);
});

test("one look's refusal is not another's: whoever waited for it asks for himself", async () => {
  const gate = Promise.withResolvers<void>();
  let asked = 0;
  const warehouse = over(async (_, call) => {
    asked += 1;
    await gate.promise;
    if (call.look === "hasty") throw new BackendError("deadline", "no answer", "Ask again.");
    return shape;
  });
  const hasty = warehouse.describe("a.b", asking({ look: "hasty" }));
  const patient = warehouse.describe("a.b", asking({ look: "patient" }));
  gate.resolve();
  await expect(hasty).rejects.toMatchObject({ refusal: "deadline" });
  expect(await patient).toEqual(shape);
  expect(asked).toBe(2);
});

test("a unit that is not there is asked about once too, and a kind is part of the question", async () => {
  const asked: unknown[] = [];
  const units = gettingOnce({ ...silentPorts().units, get: async (ask) => void asked.push(ask) });
  for (const kind of [undefined, undefined, "job"] as const) expect(await units.get({ name: "a", kind }, asking())).toBeUndefined();
  expect(asked).toEqual([
    { name: "a", kind: undefined },
    { name: "a", kind: "job" },
  ]);
});
