import { pastItsTime } from "../../checks/locking/judge.ts";
import { revisionText } from "../../checks/locking/judge-observed.ts";
import { lockName } from "../../checks/locking/kinds.ts";
import { atSecond } from "../../checks/words.ts";
import { quoted } from "../../outside-text.ts";
import { durationText } from "../../pipeline/dates.ts";
import type { Holds } from "../cause.ts";
import type { LockCase } from "./causes.ts";
import type { LockEvidence, LocksSeen, Twins } from "./seen.ts";
import { lockless, twinText } from "./twins.ts";

/** The facts on which causes rest, with what could not be looked at as unknown. */
export function caseOf(asked: LockEvidence, seen: LocksSeen): LockCase {
  return { ...twinsIn(asked, seen), ...lostIn(asked, seen), ...terminalIn(asked, seen), ...silentIn(asked, seen) };
}

/** Only where nothing keeps them apart to this day: what happened before locks were observed is explained by that. */
function twinsIn(asked: LockEvidence, seen: LocksSeen): Pick<LockCase, "twins"> {
  const open = seen.users.filter(({ observed }) => observed.state === "not_in_use" || observed.state === "not_observed");
  const found = open.flatMap((user) => lockless(seen, user).map((twins) => ({ user, twins })));
  const best = found.find(({ twins }) => unfinished(twins) === undefined) ?? found[0];
  if (best === undefined) return {};
  const { twins, user } = best;
  const pending = unfinished(twins);
  const without = pending === undefined ? "the ends of both runs are recorded" : `no end of ${quoted(pending)} is recorded`;
  return {
    twins: {
      said: twinText(twins, asked),
      bothWorked: pending === undefined ? "yes" : "unknown",
      workedSaid: without,
      asked: wasRead(asked, user.unit) ? "no" : "unknown",
      settle: pending === undefined ? `the whole log of ${user.unit}` : `whether ${quoted(pending)} was at work: its log`,
    },
  };
}

function unfinished({ pair }: Twins): string | undefined {
  return pair.find(({ state }) => state === "running")?.id;
}

/** Silence about locks counts only of a unit that logged something, all of it read. */
function wasRead({ logs }: LockEvidence, unit: string): boolean {
  const looks = logs.get(unit) ?? [];
  return looks.length > 0 && looks.every((look) => look.seen && !look.facts.more && look.facts.any !== null);
}

function lostIn(asked: LockEvidence, { lost }: LocksSeen): Pick<LockCase, "lost"> {
  const first = lost[0];
  if (first === undefined) return {};
  const { loser, taker, lostAt, gaveBackAt } = first;
  const worked =
    loser.started === undefined || loser.ended === undefined
      ? ""
      : `, at work for ${durationText(loser.ended.getTime() - loser.started.getTime())},`;
  return {
    lost: {
      said: `${quoted(loser.id)}${worked} lost its lock ${atSecond(lostAt, asked)} to ${quoted(taker.id)}`,
      gaveBack: gaveBackAt === undefined ? "no" : "yes",
      gaveBackSaid: gaveBackAt === undefined ? "" : `it gave back a lock that was no longer its own ${atSecond(gaveBackAt, asked)}`,
    },
  };
}

function terminalIn(asked: LockEvidence, seen: LocksSeen): Pick<LockCase, "terminal"> {
  const past = seen.locks.flatMap((lock) => {
    const found = pastItsTime(lock, seen, asked.asOf);
    return found === undefined ? [] : [{ lock, at: found.asked }];
  });
  const best = past.find(({ at }) => at !== undefined) ?? past[0];
  if (best === undefined) return {};
  const { document, kind } = best.lock;
  const logRead = (kind.rules.told_by ?? []).every((unit) => wasRead(asked, unit));
  const wanted: Holds = best.at === undefined ? (logRead ? "no" : "unknown") : "yes";
  return {
    terminal: {
      said: `${quoted(document.id)} is done and was left past its time`,
      asked: wanted,
      askedSaid: best.at === undefined ? "nobody was seen to ask for it since" : `it was asked for ${atSecond(best.at, asked)}`,
    },
  };
}

function silentIn(asked: LockEvidence, seen: LocksSeen): Pick<LockCase, "silent"> {
  const user = seen.users.find(({ observed }) => observed.state === "not_observed");
  if (user === undefined) return {};
  const { observed, unit, from, kind } = user;
  const { servingSince, serving, idle } = observed;
  const soon = kind.rules.expires_minutes * 60_000;
  const atWork = seen.runs.some(
    (run) =>
      run.unit === unit &&
      run.state === "running" &&
      run.started !== undefined &&
      asked.asOf.getTime() - run.started.getTime() < soon &&
      !seen.locks.some(({ document }) => lockName(document.id).of === run.processor),
  );
  return {
    silent: {
      said: `${observed.runs} runs of ${unit} since ${atSecond(observed.since, asked)} left no sign of a lock`,
      // A lock may come into use with no new revision: age alone shows nothing.
      olderServes: servingSince === undefined ? "unknown" : servingSince >= from ? "no" : idle === undefined ? "unknown" : "yes",
      servesSaid: `${serving === undefined ? unit : revisionText(unit, serving)} serves${servingSince === undefined ? "" : `, made ${atSecond(servingSince, asked)}`}${idle === undefined ? "" : `, though ${revisionText(unit, idle)} is newer`}`,
      atWork: atWork ? "yes" : "unknown",
    },
  };
}
