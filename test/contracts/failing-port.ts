import { expect, test } from "vitest";
import type { Failure } from "../../src/adapters/embedded/world.ts";
import type { BackendError, Refusal } from "../../src/errors.ts";
import { refusals as allRefusals } from "../../src/errors.ts";
import type { Call } from "../../src/ports/call.ts";
import type { Port } from "../../src/ports/ports.ts";
import { asking, refusalOf } from "./asking.ts";

interface FailingPort {
  readonly port: Port;
  /** What every question below is about, and errors must name. */
  readonly place: string;
  /** The questions of a port of which all of this holds, and in which the place is there. */
  readonly asked: (failures: readonly Failure[]) => Promise<(call: Call) => readonly Promise<unknown>[]>;
  /** What they are answered where nothing is there. */
  readonly empty: readonly unknown[];
  /** Those that this backend can answer with; a deadline is tested apart. All if absent. */
  readonly refusals?: readonly Refusal[] | undefined;
}

/** What every port does alike where its backend fails. */
export function failingPortTests({ port, place, asked, empty, refusals = allRefusals }: FailingPort): void {
  const failing = (kind: Failure["with"]) => asked([{ port, with: kind }]);

  test.each(refusals.filter((refusal) => refusal !== "deadline"))(
    "a backend that answers %s is refused as that, with a reason and a next step, and never as absence",
    async (refusal) => {
      const questions = await failing(refusal);
      for (const [index, refused] of (await allRefused(questions(asking()))).entries()) {
        expect(refused.refusal).toBe(refusal);
        if (index === 0) expect(refused.message).toContain(place);
        expect(refused.message).not.toBe("");
        expect(refused.next).not.toBe("");
      }
    },
  );

  test("a backend that hangs is waited for until the call ends, then refused as deadline", async () => {
    const hanging = await failing("deadline");
    const caller = new AbortController();
    const answering = hanging(asking({ signal: caller.signal })).map((each) => refusalOf(each));
    const healthy = await asked([]);
    await Promise.all(healthy(asking()));
    caller.abort();
    for (const each of await Promise.all(answering)) expect(each.refusal).toBe("deadline");
  });

  test("a call that was cancelled before it began, or whose deadline has passed, is refused", async () => {
    const questions = await asked([]);
    for (const call of [asking({ signal: AbortSignal.abort() }), asking({ deadlineAt: 0 })]) {
      for (const refused of await allRefused(questions(call))) expect(refused.refusal).toBe("deadline");
    }
  });

  test("a backend that answers garbage is refused as malformed, whatever was asked", async () => {
    const questions = await failing("garbage");
    for (const refused of await allRefused(questions(asking()))) expect(refused.refusal).toBe("malformed");
  });

  test("a backend that answers empty has nothing there", async () => {
    const questions = await failing("empty");
    expect(await Promise.all(questions(asking()))).toEqual(empty);
  });

  test("another port's failure, and another name's, is not this one's", async () => {
    const questions = await asked([
      { port: port === "warehouse" ? "documents" : "warehouse", with: "denied" },
      { port, target: "something-else", with: "denied" },
    ]);
    await expect(Promise.all(questions(asking()))).resolves.not.toEqual(empty);
  });

  test("a failure that names the place is that of the question about it", async () => {
    const [first, ...others] = (await asked([{ port, target: place, with: "throttled" }]))(asking());
    const settled = Promise.allSettled(others); // at once, for the same reason
    expect((await refusalOf(first ?? Promise.resolve())).refusal).toBe("throttled");
    await settled;
  });
}

/** All at once: one that is refused while another is waited for would count as handled by nobody. */
async function allRefused(answering: readonly Promise<unknown>[]): Promise<readonly BackendError[]> {
  return Promise.all(answering.map((each) => refusalOf(each)));
}
