import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { NotSupplied, World } from "../../src/adapters/embedded/world.ts";
import { plain } from "../../src/cli/text.ts";
import { main } from "../../src/main.ts";
import type { Unit } from "../../src/ports/units.ts";
import { git, repositoryOf } from "../adapters/git/repository.ts";
import { startFakeGoogle } from "../fakes/google.ts";
import { shippedScenario, shippedStores } from "../support/scenarios.ts";

/** A project in which four things are otherwise than the shipped pipeline file says. */
const scenario = shippedScenario("healthy-night");
const stores = await shippedStores(scenario);
const repository = repositoryOf(given(stores.at(scenario.clock).commits()));
const shas = new Map(
  git(repository.origin, ["log", "--format=%H %s", "main"])
    .trim()
    .split("\n")
    .map((line) => [line.slice(41), line.slice(0, 40)] as const),
);
const world = otherProject(stores.at(scenario.clock));
const google = await startFakeGoogle(() => world);
const folder = await mkdtemp(join(tmpdir(), "first-hour-"));
afterAll(async () => {
  google.stop();
  repository.remove();
  await rm(folder, { recursive: true });
});

function given<T>(found: T | NotSupplied): T {
  if (typeof found === "object" && found !== null && "notSupplied" in found) throw new Error(found.notSupplied);
  return found as T; // what was not supplied has thrown
}

function otherProject(usual: World): World {
  const renamed = (name: string): string => (name === "live-exporter" ? "live-export" : name);
  const ofThisRepository = (unit: Unit): Unit => ({
    ...unit,
    revisions: unit.revisions.map((revision) => ({ ...revision, commit: shas.get("Release the pipeline") })),
  });
  return {
    ...usual,
    unit: (name) => {
      const found = name === "live-export" ? undefined : given(usual.unit(renamed(name)));
      return found === undefined ? undefined : { ...ofThisRepository(found), name };
    },
    units: () => given(usual.units()).map((unit) => (unit.name === "live-export" ? { ...unit, name: "live-exporter" } : unit)),
    jobs: () =>
      given(usual.jobs()).map((job) =>
        job.name === "nba-props-midday" ? { ...job, schedule: "0 13 * * *", zone: "America/New_York" } : job,
      ),
    topics: () => [...given(usual.topics()), "nba-review-complete"].toSorted(),
    table: (name, span) => {
      const stored = usual.table(name, span);
      if (stored === undefined || name !== "nba_precompute.player_composite_factors") return stored;
      const [gone = ""] = Object.keys(stored.columns).filter((column) => stored.columns[column]?.inferred === true);
      return { ...stored, columns: Object.fromEntries(Object.entries(stored.columns).filter(([column]) => column !== gone)) };
    },
  };
}

/** Types a command as a person would, and answers what he then sees. */
async function typed(command: string): Promise<string> {
  let seen = "";
  const terminal = {
    out: async (text: string) => void (seen += text),
    err: async (text: string) => void (seen += text),
    width: 110,
    paint: plain,
    interrupted: new AbortController().signal,
  };
  const args = command
    .split(" ")
    .map((word) => word.replace("~/src/pipeline", repository.clone).replace("mine.yaml", join(folder, "mine.yaml")));
  const env = { POSTGAME_STATE: join(folder, "state") };
  const code = await main(args, env, { terminal, google: { reach: google.reach, login: () => google.login(), now: () => scenario.clock } });
  return `$ postgame ${command}\n${seen}[exit code ${code}]\n`;
}

/** What only he can say he writes himself. */
async function written(file: string, line: string): Promise<string> {
  await appendFile(join(folder, file), `${line}\n`);
  return `$ echo '${line}' >> ${file}\n`;
}

/** What differs from run to run. */
function settled(text: string): string {
  return text
    .replaceAll(folder, "~")
    .replaceAll(repository.clone, "~/src/pipeline")
    .replaceAll(/proofs\/acme-nba-[\w-]+\.json/gu, "proofs/acme-nba-….json")
    .replaceAll(/last fetched\s+\S+/gu, "last fetched …")
    .replaceAll(/[0-9a-f]{8} of 2026/gu, "… of 2026")
    .replaceAll(/took( +)[\d.]+ (?:ms|s)/gu, "took$1N ms")
    .replaceAll(/^Clock: .*$/gmu, "Clock: …")
    .replaceAll(/\(POSTGAME_STATE\)/gu, "(POSTGAME_STATE)");
}

test("the first hour with a project that is otherwise than the pipeline file: examined, compared, accepted, judged", async () => {
  const asked = "--project acme-nba --repo ~/src/pipeline";
  const steps = [
    await typed(`doctor ${asked}`),
    await typed(`doctor ${asked} --compare --accept all --write mine.yaml`),
    await written("mine.yaml", "buckets: { published: { name: published } }"),
    await typed(`doctor ${asked} --pipeline mine.yaml`),
    await typed(`validate_daily ${asked} --pipeline mine.yaml`),
  ];
  const transcript = settled(steps.join("\n"));
  expect(transcript).toContain("job nba-props-midday");
  expect(transcript).toContain("unit live-export");
  expect(transcript).toContain("4 of 4 changes written to");
  expect(transcript).toMatch(/^PASS {2}validate_daily 2026-01-27/mu);
  await expect(transcript).toMatchFileSnapshot("__snapshots__/first-hour.txt");
});
