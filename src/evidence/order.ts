import type { Evidence, Gather, Look } from "./evidence.ts";

export interface Ordered {
  /** Makes the look unless it was made already; the same id is asked once. */
  readonly gather: Gather;
  /** Announces looks that will be asked for, so that what is declared `after` one of them can wait for it. */
  readonly plan: (looks: readonly Look<unknown>[]) => void;
}

/** Makes every look at most once, and none before those it declares itself `after` have settled, where they are planned. */
export function inOrder(gather: Gather): Ordered {
  const planned = new Map<string, Look<unknown>>();
  const made = new Map<string, Promise<Evidence<unknown>>>();

  const make = (look: Look<unknown>): Promise<Evidence<unknown>> => {
    const begun = made.get(look.id);
    if (begun !== undefined) return begun;
    const earlier = look.after.flatMap((id) => planned.get(id) ?? []);
    const outcome = Promise.all(earlier.map(make)).then(() => gather(look));
    made.set(look.id, outcome);
    return outcome;
  };

  return {
    // A look's id determines its type of facts: the same id is always built by the same function.
    gather: <F>(look: Look<F>) => make(look) as Promise<Evidence<F>>,
    plan: (looks) => {
      for (const look of looks) planned.set(look.id, look);
    },
  };
}
