import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gitSource } from "../../../src/adapters/git/source.ts";
import { unnamedSource } from "../../../src/adapters/git/unnamed.ts";
import type { StoredCommit } from "../../../src/adapters/embedded/world.ts";
import type { Source } from "../../../src/ports/source.ts";
import type { Unit } from "../../../src/ports/units.ts";
import type { Report } from "../../../src/report/schema.ts";
import { checkDrift } from "../../../tools/check_drift.ts";
import type { TestRepository } from "../../adapters/git/repository.ts";
import { git, repositoryOf } from "../../adapters/git/repository.ts";
import { at } from "../../support/instants.ts";
import { sessionOver, shippedScenario } from "../../support/scenarios.ts";

const unit = "nba-phase3-analytics-processors";
const commit = (sha: string, day: number, touches: readonly string[], branch = "main"): StoredCommit => ({
  sha,
  at: `2026-01-${String(day).padStart(2, "0")}T10:00:00.000Z`,
  branch,
  subject: `Commit ${sha}`,
  touches,
});
const release = commit("release", 1, [
  "data_processors/analytics",
  "data_processors/precompute",
  "shared",
  "scrapers",
  "orchestration",
  "config",
]);
const named = { remote: "origin", branch: "main" };

const made: { remove(): void }[] = [];
afterAll(() => {
  for (const each of made) each.remove();
});

interface Cloned extends TestRepository {
  readonly shaOf: (name: string) => string;
}

function cloned(commits: readonly StoredCommit[], cloning: readonly string[] = []): Cloned {
  const repository = repositoryOf(commits, cloning);
  made.push(repository);
  return { ...repository, shaOf: (name) => git(repository.origin, ["log", "--all", "--format=%H", `--grep=^Commit ${name}$`]).trim() };
}

/** A night on which every declared unit runs one revision, of this commit. */
function asking(source: Source, label: string | undefined) {
  const scenario = shippedScenario("healthy-night");
  const unitAs = (name: string): Unit => ({
    name,
    kind: "service",
    revisions: [{ name: `${name}-00161-dzm`, createdAt: "2026-01-02T10:00:00.000Z", ready: true, commit: label }],
    latestCreated: `${name}-00161-dzm`,
    latestReady: `${name}-00161-dzm`,
    traffic: [{ revision: `${name}-00161-dzm`, percent: 100 }],
    minInstances: 1,
    variables: [],
  });
  const units = { get: async ({ name }: { name: string }) => unitAs(name), list: async () => [{ name: unit, kind: "service" as const }] };
  const session = sessionOver(scenario, { clock: at("09:30", "2026-01-28"), wrap: (ports) => ({ ...ports, units, source }) });
  return (input: object): Promise<Report> => checkDrift.call(input, { session, signal: new AbortController().signal, progress: () => {} });
}

const linesOf = ({ findings = [] }: Report) =>
  findings.filter(({ severity }) => severity !== "P5").map(({ id, verdict, reason }) => `${id} ${verdict} ${reason}`);

