import { OAuth2Client } from "google-auth-library";
import type { Cloud, Reach } from "../../../src/adapters/google/cloud.ts";

/** The project `acme`, read with a login that never expires, where the test's servers are. */
export function cloudAt(reach: Reach): Cloud {
  const authClient = new OAuth2Client();
  authClient.setCredentials({ access_token: "test-token", expiry_date: Date.now() + 3_600_000 });
  return { project: "acme", region: "us-west2", location: "us-west2", database: "(default)", reach, authClient };
}
