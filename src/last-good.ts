import type { LastGoodAsk } from "./history/history.ts";
import { attempted } from "./history/history.ts";
import type { Session } from "./session.ts";
import { aboutOf } from "./watching.ts";

interface Asking {
  readonly session: Session;
  readonly signal: AbortSignal;
}

/** The newest earlier game date that was found good on these stores; undefined if none is kept. A state that can't be read costs a comparison, never the answer. */
export async function lastGoodDate({ session, signal }: Asking, asked: LastGoodAsk): Promise<string | undefined> {
  const kept = session.history?.lastGood(asked, aboutOf(session), { signal });
  return kept === undefined ? undefined : (await attempted(kept, { signal })).answer;
}
