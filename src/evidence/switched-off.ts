import type { PipelineFile } from "../pipeline/schema.ts";
import type { Gather } from "./evidence.ts";

/** Asks nobody whom the operator has switched off: what would have been seen is `Unseen`, with his reason. */
export function switchedOff(gather: Gather, ports: PipelineFile["ports"], now: () => Date): Gather {
  return async (look) => {
    const off = ports[look.port]?.off;
    if (off === undefined) return gather(look);
    return {
      id: look.id,
      port: look.port,
      asked: look.asked,
      byHand: look.byHand,
      observedAt: now().toISOString(),
      seen: false,
      refusal: "not_supplied",
      reason: `${look.port} are switched off in the pipeline file: ${off}`.replace("warehouse are", "the warehouse is"),
      next: "Switch it on in the pipeline file, under `ports`.",
      off,
    };
  };
}
