import { z } from "zod";
import { reasonText } from "../outside-text.ts";
import type { Bundle, SavedLook } from "./bundle.ts";
import type { Evidence, Gather, Look, Unseen } from "./evidence.ts";

/**
 * Answers looks from a saved bundle, without a backend. What the bundle doesn't hold, or holds in a form that can't be
 * relied on, is `Unseen`: a replay must never find a night better than the one that was saved.
 */
export function replay(bundle: Bundle, pipeline: { readonly name: string; readonly version: string }): Gather {
  const saved = new Map(bundle.looks.map((look) => [look.id, look]));
  const distrust = distrustOf(bundle, pipeline);
  return async (look) => {
    if (distrust !== undefined) return unseen(look, bundle, distrust);
    const found = saved.get(look.id);
    return found === undefined ? unseen(look, bundle, notInIt(look)) : recall(look, found, bundle);
  };
}

type Reason = Pick<Unseen, "refusal" | "reason" | "next">;

/** Why nothing in the bundle may be relied on; undefined if it may. */
function distrustOf(bundle: Bundle, { name, version }: { readonly name: string; readonly version: string }): Reason | undefined {
  if (!bundle.intact) {
    return {
      refusal: "malformed",
      reason: "the evidence file was changed since it was saved",
      next: "Save the evidence again from the backend itself.",
    };
  }
  if (bundle.pipeline.name === name && bundle.pipeline.version === version) return undefined;
  return {
    refusal: "conflict",
    reason: `the evidence was saved with pipeline file ${bundle.pipeline.name} ${bundle.pipeline.version}, this is ${name} ${version}`,
    next: "Replay it with the pipeline file it was saved with, or save the evidence again.",
  };
}

function recall<F>(look: Look<F>, found: SavedLook, bundle: Bundle): Evidence<F> {
  if (!found.seen) return { ...found, reason: reasonText(found.reason), next: reasonText(found.next) };
  try {
    const { bytes, ...rest } = found;
    return { ...rest, facts: look.parse(found.facts), ...(bytes === undefined ? {} : { bytes }) };
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    return unseen(look, bundle, {
      refusal: "malformed",
      reason: `the saved facts of ${look.id} are not of their form`,
      next: "Save the evidence again.",
    });
  }
}

function notInIt(look: Look<unknown>): Reason {
  return {
    refusal: "not_supplied",
    reason: `${look.id} is not in the evidence file`,
    next: "Save the evidence again with the same question.",
  };
}

function unseen(look: Look<unknown>, bundle: Bundle, reason: Reason): Unseen {
  return { id: look.id, port: look.port, asked: look.asked, byHand: look.byHand, observedAt: bundle.as_of, seen: false, ...reason };
}
