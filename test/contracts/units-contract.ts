import { describe, expect, test } from "vitest";
import type { Failure } from "../../src/adapters/embedded/world.ts";
import type { Refusal } from "../../src/errors.ts";
import type { Unit, Units } from "../../src/ports/units.ts";
import { asking, refusalOf } from "./asking.ts";
import { disposing } from "./disposing.ts";
import { failingPortTests } from "./failing-port.ts";

export interface UnitsContent {
  readonly units: readonly Unit[];
  readonly failures?: readonly Failure[];
}

interface UnitsSubject {
  readonly units: Units;
  /** From now on the stores hold this instead. */
  become(content: UnitsContent): Promise<void>;
  dispose(): Promise<void>;
}

export type MakeUnits = (content: UnitsContent) => Promise<UnitsSubject>;

const name = "phase3-to-phase4-orchestrator";

/** What every adapter of deployed units does alike. `refusals` are those that its backend can answer with; all if absent. */
export function unitsContract(title: string, makeSubject: MakeUnits, refusals?: readonly Refusal[]): void {
  const holding = disposing(makeSubject);

  describe(`${title}`, () => {
    describe("units", () => {
      unitTests(holding);
    });
    describe("lists", () => {
      listTests(holding);
    });
    describe("ends and failures", () => {
      failingPortTests({
        port: "units",
        place: name,
        asked: async (failures) => {
          const { units } = await holding({ units: [unit({})], failures });
          return (call) => [units.get({ name }, call), units.list(call)];
        },
        empty: [undefined, []],
        refusals,
      });
    });
  });
}

function unitTests(holding: MakeUnits): void {
  const kinds: Partial<Unit>[] = [
    {},
    { kind: "service", minInstances: 1, variables: ["API_KEY", "GCP_PROJECT_ID"] },
    // Of a job there is the one template, named by its generation.
    theJob,
    {
      traffic: [
        { revision: `${name}-00025-suz`, percent: 90 },
        { revision: `${name}-00026-but`, percent: 10 },
      ],
    },
    { traffic: [], revisions: [{ ...newest, commit: undefined }], latestReady: undefined },
  ];
  test.each(kinds.map((given, index): [number, Unit] => [index, unit(given)]))(
    "a unit comes back as it is deployed: %i",
    async (_, deployed) => {
      const { units } = await holding({ units: [deployed] });
      expect(await units.get({ name }, asking())).toEqual(deployed);
    },
  );

  test("a revision that never became ready is the newest, says why, and does not serve", async () => {
    const { units } = await holding({ units: [unit({})] });
    const found = await units.get({ name }, asking());
    expect(found?.latestCreated).toBe(`${name}-00026-but`);
    expect(found?.latestReady).toBe(`${name}-00025-suz`);
    expect(found?.revisions.map(({ ready, problem }) => [ready, problem])).toEqual([
      [false, expect.stringContaining("PORT=8080")],
      [true, undefined],
    ]);
    expect(found?.traffic).toEqual([{ revision: `${name}-00025-suz`, percent: 100 }]);
  });

  test("a name that no unit has is undefined; names are taken whole", async () => {
    const { units } = await holding({ units: [unit({})] });
    for (const other of ["phase3-to-phase4", `${name}-2`, name.toUpperCase(), "constructor"]) {
      expect(await units.get({ name: other }, asking()), other).toBeUndefined();
    }
  });

  test("a unit is found under its own kind, a function as a service too", async () => {
    const found = async (kind: Unit["kind"]) => {
      const { units } = await holding({ units: [kind === "job" ? theJob : unit({ kind })] });
      const asked = await Promise.all((["service", "function", "job"] as const).map((each) => units.get({ name, kind: each }, asking())));
      return asked.map((each) => each?.kind);
    };
    expect(await found("service")).toEqual(["service", undefined, undefined]);
    expect(await found("function")).toEqual(["function", "function", undefined]);
    expect(await found("job")).toEqual([undefined, undefined, "job"]);
  });

  test("what is deployed meanwhile is seen by the next question", async () => {
    const subject = await holding({ units: [] });
    expect(await subject.units.get({ name }, asking())).toBeUndefined();
    await subject.become({ units: [unit({})] });
    expect((await subject.units.get({ name }, asking()))?.revisions).toHaveLength(2);
  });
}

function listTests(holding: MakeUnits): void {
  const deployed = [unit({ name: "nba-scrapers", kind: "service" }), { ...theJob, name: "nba-backfill" }, unit({})];

  test("every unit is listed with its kind, in order of name", async () => {
    const { units } = await holding({ units: deployed });
    expect(await units.list(asking())).toEqual([
      { name: "nba-backfill", kind: "job" },
      { name: "nba-scrapers", kind: "service" },
      { name, kind: "function" },
    ]);
  });

  test("no unit is an answer", async () => {
    const { units } = await holding({ units: [] });
    expect(await units.list(asking())).toEqual([]);
  });

  test("as many units as the budget allows are listed, one more is refused and never left out", async () => {
    const { units } = await holding({ units: deployed });
    const budget = (maxRows: number) => asking({ budget: { maxRows, maxBytes: 2 ** 30 } });
    expect(await units.list(budget(3))).toHaveLength(3);
    expect((await refusalOf(units.list(budget(2)))).refusal).toBe("partial");
  });

  test("one unit's failure is not the list's", async () => {
    const { units } = await holding({ units: deployed, failures: [{ port: "units", target: name, with: "denied" }] });
    expect(await units.list(asking())).toHaveLength(3);
  });
}

const newest = {
  name: `${name}-00026-but`,
  createdAt: "2026-01-29T17:35:00.000Z",
  ready: false,
  problem: "Container Healthcheck failed: it did not listen on PORT=8080",
  commit: "075fab1e",
};

const onlyTemplate = { name: `${name}-00007`, createdAt: "2026-01-29T03:25:00.000Z", ready: true, commit: "8cb96558" };

const theJob: Unit = {
  ...unit({ kind: "job", revisions: [onlyTemplate], latestCreated: onlyTemplate.name, latestReady: onlyTemplate.name }),
  traffic: [{ revision: onlyTemplate.name, percent: 100 }],
};

function unit(given: Partial<Unit>): Unit {
  return {
    name,
    kind: "function",
    revisions: [newest, { name: `${name}-00025-suz`, createdAt: "2026-01-29T03:25:00.000Z", ready: true, commit: "8cb96558" }],
    latestCreated: newest.name,
    latestReady: `${name}-00025-suz`,
    traffic: [{ revision: `${name}-00025-suz`, percent: 100 }],
    minInstances: 0,
    variables: [],
    ...given,
  };
}
