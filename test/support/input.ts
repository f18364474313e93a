import { inputFrom, parameterOptions } from "../../src/cli/options.ts";
import type { Tool } from "../../src/tool.ts";
import { catalogue } from "../../tools/index.ts";

interface Expected {
  readonly call: string;
  readonly with: Readonly<Record<string, string>>;
}

/** The tool that a scenario expects something of, and its input: scenario files hold text, as a command line does. */
export function calledBy({ call, with: given }: Expected): { readonly tool: Tool; readonly input: Record<string, unknown> } {
  const tool = catalogue.find((candidate) => candidate.name === call);
  if (tool === undefined) throw new Error(`A scenario expects something of ${call}, which does not exist.`);
  const typed = Object.fromEntries(Object.entries(given).map(([name, value]) => [name.replaceAll("_", "-"), value]));
  return { tool, input: inputFrom(parameterOptions(tool), typed) };
}
