import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { bqQuery, documentByHand, logsByHand, rowsByHand, schemaByHand } from "../../src/evidence/looks/by-hand.ts";
import { shellQuoted } from "../../src/shell.ts";

/** The words that a shell makes of a command; the programs are replaced by one that prints what it is given. */
function wordsOf(command: string): readonly string[] {
  const printed = ["bq", "curl", "gcloud"].map((name) => `${name}() { printf '%s\\0' "$@"; }`).join("\n");
  return execFileSync("/bin/sh", ["-c", `${printed}\n${command}`], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: "" },
  })
    .split("\0")
    .slice(0, -1);
}

const odd = ["nba_raw.x; touch /tmp/pwned", "c$(touch /tmp/p3)", "o' ; touch /tmp/p2 ; '", "`id`", "a\nb", "\\", "''", ""];

test.each(odd)("quoted, %j is one word that says what it said", (value) => {
  expect(wordsOf(`bq ${shellQuoted(value)} last`)).toEqual([value, "last"]);
});

test.each(odd)("no command runs any of %j, wherever it stands in it", (value) => {
  const sql = (query: string) => ["query", "--use_legacy_sql=false", query];
  expect(wordsOf(bqQuery(value))).toEqual(sql(value));
  expect(wordsOf(bqQuery("SELECT 1", [`--parameter=date:DATE:${value}`]))).toEqual([
    "query",
    "--use_legacy_sql=false",
    `--parameter=date:DATE:${value}`,
    "SELECT 1",
  ]);
  expect(wordsOf(rowsByHand(value, value, "2026-02-03"))).toEqual(sql(`SELECT * FROM ${value} WHERE ${value} = "2026-02-03"`));
  expect(wordsOf(schemaByHand(value))).toEqual(["show", "--schema", "--format=prettyjson", value]);
  const filter = 'timestamp>="2026-02-03T05:00:00Z" timestamp<"2026-02-04T05:00:00Z"';
  expect(wordsOf(logsByHand(value, "2026-02-03T05:00:00Z", "2026-02-04T05:00:00Z"))).toEqual([
    "logging",
    "read",
    `resource.labels.service_name=${JSON.stringify(value)} ${filter}`,
  ]);
  expect(wordsOf(documentByHand(value, value)).at(-1)).toBe(
    `https://firestore.googleapis.com/v1/projects/PROJECT/databases/(default)/documents/${value}/${value}`,
  );
});
