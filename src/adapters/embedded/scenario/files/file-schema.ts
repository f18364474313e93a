import { calendarDate } from "../../../../pipeline/dated.ts";
import { record, text } from "../../../../pipeline/yaml-file.ts";
import type { Schema, Setting } from "../reading.ts";
import { momentIn } from "../reading.ts";
import type { GivenFile } from "../scenario.ts";

export function givenFile(setting: Setting): Schema<GivenFile> {
  return record({
    table: text.optional(),
    collection: text.optional(),
    file: text,
    from: momentIn(setting).optional(),
    covers: record({ from: calendarDate, to: calendarDate }).optional(),
  })
    .refine(({ table, collection }) => (table === undefined) !== (collection === undefined), {
      error: "say what the file holds: `table` or `collection`, one of the two",
    })
    .transform(({ table, collection, ...rest }): GivenFile => ({
      holds: table === undefined ? "collection" : "table",
      name: table ?? collection ?? "",
      ...rest,
    }));
}
