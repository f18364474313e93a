import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BackendError } from "../../src/errors.ts";
import { openPipeline } from "../../src/pipeline-files.ts";
import { portNames } from "../../src/ports/ports.ts";
import type { Ports } from "../../src/ports/ports.ts";
import { tryLook } from "../../src/doctor/statements.ts";
import type { Look } from "../../src/evidence/evidence.ts";
import type { Session } from "../../src/session.ts";
import { duringCall } from "../../src/session.ts";
import { postgame } from "../cli/fake-terminal.ts";
import { sessionOver, shippedScenario, shippedStores } from "../support/scenarios.ts";

const scenario = shippedScenario("healthy-night");
const stores = await shippedStores(scenario);
let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "doctor-"));
});
afterEach(() => rm(folder, { recursive: true }));

function over(wrap: (ports: Ports) => Ports = (ports) => ports): Session {
  return sessionOver(scenario, { stores, wrap });
}

function doctor(args: readonly string[], session: Session | undefined, terminal = {}) {
  return postgame(["doctor", "--state", folder, ...args], { open: async () => session }, { width: 400, ...terminal });
}

describe("doctor, where everything answers", () => {
  test("asks every port, takes every statement, exits 0 and leaves a proof that says the same", async () => {
    const { code, out } = await doctor([], over());
    expect(out).not.toContain("[");
    for (const port of portNames) expect(out).toMatch(new RegExp(`^${port}$`, "mu"));
    const [, taken, all] = /: (\d+) of (\d+) accepted/u.exec(out) ?? [];
    expect(Number(all)).toBeGreaterThan(20);
    expect(taken).toBe(all);
    expect(code).toBe(0);
    const [file = ""] = await readdir(join(folder, "proofs"));
    expect(out).toContain(`Proof: ${join(folder, "proofs", file)}`);
    const proof = JSON.parse(await readFile(join(folder, "proofs", file), "utf8")) as Record<string, unknown>;
    expect(proof).toMatchObject({ format: "postgame-proof/1", healthy: true, scenario: "healthy-night", backend: "embedded" });
    expect(proof["statements"]).toHaveLength(Number(all));
  });

  test("as JSON it is one object with the same", async () => {
    const { out } = await doctor(["--json"], over());
    expect(JSON.parse(out)).toMatchObject({ healthy: true, settings: { state: { value: folder, source: "--state" } } });
  });
});

