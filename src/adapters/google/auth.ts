import type { AuthClient } from "google-auth-library";
import type { Cloud } from "./cloud.ts";
import type { Lasting } from "./lasting.ts";
import { lasting } from "./lasting.ts";
import { loggingIn } from "./logging-in.ts";

/** Who asks where a service is asked over HTTP without a client library of its own; the scope is one of Google's addresses. */
export function authOf(cloud: Cloud, scope: string): Lasting<AuthClient> {
  return lasting(() => loggingIn(() => logIn(cloud, scope)));
}

async function logIn({ authClient, project, reach }: Cloud, scope: string): Promise<AuthClient> {
  if (authClient !== undefined) return authClient;
  const { GoogleAuth, PassThroughClient } = await import("google-auth-library");
  if (reach?.http !== undefined) return new PassThroughClient(); // What stands for Google must never be sent a credential.
  return new GoogleAuth({ scopes: [scope], projectId: project }).getClient();
}
