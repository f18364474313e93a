import { addDays, instantOf } from "../../../../pipeline/dates.ts";
import type { StoredCommit } from "../../world.ts";
import { fingerprint } from "../generate/random.ts";
import type { Plot } from "../plot.ts";
import { infrastructureOf } from "./declared.ts";

const dayMs = 24 * 60 * 60_000;

/** The commit that every unit runs on before anything happens, and when it was made. */
export interface Release {
  readonly at: number;
  readonly sha: string;
}

/** Earlier than everything else that the scenario tells of code. */
export function releaseOf({ scenario, season, pipeline }: Plot): Release {
  const start = instantOf(season.processed[0] ?? scenario.night.date, { day: 0, hour: 15, minute: 0 }, pipeline.zone).getTime() - 3 * dayMs;
  const told = scenario.changes.filter(({ verb }) => verb === "revision" || verb === "commit").map(({ from }) => from.getTime() - dayMs);
  return { at: Math.min(start, ...told), sha: fingerprint(`release ${scenario.seed}`, 8) };
}

/** The watched repository's history: the release, a change to the operator's notes, and what the scenario tells. */
export function commitsOf(plot: Plot): (moment: number) => readonly StoredCommit[] {
  const { units, repository } = infrastructureOf(plot.pipeline);
  const main = repository?.branch ?? "main";
  const release = releaseOf(plot);
  const folders = [...new Set(Object.values(units ?? {}).flatMap((unit) => unit.folders))];
  const noted = instantOf(addDays(plot.scenario.night.date, -1), { day: 0, hour: 12, minute: 0 }, plot.pipeline.zone);
  const usual: StoredCommit[] = [
    { sha: release.sha, at: new Date(release.at).toISOString(), branch: main, subject: "Release the pipeline", touches: folders },
    // Not drift: a check that counts it as such is wrong.
    {
      sha: fingerprint(`notes ${plot.scenario.seed}`, 8),
      at: noted.toISOString(),
      branch: main,
      subject: "Describe the morning's routine",
      touches: ["docs/runbook.md"],
    },
  ];
  const told = plot.scenario.changes
    .filter((change) => change.verb === "commit")
    .map(({ sha, from, branch, subject, touches }) => ({ sha, at: from.toISOString(), branch: branch ?? main, subject, touches }));
  const all = [...usual, ...told].toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  return (moment) => all.filter(({ at }) => Date.parse(at) <= moment);
}