describe("doctor, where something can't be asked", () => {
  test("with nothing configured it shows each setting with its source and the two ways forward", async () => {
    const { code, out } = await postgame(["doctor"], { open: async () => undefined, env: { POSTGAME_STATE: folder } }, { width: 100 });
    expect(code).toBe(3);
    expect(out).toContain(`state       ${folder}  (POSTGAME_STATE)`);
    expect(out).toContain("project     none  (default)");
    expect(out).toMatch(/--project ID.*\n.*--scenario NAME/u);
    expect(await readdir(folder)).toEqual([]);
  });

  test("one missing permission is named with its command, the rest is answered, and the exit code is 3", async () => {
    const denied = new BackendError("denied", "denied: reading topics needs pubsub.topics.list (roles/pubsub.viewer)", "Run: gcloud grant");
    const { code, out } = await doctor(
      [],
      over((ports) => ({ ...ports, topics: { ...ports.topics, topics: async () => Promise.reject(denied) } })),
    );
    expect(code).toBe(3);
    expect(out).toMatch(
      /no {3}topics: denied: reading topics needs pubsub\.topics\.list \(roles\/pubsub\.viewer\) \[denied\]\n\s+Run: gcloud grant/u,
    );
    expect(out.match(/\[denied\]/gu)).toHaveLength(1);
  });

  test("what may be listed but not read is named: it is another permission", async () => {
    const denied = async (): Promise<never> => Promise.reject(new BackendError("denied", "denied: needs a get", "Run: gcloud grant"));
    const { code, out } = await doctor(
      [],
      over((ports) => ({ ...ports, units: { ...ports.units, get: denied }, schedules: { ...ports.schedules, get: denied } })),
    );
    expect(code).toBe(3);
    expect(out).toMatch(/ok {3}deployed units: \d+ units\n {2}no {3}unit \S+: denied: needs a get/u);
    expect(out).toMatch(/ok {3}scheduler jobs: \d+ jobs\n {2}no {3}scheduler job \S+: denied: needs a get/u);
  });

  test("an expired login is told with the command that mends it, and no statement counts as accepted", async () => {
    const expired = async (): Promise<never> => {
      throw new BackendError("unauthenticated", "BigQuery took the credentials as expired", "Run: gcloud auth application-default login");
    };
    const { code, out } = await doctor(
      [],
      over((ports) => ({ ...ports, warehouse: { query: expired, estimate: expired, describe: expired, tables: expired } })),
    );
    expect(code).toBe(3);
    expect(out).toMatch(/: 0 of \d+ accepted/u);
    expect(out).toContain("Run: gcloud auth application-default login");
  });

  test("a statement that the warehouse would refuse is named with its look, and the exit code is 3", async () => {
    const refusing: (ports: Ports) => Ports = (ports) => ({
      ...ports,
      warehouse: {
        ...ports.warehouse,
        estimate: async (ask, call) => {
          if (ask.sql.includes("player_daily_cache")) throw new BackendError("malformed", "Syntax error at [1:8]", "Report it.");
          return ports.warehouse.estimate(ask, call);
        },
      },
    });
    const { code, out } = await doctor([], over(refusing));
    expect(code).toBe(3);
    expect(out).toMatch(/no {3}cache-rows \S+: Syntax error at \[1:8\] \[malformed\]/u);
  });

  test("a look that is refused after its first statement was taken doesn't count as accepted whole", async () => {
    let estimated = false;
    const refusing: (ports: Ports) => Ports = (ports) => ({
      ...ports,
      warehouse: {
        ...ports.warehouse,
        estimate: async (ask, call) => ((estimated = true), ports.warehouse.estimate(ask, call)),
        describe: async (table, call) => {
          if (call.look.startsWith("doctor ") || !estimated) return ports.warehouse.describe(table, call);
          throw new BackendError("denied", `denied: reading ${table} needs bigquery.tables.get`, "Run: gcloud grant");
        },
      },
    });
    const twoSteps: Look<null> = {
      id: "two steps",
      port: "warehouse",
      asked: "a table, and another",
      byHand: "",
      after: [],
      whenEmpty: "must-have",
      run: async ({ warehouse }, call) => {
        await warehouse.query({ name: "first", sql: "SELECT game_id FROM {nba_raw.nbac_schedule} LIMIT 1", params: {}, columns: {} }, call);
        await warehouse.describe("nba_raw.nbac_schedule", call);
        return { facts: null, examined: 0 };
      },
      parse: () => null,
    };
    const tried = await duringCall(over(refusing), new AbortController().signal, ({ gather }) => tryLook(twoSteps, gather));
    expect(tried.map(({ statement, refusal }) => [statement, refusal])).toEqual([
      ["first", undefined],
      ["a table, and another", "denied"],
    ]);
  });

  test("a proof that can't be written costs nothing but itself", async () => {
    const file = join(folder, "a-file");
    await writeFile(file, "");
    const { code, out } = await postgame(["doctor", "--state", file], { open: async () => over() }, { width: 100 });
    expect(code).toBe(0);
    expect(out).toMatch(/Proof: not written \(\w+\)/u);
  });
});

