import { describe, expect, test } from "vitest";
import { alerts } from "../../src/checks/alerts.ts";
import { refusals } from "../../src/errors.ts";
import type { AlertPolicyFacts } from "../../src/evidence/looks/alerts.ts";
import { errorsOf, healthyPolicies } from "../support/messages.ts";
import type { Night } from "../support/night.ts";
import { at, judge, observed, said, smallNight, verdictOf } from "../support/night.ts";

const phase3 = "nba-phase3-analytics-processors";
const id = "errors-of-Phase-3";
const orchestrators = ["phase3-to-phase4-orchestrator", "phase4-to-phase5-orchestrator", "phase5-to-phase6-orchestrator"];

const judged = (facts: NonNullable<Night["facts"]>, refused: Night["refused"] = {}, clock = at("09:30")) =>
  judge({ ...smallNight(), facts, refused }, clock, [alerts]);
/** The healthy policy on Phase 3 is changed, and others are added. */
const policies = (given: Partial<AlertPolicyFacts> | undefined, ...more: readonly AlertPolicyFacts[]) => ({
  policies: {
    policies: [
      ...healthyPolicies().flatMap((policy) =>
        policy.title !== "errors of Phase 3" ? [policy] : given === undefined ? [] : [{ ...policy, ...given }],
      ),
      ...more,
    ],
  },
});
const filtered = (filter: string, kind: AlertPolicyFacts["conditions"][number]["kind"] = "log") => ({ conditions: [{ kind, filter }] });
const other = (given: Partial<AlertPolicyFacts>): AlertPolicyFacts => ({
  name: "77",
  title: "another",
  enabled: true,
  channels: 1,
  conditions: [],
  ...given,
});
const linesOf = async (facts: NonNullable<Night["facts"]>) =>
  said(await judged(facts), "alerts").filter((line) => line.startsWith(`${id}:`));

test("a healthy night passes, each declared alert by itself", async () => {
  expect(said(await judged({}), "alerts")).toEqual([`${id}: pass ok`, "errors-of-the-orchestrators: pass ok"]);
});

test("an alert is asked for from the day on which it was made", async () => {
  const before = await judged(policies(undefined), {}, at("23:00", "2026-02-03"));
  expect(verdictOf(before, "alerts")).toBe("not_applicable");
});

describe("a policy that would not tell", () => {
  test.each<[string, Partial<AlertPolicyFacts> | undefined, string]>([
    ["is not there", undefined, "warn P3 missing"],
    ["is switched off", { enabled: false }, "warn P3 disabled"],
    ["has no channel", { channels: 0 }, "warn P3 no_channel"],
    [
      "filters on functions of the first generation",
      filtered(`resource.type="cloud_function" AND resource.labels.function_name="${phase3}" AND severity>=ERROR`),
      "warn P3 never_matches",
    ],
    ["filters on that resource type alone", filtered(`resource.type="cloud_function" severity>=ERROR`), "warn P3 never_matches"],
    ["looks for a label that such lines don't have", filtered(`resource.labels.function_name="${phase3}"`), "warn P3 never_matches"],
    ["looks for what is worse than an error only", filtered(errorsOf(phase3).replace(">=ERROR", ">ERROR")), "warn P3 never_matches"],
    ["tells of silence", filtered(errorsOf(phase3), "absence"), "warn P3 never_matches"],
    ["is about another unit", filtered(errorsOf("nba-phase3-analytics-processors-2")), "warn P3 missing"],
    ["has no condition", { conditions: [] }, "warn P3 missing"],
    ["is written in a query language", filtered(`up{service="${phase3}"} == 0`, "query"), "unknown unreadable"],
    ["can't be parsed", filtered(`resource.type="cloud_run_revision`), "unknown unreadable"],
    [
      "counts by a metric of its own",
      filtered('metric.type="logging.googleapis.com/user/p3_errors" resource.type="cloud_run_revision"', "metric"),
      "unknown unreadable",
    ],
    ["looks for one text only", filtered('textPayload:"MLB backfill finished"'), "unknown unreadable"],
    ["looks for a field of the line", filtered(`${errorsOf(phase3)} jsonPayload.step="load"`), "unknown unreadable"],
    ["looks for one log", filtered(`${errorsOf(phase3)} logName:"stderr"`), "unknown unreadable"],
    ["looks for a word", filtered('resource.type = "cloud_run_revision" severity=ERROR "Traceback"'), "unknown unreadable"],
    ["looks for one revision", filtered(`${errorsOf(phase3)} resource.labels.revision_name="a-1"`), "unknown unreadable"],
    ["leaves out lines by their text", filtered(`${errorsOf(phase3)} -textPayload:"timeout"`), "unknown unreadable"],
    [
      "counts lines of one log by the platform's metric",
      filtered('metric.type="logging.googleapis.com/log_entry_count" severity="ERROR" metric.labels.log="stderr"', "metric"),
      "unknown unreadable",
    ],
    [
      "looks for a text of functions of the first generation",
      filtered('resource.type="cloud_function" textPayload:"Traceback"'),
      "warn P3 never_matches",
    ],
    [
      "watches a metric that counts no lines",
      filtered('metric.type="run.googleapis.com/request_count" resource.type="cloud_run_revision"', "metric"),
      "warn P3 missing",
    ],
  ])("%s", async (_, given, line) => {
    expect(await linesOf(policies(given))).toEqual([`${id}: ${line}`]);
  });

  test("is told by its title and what it looks for, and what to do", async () => {
    const blind = policies(filtered(`resource.type="cloud_function" severity>=ERROR`));
    expect(observed(await judged(blind), "alerts", "never_matches")).toEqual([
      `\`errors of Phase 3\` looks for lines of cloud_function (1 of 1 unit: ${phase3}), so it never fires`,
    ]);
  });
});

