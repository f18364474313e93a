import { encode } from "gpt-tokenizer/encoding/o200k_base";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { loadScenario } from "../../src/adapters/embedded/scenario/load.ts";
import { UserError } from "../../src/errors.ts";
import { lockDocuments } from "../../src/evidence/looks/locks.ts";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import { proposalSchema } from "../../src/diagnosis/proposal.ts";
import type { Report } from "../../src/report/schema.ts";
import type { Session } from "../../src/session.ts";
import { inspectLocks } from "../../tools/inspect_locks.ts";
import { at } from "../support/instants.ts";
import { nba } from "../support/pipeline.ts";
import { silentPorts } from "../support/ports.ts";
import { sessionOver, shippedScenario } from "../support/scenarios.ts";

const ask = (session: Session, input: object = {}): Promise<Report> =>
  inspectLocks.call(input, { session, signal: new AbortController().signal, progress: () => {} });

/** A night since locks are in use, with this beside what is healthy. */
function after(changes: readonly string[], clock = "09:30"): Session {
  const told = changes.map((change) => `  - ${change}\n`).join("");
  const text = `scenario: after\nabout: x\nbase: healthy\nclock: ${clock}\nnight: { date: 2026-02-10, games: 5 }\n${told === "" ? "" : `changes:\n${told}`}`;
  return sessionOver(loadScenario({ name: "after.yaml", text }, nba));
}

const idsOf = ({ findings = [] }: Report) => findings.map(({ id, reason, verdict }) => `${id} ${verdict} ${reason}`);
const collection = "processing_locks/PlayerGameSummaryProcessor_2026-02-10";
const phase3 = "nba-phase3-analytics-processors";
const run = "{ run: PlayerGameSummaryProcessor, from: 06:33:30";

describe("bad input is told with what is allowed", () => {
  const twins = sessionOver(shippedScenario("twin-instances"));

  test.each([
    [{ processor: "player_game_sumary" }, 'Did you mean "player_game_summary"?'],
    [{ processor: "PlayerGameSummaryProcesor" }, 'Did you mean "PlayerGameSummaryProcessor"?'],
    [{ processor: "" }, "No processor"],
    [{ game_date: "2026-02-30" }, 'game_date "2026-02-30" is not a date'],
    [{ game_date: "yesterday" }, "write YYYY-MM-DD"],
    [{ game_date: "2026-02-05" }, "is in the future"],
    [{ date: "2026-02-03" }, 'No parameter of inspect_locks "date"'],
    [{ detail: "more" }, "known: concise, detailed"],
    [{ processor: "x".repeat(121) }, "processor of inspect_locks"],
  ])("%j", async (input, said) => {
    const refused = ask(twins, input);
    await expect(refused).rejects.toThrow(UserError);
    await expect(refused).rejects.toThrow(said);
  });

  test("a processor goes by its class, its key and its table, full or short", async () => {
    const given = ["PlayerGameSummaryProcessor", "player_game_summary", "nba_analytics.player_game_summary"];
    for (const processor of given) expect((await ask(twins, { processor })).asked["processor"]).toBe("PlayerGameSummaryProcessor");
    expect((await ask(twins, { processor: "ml_feature_store" })).asked["processor"]).toBe("MLFeatureStoreProcessor");
  });

  test("a pipeline file without locks has nothing to inspect", async () => {
    const { locks: _locks, ...file } = nba.file;
    const pipeline = { ...nba, file, rulesOn: (...given: Parameters<typeof nba.rulesOn>) => ({ ...nba.rulesOn(...given), locks: {} }) };
    await expect(ask({ ...twins, pipeline })).rejects.toThrow("declares no locks");
  });
});

test("a night of healthy locks passes, is short, and tells holds and work since they are in use", async () => {
  const report = await ask(after([]));
  expect([report.verdict, idsOf(report), report.causes]).toEqual(["pass", [], undefined]);
  expect(report.summary).toContain(`locking observed in ${phase3}, nba-phase4-precompute-processors`);
  expect(report.numbers).toMatchObject({ locks: "0 locks", refused: "0 refusals" });
  expect(report.numbers["holds_since_revision"]).toMatch(/^\d+, median 1 min 59 s, longest 1 min 59 s$/u);
  expect(encode(JSON.stringify(report)).length).toBeLessThanOrEqual(500);
});

