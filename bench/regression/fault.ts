import type { Failure, Span, StoredTable, Stores, World } from "../../src/adapters/embedded/world.ts";
import type { DocumentSnapshot, FieldValue } from "../../src/ports/documents.ts";
import type { Row, TableName } from "../../src/ports/warehouse.ts";

type Columns = StoredTable["columns"];

/** What is otherwise in the stores than on the clean day: rows and documents themselves, not how they came there. */
export interface Fault {
  /** Stored rows that are gone (none), changed (one) or there several times. */
  readonly rows: ReadonlyMap<TableName, ReadonlyMap<Row, readonly Row[]>>;
  /** Rows beside the stored ones, with the date of the partition that they are in. */
  readonly added: ReadonlyMap<TableName, readonly { readonly on: string; readonly row: Row }[]>;
  readonly tablesGone: ReadonlySet<TableName>;
  readonly columns: ReadonlyMap<TableName, (columns: Columns) => Columns>;
  /** By `collection/id`; null: not there. */
  readonly documents: ReadonlyMap<string, DocumentSnapshot | null>;
  readonly failures: readonly Failure[];
}

/** The stores with the fault in them, at every moment. */
export function faulted(stores: Stores, fault: Fault): Stores {
  const tables = new Map<StoredTable, StoredTable>();
  return { at: (moment) => faultedWorld(stores.at(moment), fault, tables) };
}

function faultedWorld(world: World, fault: Fault, tables: Map<StoredTable, StoredTable>): World {
  return {
    ...world,
    failures: fault.failures.length === 0 ? world.failures : [...world.failures, ...fault.failures],
    table(name, span) {
      const stored = world.table(name, span);
      if (stored === undefined || fault.tablesGone.has(name)) return undefined;
      if (!fault.rows.has(name) && !fault.added.has(name) && !fault.columns.has(name)) return stored;
      const known = tables.get(stored) ?? faultedTable(stored, name, span, fault);
      tables.set(stored, known);
      return known;
    },
    // A dataset outlives its tables, and the names tell which datasets there are; no look of a night lists them.
    tableNames: () => world.tableNames(),
    document(collection, id) {
      const given = fault.documents.get(`${collection}/${id}`);
      return given === undefined ? world.document(collection, id) : (given ?? undefined);
    },
    documentIds: (collection) => world.documentIds(collection).filter((id) => fault.documents.get(`${collection}/${id}`) !== null),
  };
}

/** Rows stay lazy, and the same array as long as the stores' own don't change. */
function faultedTable(stored: StoredTable, name: TableName, span: Span | undefined, fault: Fault): StoredTable {
  const changed = fault.rows.get(name);
  const added = (fault.added.get(name) ?? []).filter(({ on }) => span === undefined || (span.from <= on && on <= span.to));
  let rows: readonly Row[] | undefined;
  return {
    ...stored,
    columns: fault.columns.get(name)?.(stored.columns) ?? stored.columns,
    get rows() {
      return (rows ??= changedRows(
        stored.rows,
        changed ?? new Map(),
        added.map(({ row }) => row),
      ));
    },
  };
}

/** Where the fault is not, the very same array: what was looked at there needs no second look. */
function changedRows(rows: readonly Row[], changed: ReadonlyMap<Row, readonly Row[]>, added: readonly Row[]): readonly Row[] {
  if (added.length === 0 && !rows.some((row) => changed.has(row))) return rows;
  return [...rows.flatMap((row) => changed.get(row) ?? [row]), ...added];
}

/** Puts a fault together, change by change. */
export interface Edit {
  drop(table: TableName, rows: readonly Row[]): void;
  change(table: TableName, rows: readonly Row[], values: Row | ((row: Row) => Row)): void;
  /** Beside each row so many copies of it, with these values. */
  copy(table: TableName, rows: readonly Row[], values?: (row: Row) => Row, copies?: number): void;
  add(table: TableName, on: string, rows: readonly Row[]): void;
  dropTable(table: TableName): void;
  dropColumn(table: TableName, column: string): void;
  columns(table: TableName, change: (columns: Columns) => Columns): void;
  document(collection: string, id: string, document: DocumentSnapshot | null): void;
  fail(failure: Failure): void;
  readonly fault: Fault;
}

export function editing(): Edit {
  const rows = new Map<TableName, Map<Row, readonly Row[]>>();
  const added = new Map<TableName, { on: string; row: Row }[]>();
  const tablesGone = new Set<TableName>();
  const columns = new Map<TableName, (columns: Columns) => Columns>();
  const documents = new Map<string, DocumentSnapshot | null>();
  const failures: Failure[] = [];
  const inTable = (table: TableName): Map<Row, readonly Row[]> => {
    const found = rows.get(table) ?? new Map<Row, readonly Row[]>();
    rows.set(table, found);
    return found;
  };
  return {
    fault: { rows, added, tablesGone, columns, documents, failures },
    drop(table, gone) {
      for (const row of gone) inTable(table).set(row, []);
    },
    change(table, those, values) {
      for (const row of those) {
        const now = inTable(table).get(row) ?? [row];
        inTable(table).set(
          row,
          now.map((each) => ({ ...each, ...(typeof values === "function" ? values(each) : values) })),
        );
      }
    },
    copy(table, those, values = () => ({}), copies = 1) {
      for (const row of those) {
        const now = inTable(table).get(row) ?? [row];
        const copied = Array.from({ length: copies }, () => ({ ...row, ...values(row) }));
        inTable(table).set(row, [...now, ...copied]);
      }
    },
    add(table, on, more) {
      added.set(table, [...(added.get(table) ?? []), ...more.map((row) => ({ on, row }))]);
    },
    dropTable: (table) => void tablesGone.add(table),
    dropColumn: (table, column) => void columns.set(table, ({ [column]: _gone, ...kept }) => kept),
    columns: (table, change) => void columns.set(table, change),
    document: (collection, id, document) => void documents.set(`${collection}/${id}`, document),
    fail: (failure) => void failures.push(failure),
  };
}

/** A document with other fields; undefined takes a field out. */
export function withFields(document: DocumentSnapshot, fields: Readonly<Record<string, FieldValue | undefined>>): DocumentSnapshot {
  const kept = Object.entries({ ...document.fields, ...fields }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return { ...document, fields: Object.fromEntries(kept) };
}
