import type { PipelineFile } from "../pipeline/schema.ts";
import type { Evidence, EvidenceOf, Gather, Looks } from "./evidence.ts";
import { inOrder } from "./order.ts";
import { recording } from "./recording.ts";
import { switchedOff } from "./switched-off.ts";

export interface Looking {
  /** Makes the look unless it was made already. */
  readonly gather: Gather;
  /** Makes all of them at once, each after those it declares itself `after`; the answers by the same names. */
  readonly all: <L extends Looks>(looks: L) => Promise<EvidenceOf<L>>;
  /** Every look made so far, in the order they settled. */
  readonly made: readonly Evidence<unknown>[];
}

interface LookingOptions {
  readonly gather: Gather;
  readonly ports: PipelineFile["ports"];
  readonly now: () => Date;
  readonly onProgress?: ((done: number, total: number, look: string) => void) | undefined;
}

/** How a tool looks: each look once, nobody asked whom the operator has switched off, everything kept. */
export function looking({ gather, ports, now, onProgress }: LookingOptions): Looking {
  const recorder = recording(gather, onProgress);
  const ordered = inOrder(switchedOff(recorder.gather, ports, now));
  let planned = 0;
  return {
    gather: ordered.gather,
    made: recorder.made,
    async all<L extends Looks>(looks: L): Promise<EvidenceOf<L>> {
      ordered.plan(Object.values(looks));
      planned += Object.keys(looks).length;
      recorder.expect(planned);
      const made = await Promise.all(Object.entries(looks).map(async ([name, look]) => [name, await ordered.gather(look)] as const));
      return Object.fromEntries(made) as EvidenceOf<L>; // one answer per look, under its name
    },
  };
}