test("on dates without games no run is no wonder, no lock is no proof, and there is nothing to ask again for", async () => {
  const report = await ask(sessionOver(shippedScenario("no-games"), { clock: at("12:00", "2026-02-16") }));
  expect([report.verdict, report.ask_again]).toEqual(["not_applicable", undefined]);
  expect(report.summary).toContain("no games on 2026-02-15, 2026-02-16");
  // Without the schedule nobody knows that there were none.
  const text = readFileSync(new URL("../../scenarios/no-games.yaml", import.meta.url), "utf8");
  const lost = "changes: [{ fail: warehouse, target: nba_raw.nbac_schedule, with: denied, from: 2026-02-01 00:00 }]\n";
  const blind = loadScenario({ name: "no-games.yaml", text: text.replace(/^expect:/mu, `${lost}expect:`) }, nba);
  expect((await ask(sessionOver(blind, { clock: at("12:00", "2026-02-16") }))).verdict).toBe("unknown");
});

test("before locks were in use their absence is no warning, and no lock is called observed", async () => {
  const report = await ask(sessionOver(shippedScenario("healthy-night")));
  expect([report.verdict, idsOf(report)]).toEqual(["pass", ["locking not_applicable not_in_use"]]);
  expect(JSON.stringify(report)).not.toMatch(/locking observed|locking active/u);
});

describe("a lock that is there", () => {
  const orphaned = [
    `${run}, seconds: 60, id: pgs-dead, status: failed }`,
    `{ set: ${collection}, from: 06:33:31, fields: { acquired_at: 06:33:31, execution_id: pgs-dead, processor: PlayerGameSummaryProcessor } }`,
  ];

  test("after its run has ended is an orphan, looked at twice, and its release proposed with what it holds", async () => {
    const report = await ask(after(orphaned));
    expect(report.verdict).toBe("fail");
    expect(idsOf(report)).toContain("locks/PlayerGameSummaryProcessor_2026-02-10 fail orphan");
    expect(report.findings?.[0]?.evidence?.join(" ")).toContain("second look");
    const [proposal] = report.proposals ?? [];
    expect(proposalSchema.parse(proposal)).toMatchObject({
      kind: "release_lock",
      documents: [{ document: collection, before: { execution_id: "pgs-dead", acquired_at: { $timestamp: "2026-02-11T11:33:31.000Z" } } }],
      requires: [{ what: "holder_ended", run: "pgs-dead" }],
    });
    expect(proposal?.documents?.[0]).not.toHaveProperty("set");
  });

  test("is pinned by digests where it holds more than its own fields: no text or secret of a document leaves in a proposal", async () => {
    const fields = `{ acquired_at: 06:33:31, execution_id: pgs-dead, note: "password=hunter2hunter2, and ${"do as I say ".repeat(300)}" }`;
    const report = await ask(
      after([`${run}, seconds: 60, id: pgs-dead, status: failed }`, `{ set: ${collection}, from: 06:33:31, fields: ${fields} }`]),
    );
    expect(report.proposals?.[0]?.documents?.[0]?.before).toEqual({
      acquired_at: { $timestamp: "2026-02-11T11:33:31.000Z" },
      execution_id: "pgs-dead",
      $sha256: expect.stringMatching(/^[0-9a-f]{8}$/u),
    });
    expect(JSON.stringify(report)).not.toMatch(/hunter2|do as I say|redacted/u);
  });

  test("is judged by the run of its own processor: another's of the same id has ended, and says nothing of it", async () => {
    const other = "{ run: TeamOffenseGameSummaryProcessor, from: 06:32:30, seconds: 60, id: same }";
    const report = await ask(
      after(
        [
          other,
          `${run}, status: running, id: same }`,
          `{ set: ${collection}, from: 06:33:30, fields: { acquired_at: 06:33:30, execution_id: same } }`,
        ],
        "06:45",
      ),
    );
    expect(idsOf(report).filter((line) => line.startsWith("locks/Player"))).toEqual([
      "locks/PlayerGameSummaryProcessor_2026-02-10 warn reclaimable",
    ]);
    expect(report.proposals).toBeUndefined();
  });

  test("of a run that may be at work is never proposed for release", async () => {
    const at9 = `{ set: ${collection}, from: 09:00, fields: { acquired_at: 09:00, execution_id: pgs-live } }`;
    const long = await ask(after([`{ run: PlayerGameSummaryProcessor, from: 09:15, status: running, id: pgs-live }`, at9]));
    expect(idsOf(long)).toContain("locks/PlayerGameSummaryProcessor_2026-02-10 warn reclaimable");
    expect(long.proposals).toBeUndefined();
    const held = await ask(after([`{ set: ${collection}, from: 09:24:59, fields: { acquired_at: 09:24:59, execution_id: x } }`]));
    expect([held.verdict, held.proposals]).toEqual(["warn", undefined]);
    const young = await ask(after([`{ set: ${collection}, from: 09:26, fields: { acquired_at: 09:26, execution_id: x } }`]));
    expect([young.verdict, young.rows?.some((row) => row["standing"] === "held")]).toEqual(["pass", true]);
  });

  test("that names no run is never proposed for release: nobody could tell that its work is over", async () => {
    const nameless = [
      `{ set: batch_processing_locks/espn_roster_batch_2026-02-09, from: 05:00, fields: { started_at: 05:00, status: failed } }`,
    ];
    const report = await ask(after(nameless));
    expect([report.verdict, report.proposals]).toEqual(["warn", undefined]);
  });

  test("of another processor than the one asked about is not told", async () => {
    const report = await ask(after(orphaned), { processor: "team_offense_game_summary" });
    expect(report.verdict).toBe("pass");
    expect(report.summary).toContain("no lock of TeamOffenseGameSummaryProcessor left in processing_locks");
  });

  test("without a date is its processor's own too where that is asked about", async () => {
    const undated =
      "{ set: processing_locks/PlayerGameSummaryProcessor_None, from: 09:00, fields: { acquired_at: 09:00, execution_id: x } }";
    const report = await ask(after([undated]), { processor: "player_game_summary" });
    expect([report.verdict, idsOf(report)]).toEqual(["warn", ["locks/PlayerGameSummaryProcessor_None warn broken_id"]]);
  });
});

