import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A folder that is gone when the test is over; the path within it doesn't exist yet. */
export async function temporaryFolder(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), "postgame-state-"));
  onTestFinished(() => rm(parent, { recursive: true, force: true }));
  return join(parent, "state");
}
