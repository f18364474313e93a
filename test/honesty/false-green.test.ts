import { describe, expect, test } from "vitest";
import { catalogue } from "../../src/checks/catalogue.ts";
import type { Verdict } from "../../src/checks/finding.ts";
import { overallOf } from "../../src/checks/overall.ts";
import type { Judgement } from "../../src/checks/runner.ts";
import { judgeDate } from "../../src/checks/runner.ts";
import type { Refusal } from "../../src/errors.ts";
import { refusals } from "../../src/errors.ts";
import type { Evidence, Gather, Look } from "../../src/evidence/evidence.ts";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import { at } from "../support/night.ts";
import { nba } from "../support/pipeline.ts";
import { silentPorts } from "../support/ports.ts";
import { sessionOver, shippedScenario } from "../support/scenarios.ts";

/** From best to worst, as a claim. "Unknown" claims nothing, so it is never a better answer than another. */
const order: readonly Verdict[] = ["pass", "not_applicable", "not_due", "warn", "fail"];
const worseOrEqual = (a: Verdict, b: Verdict) => a === "unknown" || order.indexOf(a) >= order.indexOf(b);

interface Recorded {
  readonly name: string;
  readonly date: string;
  readonly clock: Date;
  readonly judgement: Judgement;
}

async function record(scenarioName: string, date: string, clock: Date): Promise<Recorded> {
  const session = sessionOver(shippedScenario(scenarioName), { clock, patienceMs: 120_000 });
  const call = session.begin({ signal: new AbortController().signal });
  const judgement = await judgeDate({ checks: catalogue, pipeline: nba, date: calendarDateOf(date), ...call });
  return { name: `${scenarioName} ${clock.toISOString()}`, date, clock, judgement };
}

/** The recorded night again, with one look answered otherwise. */
function again(
  { judgement, date, clock }: Recorded,
  aliases: readonly string[],
  instead: (look: Look<unknown>, seen: Evidence<unknown> | undefined) => Evidence<unknown>,
): Promise<Judgement> {
  const known = new Map(judgement.looks.map((look) => [look.id, look]));
  let now = clock;
  const gather = (async (look: Look<unknown>) => {
    const plain = look.id.replace(" (second look)", "");
    const seen = known.get(look.id) ?? known.get(plain);
    if (aliases.includes(aliasOf(plain))) return instead(look, seen);
    // Asked only because something else was refused: nobody has looked there either.
    if (seen === undefined) return refused("not_supplied")(look);
    return { ...seen, id: look.id };
  }) as Gather;
  return judgeDate({
    checks: catalogue,
    pipeline: nba,
    date: calendarDateOf(date),
    now: () => now,
    gather,
    pass: async (ms) => {
      now = new Date(now.getTime() + ms);
    },
  });
}

const refused =
  (refusal: Refusal) =>
  (look: Look<unknown>): Evidence<unknown> => ({
    id: look.id,
    port: look.port,
    asked: look.asked,
    observedAt: "2026-02-04T14:30:00.000Z",
    seen: false,
    refusal,
    reason: `${refusal} on request`,
    next: "Grant what is missing.",
  });
/** What looks beyond tables and documents see where there is nothing. */
const noneOf: Readonly<Record<string, unknown>> = {
  scheduler: { jobs: [] },
  unit: { unit: null },
  drift: { compared: "nothing" },
  errors: { lines: [], more: false, before: null, compared: "", any: null, last: null },
  repository: {
    branch: "origin/main",
    head: { sha: "0".repeat(40), at: "2026-01-01T00:00:00.000Z", subject: "" },
    fetchedAt: null,
    shallow: false,
  },
  topics: { topics: [] },
  subscriptions: { subscriptions: [] },
  backlogs: { backlogs: [] },
  policies: { policies: [] },
  incidents: { incidents: [] },
  object: { file: null },
  heartbeats: { documents: 0, newest: null },
  locks: { documents: [], more: false },
  "lock-holders": { beats: [] },
  "lock-lines": { lines: [], more: false, any: null },
  executions: { lines: [], idle: null, more: false, oldest: null, counted: null, witness: null, skipped: null },
};
const emptied = (look: Look<unknown>, seen: Evidence<unknown> | undefined): Evidence<unknown> =>
  ({
    ...refused("denied")(look),
    seen: true,
    facts: noneOf[aliasOf(look.id)] ?? (look.port === "documents" ? { record: null } : { rows: [], absent: [] }),
    examined: seen?.seen === true ? seen.examined : 0,
  }) as Evidence<unknown>;

