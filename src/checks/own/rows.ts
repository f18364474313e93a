import type { Evidence } from "../../evidence/evidence.ts";
import type { OwnStatement } from "../../evidence/looks/own.ts";
import type { TableFacts } from "../../evidence/looks/tables.ts";
import type { Game } from "../../pipeline/games.ts";
import { plays, teamsOf } from "../../pipeline/games.ts";
import { tableRules } from "../../pipeline/load.ts";
import type { OwnRowCheck } from "../../pipeline/own-checks.ts";
import type { Scope } from "../check.ts";
import { couldNotLook } from "../check.ts";
import { withoutColumns } from "../columns.ts";
import type { Finding } from "../finding.ts";
import { notApplicable, unknown } from "../finding.ts";
import { keepOne } from "../keep.ts";
import type { Row } from "./conditions.ts";
import { outcomeOf } from "./measures.ts";
import type { OwnSubject } from "./subjects.ts";
import { notDueYet, verdictOf } from "./verdict.ts";

type Before = Evidence<TableFacts<{ n: number }>> | undefined;

interface TableSeen {
  readonly facts: TableFacts;
  /** How many rows there were shortly before; absent where an empty date is not normal. */
  readonly before: Before;
}

/** Rows of a table's date, or of one game of it. */
export function judgeTable(check: OwnRowCheck, { facts, before }: TableSeen, { game }: OwnSubject, scope: Scope): Finding {
  const { rules } = scope;
  const declared = tableRules(rules, check.table);
  if (game?.standing.kind === "unsure")
    return notDueYet(check, scope, check.why) ?? unknown(game.standing.reason, game.standing.said, game.standing.next);
  const blind = withoutColumns(check.table, facts, columnsOf(check, declared.team), rules);
  if (blind !== undefined) return notDueYet(check, scope, check.why) ?? blind;
  if (facts.rows.length === 0) {
    const empty = emptyDate(check, before, scope);
    if (empty !== undefined) return empty;
  }
  const kept = check.all_rows === true ? facts.rows : oneEach(facts.rows, declared);
  const aside = facts.rows.length - kept.length;
  const rows = game === undefined ? kept : kept.filter((row) => isOf(game, row, check, declared.team));
  const what = `rows of ${check.table}${game === undefined ? "" : ` of ${game.name}`}`;
  const outcome = outcomeOf(check, { rows, kinds: declared.columns, what }, scope);
  return verdictOf(
    check,
    aside === 0 ? outcome : { ...outcome, said: `${outcome.said}; ${aside} copies or rows without key set aside` },
    scope,
  );
}

interface StatementSeen extends TableSeen {
  /** How many rows the table holds of the date. */
  readonly held: TableFacts<{ n: number }>;
}

/** Rows that a statement selects: none of them may be right, but not where there was nothing to select from. */
export function judgeStatement(check: OwnStatement, { facts, held, before }: StatementSeen, scope: Scope): Finding {
  if (countIn(held) === 0) {
    const empty = emptyDate(check, before, scope);
    if (empty !== undefined) return empty;
  }
  const outcome = outcomeOf(check, { rows: facts.rows, kinds: check.columns ?? {}, what: `rows of ${check.sql}` }, scope);
  return verdictOf(check, { ...outcome, said: `${outcome.said}, over ${countIn(held)} rows of ${check.table}` }, scope);
}

/** Undefined where no row at all is to be judged like any other number of rows. */
function emptyDate(check: OwnRowCheck, before: Before, scope: Scope): Finding | undefined {
  const { table, may_be_empty: normal } = check;
  const none = `${table} holds no row of ${scope.date}`;
  const early = notDueYet(check, scope, none);
  if (early !== undefined) return early;
  if (normal === undefined || before === undefined) {
    const next = `See whether the load of ${table} ran. Where an empty date is normal, say so in the check: may_be_empty.`;
    return unknown("empty", `${none}, so there was nothing to judge`, next);
  }
  if (!before.seen) return couldNotLook(before);
  if (countIn(before.facts) === 0) {
    const observed = `${none}, and none of the ${normal.days} days before: it may have stopped altogether`;
    return unknown("empty", observed, `See whether anything still writes to ${table}.`);
  }
  if (check.measure === "rows" || check.measure === "distinct") return undefined;
  return notApplicable("empty", `${none}, which is normal here: ${normal.reason}`);
}

/** Where only some rows are subject to the key, the others are no copies. */
function oneEach(rows: readonly Row[], declared: ReturnType<typeof tableRules>): readonly Row[] {
  const { once_where: column } = declared;
  if (column === undefined) return keepOne(rows, declared).rows;
  const keyed = rows.filter((row) => row[column] === true);
  return [...keepOne(keyed, declared).rows, ...rows.filter((row) => row[column] !== true)];
}

function isOf(game: Game, row: Row, check: OwnRowCheck, team: string | undefined): boolean {
  if (check.game_id !== undefined) {
    const id = row[check.game_id];
    const parts = typeof id === "string" ? id.split(/[^\p{L}\p{N}]+/u) : [];
    return teamsOf(game).every((each) => parts.includes(each));
  }
  const value = team === undefined ? null : row[team];
  return typeof value === "string" && plays(game, value);
}

/** Every column that the judgement rests on. */
function columnsOf(check: OwnRowCheck, team: string | undefined): readonly string[] {
  const conditions = [...(check.where ?? []), ...(check.measure === "share" ? (check.of ?? []) : [])];
  const measured =
    check.measure === "distinct" || check.measure === "newest"
      ? [check.column]
      : check.measure === "equals"
        ? [check.equals.left, check.equals.right]
        : [];
  const ofGame = check.per === "game" ? [check.game_id ?? team].filter((column) => column !== undefined) : [];
  return [...new Set([...conditions.map(({ column }) => column), ...measured, ...ofGame])];
}

function countIn({ rows }: TableFacts<{ n: number }>): number {
  return rows.reduce((sum, { n }) => sum + n, 0);
}
