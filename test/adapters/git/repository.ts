import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StoredCommit } from "../../../src/adapters/embedded/world.ts";

/** A real repository in a temporary folder: `origin` as its remote has it, `clone` as it was cloned. */
export interface TestRepository {
  readonly root: string;
  readonly origin: string;
  readonly clone: string;
  remove(): void;
}

export function git(
  folder: string,
  args: readonly string[],
  given: { readonly input?: string; readonly env?: Record<string, string> } = {},
): string {
  const env = {
    ...process.env,
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_SYSTEM: "/dev/null",
    GIT_AUTHOR_NAME: "A",
    GIT_AUTHOR_EMAIL: "a@example.com",
    GIT_COMMITTER_NAME: "A",
    GIT_COMMITTER_EMAIL: "a@example.com",
    ...given.env,
  };
  return execFileSync("git", ["-C", folder, ...args], { env, input: given.input ?? "", stdio: ["pipe", "pipe", "pipe"] }).toString();
}

export function repositoryOf(commits: readonly StoredCommit[], cloning: readonly string[] = []): TestRepository {
  const root = mkdtempSync(join(tmpdir(), "postgame-git-"));
  const [origin, clone] = [join(root, "origin"), join(root, "clone")];
  git(root, ["init", "--quiet", "--initial-branch=main", origin]);
  git(origin, ["fast-import", "--quiet"], { input: commits.map((commit, index) => imported(commit, commits.slice(0, index))).join("") });
  // As a hosted repository allows it: a copy that lacks something could fetch it by its name.
  for (const allowed of ["allowFilter", "allowAnySHA1InWant"]) git(origin, ["config", `uploadpack.${allowed}`, "true"]);
  git(root, ["clone", "--quiet", "--no-checkout", ...cloning, `file://${origin}`, clone]);
  return { root, origin, clone, remove: () => rmSync(root, { recursive: true, force: true }) };
}

/** A folder is touched by a file in it. */
function imported({ sha, at, branch, subject, touches }: StoredCommit, before: readonly StoredCommit[]): string {
  const seconds = Math.floor(Date.parse(at) / 1000);
  const first = branch !== "main" && !before.some((each) => each.branch === branch);
  const from = before.findLastIndex((each) => each.branch === "main") + 1;
  const files = touches.map((path) => (/\.\w+$/u.test(path) ? path : `${path}/changed.txt`));
  return [
    `commit refs/heads/${branch}`,
    `mark :${before.length + 1}`,
    `committer A <a@example.com> ${seconds} +0000`,
    `data ${Buffer.byteLength(subject)}\n${subject}`,
    ...(first ? [`from :${from}`] : []),
    ...files.map((path) => `M 100644 inline ${path}\ndata ${sha.length}\n${sha}`),
    "",
    "",
  ].join("\n");
}