function aliasOf(id: string): string {
  return id.split(/[ /]/u)[0] ?? id;
}

const nights = await Promise.all([
  record("healthy-night", "2026-01-27", at("09:30", "2026-01-28")),
  record("no-games", "2026-02-15", at("09:00", "2026-02-16")),
  ...["05:00", "06:45", "09:00", "10:30", "13:00", "18:00", "19:00"].map((time) => record("feb-03", "2026-02-03", at(time))),
]);

const [healthy] = nights;
const looksOf = ({ judgement }: Recorded) => [...new Set(judgement.looks.map((look) => aliasOf(look.id)))].toSorted();

/** Every way on the healthy night; of the others each takes its turn, so that all together see every one of them too. */
function waysFor(night: Recorded, alias: string): readonly Refusal[] {
  if (night === healthy) return refusals;
  const turn = nights.indexOf(night) + looksOf(night).indexOf(alias);
  return refusals.filter((_, index) => index === turn % refusals.length);
}

describe.each(nights)("$name", (night) => {
  const units = catalogue.flatMap((check) => check.units(night.judgement.scope));
  const slate = new Set(night.judgement.scope.slateLooks.map((look) => aliasOf(look.id)));
  const subjectsOf = (judgement: Judgement) =>
    new Map(judgement.checks.flatMap(({ subjects }) => subjects.map((subject) => [`${subject.check}/${subject.subject}`, subject])));
  const before = subjectsOf(night.judgement);

  test.each(looksOf(night))("%s refused turns nothing green", async (alias) => {
    for (const refusal of waysFor(night, alias)) {
      const judgement = await again(night, [alias], refused(refusal));
      const after = subjectsOf(judgement);
      const used = units.filter((unit) => [...unit.needs, ...unit.wants].some((id) => aliasOf(id) === alias));
      for (const unit of used) {
        const id = `${unit.check}/${unit.subject}`;
        const subject = after.get(id) ?? after.get(`${unit.check}/${night.date}`);
        const context = `${id} with ${alias} ${refusal}`;
        expect(subject, context).toBeDefined();
        if (subject === undefined) continue;
        const needed = unit.needs.some((look) => aliasOf(look) === alias);
        if (needed) expect(subject.verdict, context).toBe("unknown");
        else {
          expect(
            worseOrEqual(subject.verdict, before.get(id)?.verdict ?? "fail"),
            `${context}: ${before.get(id)?.verdict} became ${subject.verdict}`,
          ).toBe(true);
          expect(
            subject.findings.some((finding) => finding.observed.includes(alias) || finding.observed.includes(refusal)),
            `${context} is not named`,
          ).toBe(true);
        }
      }
      // What doesn't rest on the look, nor on the slate, is untouched.
      if (!slate.has(alias)) {
        for (const unit of units.filter((candidate) => !used.includes(candidate))) {
          const id = `${unit.check}/${unit.subject}`;
          expect(after.get(id)?.verdict, `${id} with ${alias} ${refusal}`).toBe(before.get(id)?.verdict);
        }
      }
      const verdict = overallOf(judgement).verdict;
      if (
        used.some((unit) => unit.needs.some((id) => aliasOf(id) === alias)) ||
        (slate.has(alias) && night.judgement.scope.slate.kind === "none" && alias !== "postponements")
      ) {
        expect(["fail", "unknown"], `${alias} ${refusal}: overall ${verdict}`).toContain(verdict);
      }
      expect(worseOrEqual(verdict, overallOf(night.judgement).verdict), `${alias} ${refusal}: overall ${verdict}`).toBe(true);
    }
  });
});

