import { BackendError } from "../errors.ts";
import type { Call } from "../ports/call.ts";

/** Longest delay that a timer takes; a longer one fires at once. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * Rejects with `deadline` as soon as the call's signal aborts or its deadline passes, whatever the work does. The work is
 * handed a signal that says so, to stop what it began.
 */
export async function whileWanted<T>(call: Call, work: (over: AbortSignal) => Promise<T>): Promise<T> {
  const leftMs = call.deadlineAt - Date.now();
  if (call.signal.aborted || leftMs <= 0) throw notAnswered(call);
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), Math.min(leftMs, longestTimerMs));
  const over = AbortSignal.any([call.signal, late.signal]);
  const ended = Promise.withResolvers<never>();
  over.addEventListener("abort", () => ended.reject(notAnswered(call)), { once: true });
  try {
    return await Promise.race([work(over), ended.promise]);
  } finally {
    clearTimeout(timer);
    late.abort(); // Else the joined signal and its listener live as long as the caller's.
    ended.promise.catch(() => {});
  }
}

function notAnswered(call: Call): BackendError {
  return new BackendError(
    "deadline",
    `no answer to ${call.look} before its call ended`,
    "Ask again; if it persists, look at the backend's own status page.",
  );
}
