import { describe, expect, test } from "vitest";
import type { Failure, StoredCommit } from "../../src/adapters/embedded/world.ts";
import type { Refusal } from "../../src/errors.ts";
import type { CommitsBehind, Source } from "../../src/ports/source.ts";
import { asking, refusalOf } from "./asking.ts";
import { disposing } from "./disposing.ts";
import { failingPortTests } from "./failing-port.ts";

export interface SourceContent {
  /** In order of time, the first of the watched branch. */
  readonly commits: readonly StoredCommit[];
  readonly failures?: readonly Failure[];
}

interface SourceSubject {
  readonly source: Source;
  /** The whole sha, in this repository, of the commit that the content calls so. */
  readonly shaOf: (sha: string) => Promise<string>;
  dispose(): Promise<void>;
}

export type MakeSource = (content: SourceContent) => Promise<SourceSubject>;

const commit = (sha: string, at: string, touches: readonly string[], branch = "main"): StoredCommit => ({
  sha,
  at: `2026-02-0${at}:00.000Z`,
  branch,
  subject: `Commit ${sha}`,
  touches,
});
const [release, analytics, notes, fix, shared, own] = ["1111111a", "2222222b", "3333333c", "4444444d", "5555555e", "6666666f"] as const;

/** A release, then changes to one folder, to notes and to a shared folder; beside them a branch that was never merged. */
const commits = [
  commit(release, "1T10:00", ["analytics", "raw", "shared", "ana", "with space"]),
  commit(analytics, "2T10:00", ["analytics/player.py", "raw/readme.md"]),
  commit(own, "2T12:00", ["analytics/own.py"], "fix"),
  commit(notes, "3T10:00", ["docs/runbook.md"]),
  commit(fix, "3T11:00", ["analytics/player.py"]),
  commit(shared, "4T10:00", ["shared/clock.py", "with space/a b.py"]),
];

/** What every adapter of the watched repository does alike. `refusals`: those its store can be made to answer with; none if absent. */
export function sourceContract(title: string, makeSubject: MakeSource, refusals?: readonly Refusal[]): void {
  const holding = disposing(makeSubject);

  describe(`${title}`, () => {
    commitTests(holding);
    behindTests(holding);
    if (refusals !== undefined) {
      failingPortTests({
        port: "source",
        place: "repository",
        asked: async (failures) => {
          const { source } = await holding({ commits, failures });
          return (call) => [source.existing({ paths: ["raw"] }, call), source.commit({ sha: release }, call)];
        },
        empty: [[], undefined],
        refusals,
      });
    }
  });
}

function commitTests(holding: MakeSource): void {
  test("the tip is the branch's newest commit, whatever other branches hold", async () => {
    const { source, shaOf } = await holding({ commits: [...commits, commit("7777777a", "5T10:00", ["raw"], "fix")] });
    const tip = await source.tip(asking());
    expect(tip).toMatchObject({ branch: "origin/main", shallow: false });
    expect(tip.head).toEqual({ sha: await shaOf(shared), at: "2026-02-04T10:00:00.000Z", subject: `Commit ${shared}` });
    expect(tip.fetchedAt).toMatch(/^\d{4}-.*Z$/u);
  });

  test("a commit is known by its whole sha and by its first digits, on any branch", async () => {
    const { source, shaOf } = await holding({ commits });
    for (const each of [release, own]) {
      const whole = await shaOf(each);
      const known = { sha: whole, at: commits.find(({ sha }) => sha === each)?.at, subject: `Commit ${each}` };
      for (const sha of [whole, whole.slice(0, 12)]) expect(await source.commit({ sha }, asking())).toEqual(known);
    }
  });

  test.each(["0000000", "0".repeat(40), "", "main", "HEAD", "origin/main", "--all", "-h", "1111111a^", "zzzzzzz", "abc"])(
    "no commit goes by %j",
    async (sha) => {
      const { source } = await holding({ commits });
      expect(await source.commit({ sha }, asking())).toBeUndefined();
      expect((await refusalOf(source.behind({ sha, paths: ["raw"], limit: 9 }, asking()))).refusal).toBe("no_such_place");
      expect((await refusalOf(source.contains({ commit: sha, within: sha }, asking()))).refusal).toBe("no_such_place");
    },
  );

  test("a commit contains itself and what came before it on its branch, and nothing else", async () => {
    const { source, shaOf } = await holding({ commits });
    const contains = async (one: string, within: string) =>
      source.contains({ commit: await shaOf(one), within: await shaOf(within) }, asking());
    expect(await contains(fix, fix)).toBe(true);
    expect(await contains(release, shared)).toBe(true);
    expect(await contains(shared, release)).toBe(false);
    expect(await contains(analytics, own)).toBe(true);
    expect(await contains(own, shared)).toBe(false);
    expect(await contains(notes, own)).toBe(false);
  });

  test("a commit touched the folders of the files that it changed, on whatever branch, and no others", async () => {
    const { source, shaOf } = await holding({ commits });
    const paths = ["analytics", "raw", "shared", "with space", "ana", "docs", "analytics/player.py", "no/such/folder"];
    const touched = async (sha: string) => source.touched({ sha: await shaOf(sha), paths }, asking());
    expect(await touched(release)).toEqual(["analytics", "raw", "shared", "with space", "ana"]);
    expect(await touched(analytics)).toEqual(["analytics", "raw", "analytics/player.py"]);
    expect(await touched(own)).toEqual(["analytics"]);
    expect(await touched(notes)).toEqual(["docs"]);
    expect(await touched(shared)).toEqual(["shared", "with space"]);
    expect(await source.touched({ sha: await shaOf(shared), paths: [] }, asking())).toEqual([]);
    expect((await refusalOf(source.touched({ sha: "0000000", paths }, asking()))).refusal).toBe("no_such_place");
  });

  test("of paths those are told that are there, folders and files, in the order asked for", async () => {
    const { source } = await holding({ commits });
    const paths = ["shared", "data_processors/phase3", "with space", "raw", "analytics/player.py", "own.py", "an", "--all", "docs/*", ":/"];
    expect(await source.existing({ paths }, asking())).toEqual(["shared", "with space", "raw", "analytics/player.py"]);
    expect(await source.existing({ paths: ["analytics/own.py"] }, asking())).toEqual([]);
    expect(await source.existing({ paths: [] }, asking())).toEqual([]);
  });
}

