import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { jsonOf } from "../json-of.ts";

/** What stands in a credentials file that says whose they are. */
const credentials = z.object({
  type: z.string(),
  client_email: z.string().optional(),
  account: z.string().optional(),
  service_account_impersonation_url: z.string().optional(),
});

/**
 * Whose the application default credentials are, as `--member` takes it, by the file that holds them; nobody is asked. Undefined where there is
 * no such file (on Google's own machines), or it doesn't say: that of a person's login usually doesn't.
 */
export async function identityOf(env: Readonly<Record<string, string | undefined>> = process.env): Promise<string | undefined> {
  const file = env["GOOGLE_APPLICATION_CREDENTIALS"] ?? join(configFolder(env), "application_default_credentials.json");
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch {
    return undefined; // Whether anybody may ask is for the services to say.
  }
  const read = credentials.safeParse(jsonOf(text));
  if (!read.success) return undefined;
  const { client_email: service, account, service_account_impersonation_url: url } = read.data;
  const impersonated = /serviceAccounts\/([^/:]+@[^/:]+):/u.exec(url ?? "")?.[1];
  if (impersonated !== undefined) return `serviceAccount:${impersonated}`;
  if (service !== undefined) return `serviceAccount:${service}`;
  return account === undefined || account === "" ? undefined : `user:${account}`;
}

/** https://cloud.google.com/docs/authentication/application-default-credentials */
function configFolder(env: Readonly<Record<string, string | undefined>>): string {
  if (env["CLOUDSDK_CONFIG"] !== undefined) return env["CLOUDSDK_CONFIG"];
  if (process.platform === "win32") return join(env["APPDATA"] ?? homedir(), "gcloud");
  return join(homedir(), ".config", "gcloud");
}
