import { z } from "zod";
import { nearest, refusals, short } from "../../../errors.ts";
import { calendarDate } from "../../../pipeline/dated.ts";
import type { FieldKind } from "../../../pipeline/schema.ts";
import { flag, integer, number, record, scalar, text, word } from "../../../pipeline/yaml-file.ts";
import type { FieldValue } from "../../../ports/documents.ts";
import { portNames } from "../../../ports/ports.ts";
import { beyondVerbs } from "./beyond/change-schema.ts";
import type { Schema, Setting } from "./reading.ts";
import { choice, count, either, instantOf, keyed, momentIn, within } from "./reading.ts";
import { remove, totals, values } from "./row-change-schema.ts";
import type { Change, SetValue } from "./scenario.ts";
import { runStatuses } from "./scenario.ts";

type Verbs = Readonly<Record<Change["verb"], (setting: Setting, input: object) => Schema<Change>>>;

const night = calendarDate.optional();
const rows = within(1, 100_000).optional();

const verbs: Verbs = {
  arrive: (setting) => {
    const moment = momentIn(setting);
    const shape = record({ arrive: text, night, games: choice("all", "rest").optional(), from: moment, stamped: moment.optional() });
    return shape.transform(({ arrive, games, ...rest }) => ({ verb: "arrive", table: arrive, games: games ?? "all", ...rest }));
  },
  duplicate: (setting) => {
    const moment = momentIn(setting);
    const copied = { games: choice("all").optional(), rows, copies: within(1, 50).optional() };
    return record({ duplicate: text, night, ...copied, from: moment, stamped: moment.optional() }).transform(
      ({ duplicate, games, copies, ...rest }) => ({
        verb: "duplicate",
        table: duplicate,
        games: games ?? "all",
        copies: copies ?? 1,
        ...rest,
      }),
    );
  },
  remove,
  totals,
  values,
  run: (setting) => {
    const ending = { seconds: within(0, 86_400).optional(), status: word(runStatuses).optional(), records: count.optional() };
    return record({ run: text, night, from: momentIn(setting), ...ending, id: text.optional() }).transform(
      ({ run, seconds, status, ...rest }) => ({
        verb: "run",
        processor: run,
        seconds: seconds ?? 60,
        status: status ?? "success",
        ...rest,
      }),
    );
  },
  set: (setting, input) => setDocument(setting, "set" in input && typeof input.set === "string" ? input.set : ""),
  fail: (setting) => {
    const moment = momentIn(setting);
    const kind = word([...refusals, "empty", "garbage"]);
    return record({
      fail: word(portNames),
      target: text.optional(),
      with: kind,
      from: moment,
      until: moment.optional(),
    }).transform(({ fail, ...rest }) => ({ verb: "fail", port: fail, ...rest }));
  },
  ...beyondVerbs,
};

/** A change is known by its verb, the key that it begins with. */
export function change(setting: Setting): Schema<Change> {
  return either<Change>((input) => {
    if (typeof input !== "object" || input === null) return noVerb(undefined);
    const verb = Object.keys(input).find(isVerb);
    return verb === undefined ? noVerb(Object.keys(input)[0]) : verbs[verb](setting, input);
  });
}

function isVerb(key: string): key is Change["verb"] {
  return Object.hasOwn(verbs, key);
}

function noVerb(first: string | undefined): Schema<never> {
  const near = first === undefined ? undefined : nearest(first, Object.keys(verbs));
  const got = first === undefined ? "" : `, got "${short(first)}"${near === undefined ? "" : ` (did you mean "${near}"?)`}`;
  return z.unknown().transform((_, context) => {
    context.addIssue({ code: "custom", message: `expected a change that begins with one of ${Object.keys(verbs).join(", ")}${got}` });
    return z.NEVER;
  });
}

interface FieldKinds {
  readonly entry: Readonly<Record<string, FieldKind>>;
  readonly fields: Readonly<Record<string, FieldKind>>;
}

function setDocument(setting: Setting, name: string): Schema<Change> {
  const moment = momentIn(setting);
  const rules: FieldKinds = setting.pipeline.file.collections[name.split("/")[0] ?? ""] ?? { entry: {}, fields: {} };
  const field = (key: string): Schema<SetValue> => {
    const kind = rules.fields[key];
    if (key.startsWith("_") || kind !== undefined || Object.keys(rules.entry).length === 0)
      return fieldValue(kind ?? "string", moment).transform((value) => ({ value }));
    return either<SetValue>((input) =>
      typeof input === "string"
        ? scalar(`when the processor ended, e.g. 05:12, or a map of its entry`, (value) => instantOf(setting, value)).transform(
            (entryAt) => ({ entryAt }),
          )
        : keyed((entryKey) => fieldValue(rules.entry[entryKey] ?? "string", moment)).transform((value) => ({ value })),
    );
  };
  return record({
    set: scalar("a document as collection/id", (value) => (/^\w+\/[\w.-]+$/u.test(value) ? value : undefined)),
    from: moment,
    whole: flag.optional(),
    delete: flag.optional(),
    fields: keyed(field).optional(),
    drop: z.array(text, "expected a list of field names").optional(),
  }).transform(({ set, from, whole, delete: gone, fields, drop }): Change => {
    const [collection = "", id = ""] = set.split("/");
    return { verb: "set", collection, id, from, whole: whole ?? false, delete: gone ?? false, fields: fields ?? {}, drop: drop ?? [] };
  });
}

/** A field's value by its declared kind; `null` is nothing at all, whatever the kind. */
function fieldValue(kind: FieldKind, moment: Schema<Date>): Schema<FieldValue> {
  return either<FieldValue>((input) => (input === "null" ? z.unknown().transform(() => null) : ofKind(kind, moment)));
}

function ofKind(kind: FieldKind, moment: Schema<Date>): Schema<FieldValue> {
  switch (kind) {
    case "string":
      return scalar<FieldValue>("text", (value) => value);
    case "integer":
      return integer;
    case "number":
      return number;
    case "boolean":
      return flag;
    case "timestamp":
      return moment.transform((at) => ({ $timestamp: at.toISOString() }));
    case "list":
      return z.array(text, "expected a list");
  }
}
