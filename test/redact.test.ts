import { expect, test } from "vitest";
import { idName, quoted, reasonText } from "../src/outside-text.ts";
import { redact, redactThroughout } from "../src/redact.ts";

const account = "reader@acme-nba.iam.gserviceaccount.com";
const grant = `Run: gcloud projects add-iam-policy-binding acme-nba --member=serviceAccount:${account} --role=roles/pubsub.viewer`;

test("the command of ours that grants a service account a role stays whole", () => {
  expect(reasonText(grant)).toBe(grant);
  expect(redactThroughout({ next: grant })).toEqual({ next: grant });
});

test.each([
  `Permission denied for ${account}`,
  `serviceAccount:${account}`,
  `--member=serviceAccount:${account}`,
  `the log says: ${grant}`,
  `x\n${grant}`,
  grant.replace("serviceAccount:", ""),
])("elsewhere a service account is redacted: %j", (text) => {
  expect(redact(text)).not.toContain("reader@");
  expect(quoted(text)).not.toContain("reader@");
});

test("in the granting command itself another account and a token are redacted still", () => {
  const said = redact(`${grant} other@acme-nba.iam.gserviceaccount.com ya29.abcdefghijklmnop`);
  expect(said).toBe(`${grant} [redacted] [redacted]`);
});

test("a secret in what becomes part of a name is redacted before its signs are taken out, by which it is known", () => {
  expect(idName("all password=hunter2secret")).toBe("all?password??redacted?");
  expect(idName("MLFeatureStoreProcessor_2026-02-03")).toBe("MLFeatureStoreProcessor_2026-02-03");
});
