import { afterEach, describe, expect, test } from "vitest";
import type { Failure } from "../../src/adapters/embedded/world.ts";
import type { Unit, Units } from "../../src/ports/units.ts";
import { asking } from "./asking.ts";
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

/** What every adapter of deployed units does alike. */
export function unitsContract(title: string, makeSubject: MakeUnits): void {
  const subjects: UnitsSubject[] = [];
  const holding: MakeUnits = async (content) => {
    const subject = await makeSubject(content);
    subjects.push(subject);
    return subject;
  };

  describe(`${title}`, () => {
    afterEach(async () => {
      for (const subject of subjects.splice(0)) await subject.dispose();
    });
    describe("units", () => {
      unitTests(holding);
    });
    describe("ends and failures", () => {
      failingPortTests({
        port: "units",
        place: name,
        asked: async (failures) => {
          const { units } = await holding({ units: [unit({})], failures });
          return (call) => [units.get({ name }, call)];
        },
        empty: [undefined],
      });
    });
  });
}

function unitTests(holding: MakeUnits): void {
  const kinds: Partial<Unit>[] = [
    {},
    { kind: "service", minInstances: 1, variables: ["API_KEY", "GCP_PROJECT_ID"] },
    { kind: "job" },
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

  test("what is deployed meanwhile is seen by the next question", async () => {
    const subject = await holding({ units: [] });
    expect(await subject.units.get({ name }, asking())).toBeUndefined();
    await subject.become({ units: [unit({})] });
    expect((await subject.units.get({ name }, asking()))?.revisions).toHaveLength(2);
  });
}

const newest = {
  name: `${name}-00026-but`,
  createdAt: "2026-01-29T17:35:00.000Z",
  ready: false,
  problem: "Container Healthcheck failed: it did not listen on PORT=8080",
  commit: "075fab1e",
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
