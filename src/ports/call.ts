/** What every port method is given besides its question. */
export interface Call {
  /** The look on whose behalf the port is asked, e.g. `player-rows 2026-02-03`. Names the question in errors. */
  readonly look: string;
  /**
   * Aborted when the caller cancels or the look's deadline passes. An adapter hands it down to the wire and rejects with a
   * `deadline` BackendError; who asked knows which of the two it was.
   */
  readonly signal: AbortSignal;
  /** Wall-clock time, in milliseconds since the epoch, after which the answer is no longer wanted. */
  readonly deadlineAt: number;
  readonly budget: Budget;
}

export interface Budget {
  /** Most rows or documents one answer may hold; more is refused as `partial`, never cut to fit. */
  readonly maxRows: number;
  /** Most bytes one answer may cost to read, on backends that bill by bytes. */
  readonly maxBytes: number;
}
