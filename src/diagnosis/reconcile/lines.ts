import { isCompletion } from "../../checks/completion/mode.ts";
import type { Finding, Severity } from "../../checks/finding.ts";
import { note, notApplicable, notDue, pass, problem, severityOf, unknown } from "../../checks/finding.ts";
import { quoted } from "../../outside-text.ts";
import type { Line } from "../inquiry.ts";
import type { Class, Day, Part } from "./judge.ts";
import { isSeen, lackingIn, partsOf, recordPart, straysIn } from "./judge.ts";
import type { Phase } from "./phases.ts";
import { titleOf } from "./phases.ts";
import { datesText, isToRun, isTooLate, listed, repairOf, whyNotRun } from "./proposals.ts";
import { recordedText } from "./rows.ts";

/** Dates that one line tells one by one; of the others their number. */
const mostTold = 5;

interface Telling {
  readonly phase: Phase;
  readonly days: readonly Day[];
  readonly evidence: readonly string[];
}

/** What is said of the dates: one line per class and reason, faults first; newest dates first. */
export function linesOf({ phase, days, evidence }: Telling): readonly Line[] {
  const newest = days.toReversed();
  const of = (found: Class): readonly Day[] => newest.filter((day) => day.class === found);
  const line = (finding: Finding, told: readonly Day[]): Line[] => (told.length === 0 ? [] : [lineOf(phase, finding, told, evidence)]);
  const faults = (["stalled", "missing", "record_wrong", "rows_without_flag"] as const).flatMap((found) => {
    const told = of(found);
    return told.length === 0 ? [] : line(faultOf(found, told, { phase, days, evidence }), told);
  });
  return [
    ...flagLines({ phase, days: newest, evidence }),
    ...faults,
    ...unseenLines(newest, { phase, days, evidence }),
    ...grouped(of("waiting"), ({ finding }, told) =>
      notDue(`${datesText(datesOf(told))}: ${finding.observed}`, fromOf(finding, told)),
    ).flatMap(({ finding, told }) => line(finding, told)),
    ...line(consistentFinding(of("consistent"), phase, days.length), of("consistent")),
    ...line(repairedFinding(of("repaired_earlier"), phase), of("repaired_earlier")),
    ...grouped([...of("expired"), ...of("no_games")], ({ finding }, told) =>
      notApplicable(finding.reason, `${datesText(datesOf(told))}: ${finding.observed}`),
    ).flatMap(({ finding, told }) => line(finding, told)),
  ];
}

function lineOf({ id }: Phase, finding: Finding, told: readonly Day[], evidence: readonly string[]): Line {
  const dates = datesOf(told);
  if (dates.length === 1) return { id: `${id}/${dates[0] ?? ""}`, finding, evidence };
  // Dates that the words name one by one need not be listed again.
  const named = finding.verdict === "pass" || dates.every((date) => finding.observed.includes(date));
  return { id, ...(named ? {} : { subjects: dates }), finding, evidence };
}

function datesOf(days: readonly Day[]) {
  return days.map(({ facts }) => facts.scope.date);
}

/** One line per processor: which dates are recorded without rows. */
function flagLines({ phase, days, evidence }: Telling): readonly Line[] {
  return Object.entries(phase.rules.completion.processors).flatMap(([name, { table, class: className }]) => {
    const told = days.filter((day) => day.processors.some((part) => part.name === name && part.class === "flag_without_rows"));
    if (told.length === 0) return [];
    const dates = datesOf(told).toSorted();
    const rest = Object.keys(phase.rules.completion.processors).length - 1;
    const others = told.every((day) => filledTables(day) === rest);
    const finding = problem("P0", {
      reason: "flag_without_rows",
      observed: `${name} is recorded as complete, but ${table} holds no row for ${datesText(dates)}${others ? `; the other ${rest} tables hold theirs` : ""}`,
      expected: `rows in ${table} before an entry in ${phase.rules.completion.collection}`,
      next: `Look at what ${className} logged for a write error that was swallowed, then run it for ${datesText(dates)}; the entries stay as they are.${notRunText(told, [className])}`,
    });
    return [{ id: `${phase.id}/${name}`, subjects: dates.toReversed(), finding, evidence }];
  });
}

function filledTables({ facts }: Day): number {
  const tables = Object.values(facts.scope.rules.completion.processors).map(({ table }) => facts.tables[table]);
  return tables.filter((state) => state !== undefined && isSeen(state) && state.rows > 0).length;
}

type Fault = "stalled" | "missing" | "record_wrong" | "rows_without_flag";

