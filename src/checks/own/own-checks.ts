import type { Look } from "../../evidence/evidence.ts";
import type { OwnStatement } from "../../evidence/looks/own.ts";
import { publishedObject, rowCount, statementRows, textInLog } from "../../evidence/looks/own.ts";
import type { TableFacts } from "../../evidence/looks/tables.ts";
import { rowsOf } from "../../evidence/looks/tables.ts";
import type { Pipeline } from "../../pipeline/load.ts";
import type { OwnCheck, OwnRowCheck } from "../../pipeline/own-checks.ts";
import type { Check, Scope } from "../check.ts";
import { defineCheck } from "../check.ts";
import { notApplicable } from "../finding.ts";
import { faceOf } from "./face.ts";
import { judgeLog, judgeObject } from "./outside.ts";
import { judgeTable, judgeStatement } from "./rows.ts";
import { subjectsOf } from "./subjects.ts";

/** The operator's own checks as checks like any other: the runner knows no difference. */
export function ownChecks({ file, statements }: Pipeline): readonly Check[] {
  return file.checks.map((check) => inForceOnly(check, compiled(check, statements)));
}

function compiled(check: OwnCheck, statements: Pipeline["statements"]): Check {
  switch (check.measure) {
    case "log":
      return defineCheck({
        ...faceOf(check),
        subjects: (scope) => subjectsOf(check, scope),
        needs: (_subject, { rules, date }) => ({ log: textInLog(check, rules, date) }),
        judge: ({ log }, { scope }) => [judgeLog(check, log, scope)],
      });
    case "object":
      return defineCheck({
        ...faceOf(check),
        subjects: (scope) => subjectsOf(check, scope),
        needs: (_subject, { date }) => ({ object: publishedObject(check, date) }),
        judge: ({ object }, { scope }) => [judgeObject(check, object, scope)],
      });
    case "rows":
    case "share":
    case "distinct":
    case "newest":
    case "equals": {
      const { sql } = check;
      return sql === undefined ? overTable(check) : overStatement({ ...check, sql }, statements[sql]);
    }
  }
}

function overTable(check: OwnRowCheck): Check {
  return defineCheck({
    ...faceOf(check),
    subjects: (scope) => subjectsOf(check, scope),
    needs: (_subject, { rules, date }) => ({ rows: rowsOf(rules, date, check.table) }),
    wants: (_subject, scope) => witnessOf(check, scope),
    judge: ({ rows, before }, { subject, scope }) => [judgeTable(check, { facts: rows, before }, subject, scope)],
  });
}

/** A statement may rightly select nothing; so the rows it selects from are counted beside it. */
function overStatement(check: OwnStatement, text: string | undefined): Check {
  if (text === undefined) throw new Error(`Nobody read ${check.sql}.`);
  return defineCheck({
    ...faceOf(check),
    subjects: (scope) => subjectsOf(check, scope),
    needs: (_subject, { rules, date }) => ({
      rows: statementRows(check, text, rules, date),
      held: rowCount(rules, date, check.table),
    }),
    wants: (_subject, scope) => witnessOf(check, scope),
    judge: ({ rows, held, before }, { scope }) => [judgeStatement(check, { facts: rows, held, before }, scope)],
  });
}

/** Where an empty date may be normal: whether the table held anything shortly before. */
function witnessOf({ table, may_be_empty: empty }: OwnRowCheck, { rules, date }: Scope): { before?: Look<TableFacts<{ n: number }>> } {
  return empty === undefined ? {} : { before: rowCount(rules, date, table, empty.days) };
}

/** A check goes by the game date, as data rules do. */
function inForceOnly(check: OwnCheck, inner: Check): Check {
  const { since, until } = check;
  const said = [...(since === undefined ? [] : [`from ${since}`]), ...(until === undefined ? [] : [`until ${until}`])].join(" ");
  const outOfForce = defineCheck({
    ...faceOf(check),
    subjects: ({ date }) => [{ id: date }],
    needs: () => ({}),
    judge: () => [notApplicable("not_in_force", `this check holds ${said}`)],
  });
  const holds = ({ date }: Scope): boolean => (since === undefined || since <= date) && (until === undefined || date < until);
  return { ...inner, units: (scope) => (holds(scope) ? inner : outOfForce).units(scope) };
}
