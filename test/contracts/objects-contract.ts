import { describe, expect, test } from "vitest";
import type { Failure } from "../../src/adapters/embedded/world.ts";
import type { Refusal } from "../../src/errors.ts";
import type { Objects, StoredObject } from "../../src/ports/objects.ts";
import { asking, refusalOf } from "./asking.ts";
import { disposing } from "./disposing.ts";
import { failingPortTests } from "./failing-port.ts";

export interface ObjectsContent {
  /** By bucket; one without objects is there all the same. */
  readonly objects: Readonly<Record<string, readonly StoredObject[]>>;
  readonly failures?: readonly Failure[];
}

interface ObjectsSubject {
  readonly objects: Objects;
  /** From now on the stores hold this instead. */
  become(content: ObjectsContent): Promise<void>;
  dispose(): Promise<void>;
}

export type MakeObjects = (content: ObjectsContent) => Promise<ObjectsSubject>;

const bucket = "nba-published";
const path = `${bucket}/v1/tonight/all-players.json`;

/** What every adapter of stored objects does alike. */
export function objectsContract(
  title: string,
  makeSubject: MakeObjects,
  { refusals }: { readonly refusals?: readonly Refusal[] } = {},
): void {
  const holding = disposing(makeSubject);

  describe(`${title}`, () => {
    describe("objects", () => {
      objectTests(holding);
    });
    describe("ends and failures", () => {
      failingPortTests({
        port: "objects",
        place: path,
        asked: async (failures) => {
          const { objects } = await holding({ objects: { [bucket]: [object(path, "{}")] }, failures });
          return (call) => [objects.get({ path }, call)];
        },
        empty: [undefined],
        refusals,
      });

      test("a bucket's failure is that of each of its objects and of no other bucket", async () => {
        const other = "other/a.json";
        const { objects } = await holding({
          objects: { [bucket]: [object(path, "{}")], other: [object(other, "1")] },
          failures: [{ port: "objects", target: bucket, with: "denied" }],
        });
        expect((await refusalOf(objects.get({ path }, asking()))).refusal).toBe("denied");
        expect((await objects.get({ path: other }, asking()))?.text).toBe("1");
      });
    });
  });
}

function objectTests(holding: MakeObjects): void {
  test.each(["", '{"game_date":"2026-02-03"}', "Jokić \u{1F3C0}\n", "not JSON at all"])(
    "an object comes back with its text, its size in bytes and its time: %j",
    async (text) => {
      const { objects } = await holding({ objects: { [bucket]: [object(path, text)] } });
      expect(await objects.get({ path }, asking())).toEqual(object(path, text));
    },
  );

  test("an object that isn't there is undefined; a bucket that isn't there is refused, not absence", async () => {
    const { objects } = await holding({ objects: { [bucket]: [] } });
    expect(await objects.get({ path }, asking())).toBeUndefined();
    const refused = await refusalOf(objects.get({ path: "nba-publishd/v1/tonight/all-players.json" }, asking()));
    expect(refused).toMatchObject({ refusal: "no_such_place", message: expect.stringContaining("nba-publishd") });
  });

  test("an object of as many bytes as the budget allows is read, one byte more is refused and never cut", async () => {
    const { objects } = await holding({ objects: { [bucket]: [object(path, "Jokić")] } });
    const budget = (maxBytes: number) => asking({ budget: { maxRows: 1, maxBytes } });
    expect((await objects.get({ path }, budget(6)))?.sizeBytes).toBe(6);
    expect((await refusalOf(objects.get({ path }, budget(5)))).refusal).toBe("over_budget");
  });

  test("what is written and deleted meanwhile is seen by the next question", async () => {
    const subject = await holding({ objects: { [bucket]: [object(path, "1")] } });
    await subject.become({ objects: { [bucket]: [object(path, "2")] } });
    expect((await subject.objects.get({ path }, asking()))?.text).toBe("2");
    await subject.become({ objects: { [bucket]: [] } });
    expect(await subject.objects.get({ path }, asking())).toBeUndefined();
  });
}

function object(name: string, text: string): StoredObject {
  return { path: name, updatedAt: "2026-02-04T17:30:00.000Z", sizeBytes: Buffer.byteLength(text), text };
}
