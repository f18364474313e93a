import type { ExecFileException } from "node:child_process";
import type { Refusal } from "../../errors.ts";
import { BackendError } from "../../errors.ts";
import { quoted } from "../../outside-text.ts";

interface Where {
  readonly folder: string;
  readonly program: string;
}

/** Why git gave no answer. It says so in words alone: they are asked for in English, and what they don't tell is `malformed`. */
export function gitRefusal(error: ExecFileException, said: string, where: Where): BackendError {
  const [refusal, reason, next] = sentences(error, said, where);
  return new BackendError(refusal, reason, next, { cause: error });
}

function sentences(error: ExecFileException, said: string, { folder, program }: Where): readonly [Refusal, string, string] {
  const copy = `the copy of the repository in ${folder}`;
  if (error.code === "ENOENT") return ["unavailable", `there is no program ${program} to read the repository with`, "Install git."];
  if (error.code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER")
    return ["partial", `git had more to say of ${copy} than can be read`, "Ask about fewer commits."];
  if (/dubious ownership|safe\.directory/u.test(said))
    return [
      "denied",
      `git doesn't read ${copy}, because another user owns it`,
      `Run, if you trust it: git config --global --add safe.directory ${folder}`,
    ];
  if (/Permission denied|EACCES/u.test(said) || error.code === "EACCES")
    return ["denied", `${copy} may not be read`, `Give the user that runs this access to ${folder}.`];
  if (/promisor|transport '[^']*' not allowed|lazy fetch/u.test(said))
    return [
      "partial",
      `${copy} is a partial clone that lacks what was asked for`,
      "Clone it whole: git fetch --refetch --no-filter, or a new clone without --filter.",
    ];
  if (/not a git repository|cannot change to/u.test(said))
    return ["no_such_place", `${folder} is no git repository`, "Name the folder of a clone with --repo, the one that .git is in."];
  return ["malformed", `git could not read ${copy}: ${quoted(firstLine(said))}`, `Run: git -C ${folder} fsck; or make the clone anew.`];
}

function firstLine(said: string): string {
  return said.split("\n").find((line) => line.trim() !== "") ?? "no word of why";
}
