import { durationText } from "../../pipeline/dates.ts";
import type { OwnCheck } from "../../pipeline/own-checks.ts";
import type { Check, Group, Totals, Words } from "../check.ts";
import { counted, listNames } from "../words.ts";
import { saying } from "./conditions.ts";

/** What a report and `postgame explain` say of an own check. */
export function faceOf(check: OwnCheck): Omit<Check, "units"> {
  return {
    id: check.id,
    question: check.why,
    about: { why: check.why, rule: ruleOf(check), todo: check.next, ...(check.due?.kind === "stage" ? { stage: check.due.stage } : {}) },
    depth: "quick",
    halves: [check.half ?? "post_game"],
    say: sayGames,
    numbers: (totals) => numbersOf(check, totals),
  };
}

/** How it judges, in one or two sentences. */
function ruleOf(check: OwnCheck): string {
  const where = "where" in check && check.where !== undefined ? ` whose ${saying(check.where)}` : "";
  const limits =
    "pass" in check ? ` Passes at ${check.pass.written}${check.warn === undefined ? "" : `, warns at ${check.warn.written}`}.` : "";
  const missed = ` A miss is ${check.severity ?? "P2"}.`;
  return `${subjectOf(check, where)}.${limits}${missed}${"table" in check ? emptyRule(check) : ""}`;
}

function subjectOf(check: OwnCheck, where: string): string {
  const rows = "table" in check ? `rows of ${check.sql ?? check.table}${where}${check.per === "game" ? ", game by game" : ""}` : "";
  switch (check.measure) {
    case "rows":
      return `The number of ${rows}`;
    case "share":
      return `The share of rows${where}, of ${check.of === undefined ? "all" : `those whose ${saying(check.of)}`}, in ${check.sql ?? check.table}${check.per === "game" ? ", game by game" : ""}`;
    case "distinct":
      return `The number of different ${check.column} in ${rows}`;
    case "newest":
      return `The age of the newest ${check.column} in ${rows}`;
    case "equals":
      return check.equals.compare === "sums"
        ? `The sums of ${check.equals.left} and ${check.equals.right} over ${rows} are alike`
        : `${check.equals.left} and ${check.equals.right} are alike in all ${rows}`;
    case "log":
      return `The number of lines of ${check.log.unit} that hold "${check.log.text}"`;
    case "object":
      return `The object ${check.object.path} is there, and its ${check.object.date_field} is the date`;
  }
}

function emptyRule({ may_be_empty: normal }: Extract<OwnCheck, { readonly table: string }>): string {
  return normal === undefined
    ? " A date without any row is unknown."
    : ` A date without any row is normal (${normal.reason}), if the table held some within ${normal.days} days before.`;
}

function numbersOf({ id, measure }: OwnCheck, { sums, subjects, unknown }: Totals): Readonly<Record<string, string>> {
  const name = `own_${id.replaceAll("-", "_")}`;
  const { n, of, age, difference } = sums;
  const lost = unknown > 0 ? `, ${unknown} unknown` : "";
  if (age !== undefined) return subjects === 1 ? { [name]: `${durationText(age)} old` } : {};
  if (difference !== undefined) return subjects === 1 ? { [name]: `off by ${difference}` } : {};
  if (n === undefined) return {};
  if (measure === "equals") return { [name]: `${n} of ${of ?? 0} differ${lost}` };
  if (measure === "share") return { [name]: `${n}/${of ?? 0}${lost}` };
  return measure === "distinct" && subjects > 1
    ? {}
    : { [name]: `${counted(n, measure === "log" ? "line" : measure === "distinct" ? "value" : "row")}${lost}` };
}

/** Several games in one line: which, and what the first of them is about. */
function sayGames({ findings, of }: Group): Words | undefined {
  const [first] = findings;
  if (first === undefined || findings.length < 2) return undefined;
  return { observed: `${findings.length} of ${of} games: ${listNames(findings.map(({ subject }) => subject))}; ${first.finding.observed}` };
}
