import { UserError } from "../../../../errors.ts";
import type { Column, ColumnKind } from "../../../../pipeline/schema.ts";
import { expectedForms } from "./convert.ts";
import type { FoundFile } from "./find-file.ts";
import { mostRows } from "./find-file.ts";
import type { Sink } from "./sink.ts";

/** DuckDB's types whose values, as text, are of each kind; text itself is tried as any kind. */
const types: Readonly<Record<ColumnKind, RegExp>> = {
  string: /^VARCHAR$/u,
  date: /^(?:VARCHAR|DATE)$/u,
  instant: /^(?:VARCHAR|TIMESTAMP WITH TIME ZONE)$/u,
  integer: /^(?:VARCHAR|U?(?:TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DOUBLE|FLOAT|DECIMAL\(.*\))$/u,
  number: /^(?:VARCHAR|U?(?:TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DOUBLE|FLOAT|DECIMAL\(.*\))$/u,
  boolean: /^(?:VARCHAR|BOOLEAN)$/u,
  json: /^(?:VARCHAR|JSON|STRUCT\(.*\)|MAP\(.*\)|.*\[\])$/u,
};

/** Read by a DuckDB of its own, which may open this file and no other. */
export async function readParquet(file: FoundFile, declared: Readonly<Record<string, Column>>, sink: Sink): Promise<void> {
  if (/[*?[\]{}]/u.test(file.path))
    throw new UserError(`${file.name}: DuckDB takes * ? [ ] { } in a path for a pattern; rename the file or its folder.`);
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:", { autoload_known_extensions: "false", autoinstall_known_extensions: "false" });
  const connection = await instance.connect();
  const from = `FROM read_parquet('${file.path.replaceAll("'", "''")}')`;
  try {
    await connection.run(`SET allowed_paths = ['${file.path.replaceAll("'", "''")}']`);
    await connection.run("SET enable_external_access = false");
    await connection.run("SET TimeZone = 'UTC'");
    const described = await connection.run(`SELECT * ${from} LIMIT 0`);
    const kinds = new Map(described.columnNames().map((name, index) => [name, described.columnType(index).toString()]));
    const wanted = sink.header([...kinds.keys()]);
    refuseTypes(file, wanted, kinds, declared);
    const result = await connection.stream(
      `SELECT ${wanted.map((name) => asText(name, kinds.get(name) ?? "")).join(", ")} ${from} LIMIT ${mostRows + 1}`,
    );
    let row = 0;
    for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
      for (const values of chunk.getRows())
        sink.row(
          (row += 1),
          values.map((value) => (value === null ? null : String(value))),
        );
    }
  } catch (error) {
    if (!(error instanceof Error) || !/^(?:Invalid Input|IO|Conversion|Not implemented) Error: /u.test(error.message)) throw error;
    throw new UserError(
      `${file.name}: is no Parquet that DuckDB can read (${error.message.split("\n")[0]?.replaceAll(file.path, file.name)}).`,
      { cause: error },
    );
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

function refuseTypes(
  file: FoundFile,
  wanted: readonly string[],
  found: ReadonlyMap<string, string>,
  declared: Readonly<Record<string, Column>>,
): void {
  const wrong = wanted.flatMap((name) => {
    const [kind, type] = [declared[name]?.kind ?? "string", found.get(name) ?? ""];
    return types[kind].test(type) ? [] : [`${file.name}: ${name}: expected ${expectedForms[kind]}, the column is ${type}`];
  });
  if (wrong.length > 0) throw new UserError(wrong.join("\n"));
}

function asText(name: string, type: string): string {
  const column = `"${name.replaceAll('"', '""')}"`;
  return /^(?:STRUCT|MAP)\(|\[\]$/u.test(type) ? `CAST(to_json(${column}) AS VARCHAR)` : `CAST(${column} AS VARCHAR)`;
}