describe("an empty answer", () => {
  const mustHave = [
    "schedule",
    "player-rows",
    "offense-rows",
    "defense-rows",
    "upcoming-player-rows",
    "upcoming-team-rows",
    "cache-rows",
    "feature-rows",
    "prediction-counts",
    "prediction-history",
    "line-counts",
    "prop-rows-by-game",
    "phase3_completion",
    "scheduler",
    "topics",
    "repository",
  ];
  /** Must be there too, but only from noon on. */
  const atNoon = ["graded-counts", "object"];

  test.each(mustHave)("of %s, which a game day must have, is never a pass", async (alias) => {
    if (healthy === undefined) throw new Error("no night");
    const judgement = await again(healthy, [alias], emptied);
    expect(["pass", "not_applicable"]).not.toContain(overallOf(judgement).verdict);
  });

  test.each(atNoon)("of %s, which a game day must have from noon on, is then never a pass", async (alias) => {
    const afternoon = await record("healthy-night", "2026-01-27", at("14:30", "2026-01-28"));
    expect(overallOf(afternoon.judgement).verdict).toBe("pass");
    expect(overallOf(await again(afternoon, [alias], emptied)).verdict).toBe("fail");
  });

  test("is declared for every look: those that may be empty name their witness, all others are must-have", async () => {
    const declared = new Map<string, unknown>();
    const noting: Gather = async (look) => {
      declared.set(aliasOf(look.id), look.whenEmpty);
      const seen = healthy?.judgement.looks.find((candidate) => candidate.id === look.id);
      return (seen ?? refused("denied")(look)) as never;
    };
    await judgeDate({
      checks: catalogue,
      pipeline: nba,
      date: calendarDateOf("2026-01-27"),
      now: () => at("09:30", "2026-01-28"),
      gather: noting,
      pass: async () => {},
    });
    const may = [...declared]
      .filter(([, when]) => when !== "must-have")
      .map(([alias]) => alias)
      .toSorted();
    expect(may).toEqual([
      "backlogs",
      "bdl-rows",
      "drift",
      "errors",
      "executions",
      "gamebook-rows",
      "halt-state",
      "heartbeats",
      "lock-holders",
      "lock-lines",
      "locks",
      "log",
      "phase4_completion",
      "player-boxscore-rows",
      "player-history",
      "postponements",
      "run-days",
      "runs",
      "scrape-decisions",
      "scrape-times",
      "scraper-attempts",
      "shape",
      "subscriptions",
      "unit",
    ]);
    expect(
      [...declared]
        .filter(([, when]) => when === "must-have")
        .map(([alias]) => alias)
        .toSorted(),
    ).toEqual([...mustHave, ...atNoon].toSorted());
  });

  test("of every box-score source together is missing; of one it is not", async () => {
    if (healthy === undefined) throw new Error("no night");
    const boxes = ["gamebook-rows", "player-boxscore-rows", "bdl-rows"];
    // The gamebook is a collection of its own, 3 h 30 min late by then; the others are fallbacks that nobody waits for.
    for (const alias of boxes)
      expect(overallOf(await again(healthy, [alias], emptied)).verdict).toBe(alias === "gamebook-rows" ? "warn" : "pass");
    expect(overallOf(await again(healthy, boxes, emptied)).verdict).toBe("warn");
    expect(overallOf(await again({ ...healthy, clock: at("10:30", "2026-01-28") }, boxes, emptied)).verdict).toBe("fail");
  });

  test("of the tracker's whole collection is not an absent document: unknown", async () => {
    const scenario = shippedScenario("healthy-night");
    const session = sessionOver(scenario, {
      wrap: (ports) => ({ ...ports, documents: silentPorts().documents }),
    });
    const call = session.begin({ signal: new AbortController().signal });
    const judgement = await judgeDate({ checks: catalogue, pipeline: nba, date: calendarDateOf("2026-01-27"), ...call });
    expect(overallOf(judgement).verdict).toBe("unknown");
    // Others are unknown for collections of their own; the tracker's must be by itself.
    const completion = judgement.checks.find(({ check }) => check.id === "completion");
    const told = completion?.subjects.flatMap(({ findings }) => findings.map(({ reason }) => reason)) ?? [];
    expect(new Set(told)).toEqual(new Set(["no_such_place"]));
  });
});

test("prints what each refusal does, check by check", async () => {
  if (healthy === undefined) throw new Error("no night");
  const rows: string[] = [];
  for (const alias of looksOf(healthy)) {
    const [denied, empty] = [await again(healthy, [alias], refused("denied")), await again(healthy, [alias], emptied)];
    const cells = catalogue.map((check) => {
      const verdict = (judgement: Judgement) => judgement.checks.find((judged) => judged.check.id === check.id)?.verdict;
      return `${verdict(denied)}/${verdict(empty)}`.padEnd(16);
    });
    rows.push(`${alias.padEnd(22)} ${cells.join(" ")} ${overallOf(denied).verdict}/${overallOf(empty).verdict}`);
  }
  console.log(
    [
      "healthy-night, one look refused / answered empty:",
      `${"look".padEnd(22)} ${catalogue.map((check) => check.id.padEnd(16)).join(" ")} overall`,
      ...rows,
    ].join("\n"),
  );
  const overall = rows.map((row) => row.trim().split(" ").at(-1) ?? "");
  expect(overall.filter((verdict) => verdict.startsWith("unknown/")).length).toBeGreaterThan(overall.length / 3);
});
