import { BackendError } from "../../errors.ts";
import type { Source } from "../../ports/source.ts";

/** Where no repository was named nobody can say what should be live. */
export function unnamedSource(): Source {
  const refuse = async (): Promise<never> => {
    throw new BackendError(
      "not_supplied",
      "no repository was named, so what is deployed can't be compared with what was pushed",
      "Name a checkout of the pipeline's repository with --repo DIR, or switch `source` off with a reason in your own pipeline file.",
    );
  };
  return { tip: refuse, commit: refuse, behind: refuse, since: refuse, contains: refuse, touched: refuse, existing: refuse };
}
