import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { identityOf } from "../../../src/adapters/google/identity.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "identity-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function credentials(content: object | string): Promise<Record<string, string>> {
  const file = join(folder, "application_default_credentials.json");
  await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
  return { CLOUDSDK_CONFIG: folder };
}

test.each([
  [
    { type: "service_account", client_email: "reader@acme.iam.gserviceaccount.com", private_key: "secret" },
    "serviceAccount:reader@acme.iam.gserviceaccount.com",
  ],
  [{ type: "authorized_user", account: "me@example.com", refresh_token: "secret" }, "user:me@example.com"],
  [
    {
      type: "impersonated_service_account",
      service_account_impersonation_url:
        "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/reader@acme.iam.gserviceaccount.com:generateAccessToken",
      source_credentials: { type: "authorized_user", refresh_token: "secret" },
    },
    "serviceAccount:reader@acme.iam.gserviceaccount.com",
  ],
])("of %j the member is told as grants name it, and nothing else of the file", async (content, member) => {
  expect(await identityOf(await credentials(content))).toBe(member);
});

test.each([[{ type: "authorized_user", account: "", refresh_token: "secret" }], ["no json"], [["a list"]]])(
  "%j says nobody, and is no error: the services will say whether anybody may ask",
  async (content) => {
    expect(await identityOf(await credentials(content))).toBeUndefined();
  },
);

test("the file that GOOGLE_APPLICATION_CREDENTIALS names comes before the one of gcloud's login", async () => {
  const env = await credentials({ type: "authorized_user", account: "me@example.com" });
  const other = join(folder, "key.json");
  await writeFile(other, JSON.stringify({ type: "service_account", client_email: "other@acme.iam.gserviceaccount.com" }));
  expect(await identityOf({ ...env, GOOGLE_APPLICATION_CREDENTIALS: other })).toBe("serviceAccount:other@acme.iam.gserviceaccount.com");
  expect(await identityOf({ ...env, GOOGLE_APPLICATION_CREDENTIALS: join(folder, "none.json") })).toBeUndefined();
});
