import fc from "fast-check";
import { expect, test } from "vitest";
import { completion } from "../../src/checks/completion/completion.ts";
import { judgeDate } from "../../src/checks/runner.ts";
import type { Gather } from "../../src/evidence/evidence.ts";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import { at, gatherFrom, smallNight } from "../support/night.ts";
import { nba } from "../support/pipeline.ts";

const processor = "player_game_summary";

/** A world in which the flag and the rows come and go at given moments; every look takes a second. */
interface Moments {
  readonly flag: readonly boolean[];
  readonly rows: readonly boolean[];
}

/** Judges while the world changes under the looks: state `n` holds from the n-th look at either store on. */
async function judgeWhile(moments: Moments) {
  let now = at("09:30");
  let looks = 0;
  const seen: { flag: boolean; rows: boolean }[] = [];
  const gather: Gather = async (look) => {
    const flagLook = look.port === "documents";
    const rowsLook = look.id.startsWith("player-rows");
    const night = smallNight();
    if (flagLook || rowsLook) {
      const state = {
        flag: moments.flag[Math.min(looks, moments.flag.length - 1)] === true,
        rows: moments.rows[Math.min(looks, moments.rows.length - 1)] === true,
      };
      looks += 1;
      seen.push(state);
      if (!state.rows) night.tables["player-rows"] = [];
      if (!state.flag && night.document !== null)
        night.document = { ...night.document, count: 4, entries: night.document.entries.filter(({ name }) => name !== processor) };
    }
    return gatherFrom(night)({ ...look, id: look.id.replace(" (second look)", "") });
  };
  const judgement = await judgeDate({
    checks: [completion],
    pipeline: nba,
    date: calendarDateOf("2026-02-03"),
    now: () => now,
    gather,
    pass: async (ms) => {
      now = new Date(now.getTime() + ms);
    },
  });
  const subject = judgement.checks[0]?.subjects.find(({ subject: id }) => id === `phase3/${processor}`);
  return { p0: subject?.findings.some((finding) => "severity" in finding && finding.severity === "P0") ?? false, last: seen.at(-1), looks };
}

const states = fc.array(fc.boolean(), { minLength: 1, maxLength: 6 });

test("no P0 in any order in which flag and rows come and go and end consistent", async () => {
  await fc.assert(
    fc.asyncProperty(states, states, async (flag, rows) => {
      const settledFlag = flag.at(-1) === true;
      const settledRows = rows.at(-1) === true;
      fc.pre(!(settledFlag && !settledRows));
      // The world comes to rest before the second look, as it does when the writer needs less than its 20 s.
      const { p0 } = await judgeWhile({ flag: [...flag.slice(0, 2), settledFlag], rows: [...rows.slice(0, 2), settledRows] });
      expect(p0).toBe(false);
    }),
    { numRuns: 60 },
  );
});

test("a flag that stays without rows through both looks is P0", async () => {
  const { p0, looks } = await judgeWhile({ flag: [true], rows: [false] });
  expect(p0).toBe(true);
  expect(looks).toBe(4);
});

test("rows written after the flag was looked at never look like a flag without rows", async () => {
  // Writers write rows first, then publish: a flag seen first proves that its rows are there by the time they are looked at.
  const { p0, looks } = await judgeWhile({ flag: [false, true, true], rows: [false, true, true] });
  expect(p0).toBe(false);
  expect(looks).toBe(2);
});
