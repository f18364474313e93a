import type { Files } from "../../../src/adapters/state/files.ts";
import { nodeFiles } from "../../../src/adapters/state/files.ts";

type Step = (method: keyof Files, args: readonly unknown[], go: () => Promise<unknown>) => Promise<unknown>;

/** The real file system, with every call of it handed to the test first. */
export function everyStep(step: Step): Files {
  const methods = Object.keys(nodeFiles) as (keyof Files)[];
  const wrapped = methods.map((method) => {
    const real = nodeFiles[method] as (...args: unknown[]) => Promise<unknown>;
    return [method, (...args: unknown[]) => step(method, args, () => real(...args))] as const;
  });
  return Object.fromEntries(wrapped) as unknown as Files; // Same methods, same arguments and answers.
}
