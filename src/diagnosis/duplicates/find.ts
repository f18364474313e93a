import { couldNotLook } from "../../checks/check.ts";
import { notDue } from "../../checks/finding.ts";
import { ever } from "../../evidence/looks/duplicates.ts";
import type { Asking } from "../../inquiring.ts";
import { addDays } from "../../pipeline/dates.ts";
import type { Inquiry, Line } from "../inquiry.ts";
import { withoutLine } from "../line.ts";
import { listOf, nextOf, numbersOf } from "./answer.ts";
import { causesOf } from "./causes.ts";
import type { TwoRuns } from "./concurrency.ts";
import type { Counter, Counting } from "./counting.ts";
import { counter, tablesWith, withSources } from "./counting.ts";
import { emptyLine, gapLines, judgedFrom } from "./empties.ts";
import { behindOf, factsOf } from "./facts.ts";
import { closure, readersOf } from "./graph.ts";
import { cleanLine, keylessLine, olderLine, surplusLines } from "./lines.ts";
import type { Question } from "./question.ts";
import { headlineOf, windowOf } from "./question.ts";
import { briefly, removalOf } from "./removal.ts";
import { readDays } from "./rows-read.ts";

/** Most targets of a proposal that an answer shows. */
const mostTargets = { concise: 1, detailed: 12 };

/** Which keys are there more than once, why, who has read them, and what would put it right. */
export async function findDuplicates(asking: Asking, question: Question): Promise<Inquiry> {
  const { session, asOf, rules, gather } = asking;
  const within: Counting = { pipeline: session.pipeline, asOf, gather, window: question.window };
  const counting = counter(within);
  const [older] = await Promise.all([countOlder(within, question), counting.count(question.tables)]);
  const judged = await withSources(rules, question.tables, counting);
  const affected = tablesWith(counting, judged, ({ surplus }) => surplus > 0);
  await counting.count(
    closure(
      affected.map(({ table }) => table),
      (table) => readersOf(rules, table),
    ),
  );
  const { days, looks } = question.whole ? { days: [], looks: [] } : await readDays(asking, affected);
  const isWhole = looks.every(({ seen }) => seen);
  const facts = await Promise.all(affected.map((table) => factsOf(table, { asking, counting, days })));
  const lines = [
    ...surplusLines(
      affected.map((counted) => ({ counted, behind: behindOf(counted, { asking, counting, question, days, isWhole }) })),
      asking.detailed,
    ),
    ...tablesWith(counting, judged, ({ keyless }) => keyless > 0).map(keylessLine),
    ...judged.flatMap((table) => lostLine(counting, table)),
    ...older.lines,
    ...(await otherLines(within, counting, judged)),
    ...withoutLines(counting, judged, [...looks, ...facts.flatMap(({ two }) => two.looks)]),
  ];
  const partitions = affected.reduce((sum, { tally }) => sum + tally.days.filter(({ surplus }) => surplus > 0).length, 0);
  // What is proposed must not depend on who answered: with part of the rows lost, it would be another removal.
  const removal = removalOf(isWhole ? days : [], { rules, partitions });
  const proposals = removal === undefined ? [] : [briefly(removal, mostTargets[asking.detailed ? "detailed" : "concise"])];
  const weighable = facts.flatMap(({ cause }) => cause ?? []);
  const causes = weighable.length === 0 ? undefined : causesOf(weighable);
  const isOpen = affected.length > 0 && !(causes?.every(({ standing }) => standing !== "open") ?? false);
  return {
    lines,
    numbers: numbersOf(judged, question.named ? question.tables : judged, counting),
    asked: windowOf(question),
    headline: headlineOf(question),
    ...(causes === undefined ? {} : { causes }),
    proposals,
    ...(asking.detailed ? { rows: listOf(judged, counting) } : {}),
    next: nextOf(affected, question, { isOpen: isOpen || older.found, pairs: facts.map(({ two }) => two), rules }),
  };
}

async function countOlder(within: Counting, { older, tables }: Question): Promise<{ lines: readonly Line[]; found: boolean }> {
  if (!older) return { lines: [], found: false };
  const { pipeline, asOf, window } = within;
  const before = counter({ ...within, window: { from: ever.from, to: addDays(window.from, -1) } });
  await before.count(tables);
  const doubled = tablesWith(before, tables, ({ surplus }) => surplus > 0);
  const rules = pipeline.rulesOn(window.to, asOf);
  return {
    lines: [
      ...(doubled.length === 0 ? [] : [olderLine(doubled, window.from, rules)]),
      ...[...before.lost.values()].map((look) => withoutLine("without", look)),
    ],
    found: doubled.length > 0,
  };
}

function lostLine({ lost }: Counter, table: string): readonly Line[] {
  const look = lost.get(table);
  return look === undefined ? [] : [{ id: `counts/${table}`, finding: couldNotLook(look), evidence: [look.id] }];
}

/** Readers that could not be counted, and rows, runs, logs and locks that could not be read: their tables were judged without them. */
function withoutLines({ lost }: Counter, judged: readonly string[], looks: TwoRuns["looks"]): readonly Line[] {
  const readers = [...lost].flatMap(([table, look]) => (judged.includes(table) ? [] : [look]));
  return [...readers, ...looks].flatMap((look) => (look.seen ? [] : [withoutLine("without", look)]));
}

/** Tables that are clean, too early to be called so, or empty. */
async function otherLines(within: Counting, counting: Counter, judged: readonly string[]): Promise<readonly Line[]> {
  const unique = tablesWith(counting, judged, ({ rows, surplus, keyless }) => rows > 0 && surplus === 0 && keyless === 0);
  const early = unique.flatMap((counted) => {
    const from = judgedFrom(counted, within);
    return from === undefined ? [] : [{ counted, from }];
  });
  const clean = unique.filter((counted) => !early.some((other) => other.counted === counted));
  const empty = tablesWith(counting, judged, ({ rows, keyless }) => rows === 0 && keyless === 0);
  return [
    ...(clean.length === 0 ? [] : [cleanLine(clean)]),
    ...(await gapLines(clean, within)),
    ...early.map(({ counted: { table, tally, evidence }, from }) => ({
      id: `early/${table}`,
      finding: notDue(`${tally.rows} rows so far in ${table}, each key once`, from),
      evidence,
    })),
    ...(await Promise.all(empty.map((counted) => emptyLine(counted, within)))),
  ];
}
