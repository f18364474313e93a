import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { embeddedEngine } from "../../../src/adapters/embedded/warehouse.ts";
import type { NotSupplied, World } from "../../../src/adapters/embedded/world.ts";
import type { Asked, Capture, Outcome } from "../../../src/adapters/google/capture.ts";
import { formOf } from "../../../src/adapters/google/capture.ts";
import { recordingOf } from "../../../src/adapters/google/recording.ts";
import { googlePorts } from "../../../src/adapters/google/ports.ts";
import { questionsFor } from "../../../src/doctor/questions.ts";
import { BackendError } from "../../../src/errors.ts";
import { calendarDateOf } from "../../../src/pipeline/dates.ts";
import { openSession } from "../../../src/sessions/open.ts";
import { postgame } from "../../cli/fake-terminal.ts";
import { asking } from "../../contracts/asking.ts";
import type { FakeGoogle } from "../../fakes/google.ts";
import { startFakeGoogle } from "../../fakes/google.ts";
import type { Replaying } from "../../fakes/replaying.ts";
import { overNba } from "../../support/own-pipeline.ts";
import { nba } from "../../support/pipeline.ts";
import { shippedScenario, shippedStores } from "../../support/scenarios.ts";
import { loginWith } from "../../support/cloud.ts";
import { plentyOf } from "./bigquery-stage.ts";

/** The bucket's name is the operator's to give; without one its files are not asked for. */
const named = "buckets: { published: { name: acme-published-files } }\n";
const pipeline = overNba(named);
const scenario = shippedScenario("healthy-night");

/** A world with a little of everything that the doctor asks for, of which a test may change what it likes. */
export async function smallWorld(given: Partial<World> = {}): Promise<World> {
  const world = (await shippedStores(scenario)).at(scenario.clock);
  return {
    ...world,
    table: (name, span) => world.table(name, span),
    tableNames: () => perDataset(all(world.tableNames())),
    units: () =>
      ["service", "function", "job"].flatMap((kind) =>
        all(world.units())
          .filter((unit) => unit.kind === kind)
          .slice(0, 2),
      ),
    log: (window) => all(world.log(window)).slice(-3),
    jobs: () => all(world.jobs()).slice(0, 3),
    topics: () => all(world.topics()).slice(0, 3),
    subscriptions: () => [
      ...all(world.subscriptions()).slice(0, 3),
      { name: "pulled", topic: undefined, undelivered: 3 },
      { name: "watched", topic: "nba-review", deadLetterTopic: "nba-review-dead", pushEndpoint: "https://review.example.com/push" },
    ],
    policies: () => [
      {
        name: "17",
        title: "Errors of exports",
        enabled: true,
        channels: 2,
        conditions: [{ title: "errors", kind: "log", filter: "severity>=ERROR" }],
      },
      {
        name: "18",
        title: "Silence",
        enabled: false,
        channels: 0,
        conditions: [{ title: "none", kind: "absence", filter: 'metric.type="a"' }],
      },
    ],
    incidents: () => [{ policy: "17", title: "Errors of exports", openedAt: "2026-02-04T22:40:00.000Z" }],
    object: (path) =>
      path.includes("picks") ? undefined : { path, updatedAt: "2026-02-04T14:30:00.000Z", sizeBytes: 12, text: '{"date":"x"}' },
    ...given,
  };
}

function all<T>(found: readonly T[] | NotSupplied): readonly T[] {
  return "notSupplied" in found ? [] : found;
}

function perDataset(tables: readonly string[]): readonly string[] {
  const datasets = new Set(tables.map((table) => table.split(".")[0]));
  return [...datasets].flatMap((dataset) => tables.filter((table) => table.startsWith(`${dataset}.`)).slice(0, 2));
}

/** `doctor --record` over loopback services; answers what it said, and the file's text. */
export async function recordedOver(world: World, folder: string, project = "acme-nba") {
  const google: FakeGoogle = await startFakeGoogle(() => world, { engine: embeddedEngine(), project });
  const connection = { reach: google.reach, login: () => google.login(), now: () => scenario.clock };
  const file = join(folder, "capture.json");
  try {
    const mine = join(folder, "mine.yaml");
    await writeFile(mine, `pipeline: mine\nextends: nba\n${named}`);
    const args = ["doctor", "--project", project, "--pipeline", mine, "--state", join(folder, "state"), "--record", file];
    const said = await postgame(args, { open: (config) => openSession(config, connection) }, { width: 400 });
    return { ...said, file, text: await readFile(file, "utf8") };
  } finally {
    google.stop();
  }
}

/** The same questions without the command line around them; answers the capture as it would be written. */
export async function heardOver(world: World, project = "acme-nba"): Promise<Capture> {
  const google = await startFakeGoogle(() => world, { engine: embeddedEngine(), project });
  const cloud = google.cloud;
  const recording = recordingOf(cloud, { repository: undefined, infrastructure: nba.file });
  const ports = recording.ports(plentyOf());
  try {
    for (const { port, ask } of questionsFor(pipeline, calendarDateOf(scenario.night.date), scenario.clock)) {
      if (port !== "source") await ask(ports, asking({ deadlineAt: Date.now() + 10_000 })).catch(unlessRefused);
    }
    return recording.capture();
  } finally {
    google.stop();
  }
}

function unlessRefused(error: unknown): void {
  if (!(error instanceof BackendError)) throw error;
}

/** Asks the question again, of the adapters as they are now, over services that answer what was captured. */
export async function outcomeOf(asked: Asked, { cloud, marks }: Capture, replaying: Replaying): Promise<Outcome> {
  const { monitoring, repository } = nba.file;
  const { logs_as, commit_label, commit_variable } = marks;
  const infrastructure = {
    monitoring: monitoring && { ...monitoring, ...(logs_as === undefined ? {} : { logs_as }) },
    repository: repository && {
      ...repository,
      ...(commit_label === undefined ? {} : { commit_label }),
      ...(commit_variable === undefined ? {} : { commit_variable }),
    },
  };
  const ports = googlePorts(
    { ...cloud, reach: replaying.reach, authClient: loginWith("loopback-token") },
    { repository: undefined, infrastructure },
  );
  const methods = ports(plentyOf())[asked.port as "topics"] as unknown as Readonly<
    Record<string, (...given: unknown[]) => Promise<unknown>>
  >;
  replaying.answerAs(asked);
  try {
    return { seen: formOf(await methods[asked.method]?.(...asked.ask, asking({ deadlineAt: Date.now() + 10_000 }))) };
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    return { refused: error.refusal };
  }
}
