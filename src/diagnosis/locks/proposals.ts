import { pastItsTime } from "../../checks/locking/judge.ts";
import type { StandingLock } from "../../checks/locking/standing.ts";
import { quoted } from "../../outside-text.ts";
import type { Proposal } from "../proposal.ts";
import { isPlainId, pinned, proposalOf } from "../proposal.ts";
import type { LockEvidence, LocksSeen } from "./seen.ts";

/**
 * Locks that nobody works under any more: orphans, and those of batches that are done and in the way. Never one whose holder
 * may be at work, and never one that names no run: nobody could tell then that its work is over. Nor one whose id or run is
 * no plain name: as a target it would carry its text out.
 */
export function proposalsOf(asked: LockEvidence, seen: LocksSeen): readonly Proposal[] {
  return seen.locks.flatMap((lock) => {
    const { document, kind, standing } = lock;
    if (document.owner === null || !isPlainId(document.owner) || !isPlainId(document.id)) return [];
    if (!(standing === "orphan" || isInTheWay(lock, asked, seen))) return [];
    const { owner, status, ...times } = kind.rules.fields;
    const before = pinned(
      document.fields,
      [owner, status, ...Object.values(times)].flatMap((name) => name ?? []),
    );
    const what = standing === "orphan" ? "nobody works under it" : `its batch is ${quoted(document.status ?? "?")}`;
    return [
      proposalOf({
        kind: "release_lock",
        said: `Release ${quoted(document.id)}: ${what}.`,
        documents: [{ document: `${kind.rules.collection}/${document.id}`, update_time: document.updateTime, before }],
        requires: [{ what: "holder_ended", run: document.owner }],
      }),
    ];
  });
}

function isInTheWay(lock: StandingLock, { asOf }: LockEvidence, seen: LocksSeen): boolean {
  const past = pastItsTime(lock, seen, asOf);
  return past !== undefined && (past.failed || past.asked !== undefined || past.overdue);
}
