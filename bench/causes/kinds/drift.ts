import { addDays } from "../../../src/pipeline/dates.ts";
import { drawCommit } from "../drawing.ts";
import type { CauseKind, Setting } from "../kind.ts";

const units = [
  { unit: "nba-phase3-analytics-processors", folder: "data_processors/analytics" },
  { unit: "nba-phase4-precompute-processors", folder: "data_processors/precompute" },
  { unit: "prediction-worker", folder: "predictions/worker" },
  { unit: "nba-phase2-raw-processors", folder: "data_processors/raw" },
] as const;

interface Made {
  readonly unit: string;
  readonly sha: string;
  readonly commits: readonly string[];
  /** When a revision of it would have been made. */
  readonly built: string;
}

function committed({ dice, date, about }: Setting): Made {
  const { unit, folder } = dice.pick(units);
  const sha = drawCommit(dice);
  const from = `${date} ${about("11:00", 120)}`;
  return {
    unit,
    sha,
    commits: [`{ commit: "${sha}", subject: "Mend it", touches: [${folder}/main.py], from: ${from} }`],
    built: `${date} ${about("16:00", 100)}`,
  };
}

/** What keeps code that is on the branch from being live. */
export const driftKinds: readonly CauseKind[] = [
  {
    id: "not_built",
    tool: "check_drift",
    names: ["not_built"],
    rests: [{ port: "source" }, { port: "units" }],
    draw: (setting) => {
      const { unit, commits } = committed(setting);
      return { changes: commits, clock: "10:00", input: { units: [unit] } };
    },
  },
  {
    id: "failed_to_start",
    tool: "check_drift",
    names: ["failed_to_start"],
    rests: [{ port: "units" }],
    draw: (setting) => {
      const { unit, commits, sha, built } = committed(setting);
      const problem = "The user-provided container failed to start and listen on the port defined by the PORT=8080 environment variable.";
      return {
        changes: [
          ...commits,
          `{ revision: ${unit}, name: ${unit}-00900-bad, commit: "${sha}", ready: "false", problem: "${problem}", from: ${built} }`,
        ],
        clock: "10:00",
        input: { units: [unit] },
      };
    },
  },
  {
    id: "no_traffic",
    tool: "check_drift",
    names: ["no_traffic"],
    rests: [{ port: "units" }],
    draw: (setting) => {
      const { unit, commits, sha, built } = committed(setting);
      return {
        changes: [...commits, `{ revision: ${unit}, name: ${unit}-00900-new, commit: "${sha}", traffic: none, from: ${built} }`],
        clock: `${addDays(setting.date, 1)} 10:00`,
        input: { units: [unit] },
      };
    },
  },
];
