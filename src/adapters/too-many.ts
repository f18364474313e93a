import { BackendError } from "../errors.ts";

/** An answer longer than the budget is refused: a part of it would prove nothing. */
export function tooMany(what: string, most: number, next = "Raise the row limit, or look by hand."): BackendError {
  return new BackendError("partial", `there are more than ${most} ${what}; a part of them would prove nothing`, next);
}

/** What to do where it was the question that named so many. */
export const askForLess = "Raise the row limit, or ask for less.";

/** The same of a unit's log. */
export function tooManyEntries(unit: string, most: number): BackendError {
  return new BackendError(
    "partial",
    `the log of ${unit} answers with more than ${most} entries; a part of them would prove nothing`,
    `Ask for fewer entries of ${unit}, or for a shorter window.`,
  );
}
