import { memoryState } from "../../../src/adapters/state/memory.ts";
import { stateContract } from "../../contracts/state-contract.ts";

stateContract("in memory", async (options) => {
  const state = memoryState(options);
  return { state, again: state, dispose: async () => {} };
});