describe("doctor, where nothing is there", () => {
  const empty: (ports: Ports) => Ports = (ports) => ({
    ...ports,
    units: { ...ports.units, list: async () => [], get: async () => undefined },
    schedules: { ...ports.schedules, list: async () => [], get: async () => undefined },
    topics: { ...ports.topics, topics: async () => [], subscriptions: async () => [] },
    documents: { ...ports.documents, get: async () => undefined, count: async () => 0 },
    warehouse: { ...ports.warehouse, tables: async () => [] },
  });

  test("an empty project, region or database is not healthy: each nothing is marked, with what to check", async () => {
    const { code, out } = await doctor([], over(empty));
    expect(code).toBe(3);
    for (const [said, check] of [
      ["deployed units: 0 units", "Check the project and the region"],
      [String.raw`unit \S+: not there`, "Check the project, the region"],
      ["scheduler jobs: 0 jobs", "Check the project and the region"],
      [String.raw`scheduler job \S+: not there`, "Check the project, the region"],
      ["topics: 0 topics", "Check the project"],
      ["subscriptions: 0 subscriptions", "Check the project"],
      ["tables of nba_raw: 0 tables", "Check the project"],
      [String.raw`size of \S+: 0 documents`, "Check the project and the database"],
    ])
      expect(out).toMatch(new RegExp(String.raw`none ${said}\n\s+${check}`, "u"));
  });

  test("one declared unit that is not there is enough, and the rest is still ok", async () => {
    const { code, out } = await doctor(
      [],
      over((ports) => ({ ...ports, units: { ...ports.units, get: async () => undefined } })),
    );
    expect(code).toBe(3);
    expect(out.match(/^ {2}none /gmu)).toHaveLength(1);
    expect(out).toMatch(/ok {3}deployed units: \d+ units/u);
  });

  test("as JSON each nothing says so, and it is unhealthy", async () => {
    const { out } = await doctor(["--json"], over(empty));
    const { healthy, answers } = JSON.parse(out) as { healthy: boolean; answers: readonly { question: string; none?: boolean }[] };
    expect(healthy).toBe(false);
    expect(answers.find(({ question }) => question === "topics")?.none).toBe(true);
  });

  test("with every port switched off nothing is asked, which is not healthy", async () => {
    const session = over();
    const off = Object.fromEntries(portNames.map((port) => [port, { off: "not ours" }]));
    const rulesOn: Session["pipeline"]["rulesOn"] = (...given) => ({ ...session.pipeline.rulesOn(...given), ports: off });
    const { code, out } = await doctor([], { ...session, pipeline: { ...session.pipeline, rulesOn } });
    expect(code).toBe(3);
    expect(out).toContain("Nothing was asked");
  });
});

