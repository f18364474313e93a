import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { gitSource } from "../../../src/adapters/git/source.ts";
import type { StoredCommit } from "../../../src/adapters/embedded/world.ts";
import { asking, refusalOf } from "../../contracts/asking.ts";
import { sourceContract } from "../../contracts/source-contract.ts";
import type { TestRepository } from "./repository.ts";
import { git, repositoryOf } from "./repository.ts";

const named = { remote: "origin", branch: "main" };

/** What the contract only reads is made once. */
const repositories = new Map<string, TestRepository>();
afterAll(() => {
  for (const each of repositories.values()) each.remove();
});

sourceContract("a clone", async ({ commits }) => {
  const content = JSON.stringify(commits);
  const repository = repositories.get(content) ?? repositoryOf(commits);
  repositories.set(content, repository);
  const { clone } = repository;
  return {
    source: gitSource(clone, named),
    shaOf: async (sha) => {
      const subject = commits.find((commit) => commit.sha === sha)?.subject ?? "";
      return git(clone, ["log", "--all", "--format=%H", `--grep=^${subject}$`]).trim();
    },
    dispose: async () => {},
  };
});

const made: { remove(): void }[] = [];
afterEach(() => {
  for (const each of made.splice(0)) each.remove();
});

const commit = (sha: string, day: number, touches: readonly string[], branch = "main"): StoredCommit => ({
  sha,
  at: `2026-02-0${day}T10:00:00.000Z`,
  branch,
  subject: `Commit ${sha}`,
  touches,
});
const three = [commit("1", 1, ["raw", "analytics"]), commit("2", 2, ["raw/a.py"]), commit("3", 3, ["docs/b.md"])];

function cloned(commits: readonly StoredCommit[] = three, cloning: readonly string[] = []): TestRepository {
  const repository = repositoryOf(commits, cloning);
  made.push(repository);
  return repository;
}

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), "postgame-no-git-"));
  made.push({ remove: () => rmSync(folder, { recursive: true, force: true }) });
  return folder;
}

