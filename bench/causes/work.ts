import type { Pipeline } from "../../src/pipeline/load.ts";
import { catalogue } from "../../tools/index.ts";
import { diceOf } from "../regression/dice.ts";
import { drawCase, drawQuiet } from "./draw.ts";
import { askAbout, verdictOn } from "./judge.ts";
import type { CauseKind } from "./kind.ts";

/** One drawn case of one kind, or one quiet night. */
export type Work = { readonly seed: number; readonly index: number } & ({ readonly kind: string } | { readonly quiet: true });

export interface Outcome {
  /** The kind; "quiet" for a night without one. */
  readonly of: string;
  readonly outcome: "right" | "not established" | "wrong";
  readonly isProvable: boolean;
  readonly variation: string;
  /** How to see it again, where it is not as it should be. */
  readonly told?: string;
}

/** What is asked of a quiet night: every tool that names causes. */
const quietCalls: readonly { readonly tool: string; readonly input: (date: string) => Record<string, unknown> }[] = [
  { tool: "investigate_scraper", input: (date) => ({ scraper: "nbac_gamebook_pdf", game_date: date }) },
  { tool: "find_duplicates", input: (date) => ({ from: date, to: date }) },
  { tool: "reconcile_phase3", input: (date) => ({ dates: [date] }) },
  { tool: "read_logs", input: () => ({ unit: "nba-phase3-analytics-processors" }) },
  { tool: "inspect_locks", input: (date) => ({ game_date: date }) },
];

export async function workOff(work: Work, kinds: readonly CauseKind[], pipeline: Pipeline): Promise<Outcome> {
  return "quiet" in work ? quietNight(work, pipeline) : oneCase(work.kind, work, kinds, pipeline);
}

async function oneCase(id: string, { seed, index }: Work, kinds: readonly CauseKind[], pipeline: Pipeline): Promise<Outcome> {
  const kind = kinds.find((candidate) => candidate.id === id);
  if (kind === undefined) throw new Error(`No kind ${id}.`);
  const drawn = drawCase(kind, kinds, diceOf(seed).for(id, index), pipeline);
  const report = await askAbout(drawn.scenario, pipeline, drawn.tool, drawn.input);
  const { outcome, established } = verdictOn(report, drawn.right);
  const isGood = outcome === "right" || (outcome === "not established" && !drawn.isProvable);
  const asked = `${drawn.tool} ${JSON.stringify(drawn.input)}`;
  return {
    of: id,
    outcome,
    isProvable: drawn.isProvable,
    variation: drawn.variation,
    ...(isGood ? {} : { told: `${asked} named [${established.join(", ")}]: ${report.summary}\n${drawn.text}` }),
  };
}

async function quietNight({ seed, index }: Work, pipeline: Pipeline): Promise<Outcome> {
  const { scenario, text, date } = drawQuiet(diceOf(seed).for("quiet", index), pipeline);
  const known = quietCalls.filter(({ tool }) => catalogue.some(({ name }) => name === tool));
  for (const { tool, input } of known) {
    const report = await askAbout(scenario, pipeline, tool, input(date));
    const { established } = verdictOn(report, []);
    // After a deployment nobody has yet seen a lock taken: that is unknown, and rightly so.
    if (established.length > 0 || ["fail", "warn"].includes(report.verdict)) {
      const told = `${tool} named [${established.join(", ")}]: ${report.summary}\n${text}`;
      return { of: "quiet", outcome: "wrong", isProvable: true, variation: "plain", told };
    }
  }
  return { of: "quiet", outcome: "right", isProvable: true, variation: "plain" };
}
