import type { Cloud, Reach } from "../../../src/adapters/google/cloud.ts";
import { acmeProject, loginWith } from "../../support/cloud.ts";

/** Read with a login that never expires, where the test's servers are. */
export function cloudAt(reach: Reach): Cloud {
  return { ...acmeProject, reach, authClient: loginWith("test-token") };
}
