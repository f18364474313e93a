import { roles } from "../refusal-words.ts";

/** Of the words of a refusal those stay by which adapters tell refusals apart, and what makes them sentences. */
export function saidRedacted(said: string): string {
  return said
    .slice(0, 1000)
    .replaceAll(/[^\p{L}\p{N}\s_.,:;'"`()/-]/gu, "?")
    .replaceAll(/[\p{L}\p{N}_]+(?:[.-][\p{L}\p{N}_]+)*/gu, (word) => (saidWords.has(word) || Object.hasOwn(roles, word) ? word : "x"));
}

/** Whatever errors.ts, access.ts, bigquery-errors.ts, firestore.ts and clients.ts look for is made of these. */
const saidWords: ReadonlySet<string> = new Set(
  `Not found Job Table Dataset Project was not in location Unrecognized name Name inside due to concurrent update SERVICE_DISABLED has been used
  project before or it is disabled Enable API The the requested Requested Location Region region Resource of kind does exist database Database Cloud
  Firestore Datastore Mode mode available for index Index query requires an Access Configured Permission permission denied on resource may Invalid
  Credentials Forbidden specified bucket No such object have access Request had authentication credentials Quota quota exceeded rate limit service
  currently unavailable requires a quota project required permission use project resource locations it billing Billing account enabled prohibited by
  organization s policy`.split(/\s+/u),
);