function faultOf(found: Fault, told: readonly Day[], { phase, days }: Telling): Finding {
  const { processors } = phase.rules.completion;
  const { name: next, run_again: again, processors: following = {} } = phase.rules.completion.next_phase;
  const where = told.length === 1 ? datesText(datesOf(told)) : `${told.length} of ${days.length} dates`;
  const severity = severityOfAll(told);
  const said = { reason: found, expected: "", next: "" };
  switch (found) {
    case "stalled":
      return problem(severity, {
        ...said,
        observed: `${next} has not run, or not on these rows, for ${where}; ${clauses(told, ({ deciding }) => deciding[0]?.finding.observed ?? "")}`,
        expected: `output of ${next} not older than the rows it reads`,
        next: `${stalledNext(told, next, again)}${notRunText(told, Object.keys(following))}`,
      });
    case "missing":
      return problem(severity, {
        ...said,
        observed: `${titleOf(phase.id)} is incomplete for ${where}; ${clauses(told, missingText)}`,
        expected: "an entry and rows of every processor",
        next: `Run the processors for ${datesText(datesOf(told).toSorted())}${told.every(hasInput) ? ": their input is there" : ""}.${notRunText(told, (day) => owedBy(day, processors))}`,
      });
    case "record_wrong":
      return problem("P2", {
        ...said,
        observed: `output complete, record wrong for ${where}; ${clauses(told, recordText)}`,
        expected: "every entry counted, and triggered once complete",
        next: `Correct the record; run nothing for its sake.${withoutText(told)}`,
      });
    case "rows_without_flag":
      return problem("P2", {
        ...said,
        observed: `${told.every(isOutputComplete) ? "output complete, " : ""}entries missing for ${where}; ${clauses(told, lackingText)}`,
        expected: "an entry once the rows are there",
        next: `Correct the record, and run nothing for its sake.${withoutText(told)}`,
      });
  }
}

/** Box scores were looked for and found: of what is prepared before the games nobody has looked at the input. */
function hasInput({ facts: { intake } }: Day): boolean {
  return isSeen(intake) && intake.missing.length > 0 && intake.input === "yes";
}

/** Classes of the processors that a date wants run. */
function owedBy(day: Day, processors: Phase["rules"]["completion"]["processors"]): readonly string[] {
  return Object.entries(processors).flatMap(([name, { table, class: className }]) => (isToRun(day, name, table) ? [className] : []));
}

function notRunText(told: readonly Day[], classNames: readonly string[] | ((day: Day) => readonly string[])): string {
  const reasons = told.flatMap((day) => whyNotRun(day, typeof classNames === "function" ? classNames(day) : classNames) ?? []);
  return reasons.length === 0 ? "" : ` Not proposed: ${[...new Set(reasons)].slice(0, 2).join("; ")}.`;
}

function stalledNext(told: readonly Day[], next: string, again: string): string {
  const late = told.filter(isTooLate);
  const open = told.filter((day) => !late.includes(day));
  const run = open.length === 0 ? "" : `Run ${next} for ${datesText(datesOf(open))}: ${again}. `;
  const why =
    late.length === 0
      ? ""
      : `Find out why ${next} put nothing out for ${datesText(datesOf(late))}: made now, it would know how the games ended. `;
  return `${run}${why}Don't mark it as triggered instead.`;
}

/** Bookkeeping is a fault here as long as it can be told from the truth; a miss within its grace is not one yet. */
function severityOfAll(told: readonly Day[]): Exclude<Severity, "P5"> {
  const all = told.flatMap(({ deciding }) => deciding.flatMap(({ finding }) => severityOf(finding) ?? []));
  const worst = all.toSorted()[0] ?? "P2";
  return worst === "P5" ? "P4" : worst;
}

function clauses(told: readonly Day[], text: (day: Day) => string): string {
  const each = told.slice(0, mostTold).map((day) => `${told.length === 1 ? "" : `${day.facts.scope.date}: `}${text(day)}`);
  return [...each, ...(told.length > mostTold ? [`${told.length - mostTold} more`] : [])].join("; ");
}

function recordText(day: Day): string {
  const { record } = day.facts;
  if (!isSeen(record) || record === null) return "no record at all";
  const strays = straysIn(record, day.facts.scope);
  const unnamed = strays.length === 0 ? "" : `, ${strays.length} of them of no known processor (${quoted(strays[0] ?? "")})`;
  const done = record.entries.filter(isCompletion).length;
  const unfinished = done === record.entries.length ? "" : `, ${record.entries.length - done} entered as something else than done`;
  return `${done} recorded${unfinished}, ${record.count ?? "none"} counted, ${record.triggered === true ? "triggered" : "not triggered"}${unnamed}`;
}

/** Whether the record's own judgement came as far as its count and trigger: then rows and output are good. */
function isOutputComplete({ record }: Day): boolean {
  return ["consistent", "repaired_earlier", "record_wrong"].includes(record.class);
}

