import { overlapping, runText, runsIn } from "../../checks/running/run.ts";
import { at } from "../../checks/words.ts";
import type { Evidence, Gather } from "../../evidence/evidence.ts";
import { lockNamed } from "../../evidence/looks/locks.ts";
import { processorRuns } from "../../evidence/looks/tables.ts";
import { logLine } from "../../evidence/looks/watched.ts";
import { quoted } from "../../outside-text.ts";
import { addMinutes, clockText } from "../../pipeline/dates.ts";
import type { Rules } from "../../pipeline/load.ts";
import type { Holds } from "../cause.ts";
import type { CauseFacts } from "./causes.ts";
import type { Counting } from "./counting.ts";
import { lockDocument, processorClass } from "./removal.ts";
import type { ReadDay } from "./rows-read.ts";

interface Asked extends Omit<Counting, "window"> {
  /** What is state is as it is now, not as it was at the clock. */
  readonly past: boolean;
}

export interface TwoRuns {
  readonly runs: CauseFacts["runs"];
  readonly signs: CauseFacts["signs"];
  /** Every look that was made for it. */
  readonly looks: readonly Evidence<unknown>[];
}

export const notLooked: TwoRuns = { runs: { overlap: "unknown", said: "the run history was not read" }, signs: [], looks: [] };

/** A batch stamps its rows as it goes, and the history its end a moment later. */
const slackMs = 1000;

/** Whether two runs of the processor overlapped when the copies of a date were written, and what logs and locks say of it. */
export async function twoRuns(day: ReadDay, asked: Asked): Promise<TwoRuns> {
  const { pipeline, asOf, gather } = asked;
  const rules = pipeline.rulesOn(day.date, asOf);
  const processor = processorClass(rules, day.table);
  const { stamps } = day.surplus;
  const [first, last] = [stamps[0], stamps.at(-1)];
  if (processor === undefined || first === undefined || last === undefined) return notLooked;
  const window = { since: addMinutes(first, -10).toISOString(), until: addMinutes(last, 10).toISOString() };
  const [history, logs, lock] = await Promise.all([
    gather(processorRuns(rules, day.date)),
    logSign(rules, day, window, gather),
    lockSign(rules, day, asked),
  ]);
  const runs = history.seen ? runsIn(history.facts.rows).filter((run) => run.processor === processor) : [];
  const pair = overlapping(runs, asOf).find(([one, other]) =>
    [one, other].every(({ started, ended }) =>
      stamps.some(
        (stamp) =>
          started !== undefined && started.getTime() - slackMs <= stamp.getTime() && stamp.getTime() <= (ended ?? asOf).getTime() + slackMs,
      ),
    ),
  );
  const place = { rules, date: day.date };
  return {
    runs: {
      // A history that shows only one may have lost the other: that excludes nothing.
      overlap: pair === undefined ? "unknown" : "yes",
      said: !history.seen
        ? "the run history could not be read"
        : pair === undefined
          ? `the run history shows no two overlapping runs of ${processor} for ${day.date}`
          : `runs ${pair.map((run) => runText(run, place)).join(" and ")} of ${processor} overlap`,
    },
    signs: [...logs.signs, ...lock.signs, ...notInUse(rules, day, last)],
    looks: [history, ...logs.looks, ...lock.looks],
  };
}

type Signs = Pick<TwoRuns, "signs" | "looks">;

/** Lines that tell of a fallback which deletes and appends. */
async function logSign(
  rules: Rules,
  { table, declared, date }: ReadDay,
  window: { since: string; until: string },
  gather: Gather,
): Promise<Signs> {
  const unit = rules.writers?.[declared.stage];
  if (unit === undefined) return { signs: [], looks: [] };
  const texts = (rules.log_texts ?? []).filter((text) => text.kind === "destructive" && (text.unit === undefined || text.unit === unit));
  const looks = await Promise.all(
    texts.map(({ text }) => gather(logLine(`${unit} "${text}" for ${table} ${date}`, { unit, ...window, contains: text }))),
  );
  const found = looks.flatMap((look, index) => {
    const line = look.seen ? look.facts.found : null;
    return line === null ? [] : [`${quoted(texts[index]?.text ?? "")} (${at(new Date(line.at), { rules, date })})`];
  });
  const silent = looks.length > 0 && looks.every((look) => look.seen && look.facts.any !== null);
  const holds: Holds = found.length > 0 ? "yes" : silent ? "no" : "unknown";
  const said = found.length > 0 ? `${unit} logged ${found.join(", ")}` : `${unit} logged nothing of a MERGE that failed`;
  return { signs: [{ holds, said }], looks };
}

/** A lock that is held says nothing of then; none is what two runs at once would have left, and every other run too. */
async function lockSign(rules: Rules, { table, date }: ReadDay, { gather, past }: Asked): Promise<Signs> {
  const lock = rules.locks?.["processing"];
  const document = lockDocument(rules, table, date);
  if (lock === undefined || document === undefined || past) return { signs: [], looks: [] };
  const look = await gather(lockNamed(rules, lock, document));
  const holds: Holds = look.seen && look.facts.documents.length === 0 ? "yes" : "unknown";
  return { signs: [{ holds, said: `no lock ${document} is there` }], looks: [look] };
}

function notInUse(rules: Rules, { declared }: ReadDay, stamp: Date): CauseFacts["signs"] {
  const unit = rules.writers?.[declared.stage];
  const user = rules.locks?.["processing"]?.in_use?.find((candidate) => candidate.unit === unit);
  if (user === undefined) return [];
  const from = new Date(user.from);
  const said = `${user.unit} takes a lock only since ${clockText(from, rules.zone)}`;
  return stamp < from ? [{ holds: "yes", said }] : [{ holds: "unknown", said }];
}
