import { statementProblems } from "../evidence/looks/own.ts";
import { UserError, unknownName } from "../errors.ts";
import type { Pipeline } from "../pipeline/load.ts";
import { calendarDateOf } from "../pipeline/dates.ts";
import { catalogue } from "./catalogue.ts";
import type { Check } from "./check.ts";
import { ownChecks } from "./own/own-checks.ts";

/** Shipped checks that know nothing of games. */
const ofAnyPipeline: readonly string[] = ["unique-keys", "tables"];

/**
 * Every check that is asked of the pipeline: those shipped, then the operator's own. Throws `UserError` for what is wrong
 * with the file and can't be seen without knowing all checks.
 */
export function checksOf(pipeline: Pipeline): readonly Check[] {
  const known = compiled.get(pipeline) ?? compile(pipeline);
  compiled.set(pipeline, known);
  return known;
}

const compiled = new WeakMap<Pipeline, readonly Check[]>();

function compile(pipeline: Pipeline): readonly Check[] {
  const problems = [...idProblems(pipeline), ...acceptedProblems(pipeline), ...sqlProblems(pipeline)];
  if (problems.length > 0) throw new UserError(problems.join("\n"));
  const shipped = pipeline.file.kind === "plain" ? catalogue.filter(({ id }) => ofAnyPipeline.includes(id)) : catalogue;
  return [...shipped, ...ownChecks(pipeline)];
}

function idProblems({ file, tell }: Pipeline): readonly string[] {
  return file.checks.flatMap(({ id }, index) =>
    catalogue.some((check) => check.id === id)
      ? [tell(["checks", index, "id"], `${id} is the id of a check that is shipped; give yours another`)]
      : [],
  );
}

function acceptedProblems({ file, tell }: Pipeline): readonly string[] {
  const known = [...catalogue.map(({ id }) => id), ...file.checks.map(({ id }) => id)];
  return file.accepted.flatMap(({ id }, index) => {
    const [check = ""] = id.split("/");
    return known.includes(check) ? [] : [tell(["accepted", index, "id"], unknownName("check", check, known))];
  });
}

/** A statement outside the closed subset is never sent to anybody. */
function sqlProblems(pipeline: Pipeline): readonly string[] {
  const { file, statements, tell } = pipeline;
  const anyDate = calendarDateOf("2026-01-01");
  const rules = pipeline.rulesOn(anyDate, new Date(`${anyDate}T00:00:00Z`));
  return file.checks.flatMap((check, index) => {
    if (!("sql" in check) || check.sql === undefined) return [];
    const text = statements[check.sql] ?? "";
    const problems = statementProblems({ ...check, sql: check.sql }, text, rules, anyDate);
    return problems.map((problem) => tell(["checks", index, "sql"], `${check.sql}: ${problem}`));
  });
}