describe("doctor of a real project", () => {
  const member = "serviceAccount:reader@acme-nba.iam.gserviceaccount.com";
  const real = { project: "acme-nba", identity: member };
  const ofReal = (more: Partial<Session["real"]> = {}, wrap?: (ports: Ports) => Ports): Session => ({
    ...over(wrap),
    real: { ...real, ...more },
  });
  const grant = `Run: gcloud projects add-iam-policy-binding acme-nba --member=${member} --role=roles/pubsub.viewer`;

  test("who asks, and the command that grants him what is missing, reach the answer and its proof whole", async () => {
    const denied = async (): Promise<never> =>
      Promise.reject(new BackendError("denied", "denied for other@acme-nba.iam.gserviceaccount.com", grant));
    const session = ofReal({}, (ports) => ({ ...ports, topics: { ...ports.topics, topics: denied } }));
    const { out } = await doctor([], session);
    expect(out).toContain(grant);
    const json = await doctor(["--json"], session);
    expect(JSON.parse(json.out)).toMatchObject({ identity: member });
    expect(json.out).toContain(grant);
    expect(json.out).not.toContain("other@");
    const [file = ""] = await readdir(join(folder, "proofs"));
    expect(await readFile(join(folder, "proofs", file), "utf8")).toContain(grant);
  });

  test("a clock that can't be compared is said to be unknown, and is nobody's agreement", async () => {
    const { out } = await doctor([], ofReal({ clockAhead: async () => Promise.reject(new Error("no route")) }));
    expect(out).toContain("Clock: not known");
    expect(out).not.toContain("agrees");
  });

  test.each([["in/no/folder.json"], ["file/under.json"]])("--record %s is refused before anybody is asked", async (path) => {
    await writeFile(join(folder, "file"), "");
    let asked = 0;
    const record = async (): Promise<never> => Promise.reject(new Error("asked"));
    const session = ofReal({ record });
    const { code, err, out } = await doctor(["--record", join(folder, path)], {
      ...session,
      begin: (call) => ((asked += 1), session.begin(call)),
    });
    expect([code, asked]).toEqual([64, 0]);
    expect(err).toMatch(/--record .*can't be written/u);
    expect(out).not.toContain("Proof");
  });

  test("a recording that can't be written in the end costs nothing but itself", async () => {
    const file = join(folder, "capture.json");
    const session = ofReal({
      record: async (call) => {
        await writeFile(file, "another's"); // Since it was checked.
        return { ...over().begin(call), capture: () => ({ asked: [] }) };
      },
    });
    const { code, out, err } = await doctor(["--record", file], session);
    expect(out).toContain("Proof: ");
    expect([code, err]).toEqual([64, expect.stringContaining("it is there already")]);
    expect(await readFile(file, "utf8")).toBe("another's");
  });
});

/** The same project, but other than the pipeline file says in one thing of each kind. */
function other(ports: Ports): Ports {
  return {
    ...ports,
    warehouse: {
      ...ports.warehouse,
      tables: async (dataset, call) =>
        (await ports.warehouse.tables(dataset, call)).filter((table) => table !== "nba_predictions.prediction_accuracy"),
      describe: async (table, call) => {
        const shape = await ports.warehouse.describe(table, call);
        if (table !== "nba_precompute.player_daily_cache") return shape;
        return { ...shape, columns: Object.fromEntries(Object.entries(shape.columns).filter(([name]) => name !== "points_avg_last_5")) };
      },
    },
    units: {
      ...ports.units,
      list: async (call) => [
        ...(await ports.units.list(call)).filter(({ name }) => name !== "live-export"),
        { name: "live-exporter", kind: "function" },
      ],
    },
    schedules: {
      ...ports.schedules,
      list: async (call) =>
        (await ports.schedules.list(call)).map((job) => (job.name === "overnight-predictions" ? { ...job, schedule: "30 8 * * *" } : job)),
    },
    topics: { ...ports.topics, topics: async (call) => [...(await ports.topics.topics(call)), "nba-review-complete"] },
  };
}

describe("doctor --compare", () => {
  test("finds no change to make where file and project agree", async () => {
    const { code, out } = await doctor(["--compare"], over());
    expect(out).toContain("0 changes would make the file agree");
    expect(code).toBe(1); // The bucket's name is the operator's to give.
    expect(out).toContain("- bucket published: the file gives no name for the bucket");
  });

  test("shows each difference as the lines that would settle it", async () => {
    const { code, out } = await doctor(["--compare"], over(other));
    expect(code).toBe(1);
    expect(out).toMatch(
      /table nba_predictions\.prediction_accuracy: the file declares it.*\n\s+\+ tables:\n\s+\+ {3}nba_predictions\.prediction_accuracy: ~/u,
    );
    expect(out).toMatch(/column nba_precompute\.player_daily_cache\.points_avg_last_5:/u);
    expect(out).toMatch(/unit live-export: .*; live-exporter is, which the file doesn't know/u);
    expect(out).toMatch(/job overnight-predictions: the file says "0 8 \* \* \*" America\/New_York, the scheduler "30 8 \* \* \*"/u);
    expect(out).toMatch(/topic nba-review-complete: it has 0 push subscriptions/u);
    expect(out).toContain("- units: 1 are deployed that the file doesn't know: live-exporter");
  });

  test("what was accepted is written as a file that extends the one compared, and holds just that", async () => {
    const file = join(folder, "mine.yaml");
    const listed = await doctor(["--compare"], over(other));
    const numberOf = (about: string): string => new RegExp(`^(\\d+)\\. +${about}`, "mu").exec(listed.out)?.[1] ?? "none";
    const numbers = ["unit live-export", "job overnight-predictions", "topic nba-review-complete"].map(numberOf);
    const { out } = await doctor(["--compare", "--accept", numbers.join(","), "--write", file], over(other));
    expect(out).toContain(`3 of 5 changes written to ${file}`);
    const mine = await openPipeline(file);
    expect(mine.file.units?.["live-export"]).toBeUndefined();
    expect(mine.file.schedule?.["overnight-predictions"]?.cron).toBe("30 8 * * *");
    expect(mine.file.topics?.["nba-review-complete"]).toMatchObject({ kind: "completion", subscribers: 0 });
    expect(mine.file.tables["nba_predictions.prediction_accuracy"]).toBeDefined();
  });

  test("changes that don't hold together are refused with what names the lost part, and no file is written", async () => {
    const file = join(folder, "mine.yaml");
    const { code, err } = await doctor(["--compare", "--accept", "all", "--write", file], over(other));
    expect(code).toBe(64);
    expect(err).toContain("don't hold together");
    expect(err).toContain("nba_predictions.prediction_accuracy");
    expect(await readdir(folder)).toEqual(["proofs"]);
  });

  test("a file that is there is never written over", async () => {
    const file = join(folder, "mine.yaml");
    await writeFile(file, "mine\n");
    const { code, err } = await doctor(["--compare", "--accept", "3", "--write", file], over(other));
    expect([code, err]).toEqual([64, expect.stringContaining("it is there already")]);
    expect(await readFile(file, "utf8")).toBe("mine\n");
  });

  test("at a terminal each change is asked for, and q stops asking", async () => {
    const file = join(folder, "mine.yaml");
    const answers = ["n", "", "y", "q"];
    const ask = async (): Promise<string> => answers.shift() ?? "asked once too often";
    const { out } = await doctor(["--compare", "--write", file], over(other), { ask });
    expect(answers).toEqual([]);
    expect(out).toContain("1 of 5 changes written");
  });

  test("as JSON standard output stays one object, whatever is asked and written", async () => {
    const file = join(folder, "mine.yaml");
    const answers = ["n", "", "y", "q"];
    const ask = async (): Promise<string> => answers.shift() ?? "asked once too often";
    const { out, err } = await doctor(["--json", "--compare", "--write", file], over(other), { ask });
    expect(JSON.parse(out)).toMatchObject({ healthy: true });
    expect(err).toMatch(/^1\. /u);
    expect(err).toContain("1 of 5 changes written");
  });

  test.each([
    [["--write", "x.yaml"], "--write belongs to --compare."],
    [["--compare", "--accept", "all"], "--accept needs --write FILE"],
    [["--compare", "--accept", "one", "--write", "x.yaml"], "write all, or numbers such as 1,3,5"],
    [["--compare", "--accept", "77", "--write", "x.yaml"], "--accept 77: there are 5 changes."],
    [["--compare", "--write", "x.yaml"], "Nobody is at a terminal to be asked"],
  ])("%j is refused in words", async (args, said) => {
    const { code, err } = await doctor(args, over(other));
    expect([code, err]).toEqual([64, expect.stringContaining(said)]);
  });

  test("what nobody could look at is not compared, said so, and never reads as agreement", async () => {
    const denied = async (): Promise<never> => Promise.reject(new BackendError("denied", "denied: reading jobs", "Grant it."));
    const { code, out } = await doctor(
      ["--compare"],
      over((ports) => ({ ...ports, schedules: { get: denied, list: denied } })),
    );
    expect(code).toBe(3);
    expect(out).toContain("not compared: scheduler jobs: denied: reading jobs [denied]");
    expect(out).not.toContain("no difference seen");
  });
});
