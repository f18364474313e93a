import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { lastAttempt, logLine } from "../../src/evidence/looks/watched.ts";

/** The words that a shell makes of a command whose program only prints what it is given. */
function wordsOf(command: string): readonly string[] {
  return execFileSync("/bin/sh", ["-c", `gcloud() { printf '%s\\0' "$@"; }\n${command}`], { encoding: "utf8", env: { PATH: "" } })
    .split("\0")
    .slice(0, -1);
}

const window = { unit: "nba-scrapers", since: "2026-02-04T12:00:00.000Z", until: "2026-02-04T15:00:00.000Z" };
const odd = ["o'Neal", 'said "done"', "$(touch /tmp/p)", "`id`", "a\\b", "x; touch /tmp/p"];

describe("the command by hand of a watched line", () => {
  test.each(odd)("asks for %j as it was asked for, and runs nothing of it", (text) => {
    const words = wordsOf(logLine("w-1", { ...window, contains: text }).byHand);
    expect(words).toEqual([
      "logging",
      "read",
      `resource.labels.service_name="nba-scrapers" timestamp>="${window.since}" timestamp<"${window.until}" ${JSON.stringify(text)}`,
      "--order=asc",
      "--limit=1",
    ]);
  });

  test("names the revision where only its lines count", () => {
    const [, , filter] = wordsOf(logLine("w-1", { ...window, contains: "lock", revision: "00192-nn7" }).byHand);
    expect(filter).toContain('resource.labels.revision_name="00192-nn7"');
  });
});

describe("the command by hand of a watched job", () => {
  test.each(odd)("is one word for a job called %j", (job) => {
    expect(wordsOf(lastAttempt(job, "europe-west3").byHand)).toEqual(["scheduler", "jobs", "describe", job, "--location=europe-west3"]);
  });

  test("leaves a place for the region where the pipeline file names none", () => {
    expect(lastAttempt("same-day-phase4", undefined).byHand).toBe("gcloud scheduler jobs describe 'same-day-phase4' --location=REGION");
  });
});
