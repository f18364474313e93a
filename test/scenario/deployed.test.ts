import { describe, expect, test } from "vitest";
import { loadScenario } from "../../src/adapters/embedded/scenario/load.ts";
import { deployments } from "../../src/checks/deployments.ts";
import { exports } from "../../src/checks/exports.ts";
import { judgeNight } from "../../src/checks/night.ts";
import { nba } from "../support/pipeline.ts";
import { at, said } from "../support/night.ts";
import { ownScenarioText } from "../support/own-scenario.ts";
import { sessionOver } from "../support/scenarios.ts";

/** What the two checks say but for "all well", of the night and of the slate after it, over a scenario's own stores. */
async function saidAt(clock: Date, ...changes: string[]) {
  const text = ownScenarioText("deployed", changes.length === 0 ? "  []" : changes.map((change) => `  - { ${change} }`).join("\n"));
  const scenario = loadScenario({ name: "deployed.yaml", text }, nba);
  const session = sessionOver(scenario, { clock });
  const call = session.begin({ signal: new AbortController().signal });
  const { main, slate } = await judgeNight({ ...call, checks: [deployments, exports], pipeline: nba, moment: "auto" });
  const all = [main, ...(slate === undefined ? [] : [slate])].flatMap(({ judgement }) =>
    ["deployments", "exports"].flatMap((id) => said(judgement, id)),
  );
  return [...new Set(all.filter((line) => !line.endsWith(": pass ok")))];
}

const phase3 = "nba-phase3-analytics-processors";
const fix = "commit: 2436e7c7, from: 2026-02-03 20:20, subject: Write no table twice, touches: [data_processors/analytics/main.py]";

test.each(["06:00", "12:00", "13:00", "18:00"])("nothing is said of a healthy night at %s but what is not due", async (time) => {
  expect((await saidAt(at(time))).filter((line) => !line.includes("not_due"))).toEqual([]);
});

describe("code", () => {
  test("that was committed and not deployed is lacking until it is, by the commit that serves", async () => {
    const deployed = `revision: ${phase3}, name: 00162-r9g, commit: 2436e7c7, from: 09:00`;
    expect(await saidAt(at("08:59"), fix, deployed)).toContain(`${phase3}: warn P3 behind`);
    expect((await saidAt(at("09:00"), fix, deployed)).filter((line) => line.startsWith(phase3))).toEqual([]);
  });

  test("of a commit on a branch that was never merged lacks what was merged since", async () => {
    const branched = "commit: 5b51ed16, from: 2026-02-02 20:00, subject: Try, touches: [data_processors/analytics/try.py], branch: try";
    const deployed = `revision: ${phase3}, name: 00162-r9g, commit: 5b51ed16, from: 09:00`;
    expect(await saidAt(at("18:00"), branched, fix, deployed)).toContain(`${phase3}: warn P3 behind`);
  });

  test("without a label is compared by its time, and of an unknown commit with nothing", async () => {
    const bare = (time: string) => `revision: ${phase3}, name: 00162-r9g, from: ${time}`;
    expect(await saidAt(at("18:00"), fix, bare("09:00"))).toContain(`${phase3}: pass P5 compared_by_time`);
    expect(await saidAt(at("18:00"), fix, bare("2026-02-03 20:19"))).toContain(`${phase3}: warn P3 behind_by_time`);
    const strange = `revision: ${phase3}, name: 00162-r9g, commit: 68137e07, from: 09:00`;
    expect(await saidAt(at("18:00"), strange)).toEqual([`${phase3}: unknown unknown_commit`]);
  });

  test("in notes and in other folders is none of its business; in shared ones a note of every unit that has them", async () => {
    const notes = "commit: 2436e7c8, from: 09:00, subject: Notes, touches: [docs/a.md, README.md]";
    expect(await saidAt(at("18:00"), notes)).toEqual([]);
    const shared = "commit: 2436e7c9, from: 09:00, subject: Clock, touches: [shared/clock.py]";
    const lines = await saidAt(at("18:00"), shared);
    expect(new Set(lines.map((line) => line.split(": ")[1]))).toEqual(new Set(["pass P5 shared_behind"]));
    expect(lines).not.toContain("nba-admin-dashboard: pass P5 shared_behind");
  });

  test("that could not be compared leaves it unknown, while a unit that doesn't serve fails all the same", async () => {
    const refused = "fail: source, with: denied, from: 09:00";
    const broken = `revision: ${phase3}, name: 00162-r9g, ready: false, from: 09:00`;
    const lines = await saidAt(at("18:00"), refused, broken);
    expect(lines).toContain(`${phase3}: fail P1 deploys_blocked`);
    expect(lines).toContain("prediction-worker: unknown denied");
  });

  test.each(["empty", "garbage"])("from a repository that answers %s is never up to date", async (kind) => {
    const lines = await saidAt(at("18:00"), `fail: source, with: ${kind}, from: 09:00`);
    expect(lines.filter((line) => line.includes(": unknown "))).toHaveLength(Object.keys(nba.file.units ?? {}).length);
  });
});

describe("published files", () => {
  const picks = "published/v1/picks/2026-02-03.json";
  const tonight = "published/v1/tonight/all-players.json";

  test("that were deleted, broken or of another day are found", async () => {
    expect(await saidAt(at("18:00"), `object: ${picks}, delete: true, from: 14:00`)).toEqual(["picks: fail P1 missing"]);
    expect(await saidAt(at("18:00"), `object: ${picks}, text: "<html>", from: 14:00`)).toEqual(["picks: fail P1 unreadable"]);
    expect(await saidAt(at("18:00"), `object: ${picks}, fields: { game_date: 2026-02-02 }, from: 14:00`)).toEqual([
      "picks: fail P1 wrong_date",
    ]);
    expect(await saidAt(at("18:00"), `object: ${tonight}, fields: { game_date: 2026-02-03 }, from: 13:00`)).toEqual([
      "tonight: fail P1 wrong_date",
    ]);
  });

  test("in a bucket that may not be read are unknown", async () => {
    expect(await saidAt(at("18:00"), "fail: objects, with: denied, from: 09:00")).toEqual([
      "picks: unknown denied",
      "signals: unknown denied",
      "tonight: unknown denied",
    ]);
  });
});