describe("a clone whose branch has gone on", () => {
  let repository: Cloned;
  let ask: ReturnType<typeof asking>;
  beforeAll(() => {
    repository = cloned([
      release,
      commit("own", 5, ["data_processors/analytics/player.py"]),
      commit("docs", 6, ["docs/runbook.md", "data_processors/analytics_old/a.py"]),
      commit("other", 7, ["data_processors/precompute/cache.py"]),
      commit("shared", 8, ["shared/clock.py"]),
      commit("side", 9, ["data_processors/analytics/side.py"], "fix"),
      commit("function", 10, ["orchestration/cloud_functions/phase3_to_phase4/main.py"]),
    ]);
    ask = asking(gitSource(repository.clone, named), repository.shaOf("release"));
  });

  test("only commits that touch its own folders make a unit stale; shared ones are told apart", async () => {
    const report = await ask({ units: [unit] });
    expect(linesOf(report)).toEqual([`drift/${unit} warn behind`]);
    const texts = (report.findings ?? []).map(({ observed }) => observed).join("\n");
    expect(texts).toContain("lacks 1 commit of `origin/main` that touches data_processors/analytics");
    expect(texts).toContain("1 commit to shared folders");
    expect(texts).not.toMatch(/Commit (docs|other|side|function)/u);
  });

  test("what lies in another unit's folder is that one's drift, not its neighbour's", async () => {
    expect(linesOf(await ask({ units: ["nba-scrapers"] }))).toEqual([]);
    expect(linesOf(await ask({ units: ["phase3-to-phase4-orchestrator"] }))).toEqual(["drift/phase3-to-phase4-orchestrator warn behind"]);
  });

  test("a commit is asked after at the units that it changed, and at no others", async () => {
    const lacking = await ask({ contains: repository.shaOf("own").slice(0, 9) });
    expect(lacking.summary).toContain(`FAIL not live in ${unit}: not built`);
    expect(lacking.numbers["contains"]).toBe("1 not live");
    const function_ = await ask({ contains: repository.shaOf("function") });
    expect(function_.numbers["contains"]).toBe("1 not live");
    expect(function_.summary).toContain("not live in phase3-to-phase4-orchestrator");
    expect((await ask({ contains: repository.shaOf("shared") })).numbers["contains"]).toMatch(/^\d\d not live$/u);
  });

  test("a commit that serves contains is live though newer ones are lacking", async () => {
    const report = await ask({ units: [unit], contains: repository.shaOf("release").toUpperCase().slice(0, 12) });
    expect(report.summary).toContain(`WARN live in ${unit}: `);
    expect(linesOf(report)).toEqual([`drift/${unit} warn behind`]);
  });

  test("a commit of another branch is not pushed; one that touches no unit can't be placed", async () => {
    const side = await ask({ units: [unit], contains: repository.shaOf("side") });
    expect(linesOf(side)).toContain(`contains/${unit} fail not_pushed`);
    expect(linesOf(await ask({ contains: repository.shaOf("docs") }))).toEqual(["contains unknown touches_no_unit"]);
    const there = await ask({ units: [unit], contains: repository.shaOf("docs") });
    expect(JSON.stringify(there.findings)).toContain("it touches none of its folders");
  });

  test("a commit that only this copy holds is not pushed, and one that nobody knows can't be told", async () => {
    git(repository.clone, ["checkout", "--quiet", "-B", "main", "origin/main"]);
    writeFileSync(join(repository.clone, "data_processors/analytics/local.py"), "fixed here");
    git(repository.clone, ["add", "."]);
    git(repository.clone, ["commit", "--quiet", "-m", "Fix it here"]);
    const local = git(repository.clone, ["rev-parse", "HEAD"]).trim();
    expect(linesOf(await ask({ contains: local }))).toContain(`contains/${unit} fail not_pushed`);
    const unknown = await ask({ contains: "deadbeef" });
    expect(linesOf(unknown)).toEqual(["contains unknown no_such_commit"]);
    expect(unknown.summary).toMatch(/: UNKNOWN cannot tell: /u);
  });

  test("code built from another branch is compared all the same: what the branch has and it hasn't", async () => {
    const elsewhere = asking(gitSource(repository.clone, named), repository.shaOf("side"));
    const report = await elsewhere({ units: [unit], contains: repository.shaOf("side") });
    expect(report.summary).toContain(`live in ${unit}`);
    expect(linesOf(report)).toEqual([]);
    expect(JSON.stringify((await elsewhere({ units: ["phase3-to-phase4-orchestrator"] })).findings)).toContain("lacks 1 commit");
  });

  test("code without label is compared by time, and no commit can be told of it by ancestry", async () => {
    const bare = asking(gitSource(repository.clone, named), undefined);
    const report = await bare({ units: [unit], contains: repository.shaOf("own") });
    expect(linesOf(report)).toEqual([`contains/${unit} unknown no_label`, `drift/${unit} warn behind_by_time`]);
    expect(report.summary).toContain(`cannot tell for ${unit}`);
  });

  test("code of a commit that the copy doesn't know is unknown, and so is what it holds", async () => {
    const foreign = asking(gitSource(repository.clone, named), "68137e0768137e07");
    const report = await foreign({ units: [unit], contains: repository.shaOf("own") });
    expect(report.verdict).toBe("unknown");
    expect(report.summary).not.toMatch(/\bnot live\b/u);
  });
});

test("a merge's own changes and the commits that it brought are lacking until it is deployed", async () => {
  const repository = cloned([release, commit("side", 5, ["data_processors/analytics/side.py"], "fix"), commit("docs", 6, ["docs/b.md"])]);
  const env = { GIT_COMMITTER_DATE: "2026-01-07T10:00:00Z", GIT_AUTHOR_DATE: "2026-01-07T10:00:00Z" };
  git(repository.origin, ["reset", "--hard", "--quiet", "main"]);
  git(repository.origin, ["merge", "--quiet", "--no-ff", "-m", "Merge fix", "fix"], { env });
  git(repository.clone, ["fetch", "--quiet"]);
  const merge = git(repository.origin, ["rev-parse", "main"]).trim();
  const before = asking(gitSource(repository.clone, named), repository.shaOf("docs"));
  expect(linesOf(await before({ contains: merge }))).toEqual([`contains/${unit} fail not_built`, `drift/${unit} warn behind`]);
  const after = asking(gitSource(repository.clone, named), merge);
  expect((await after({ contains: repository.shaOf("side") })).summary).toContain(`PASS live in ${unit}`);
});

describe("a repository that can't tell", () => {
  test("a shallow clone is unknown where its history ends too early, never up to date nor not live", async () => {
    const repository = cloned(
      [release, commit("own", 5, ["data_processors/analytics/player.py"]), commit("docs", 6, ["docs/b.md"])],
      ["--depth=1"],
    );
    const ask = asking(gitSource(repository.clone, named), repository.shaOf("own"));
    const report = await ask({ units: [unit], contains: repository.shaOf("docs") });
    expect(report.verdict).toBe("unknown");
    expect(report.summary).not.toMatch(/\bnot live\b|lacks nothing/u);
    expect(JSON.stringify(report.findings)).toContain("--unshallow");
    const tip = asking(gitSource(repository.clone, named), repository.shaOf("docs"));
    const older = await tip({ units: [unit], contains: repository.shaOf("own") });
    expect(linesOf(older)).toEqual([`contains/${unit} unknown no_such_commit`]);
  });

  test.each<[string, () => Source]>([
    ["none was named", unnamedSource],
    [
      "the folder is none",
      () => {
        const folder = mkdtempSync(join(tmpdir(), "postgame-no-git-"));
        made.push({ remove: () => rmSync(folder, { recursive: true, force: true }) });
        return gitSource(folder, named);
      },
    ],
  ])("%s: unknown, though what serves was seen", async (_, source) => {
    const report = await asking(source(), "075fab1e")({ units: [unit] });
    expect(report.verdict).toBe("unknown");
    expect(report.summary).not.toContain("lacks nothing");
    const answer = await asking(source(), "075fab1e")({ contains: "6fa80f19" });
    expect(answer.verdict).toBe("unknown");
    expect(answer.summary).toMatch(/UNKNOWN cannot tell/u);
  });
});
