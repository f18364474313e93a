import type { CalendarDate } from "../../pipeline/dates.ts";
import type { TableName } from "../../ports/warehouse.ts";
import { shellQuoted } from "../../shell.ts";

/** The command that shows the same by hand; `flags` stand before the statement. */
export function bqQuery(sql: string, flags: readonly string[] = []): string {
  return ["bq query --use_legacy_sql=false", ...[...flags, sql].map(shellQuoted)].join(" ");
}

export function rowsByHand(table: TableName, partition: string, from: string, to: string = from): string {
  const condition = from === to ? `${partition} = "${from}"` : `${partition} BETWEEN "${from}" AND "${to}"`;
  return bqQuery(`SELECT * FROM ${table} WHERE ${condition}`);
}

export function schemaByHand(table: TableName): string {
  return `bq show --schema --format=prettyjson ${shellQuoted(table)}`;
}

/** What a unit logged from `since` to `until`; of that, what holds the text, and what the revision logged. */
export function logsByHand(unit: string, since: string, until: string, text?: string, revision?: string): string {
  const holding = text === undefined ? "" : ` ${JSON.stringify(text)}`;
  const by = revision === undefined ? "" : ` resource.labels.revision_name=${JSON.stringify(revision)}`;
  const filter = `resource.labels.service_name=${JSON.stringify(unit)}${by} timestamp>="${since}" timestamp<"${until}"${holding}`;
  return `gcloud logging read ${shellQuoted(filter)}`;
}

/** REGION stands for the location where the pipeline file names none. */
export function jobByHand(job: string, region: string | undefined): string {
  return `gcloud scheduler jobs describe ${shellQuoted(job)} --location=${region ?? "REGION"}`;
}

export function documentByHand(collection: string, id: string | CalendarDate): string {
  return documentsByHand(`${collection}/${id}`);
}

/** All documents of a collection, or the first `most`. */
export function collectionByHand(collection: string, most?: number): string {
  return documentsByHand(most === undefined ? collection : `${collection}?pageSize=${most}`);
}

/** Documents have no command of their own in gcloud: the REST API answers the same. PROJECT stands for the project's id. */
function documentsByHand(path: string): string {
  const url = `https://firestore.googleapis.com/v1/projects/PROJECT/databases/(default)/documents/${path}`;
  return `curl -H "Authorization: Bearer $(gcloud auth print-access-token)" ${shellQuoted(url)}`;
}
