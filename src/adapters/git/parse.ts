import { BackendError } from "../../errors.ts";
import type { Commit } from "../../ports/source.ts";

/** One line a commit, beside git's own that begin with `commit`; a subject never holds a line's end. */
export const format = "--format=%H%x00%cI%x00%s";

export function commitsIn(out: string): readonly Commit[] {
  return out
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("commit "))
    .map((line) => {
      const [sha = "", at = "", subject] = line.split("\0");
      const time = Date.parse(at);
      if (!/^[0-9a-f]{40,64}$/u.test(sha) || Number.isNaN(time) || subject === undefined) throw garbled();
      return { sha, at: new Date(time).toISOString(), subject };
    });
}

function garbled(): BackendError {
  return new BackendError("malformed", "git answered in a form that no list of commits has", "See which program is called git here.");
}
