import { describe, expect, test } from "vitest";
import type { Refusal } from "../../src/errors.ts";
import { refusals } from "../../src/errors.ts";
import type { Evidence, Gather, Look } from "../../src/evidence/evidence.ts";
import { clockText } from "../../src/pipeline/dates.ts";
import type { Report } from "../../src/report/schema.ts";
import type { Session } from "../../src/session.ts";
import { calledBy } from "../support/input.ts";
import { nba } from "../support/pipeline.ts";
import { remembering, sessionOver, shippedScenario, shippedScenarios, shippedStores } from "../support/scenarios.ts";

/** From best to worst, as a claim; "unknown" claims nothing. */
const order: readonly Report["verdict"][] = ["pass", "not_applicable", "not_due", "warn", "fail"];
const isNoBetter = (after: Report["verdict"], before: Report["verdict"]) =>
  after === "unknown" || before === "unknown" || order.indexOf(after) >= order.indexOf(before);

const aliasOf = (id: string): string => id.split(/[ /]/u)[0] ?? id;

function refused(look: Look<unknown>, refusal: Refusal): Evidence<unknown> {
  const { id, port, asked } = look;
  return {
    id,
    port,
    asked,
    observedAt: "2026-02-04T14:30:00.000Z",
    seen: false,
    refusal,
    reason: `${refusal} on request`,
    next: "Grant it.",
  };
}

/** The session with some looks refused; `heard` is told of every look that is asked. */
function without(session: Session, isLost: (look: Look<unknown>) => boolean, refusal: Refusal, heard?: (id: string) => void): Session {
  return {
    ...session,
    begin: (asking) => {
      const call = session.begin(asking);
      const gather: Gather = async <F>(look: Look<F>) => {
        heard?.(look.id);
        return isLost(look) ? (refused(look, refusal) as Evidence<F>) : call.gather(look); // a refusal has no facts
      };
      return { ...call, gather };
    },
  };
}

const establishedIn = ({ causes = [] }: Report) => causes.filter(({ standing }) => standing === "established").map(({ id }) => id);
const proposedIn = ({ proposals = [] }: Report) => proposals.map(({ id }) => id);

const calls = shippedScenarios.flatMap((name) =>
  shippedScenario(name)
    .expect.filter(({ call }) => call !== "validate_daily" && call !== "watch")
    .map((expectation) => ({ name, expectation, title: `${expectation.call} on ${name} at ${clockText(expectation.clock, nba.zone)}` })),
);

describe.each(calls)("$title", ({ name, expectation }) => {
  const scenario = shippedScenario(name);
  const { tool, input } = calledBy(expectation);
  const session = shippedStores(scenario).then((stores) => remembering(sessionOver(scenario, { stores, clock: expectation.clock })));
  const ask = (over: Session) => tool.call(input, { session: over, signal: new AbortController().signal, progress: () => {} });

  test("each look that is lost makes nothing better, is told, and neither names a cause nor proposes anything", async () => {
    const whole = await session;
    const asked = new Set<string>();
    const before = await ask(
      without(
        whole,
        () => false,
        "denied",
        (id) => asked.add(aliasOf(id)),
      ),
    );
    for (const [turn, alias] of [...asked].toSorted().entries()) {
      const refusal = refusals[turn % refusals.length] ?? "denied";
      const after = await ask(without(whole, (look) => aliasOf(look.id) === alias, refusal));
      const context = `${alias} ${refusal}: ${after.summary}`;
      expect(isNoBetter(after.verdict, before.verdict), context).toBe(true);
      expect(after.coverage?.failed, context).toBeGreaterThan(0);
      if (after.verdict === "pass") expect(JSON.stringify(after.findings ?? []), context).toContain("judged_without");
      expect(establishedIn(before), context).toEqual(expect.arrayContaining(establishedIn(after)));
      expect(proposedIn(before), context).toEqual(expect.arrayContaining(proposedIn(after)));
    }
  });

  test("where nothing can be looked at, the answer is unknown", async () => {
    const after = await ask(without(await session, () => true, "unavailable"));
    expect(after.verdict, after.summary).toBe("unknown");
    expect(establishedIn(after)).toEqual([]);
    expect(proposedIn(after)).toEqual([]);
  });
});