test("a batch lock left at work past its time keeps reloads out: nobody takes it over, as another lock past its own expiry is", async () => {
  const report = await ask(
    after([
      `{ set: batch_processing_locks/espn_roster_batch_2026-02-10, from: 05:00, fields: { started_at: 05:00, status: processing, execution_id: b-1, expireAt: 05:30 } }`,
      `{ set: grading_locks/grading_2026-02-10, from: 09:00, fields: { operation_id: g1, acquired_at: 09:00, expires_at: 09:05 } }`,
    ]),
  );
  expect(idsOf(report)).toEqual(["locks/grading_2026-02-10 warn expired", "locks/espn_roster_batch_2026-02-10 warn expired_in_the_way"]);
  const [grading, batch] = report.findings ?? [];
  expect(batch).toMatchObject({
    severity: "P3",
    expected: expect.stringContaining("30 min"),
    observed: expect.stringContaining("no file of its batch is loaded"),
  });
  expect(JSON.stringify(batch)).not.toContain("takes it over");
  expect(grading?.expected).toContain("takes it over");
  expect(report.proposals).toBeUndefined();
});

test("the heartbeats of all of Phase 4 are read, also of those whose output nobody waits for", async () => {
  const at9 = `{ set: processing_locks/PlayerCompositeFactorsProcessor_2026-02-10, from: 07:00, fields: { acquired_at: 07:00, execution_id: gone } }`;
  expect(idsOf(await ask(after([at9])))).toEqual(["locks/PlayerCompositeFactorsProcessor_2026-02-10 fail orphan"]);
});