function lackingText(day: Day): string {
  const { scope, tables } = day.facts;
  const names = day.processors.filter((part) => part.class === "rows_without_flag").map(({ name }) => name);
  const rows = names.map((name) => {
    const state = tables[scope.rules.completion.processors[name]?.table ?? ""];
    return state !== undefined && isSeen(state) ? state.rows : "unread";
  });
  return `${recordedText(day)} recorded, no entry of ${listed(names)}, whose ${names.length === 1 ? "table holds" : "tables hold"} ${listed(rows.map(String))} rows`;
}

function missingText(day: Day): string {
  const names = lackingIn(day);
  const entries = names.length === 0 ? "" : `, no entry of ${listed(names)}`;
  const why = day.deciding.find(({ name }) => name === recordPart) ?? day.deciding[0];
  return `${recordedText(day)} recorded${entries}; ${why?.finding.observed ?? ""}`;
}

function withoutText(told: readonly Day[]): string {
  const reasons = [...new Set(told.flatMap((day) => repairOf(day).without))];
  return reasons.length === 0 ? "" : ` Not proposed: ${reasons.slice(0, 2).join("; ")}.`;
}

/** What could not be told, wherever it belongs: a lost table leaves its processor and the record open, no other. */
function unseenLines(days: readonly Day[], { phase, evidence }: Telling): readonly Line[] {
  const parts = days.flatMap((day) =>
    partsOf(day)
      .filter((part) => part.class === "cannot_tell")
      .map((part) => ({ date: day.facts.scope.date, part })),
  );
  const groups = Map.groupBy(parts, ({ part }) => JSON.stringify([part.finding.verdict, part.finding.reason, part.finding.observed]));
  return [...groups.values()].flatMap((group) => {
    const first = group[0]?.part.finding;
    if (first === undefined) return [];
    const dates = [...new Set(group.map(({ date }) => date))];
    const subjects = dates.length === days.length ? [] : dates;
    const finding = "next" in first && first.verdict === "unknown" ? unknown(first.reason, first.observed, first.next) : first;
    return [{ id: phase.id, ...(subjects.length === 0 ? {} : { subjects }), finding, evidence }];
  });
}

interface Grouped {
  readonly finding: Finding;
  readonly told: readonly Day[];
}

/** Of what waits the part that waits least; of anything else the record, which speaks for the whole date. */
function speakerOf({ deciding }: Day): Part | undefined {
  const times = deciding.map((part) => ({ part, from: part.finding.verdict === "not_due" ? part.finding.from?.getTime() : undefined }));
  const first = times.filter(({ from }) => from !== undefined).toSorted((a, b) => (a.from ?? 0) - (b.from ?? 0))[0];
  return first?.part ?? deciding.find(({ name }) => name === recordPart) ?? deciding[0];
}

/** Dates of which the same is to be said. */
function grouped(days: readonly Day[], say: (part: Part, told: readonly Day[]) => Finding): readonly Grouped[] {
  const groups = Map.groupBy(days, (day) => speakerOf(day)?.finding.observed);
  return [...groups.values()].flatMap((told) => {
    const part = told[0] === undefined ? undefined : speakerOf(told[0]);
    return part === undefined ? [] : [{ finding: say(part, told), told }];
  });
}

function fromOf(finding: Finding, told: readonly Day[]): Date {
  const own = finding.verdict === "not_due" ? finding.from : undefined;
  return own ?? told[0]?.facts.scope.asOf ?? new Date(0);
}

/** Where the next phase doesn't follow the rows, its output only has to be there: it may be older than they are. */
function ranText({ completion: { next_phase: next } }: Phase["rules"]): string {
  return next.follows_rows === false ? `${next.name} has put out its part` : `${next.name} ran on these rows`;
}

/** Which ones, the rows tell. */
function repairedFinding(told: readonly Day[], { rules }: Phase): Finding {
  const records = told.length === 1 ? `the record of ${datesText(datesOf(told))}` : `${told.length} records`;
  return note("repaired_earlier", `${records} repaired earlier, and ${ranText(rules)}`);
}

function consistentFinding(told: readonly Day[], { rules }: Phase, of: number): Finding {
  const early = told.filter(({ record }) => record.class === "waiting");
  const whole = told.length - early.length;
  const today = early.map((day) => `${datesText(datesOf([day]))} ${recordedText(day)} so far (${day.mode})`);
  const agreed = whole === 0 ? [] : [`${whole} of ${of} dates consistent: entries, tables, count and trigger agree, and ${ranText(rules)}`];
  return pass([...agreed, ...today].join("; "));
}