describe("a policy that would tell", () => {
  test.each([
    ["names the unit", filtered(errorsOf(phase3))],
    ["names it among others", filtered(errorsOf("a", phase3, "b"))],
    ["watches everything", filtered("severity>=ERROR")],
    ["watches everything of that resource", filtered('resource.type = "cloud_run_revision" severity=ERROR')],
    ["asks for one text or all errors", filtered('textPayload:"Traceback" OR severity>=ERROR')],
    ["excludes others", filtered('severity>=ERROR -resource.labels.service_name="nba-scrapers"')],
    ["has an empty filter", filtered("")],
    [
      "counts log lines by the platform's metric",
      filtered(
        `metric.type="logging.googleapis.com/log_entry_count" AND resource.type="cloud_run_revision" AND metric.labels.severity="ERROR"`,
        "metric",
      ),
    ],
    [
      "has another condition too that can't",
      {
        conditions: [
          { kind: "log" as const, filter: 'resource.type="cloud_function"' },
          { kind: "log" as const, filter: errorsOf(phase3) },
        ],
      },
    ],
  ])("%s", async (_, given) => {
    expect(await linesOf(policies(given))).toEqual([`${id}: pass ok`]);
  });

  test("one will do, whatever is wrong with others", async () => {
    const broken = other({ conditions: [{ kind: "query", filter: phase3 }] });
    expect(await linesOf(policies({}, broken, other({ name: "78", enabled: false, ...filtered(errorsOf(phase3)) })))).toEqual([
      `${id}: pass ok`,
    ]);
  });
});

test("a query that is on may see anything: beside a policy that is off it leaves the alert unknown, and both are said", async () => {
  const query = other({ conditions: [{ kind: "query", filter: "rate(x[5m]) > 5" }] });
  expect(await linesOf(policies({ enabled: false }, query))).toEqual([`${id}: unknown unreadable`, `${id}: warn P3 disabled`]);
  expect(await linesOf(policies({ enabled: false }, { ...query, enabled: false }))).toEqual([`${id}: warn P3 disabled`]);
});

test("of several units those that nobody would hear of are named, n of m", async () => {
  const [first = "", ...rest] = orchestrators;
  const facts = policies({}, other({ ...filtered(errorsOf(first)) }));
  facts.policies.policies = facts.policies.policies.filter(({ title }) => title !== "errors of the orchestrators");
  expect(observed(await judged(facts), "alerts", "missing")).toEqual([
    `no alert policy can see errors of the orchestrators (2 of 3 units: ${rest.join(", ")})`,
  ]);
});

test.each(refusals)("policies that nobody could look at (%s) leave every alert unknown", async (refusal) => {
  expect(said(await judged({}, { policies: refusal }), "alerts")).toEqual([
    `${id}: unknown ${refusal}`,
    `errors-of-the-orchestrators: unknown ${refusal}`,
  ]);
});

describe("what fired", () => {
  const opened = (policy: string, time: string, open = false) => ({ policy, openedAt: at(time).toISOString(), open });
  const own = healthyPolicies().find(({ title }) => title === "errors of Phase 3")?.name ?? "";

  test("is a note at the alert that it belongs to, with how often and when last", async () => {
    const judgement = await judged({ incidents: { incidents: [opened(own, "05:00"), opened(own, "08:40", true)] } });
    expect(said(judgement, "alerts")).toEqual([`${id}: pass P5 fired`, `${id}: pass ok`, "errors-of-the-orchestrators: pass ok"]);
    expect(observed(judgement, "alerts", "fired")).toEqual([
      "`errors of Phase 3` fired 2 times in the last 24 h, last at 08:40 ET, 1 of 2 still open",
    ]);
  });

  test("another policy's incident is not this alert's", async () => {
    expect(await linesOf({ ...policies({}, other({ name: "99" })), incidents: { incidents: [opened("99", "05:00")] } })).toEqual([
      `${id}: pass ok`,
    ]);
  });

  test.each(["not_supplied", "denied"] as const)("that could not be told (%s) is said and decides nothing", async (refusal) => {
    const judgement = await judged({}, { incidents: refusal });
    expect(verdictOf(judgement, "alerts")).toBe("pass");
    expect(said(judgement, "alerts")).toContain(`${id}: pass P5 judged_without`);
  });
});