test("a done batch that kept a reload out is the cause, and its release proposed", async () => {
  const batch = "espn_roster_batch_2026-02-10";
  const report = await ask(
    after([
      `{ set: batch_processing_locks/${batch}, from: 05:00, fields: { started_at: 05:00, status: complete, execution_id: b-1, expireAt: 2026-02-18 05:00 } }`,
      `{ log: nba-phase2-raw-processors, from: 08:10, text: "Lock ${batch} exists, skipping second.json" }`,
    ]),
  );
  expect(report.verdict).toBe("fail");
  expect(report.causes).toMatchObject([{ id: "terminal_lock_blocks_reload", standing: "established" }]);
  expect(report.proposals).toMatchObject([{ kind: "release_lock", requires: [{ what: "holder_ended", run: "b-1" }] }]);
});

test("a run that outlived its lock is the cause where the next took it over while it worked", async () => {
  const changes = [`${run}, seconds: 900, id: pgs-slow }`, `{ run: PlayerGameSummaryProcessor, from: 06:45, seconds: 300, id: pgs-next }`];
  const report = await ask(after(changes));
  expect(idsOf(report)).toContain("locks/lost warn lost_lock");
  expect(report.causes).toMatchObject([{ id: "lock_expired_under_long_run", standing: "established" }]);
});

test("units that run without a sign of a lock are a warning with no cause established, since nobody saw why", async () => {
  const silent = after([]);
  const wrapped: Session = {
    ...silent,
    begin: (call) => {
      const begun = silent.begin(call);
      return {
        ...begun,
        gather: async (look) => {
          const seen = await begun.gather(look);
          return look.id.startsWith("lock-lines") && seen.seen
            ? { ...seen, facts: { ...(seen.facts as object), lines: [] } as never }
            : seen;
        },
      };
    },
  };
  const report = await ask(wrapped);
  expect(report.verdict).toBe("warn");
  expect(report.summary).toContain("locking not observed although processors ran");
  expect(report.causes?.map(({ id, standing }) => `${id} ${standing}`)).toEqual(["older_code_serves open", "deployed_never_called open"]);
});

describe("what could not be looked at", () => {
  const twins = (fail: string, clock: string): Session => {
    const text = `scenario: lost\nabout: x\nbase: healthy\nclock: ${clock}\nnight: { date: 2026-02-10, games: 5 }\nchanges:\n  - ${fail}\n`;
    return sessionOver(loadScenario({ name: "lost.yaml", text }, nba));
  };

  test.each(["denied", "unavailable", "throttled", "malformed", "no_such_place", "empty"])(
    "Firestore %s is unknown, never free",
    async (refusal) => {
      const report = await ask(twins(`{ fail: documents, with: ${refusal}, from: 00:00 }`, "09:30"));
      expect(report.verdict).toBe("unknown");
      expect(JSON.stringify(report)).not.toContain("no lock left in processing_locks");
    },
  );

  test("the log lost is unknown, and locking is called neither observed nor unobserved", async () => {
    const report = await ask(twins(`{ fail: logs, with: denied, from: 00:00 }`, "09:30"));
    expect(report.verdict).toBe("unknown");
    expect(JSON.stringify(report)).not.toMatch(/although processors ran|locking observed|not observed yet/u);
  });

  test("nothing lost is counted as none: not locks, not refusals, not runs or signs of a unit", async () => {
    const failing = ["documents", "logs"].map((port) => `{ fail: ${port}, with: denied, from: 09:00 }`);
    const report = await ask(
      after([...failing, "{ fail: warehouse, target: nba_reference.processor_run_history, with: denied, from: 09:00 }"]),
    );
    expect(report.numbers).toEqual({ locks: "not seen", refused: "not seen" });
    expect(report.rows?.[0]).toMatchObject({ runs: "not read", signs: "not read", locking: "not known" });
  });

  test("the run history lost is told, and silence is not taken for no run", async () => {
    const lost = await ask(twins(`{ fail: warehouse, with: denied, from: 00:00 }`, "09:30"));
    expect(idsOf(lost).some((line) => line.endsWith("judged_without"))).toBe(true);
  });

  test.each(["fail: logs", "fail: warehouse, target: nba_reference.processor_run_history"])(
    "before a lock is in use, %s hides whether runs overlapped without one, and nobody is said not to have asked",
    async (fail) => {
      const twice = [41, 38].map((seconds, nth) => `{ run: PlayerGameSummaryProcessor, from: "15:00:${nth}0", seconds: ${seconds} }`);
      const text = (last: readonly string[]): string =>
        `scenario: lost\nabout: x\nbase: healthy\nclock: 18:00\nnight: { date: 2026-02-03, games: 5 }\nchanges:\n${[...twice, ...last].map((change) => `  - ${change}\n`).join("")}`;
      const over = (...last: string[]) => sessionOver(loadScenario({ name: "lost.yaml", text: text(last) }, nba));
      expect((await ask(over(), { game_date: "2026-02-03" })).verdict).toBe("warn");
      const lost = await ask(over(`{ ${fail}, with: denied, from: 16:00 }`), { game_date: "2026-02-03" });
      expect(lost.verdict).toBe("unknown");
      expect(JSON.stringify(lost)).not.toMatch(/neither asked|none observed/u);
    },
  );

  test("what serves lost is told, also where locking is observed", async () => {
    const lost = await ask(after(["{ fail: units, with: denied, from: 00:00 }"]));
    expect(idsOf(lost).filter((line) => line.endsWith("judged_without")).length).toBeGreaterThan(0);
  });

  test("how locks stood at an earlier clock of a real project is unknown", async () => {
    const session = { ...after([]), real: { project: "acme", past: true as const } };
    const report = await ask(session);
    expect([report.verdict, idsOf(report)]).toEqual(["unknown", ["locks unknown only_now"]]);
  });
});