function behindTests(holding: MakeSource): void {
  test("behind are the branch's later commits that touch the folders, newest first, however few are shown", async () => {
    const { source, shaOf } = await holding({ commits });
    const behind = async (sha: string, paths: readonly string[], limit = 9) => {
      const found = await source.behind({ sha: await shaOf(sha), paths, limit }, asking());
      return [found.total, ...found.commits.map(({ subject }) => subject.replace("Commit ", ""))];
    };
    expect(await behind(release, ["analytics"])).toEqual([2, fix, analytics]);
    expect(await behind(release, ["analytics"], 1)).toEqual([2, fix]);
    expect(await behind(release, ["analytics", "shared"])).toEqual([3, shared, fix, analytics]);
    expect(await behind(analytics, ["analytics/player.py"])).toEqual([1, fix]);
    expect(await behind(fix, ["analytics"])).toEqual([0]);
    expect(await behind(release, ["ana"])).toEqual([0]);
    expect(await behind(release, ["with space"])).toEqual([1, shared]);
    expect(await behind(release, ["no/such/folder"])).toEqual([0]);
  });

  test("behind a commit of another branch is what that branch does not hold", async () => {
    const { source, shaOf } = await holding({ commits });
    const sha = await shaOf(own);
    expect((await source.behind({ sha, paths: ["analytics"], limit: 9 }, asking())).commits).toEqual([
      { sha: await shaOf(fix), at: "2026-02-03T11:00:00.000Z", subject: `Commit ${fix}` },
    ]);
    expect((await source.behind({ sha: sha.slice(0, 12), paths: ["analytics"], limit: 9 }, asking())).total).toBe(1);
  });

  test("what is below an excepted folder doesn't count; a commit that changed more than that does", async () => {
    const nested = [
      commit(release, "1T10:00", ["orchestration", "shared"]),
      commit(analytics, "2T10:00", ["orchestration/functions/a/main.py"]),
      commit(notes, "3T10:00", ["orchestration/functions/a/main.py", "orchestration/plan.py"]),
      commit(fix, "3T11:00", ["orchestration/functions_of_old/main.py"]),
      commit(shared, "4T10:00", ["orchestration/functions/b/main.py", "docs/b.md"]),
    ];
    const { source, shaOf } = await holding({ commits: nested });
    const where = { paths: ["orchestration", "docs/b.md"], except: ["orchestration/functions/a", "orchestration/functions/b", "docs/b"] };
    const said = ({ total, commits: found }: CommitsBehind) => [total, ...found.map(({ subject }) => subject.replace("Commit ", ""))];
    expect(said(await source.behind({ sha: await shaOf(release), ...where, limit: 9 }, asking()))).toEqual([3, shared, fix, notes]);
    expect(said(await source.since({ at: "2026-02-01T12:00:00Z", ...where, limit: 9 }, asking()))).toEqual([3, shared, fix, notes]);
    const touched = async (sha: string) => source.touched({ sha: await shaOf(sha), ...where }, asking());
    expect(await touched(analytics)).toEqual([]);
    expect(await touched(notes)).toEqual(["orchestration"]);
    expect(await touched(shared)).toEqual(["docs/b.md"]);
  });

  test("since a moment are those made after it: one of that very second is not", async () => {
    const { source } = await holding({ commits });
    const since = async (at: string, limit = 9) => {
      const found = await source.since({ at, paths: ["analytics", "docs"], limit }, asking());
      return [found.total, ...found.commits.map(({ subject }) => subject.replace("Commit ", ""))];
    };
    expect(await since("2026-02-02T09:59:59.000Z")).toEqual([3, fix, notes, analytics]);
    expect(await since("2026-02-02T10:00:00.000Z")).toEqual([2, fix, notes]);
    expect(await since("2026-02-02T10:00:00.500Z", 1)).toEqual([2, fix]);
    expect(await since("2026-02-03T11:00:00.000Z")).toEqual([0]);
  });
}
