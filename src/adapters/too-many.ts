import { BackendError } from "../errors.ts";

/** An answer longer than the budget is refused: a part of it would prove nothing. */
export function tooMany(what: string, most: number): BackendError {
  return new BackendError(
    "partial",
    `there are more than ${most} ${what}; a part of them would prove nothing`,
    "Raise the row limit, or ask for less.",
  );
}
