import { BackendError } from "../../errors.ts";
import type { Call } from "../../ports/call.ts";
import { tooMany } from "../too-many.ts";

/** One page of a list, and the token of the next; empty or absent: there is none. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string | null | undefined;
}

/** No look is wanted for longer, and what grpc makes of it must still fit into a timer. */
const longestMs = 3_600_000;

/** What every list method of the gRPC clients is called with: one page, one try, no longer than its look. */
export function pageOptions(call: Call, over: AbortSignal) {
  return { autoPaginate: false, retry: null, timeout: Math.max(1, Math.min(call.deadlineAt - Date.now(), longestMs)), signal: over };
}

/** Items asked for in one page: one more than may be answered tells that there are too many. */
export function pageSize({ budget }: Call, most = 1000): number {
  return Math.min(budget.maxRows + 1, most);
}

/** Every item of every page; more than the budget allows are refused, never cut. */
export async function allPages<T>(place: string, call: Call, pageAfter: (token: string) => Promise<Page<T>>): Promise<readonly T[]> {
  const items: T[] = [];
  const asked = new Set<string>();
  for (let token = ""; !asked.has(token);) {
    asked.add(token);
    const page = await pageAfter(token);
    items.push(...page.items);
    if (items.length > call.budget.maxRows) throw tooMany(place, call.budget.maxRows);
    if (page.next === undefined || page.next === null || page.next === "") return items;
    token = page.next;
  }
  throw new BackendError("malformed", `${place}: a page was said to be followed by itself`, `Look at ${place} by hand.`);
}
