import { describe, expect, test } from "vitest";
import { classes, isSeen } from "../../../src/diagnosis/reconcile/judge.ts";
import { judgedBy } from "./short-form.ts";
import type { factsOf, Judged, Short } from "./short-form.ts";

/** Every combination of these; each list has the good value first. */
const parts = {
  entries: ["PODUT", "ODU", "U", "PODUTX", "none", "unseen"],
  rows: ["PODUT", "PODU", "UT", "", "PODUT?"],
  count: [undefined, 3],
  triggered: [true, null],
  reason: [undefined, "reconciliation_fix"],
  output: ["07:20", "06:00", "none", "unseen"],
  runs: ["PODUT", "ODUPr", "unseen"],
  clock: ["09:30", "07:30", "2026-02-03 12:00", "2026-03-10 09:30"],
  mode: [null, "same_day"],
} as const;

function* combinations(): Generator<Short> {
  const rest = Object.entries(parts) as [string, readonly unknown[]][];
  const build = function* (index: number, made: Record<string, unknown>): Generator<Short> {
    const [key, values] = rest[index] ?? [];
    if (key === undefined || values === undefined) {
      yield { ...made, processed: /P/u.test(String(made["rows"])) ? 2 : 0 } as Short; // built of the keys above alone
      return;
    }
    for (const value of values) yield* build(index + 1, value === undefined ? made : { ...made, [key]: value });
  };
  yield* build(0, {});
}

const all: readonly (Judged & { readonly facts: Short })[] = [...combinations()].map((facts) => ({ facts, ...judgedBy(facts) }));

/** The first that breaks the rule, in words, or nothing. */
function broken(holds: (judged: Judged) => boolean): string | undefined {
  const found = all.find((judged) => !holds(judged));
  return found === undefined
    ? undefined
    : JSON.stringify({ ...found.facts, class: found.day.class, verdict: found.verdict, proposals: found.proposals });
}

const partsOf = ({ day }: Judged) => [...day.processors, day.record];
const unseenIn = ({ day: { facts } }: Judged): boolean =>
  !isSeen(facts.record) || Object.values(facts.tables).some((state) => !isSeen(state)) || !isSeen(facts.intake);

describe("every combination of what is recorded, counted, triggered, there and put out, at every clock", () => {
  test("is one of the known classes, and says something", () => {
    expect(all.length).toBeGreaterThan(20_000);
    expect(
      broken(({ day, verdict }) => classes.includes(day.class) && day.deciding.length > 0 && verdict !== "nothing said"),
    ).toBeUndefined();
  });

  test("comes about at all: the combinations reach every class but those of the schedule and of nothing expected", () => {
    const reached = new Set(all.map(({ day }) => day.class));
    expect(classes.filter((found) => !reached.has(found))).toEqual(["not_expected", "no_games"]);
  });

  test("never passes with anything of the date unseen", () => {
    expect(broken((judged) => judged.verdict !== "pass" || !unseenIn(judged))).toBeUndefined();
  });

  test("never proposes anything while something needed is unseen", () => {
    expect(broken((judged) => judged.proposals.length === 0 || !unseenIn(judged))).toBeUndefined();
    expect(
      broken(({ day, proposals }) => isSeen(day.facts.runs) || proposals.every(({ kind }) => kind === "repair_record")),
    ).toBeUndefined();
  });

  test("never sets a count below the entries, and sets it to what there will be", () => {
    expect(
      broken(({ day, proposals }) =>
        proposals
          .flatMap(({ documents = [] }) => documents)
          .every(({ set = {} }) => {
            const { record } = day.facts;
            const added = Object.keys(set).filter((field) => !field.startsWith("_")).length;
            const entries = isSeen(record) && record !== null ? record.entries.length : Number.NaN;
            return set["_completed_count"] === undefined || set["_completed_count"] === entries + added;
          }),
      ),
    ).toBeUndefined();
  });

  test("proposes nothing where all agrees, where it waits, and where nothing is known", () => {
    const quiet = ["consistent", "repaired_earlier", "waiting", "cannot_tell", "expired", "not_expected", "no_games"];
    expect(broken(({ day, proposals }) => !quiet.includes(day.class) || proposals.length === 0)).toBeUndefined();
  });

  test("never has a phase run again whose output is there and new enough", () => {
    const isNew = ({ day: { facts } }: Judged): boolean => {
      const { outputs } = facts.scope.rules.completion.next_phase;
      return outputs.every((table) => {
        const state = facts.tables[table];
        return (
          state !== undefined &&
          isSeen(state) &&
          state.rows > 0 &&
          state.written !== undefined &&
          state.written >= new Date("2026-02-04T11:35:00Z")
        );
      });
    };
    expect(broken((judged) => !isNew(judged) || judged.proposals.every(({ kind }) => kind !== "run_job"))).toBeUndefined();
  });

  test("marks as triggered only over full tables and newer output", () => {
    const marks = ({ proposals }: Judged): boolean =>
      proposals.some(({ documents = [] }) => documents.some(({ set = {} }) => set["_triggered"] === true));
    const proven = ({ day: { facts } }: Judged): boolean =>
      Object.values(facts.tables).every((state) => isSeen(state) && state.rows > 0) &&
      facts.tables["nba_predictions.ml_feature_store_v2"] !== undefined &&
      factsOutput(facts.tables) >= new Date("2026-02-04T11:35:00Z").getTime();
    expect(broken((judged) => !marks(judged) || proven(judged))).toBeUndefined();
    expect(all.some(marks)).toBe(true);
  });

  test("adds an entry only for a run that the history holds", () => {
    const added = ({ proposals }: Judged): readonly string[] =>
      proposals.flatMap(({ documents = [] }) =>
        documents.flatMap(({ set = {} }) => Object.keys(set).filter((field) => !field.startsWith("_"))),
      );
    expect(
      broken((judged) => {
        const { runs, scope } = judged.day.facts;
        return added(judged).every((name) => {
          const className = scope.rules.completion.processors[name]?.class;
          return isSeen(runs) && runs.some((run) => run.processor_name === className && run.status === "success");
        });
      }),
    ).toBeUndefined();
    expect(all.some((judged) => added(judged).length > 0)).toBe(true);
  });

  test("doesn't depend on the stored mode, nor is the count or the trigger ever what makes it good", () => {
    const key = ({ mode: _mode, ...facts }: Short): string => JSON.stringify(facts);
    const byFacts = Map.groupBy(all, ({ facts }) => key(facts));
    const differing = [...byFacts.values()].filter((same) => new Set(same.map(({ day, verdict }) => `${day.class} ${verdict}`)).size > 1);
    expect(differing).toEqual([]);
  });

  test("doubts every flag without rows and every stall over empty output until it was looked at again", () => {
    expect(
      broken((judged) =>
        partsOf(judged).every(({ class: found, finding }) => found !== "flag_without_rows" || ("confirm" in finding && finding.confirm)),
      ),
    ).toBeUndefined();
  });
});

function factsOutput(tables: ReturnType<typeof factsOf>["tables"]): number {
  const outputs = ["nba_predictions.ml_feature_store_v2", "nba_precompute.player_daily_cache"].flatMap((table) => {
    const state = tables[table];
    return state !== undefined && isSeen(state) ? [state.written?.getTime() ?? 0] : [0];
  });
  return Math.min(...outputs);
}
