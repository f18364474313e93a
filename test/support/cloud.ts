import { OAuth2Client } from "google-auth-library";

/** The project that the fakes hold. */
export const acmeProject = { project: "acme", region: "us-west2", location: "us-west2", database: "(default)" } as const;

/** A login that has long to go. */
export function loginWith(accessToken: string): OAuth2Client {
  const client = new OAuth2Client();
  client.setCredentials({ access_token: accessToken, expiry_date: Date.now() + 1e9 });
  return client;
}
