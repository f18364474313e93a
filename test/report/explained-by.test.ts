import { expect, test } from "vitest";
import { checksOf } from "../../src/checks/checks-of.ts";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import { explaining } from "../../src/report/explained-by.ts";
import { catalogue } from "../../tools/index.ts";
import { nba } from "../support/pipeline.ts";
import { calledBy } from "../support/input.ts";
import { told } from "../scenario/stage.ts";
import { at } from "../support/instants.ts";
import { sessionOver, shippedScenario, shippedScenarios, shippedStores } from "../support/scenarios.ts";

/** What only the shape of a store, or a recomputation, tells: the same report in detail shows it. */
const byDetail = ["tables", "alerts", "consistency"];

test("every check has a call that explains what it finds, or is one that detail explains", () => {
  const ids = new Set(checksOf(nba).map(({ id }) => id));
  expect([...Object.keys(explaining), ...byDetail].toSorted()).toEqual([...ids].toSorted());
});

const asked = shippedScenarios.flatMap((name) =>
  shippedScenario(name)
    .expect.filter(({ call, verdict }) => call === "validate_daily" && ["fail", "warn"].includes(verdict))
    .map((expectation) => ({ name, expectation, clock: expectation.clock.toISOString() })),
);

test.each(asked)(
  "$name at $clock: every next call is one that can be made, and explains the worst finding",
  async ({ name, expectation }) => {
    const scenario = shippedScenario(name);
    const session = sessionOver(scenario, { clock: expectation.clock, stores: await shippedStores(scenario) });
    const context = { session, signal: new AbortController().signal, progress: () => {} };
    const { tool, input } = calledBy(expectation);
    const report = await tool.call(input, context);
    const calls = report.next ?? [];
    expect(calls.length).toBeGreaterThan(0);
    for (const call of calls) expect(catalogue.map((each) => each.name)).toContain(call.tool);
    const worst = (report.findings ?? []).find(({ severity }) => severity !== "P5");
    const check = worst?.id.split("/")[0] ?? "";
    if (!byDetail.includes(check)) expect(calls[0]?.tool).not.toBe("validate_daily");
    for (const call of calls) {
      const answer = await catalogue.find((each) => each.name === call.tool)?.call(call.arguments, context);
      expect(answer?.verdict, JSON.stringify(call)).toMatch(/^(?:fail|warn|unknown|pass|not_due|not_applicable)$/u);
    }
  },
);

test("errors of a night that is long over are explained by that night's log, not by today's", async () => {
  const line = "  - { log: nba-phase3-analytics-processors, text: Widget exploded, severity: ERROR, from: 08:00, times: 5 }";
  const session = sessionOver(told(`changes:\n${line}`), { clock: at("12:00", "2026-02-08") });
  const context = { session, signal: new AbortController().signal, progress: () => {} };
  const validate = catalogue.find(({ name }) => name === "validate_daily");
  const call = (await validate?.call({ game_date: "2026-02-03" }, context))?.next?.find(({ tool }) => tool === "read_logs");
  const answer = await catalogue.find(({ name }) => name === call?.tool)?.call(call?.arguments ?? {}, context);
  expect([answer?.verdict, answer?.numbers["errors"]]).toEqual(["fail", "5 in 1 pattern"]);
});

test("a record that is wrong leads to the last days, since it is seldom the only one; one from long ago to its own date", () => {
  const about = { asOf: at("18:00"), rules: nba.rulesOn(calendarDateOf("2026-02-03"), at("18:00")), subjects: ["phase3/record"], more: 0 };
  expect(explaining["completion"]?.({ ...about, date: "2026-02-03" })?.arguments).toEqual({ days: 7 });
  expect(explaining["completion"]?.({ ...about, date: "2026-01-28" })?.arguments).toEqual({ dates: ["2026-01-28"] });
});

test("units that a finding doesn't name are asked about too", () => {
  const about = {
    date: "2026-02-03",
    asOf: at("18:00"),
    rules: nba.rulesOn(calendarDateOf("2026-02-03"), at("18:00")),
    subjects: ["a", "b", "c"],
  };
  expect(explaining["deployments"]?.({ ...about, more: 0 })?.arguments).toEqual({ units: ["a", "b", "c"] });
  expect(explaining["deployments"]?.({ ...about, more: 1 })?.arguments).toEqual({});
});