/** A program that is called instead of git. */
function program(script: string): string {
  const file = join(temporary(), "git");
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

const refused = async (folder: string, given: Partial<typeof named> & { git?: string } = {}) =>
  refusalOf(gitSource(folder, { ...named, ...given }).tip(asking()));
const heads = ({ origin }: TestRepository) => git(origin, ["rev-list", "--reverse", "main"]).trim().split("\n");

describe("what is no clone of the branch", () => {
  test("a folder that isn't there, one without git, and one inside a repository that is not its own", async () => {
    const { clone } = cloned();
    mkdirSync(join(clone, "inside"));
    for (const folder of [join(clone, "nowhere"), temporary(), join(clone, "inside")]) {
      expect(await refused(folder)).toMatchObject({ refusal: "no_such_place", message: expect.stringContaining("is no git repository") });
    }
  });

  test("a repository without that remote, and one without that branch, each in its words", async () => {
    const { clone, origin } = cloned();
    expect(await refused(origin)).toMatchObject({ refusal: "no_such_place", message: expect.stringContaining("no remote origin") });
    expect(await refused(clone, { branch: "trunk" })).toMatchObject({
      refusal: "no_such_place",
      message: expect.stringContaining("no branch trunk of origin"),
    });
    for (const asked of [gitSource(clone, { ...named, branch: "trunk" })]) {
      expect((await refusalOf(asked.existing({ paths: ["raw"] }, asking()))).refusal).toBe("no_such_place");
      expect((await refusalOf(asked.since({ at: "2026-02-01T00:00:00Z", paths: ["raw"], limit: 1 }, asking()))).refusal).toBe(
        "no_such_place",
      );
    }
  });

  test("a machine without git", async () => {
    expect(await refused(cloned().clone, { git: join(temporary(), "git") })).toMatchObject({
      refusal: "unavailable",
      next: "Install git.",
    });
  });

  test.each([
    [
      "fatal: detected dubious ownership in repository at '/srv/x'\nTo add an exception run: git config --global --add safe.directory /srv/x",
      "denied",
      "safe.directory",
    ],
    ["fatal: cannot open '.git/HEAD': Permission denied", "denied", "access"],
    ["fatal: could not fetch 1234 from promisor remote", "partial", "--filter"],
    ["fatal: bad config line 1 in file .git/config", "malformed", "fsck"],
    ["", "malformed", "fsck"],
  ])("git that says %j", async (said, refusal, next) => {
    const failing = program(`cat >&2 <<'END'\n${said}\nEND\nexit 128`);
    expect(await refused(cloned().clone, { git: failing })).toMatchObject({ refusal, next: expect.stringContaining(next) });
  });

  test("a program that is no git, and answers everything, is malformed", async () => {
    expect((await refused(cloned().clone, { git: program("echo refs/remotes/origin/main") })).refusal).toBe("malformed");
  });

  test("a damaged one is malformed, never one without the branch", async () => {
    const repository = cloned();
    const objects = join(repository.clone, ".git/objects/pack");
    for (const file of readdirSync(objects)) rmSync(join(objects, file), { force: true });
    expect(await refused(repository.clone)).toMatchObject({ refusal: "malformed", next: expect.stringContaining("fsck") });
  });
});

describe("a copy that knows only a part", () => {
  test("a shallow one says so; what it doesn't know may be there, and what it seems to know is no count", async () => {
    const repository = cloned(three, ["--depth=2"]);
    const [first = "", second = "", third = ""] = heads(repository);
    const source = gitSource(repository.clone, named);
    expect((await source.tip(asking())).shallow).toBe(true);
    expect(await source.commit({ sha: first }, asking())).toBeUndefined();
    expect(await refusalOf(source.behind({ sha: first, paths: ["raw"], limit: 9 }, asking()))).toMatchObject({
      refusal: "partial",
      next: expect.stringContaining("--unshallow"),
    });
    expect((await refusalOf(source.contains({ commit: third, within: second }, asking()))).refusal).toBe("partial");
    // The second commit did not touch analytics, and looks here as if it had.
    const [oldest, since] = ["2026-02-01T10:00:00Z", (at: string) => source.since({ at, paths: ["analytics"], limit: 9 }, asking())];
    expect((await refusalOf(since(oldest))).refusal).toBe("partial");
    expect((await source.behind({ sha: second, paths: ["raw"], limit: 9 }, asking())).total).toBe(0);
    expect((await refusalOf(source.behind({ sha: second, paths: ["docs"], limit: 9 }, asking()))).refusal).toBe("partial");
    expect(await source.contains({ commit: second, within: third }, asking())).toBe(true);
    expect(await source.touched({ sha: third, paths: ["docs", "raw"] }, asking())).toEqual(["docs"]);
    expect((await refusalOf(source.touched({ sha: second, paths: ["raw"] }, asking()))).refusal).toBe("partial");
  });

  test("a partial one fetches nothing: what it lacks is refused as partial", async () => {
    const repository = cloned(three, ["--filter=tree:0"]);
    const [first = ""] = heads(repository);
    const source = gitSource(repository.clone, named);
    const before = git(repository.clone, ["count-objects", "-v"]);
    expect((await source.tip(asking())).head.subject).toBe("Commit 3");
    expect(await refusalOf(source.behind({ sha: first, paths: ["raw"], limit: 9 }, asking()))).toMatchObject({
      refusal: "partial",
      next: expect.stringContaining("--filter"),
    });
    expect(git(repository.clone, ["count-objects", "-v"])).toBe(before);
  });
});

describe("when it last heard from its remote", () => {
  const fetchedAt = async (folder: string) => (await gitSource(folder, named).tip(asking())).fetchedAt;
  const old = new Date("2026-02-03T12:00:00.000Z");

  test("is when it was cloned, until it fetches; a fetch that brings nothing new counts", async () => {
    const { clone } = cloned();
    const logs = join(clone, ".git/logs/refs/remotes/origin/HEAD");
    writeFileSync(logs, readFileSync(logs, "utf8").replace(/> \d+ /u, `> ${old.getTime() / 1000} `));
    expect(await fetchedAt(clone)).toBe(old.toISOString());
    git(clone, ["fetch", "--quiet"]);
    const later = new Date("2026-02-04T12:00:00.000Z");
    utimesSync(join(clone, ".git/FETCH_HEAD"), later, later);
    expect(await fetchedAt(clone)).toBe(later.toISOString());
  });

  test("is not when another remote was fetched, nor when a fetch failed", async () => {
    const { clone, root } = cloned();
    rmSync(join(clone, ".git/logs"), { recursive: true });
    for (const text of [
      "",
      `${"a".repeat(40)}\t\tbranch 'main' of ${root}/other\n`,
      `${"a".repeat(40)}\t\tbranch 'fix' of file://${root}/origin\n`,
    ]) {
      writeFileSync(join(clone, ".git/FETCH_HEAD"), text);
      expect(await fetchedAt(clone)).toBeUndefined();
    }
    expect(existsSync(join(clone, ".git/logs"))).toBe(false);
  });
});

test("a merge brings what it merged: commits of the side branch are behind, changes made in the merge itself too", async () => {
  const repository = cloned([
    commit("1", 1, ["raw", "analytics"]),
    commit("2", 2, ["analytics/side.py"], "fix"),
    commit("3", 3, ["docs/b.md"]),
  ]);
  const env = { GIT_COMMITTER_DATE: "2026-02-04T10:00:00Z", GIT_AUTHOR_DATE: "2026-02-04T10:00:00Z" };
  git(repository.origin, ["reset", "--hard", "--quiet", "main"]);
  git(repository.origin, ["merge", "--quiet", "--no-commit", "fix"], { env });
  writeFileSync(join(repository.origin, "raw/resolved.py"), "by hand");
  git(repository.origin, ["add", "."]);
  git(repository.origin, ["commit", "--quiet", "-m", "Merge fix"], { env });
  git(repository.clone, ["fetch", "--quiet"]);
  const [first = ""] = heads(repository);
  const source = gitSource(repository.clone, named);
  const behind = async (path: string) =>
    (await source.behind({ sha: first, paths: [path], limit: 9 }, asking())).commits.map(({ subject }) => subject);
  expect(await behind("analytics")).toEqual(["Commit 2"]);
  expect(await behind("raw")).toEqual(["Merge fix"]);
  const merge = heads(repository).at(-1) ?? "";
  expect(await source.touched({ sha: merge, paths: ["analytics", "docs", "raw"] }, asking())).toEqual(["analytics", "raw"]);
});

test("digits that begin two commits are none of them; a branch or tag that bears such a name is no commit", async () => {
  const many = Array.from({ length: 700 }, (_, index) => commit(`${index}`, 1, [`raw/${index}.py`]));
  const repository = cloned(many);
  const all = heads(repository);
  const twice = all.map((sha) => sha.slice(0, 4)).find((short, index, every) => every.indexOf(short) !== index);
  expect(twice).toBeDefined();
  const source = gitSource(repository.clone, named);
  expect(await source.commit({ sha: twice ?? "" }, asking())).toBeUndefined();
  git(repository.clone, ["tag", "deadbee", all[3] ?? ""]);
  git(repository.clone, ["branch", "cafe123", all[3] ?? ""]);
  for (const sha of ["deadbee", "cafe123"]) expect(await source.commit({ sha }, asking())).toBeUndefined();
  expect((await source.commit({ sha: (all[3] ?? "").slice(0, 12) }, asking()))?.sha).toBe(all[3]);
});

test("what looks like an option or a pattern is a sha or path like any other, and starts nothing", async () => {
  const { clone, root } = cloned();
  const source = gitSource(clone, named);
  const ran = join(root, "ran");
  const option = `--upload-pack=touch ${ran}`;
  expect(await source.commit({ sha: option }, asking())).toBeUndefined();
  expect((await refusalOf(source.behind({ sha: option, paths: ["raw"], limit: 1 }, asking()))).refusal).toBe("no_such_place");
  const { sha } = (await source.tip(asking())).head;
  for (const path of [option, "--all", ":(glob)**", "*", ":/"]) {
    expect(await source.existing({ paths: [path] }, asking())).toEqual([]);
    expect((await source.behind({ sha, paths: [path], limit: 1 }, asking())).total).toBe(0);
    expect((await source.since({ at: "2026-01-01T00:00:00Z", paths: [path], limit: 1 }, asking())).total).toBe(0);
  }
  expect(existsSync(ran)).toBe(false);
});

test("a checkout's own settings and the caller's environment start nothing and lead nowhere else", async () => {
  const { clone, root } = cloned();
  const ran = join(root, "ran");
  const script = program(`touch ${ran}`);
  for (const name of ["core.fsmonitor", "core.sshCommand", "gpg.program", "core.pager", "diff.external"])
    git(clone, ["config", name, script]);
  git(clone, ["config", "log.showSignature", "true"]);
  const source = gitSource(clone, named);
  process.env["GIT_DIR"] = join(root, "nowhere");
  try {
    const { head } = await source.tip(asking());
    await source.commit({ sha: head.sha }, asking());
    await source.existing({ paths: ["raw"] }, asking());
    expect(head.subject).toBe("Commit 3");
  } finally {
    delete process.env["GIT_DIR"];
  }
  expect(existsSync(ran)).toBe(false);
});

test.each(["signal", "deadline"])("git is killed when the call's %s ends it", async (end) => {
  const pid = join(temporary(), "pid");
  const hanging = program(`echo $$ > ${pid}; exec tail -f /dev/null`);
  const { clone } = cloned();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  onTestFinished(() => void vi.useRealTimers());
  const caller = new AbortController();
  const call = end === "signal" ? asking({ signal: caller.signal }) : asking({ deadlineAt: Date.now() + 5000 });
  const answering = refusalOf(gitSource(clone, { ...named, git: hanging }).tip(call));
  await expect.poll(() => existsSync(pid) && readFileSync(pid, "utf8").endsWith("\n"), patiently).toBe(true);
  if (end === "signal") caller.abort();
  else vi.advanceTimersByTime(5000);
  expect((await answering).refusal).toBe("deadline");
  const isRunning = () => {
    try {
      return process.kill(Number(readFileSync(pid, "utf8")), 0);
    } catch {
      return false;
    }
  };
  await expect.poll(isRunning, patiently).toBe(false);
});

test("whoever asks the same meanwhile shares the answer, but not the end of who asked first", async () => {
  const { clone, root } = cloned();
  const log = join(root, "log");
  const counting = program(`echo run >> ${log}\n[ "$(wc -l < ${log})" -eq 1 ] && exec tail -f /dev/null\nexec git "$@"`);
  const source = gitSource(clone, { ...named, git: counting });
  const caller = new AbortController();
  const first = refusalOf(source.existing({ paths: ["raw"] }, asking({ signal: caller.signal })));
  const others = [1, 2].map(() => source.existing({ paths: ["raw"] }, asking()));
  await expect.poll(() => existsSync(log), patiently).toBe(true);
  caller.abort();
  expect((await first).refusal).toBe("deadline");
  expect(await Promise.all(others)).toEqual([["raw"], ["raw"]]);
  expect(readFileSync(log, "utf8").trim().split("\n")).toHaveLength(2);
});

const patiently = { timeout: 10_000 };