test("an expiry written without a zone is UTC, and a lock of the tracker's empty database proves nothing", async () => {
  const rules = nba.rulesOn(calendarDateOf("2026-02-10"), at("09:30", "2026-02-11"));
  const call = { look: "x", signal: new AbortController().signal, deadlineAt: Date.now() + 1000, budget: { maxRows: 10, maxBytes: 10 } };
  const look = lockDocuments(rules, "grading", { ids: [] });
  const fields = {
    operation_id: "op-1",
    acquired_at: { $timestamp: "2026-02-11T14:25:00.000Z" },
    expires_at: "2026-02-11T14:30:00.123456",
  };
  const snapshot = { id: "grading_2026-02-10", fields, createTime: "2026-02-11T14:25:00.000Z", updateTime: "2026-02-11T14:25:00.000Z" };
  const documents = { ...silentPorts().documents, list: async () => [snapshot.id], getMany: async () => [snapshot] };
  const { facts } = await look.run(silentPorts({ documents }), call);
  expect(facts.documents[0]).toMatchObject({ owner: "op-1", expiresAt: "2026-02-11T14:30:00.123Z" });
  await expect(look.run(silentPorts(), call)).rejects.toThrow("proves nothing");
});

test("the tool's face stays within 230 tokens", () => {
  const { name, title, description, input } = inspectLocks;
  expect(encode(description).length).toBeLessThanOrEqual(90);
  const parameters = Object.entries(input.shape).map(([parameter, { description: said }]) => `${parameter}: ${said}`);
  expect(encode([name, title, description, ...parameters].join("\n")).length).toBeLessThanOrEqual(230);
  for (const { description: said = "" } of Object.values(input.shape)) expect(encode(said).length).toBeLessThanOrEqual(22);
});

test("a bad night with a hundred locks left over stays within 1,300 tokens, in detail within 6,000", async () => {
  const many = Array.from({ length: 40 }, (_, index) => {
    const day = `2026-01-${String(1 + (index % 28)).padStart(2, "0")}`;
    const kind = ["PlayerGameSummaryProcessor", "UpcomingPlayerGameContextProcessor"][index % 2];
    return `{ set: processing_locks/${kind}_${day}, from: 05:0${index % 10}, fields: { acquired_at: 05:0${index % 10}, execution_id: run-${index}, instance: local } }`;
  });
  const report = await ask(after(many));
  expect(report.verdict).not.toBe("pass");
  expect(encode(JSON.stringify(report)).length).toBeLessThanOrEqual(1300);
  expect(encode(JSON.stringify(await ask(after(many), { detail: "detailed" }))).length).toBeLessThanOrEqual(6000);
});
