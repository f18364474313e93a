import type { CalendarDate } from "../../pipeline/dates.ts";
import type { TableName } from "../../ports/warehouse.ts";

/** The command that shows the same by hand. Names come from the pipeline file, so that nothing in it needs a shell's care. */
export function bqQuery(sql: string): string {
  return `bq query --use_legacy_sql=false '${sql}'`;
}

export function rowsByHand(table: TableName, partition: string, from: string, to: string = from): string {
  const condition = from === to ? `${partition} = "${from}"` : `${partition} BETWEEN "${from}" AND "${to}"`;
  return bqQuery(`SELECT * FROM ${table} WHERE ${condition}`);
}

/** Documents have no command of their own in gcloud: the REST API answers the same. PROJECT stands for the project's id. */
export function documentByHand(collection: string, id: string | CalendarDate): string {
  return `curl -H "Authorization: Bearer $(gcloud auth print-access-token)" "https://firestore.googleapis.com/v1/projects/PROJECT/databases/(default)/documents/${collection}/${id}"`;
}
