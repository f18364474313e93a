import { z } from "zod";
import { unknownName } from "../../../errors.ts";
import { calendarDate } from "../../../pipeline/dated.ts";
import type { ColumnKind } from "../../../pipeline/schema.ts";
import { flag, integer, number, record, scalar, text } from "../../../pipeline/yaml-file.ts";
import type { Row, Value } from "../../../ports/warehouse.ts";
import { parsedJson } from "./files/convert.ts";
import type { Schema, Setting } from "./reading.ts";
import { choice, either, keyed, momentIn, within } from "./reading.ts";
import type { Remove, Totals, Values } from "./scenario.ts";

const mostRows = 200_000;

/** A date, or `all` for every date that the table holds. */
const nights = either<ReturnType<typeof calendarDate.parse> | "all">((input) =>
  input === "all" ? z.literal("all") : calendarDate,
).optional();

export function totals(setting: Setting): Schema<Totals> {
  const moment = momentIn(setting);
  const numbers = { rows: within(1, mostRows), distinct: within(1, mostRows).optional(), games: within(1, 15_000).optional() };
  const stamps = { from: moment, stamped: moment.optional(), copies_stamped: moment.optional() };
  return record({ totals: text, night: nights, ...numbers, ...stamps }).transform(
    ({ totals: table, distinct, copies_stamped: copiesStamped, ...rest }): Totals => ({
      verb: "totals",
      table,
      distinct: distinct ?? rest.rows,
      copiesStamped,
      ...rest,
    }),
  );
}

export function remove(setting: Setting, input: object): Schema<Remove> {
  const where = rowOf(setting, "remove" in input && typeof input.remove === "string" ? input.remove : "", "held").optional();
  const which = { surplus: flag.optional(), games: choice("all").optional(), rows: within(1, 100_000).optional(), where };
  return record({ remove: text, night: nights, ...which, from: momentIn(setting) })
    .refine((given) => [given.games, given.rows, given.where].some((each) => each !== undefined) || given.surplus === true, {
      error: "say which rows: `surplus: true`, `games`, `where` or `rows`",
    })
    .transform(({ remove: table, games, surplus, where: held, ...rest }): Remove => ({
      verb: "remove",
      table,
      games: games ?? "all",
      surplus: surplus ?? false,
      where: held ?? {},
      ...rest,
    }));
}

export function values(setting: Setting, input: object): Schema<Values> {
  const table = "values" in input && typeof input.values === "string" ? input.values : "";
  const share = scalar("a share above 0 and up to 1", (value) =>
    /^(?:0?\.\d*[1-9]\d*|1(?:\.0+)?)$/u.test(value) ? Number(value) : undefined,
  );
  return record({
    values: text,
    night: nights,
    games: choice("all").optional(),
    rows: within(1, mostRows).optional(),
    share: share.optional(),
    where: rowOf(setting, table, "held").optional(),
    set: rowOf(setting, table, "set"),
    from: momentIn(setting),
  })
    .refine((given) => given.rows === undefined || given.share === undefined, { error: "say `rows` or `share`, not both" })
    .transform(({ values: name, games, where, ...rest }): Values => ({
      verb: "values",
      table: name,
      games: games ?? "all",
      where: where ?? {},
      ...rest,
    }));
}

/** Columns of the table and values of their kinds; the partition's date stays, for a row of another date is another row. */
function rowOf(setting: Setting, table: string, use: "held" | "set"): Schema<Row> {
  const rules = setting.pipeline.file.tables[table];
  const moment = momentIn(setting);
  return keyed<Value>((name) => {
    const column = rules?.columns[name];
    if (rules === undefined) return z.unknown().transform(() => null); // the table itself is refused by name
    if (column === undefined) return refused(unknownName(`column of ${table}`, name, Object.keys(rules.columns)));
    // One that is a time parts its night's rows further; a date is the night's own.
    if (name === rules.partition && (use === "set" || column.kind === "date"))
      return refused(`${name} says which night a row is of; choose that with \`night\``);
    return either<Value>((input) => (input === "null" ? z.unknown().transform(() => null) : ofKind(column.kind, moment)));
  });
}

function ofKind(kind: ColumnKind, moment: Schema<Date>): Schema<Value> {
  switch (kind) {
    case "string":
      return scalar<Value>("text", (value) => value);
    case "date":
      return calendarDate;
    case "instant":
      return moment.transform((at) => at.toISOString());
    case "integer":
      return integer;
    case "number":
      return number;
    case "boolean":
      return flag;
    case "json":
      return scalar<Value>("JSON text", (value) => parsedJson(value) as Value | undefined); // too large a number in it is refused when it is stored
  }
}

function refused(message: string): Schema<never> {
  return z.unknown().transform((_, context) => {
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  });
}
