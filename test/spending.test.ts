import { describe, expect, test } from "vitest";
import { memoryState } from "../src/adapters/state/memory.ts";
import { BackendError } from "../src/errors.ts";
import type { State } from "../src/ports/state.ts";
import type { CallSpending, Caps, Spending } from "../src/spending.ts";
import { spendingIn } from "../src/spending.ts";
import { refusalOf } from "./contracts/asking.ts";

const MiB = 2 ** 20;
const evening = new Date("2026-02-04T23:00:00Z"); // 18:00 ET
const deadlineAt = evening.getTime() + 55_000;
const never = new AbortController().signal;

interface Clock {
  at: Date;
}

function spending(
  caps: Caps,
  { state = memoryState(), clock = { at: evening } }: { state?: State; clock?: Clock } = {},
): Spending & { readonly clock: Clock } {
  const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return { ...spendingIn({ state, zone: "America/New_York", caps, now: () => clock.at, pause }), clock };
}

/** Reserves exactly so many bytes. */
function exactly(call: CallSpending, bytes: number, signal = never) {
  return call.reserve({ what: "nba_raw.sample", least: bytes, wanted: bytes }, signal);
}

/** How many bytes another call could still reserve today, with nothing in flight. */
async function leftToday(state: State, caps: Caps, clock: Clock = { at: evening }): Promise<number> {
  const call = spending({ ...caps, callBytes: caps.dayBytes }, { state, clock }).open({ deadlineAt });
  try {
    const { bytes } = await call.reserve({ what: "all", least: 1, wanted: caps.dayBytes }, never);
    return bytes;
  } catch (error) {
    if (error instanceof BackendError && error.refusal === "over_budget") return 0;
    throw error;
  }
}

/** After `reading()` the next read of the state tells that it has begun, and answers only after `goOn()`. */
function slowly(inner: State) {
  let held: { readonly begun: PromiseWithResolvers<void>; readonly over: PromiseWithResolvers<void> } | undefined;
  const state: State = {
    ...inner,
    get: async (ask, given) => {
      const found = await inner.get(ask, given);
      const now = held;
      held = undefined;
      now?.begun.resolve();
      await (now?.over ?? { promise: undefined }).promise;
      return found;
    },
  };
  const over = Promise.withResolvers<void>();
  return {
    state,
    reading: () => {
      held = { begun: Promise.withResolvers(), over };
      return held.begun.promise;
    },
    goOn: () => over.resolve(),
  };
}

describe("one call", () => {
  test("reserves up to its cap and not one byte more, and says what was asked and what is left", async () => {
    const call = spending({ callBytes: 100 * MiB, dayBytes: 1000 * MiB }).open({ deadlineAt });
    call.settle(await exactly(call, 90 * MiB), 90 * MiB);
    const last = await exactly(call, 10 * MiB);
    call.settle(last, 10 * MiB);
    const refused = await refusalOf(exactly(call, 1));
    expect(refused.refusal).toBe("over_budget");
    expect(refused.message).toBe(
      "reading nba_raw.sample may bill 1 bytes; left are 0 bytes of the 100 MiB that one call may bill, and 900 MiB of the 1000 MiB of the day, which begins anew at 2026-02-05 00:00 ET",
    );
    expect(refused.next).not.toBe("");
  });

  test("gets back what was reserved and not billed", async () => {
    const call = spending({ callBytes: 100 * MiB, dayBytes: 1000 * MiB }).open({ deadlineAt });
    for (let round = 0; round < 9; round += 1) call.settle(await exactly(call, 90 * MiB), MiB);
    await expect(exactly(call, 91 * MiB)).resolves.toMatchObject({ bytes: 91 * MiB });
  });

  test("counts an answer that got lost as spent whole", async () => {
    const call = spending({ callBytes: 100 * MiB, dayBytes: 1000 * MiB }).open({ deadlineAt });
    call.settle(await exactly(call, 60 * MiB), "lost");
    expect((await refusalOf(exactly(call, 41 * MiB))).refusal).toBe("over_budget");
    await expect(exactly(call, 40 * MiB)).resolves.toMatchObject({ bytes: 40 * MiB });
  });

  test("waits for what is in flight rather than refuse, in the order of asking", async () => {
    const call = spending({ callBytes: 100 * MiB, dayBytes: 1000 * MiB }).open({ deadlineAt });
    const first = await exactly(call, 80 * MiB);
    const order: string[] = [];
    const second = exactly(call, 60 * MiB).then((reservation) => (order.push("second"), reservation));
    const third = exactly(call, 10 * MiB).then((reservation) => (order.push("third"), reservation));
    await new Promise((resolve) => setImmediate(resolve));
    expect(order).toEqual([]);
    call.settle(first, 40 * MiB);
    call.settle(await second, 0);
    await third;
    expect(order).toEqual(["second", "third"]);
  });

  test("with nothing in flight is given what is left, if that is enough at least", async () => {
    const call = spending({ callBytes: 100 * MiB, dayBytes: 1000 * MiB }).open({ deadlineAt });
    call.settle(await exactly(call, 88 * MiB), "lost");
    const ask = { what: "nba_raw.sample", least: 10 * MiB, wanted: 64 * MiB };
    const little = await call.reserve(ask, never);
    expect(little.bytes).toBe(12 * MiB);
    call.settle(little, 3 * MiB);
    expect((await refusalOf(call.reserve(ask, never))).message).toContain("may bill 10 MiB to 64 MiB; left are 9 MiB of the 100 MiB");
  });

  test("that is cancelled while it waits ends as deadline, and takes nothing", async () => {
    const call = spending({ callBytes: 100 * MiB, dayBytes: 1000 * MiB }).open({ deadlineAt });
    const first = await exactly(call, 80 * MiB);
    const caller = new AbortController();
    const waiting = refusalOf(exactly(call, 60 * MiB, caller.signal));
    await new Promise((resolve) => setImmediate(resolve));
    caller.abort();
    expect((await waiting).refusal).toBe("deadline");
    call.settle(first, 0);
    await expect(exactly(call, 100 * MiB)).resolves.toMatchObject({ bytes: 100 * MiB });
  });

  test("that settles all in flight while the day is read waits for nobody, and can be closed", async () => {
    const { state, reading, goOn } = slowly(memoryState());
    const call = spending({ callBytes: 2000 * MiB, dayBytes: 1000 * MiB }, { state }).open({ deadlineAt });
    const first = await exactly(call, 800 * MiB);
    const read = reading();
    const second = exactly(call, 300 * MiB);
    await read;
    call.settle(first, 100 * MiB);
    goOn();
    await expect(second).resolves.toMatchObject({ bytes: 300 * MiB });
    await call.close();
  });

  test("that is cancelled while the day is read ends as deadline, though nothing in flight is settled", async () => {
    const { state, reading, goOn } = slowly(memoryState());
    const call = spending({ callBytes: 2000 * MiB, dayBytes: 1000 * MiB }, { state }).open({ deadlineAt });
    await exactly(call, 800 * MiB);
    const caller = new AbortController();
    const read = reading();
    const second = refusalOf(exactly(call, 300 * MiB, caller.signal));
    await read;
    caller.abort();
    goOn();
    expect((await second).refusal).toBe("deadline");
    await call.close();
  });
});

describe("the day", () => {
  const caps = { callBytes: 1000 * MiB, dayBytes: 1000 * MiB };

  test("is counted for all calls and all processes over one state", async () => {
    const state = memoryState();
    for (const one of [spending(caps, { state }), spending(caps, { state })]) {
      const call = one.open({ deadlineAt });
      call.settle(await exactly(call, 400 * MiB), 300 * MiB);
      await call.close();
    }
    expect(await leftToday(state, caps)).toBe(400 * MiB);
  });

  test("has what a call took and did not use again once the call is closed", async () => {
    const state = memoryState();
    const call = spending(caps, { state }).open({ deadlineAt });
    call.settle(await exactly(call, 20 * MiB), 10 * MiB);
    await call.close();
    expect(await leftToday(state, caps)).toBe(990 * MiB);
  });

  test("is not touched by a call that reserves nothing", async () => {
    const state = memoryState();
    await spending(caps, { state }).open({ deadlineAt }).close();
    expect(await state.list({ prefix: "spending/", limit: 10, order: "ascending" }, { signal: never })).toMatchObject({ total: 0 });
  });

  test("is written once for a block and once at the end, not for each statement", async () => {
    const inner = memoryState();
    let puts = 0;
    const state: State = { ...inner, put: (ask, given) => ((puts += 1), inner.put(ask, given)) };
    const call = spending({ callBytes: 2 ** 30, dayBytes: 20 * 2 ** 30 }, { state }).open({ deadlineAt });
    for (let round = 0; round < 20; round += 1) call.settle(await exactly(call, 64 * MiB), 10 * MiB);
    await call.close();
    expect(puts).toBe(2);
  });

  test("keeps what a call in flight had reserved when it was closed, whatever is said of it later", async () => {
    const state = memoryState();
    const call = spending(caps, { state }).open({ deadlineAt });
    const lost = await exactly(call, 200 * MiB);
    await call.close();
    call.settle(lost, 0);
    expect(await leftToday(state, caps)).toBe(800 * MiB);
  });

  test("keeps the block of a process that died, and nobody waits for it after its call's deadline", async () => {
    const state = memoryState();
    const clock = { at: evening };
    await exactly(spending(caps, { state, clock }).open({ deadlineAt }), 600 * MiB);
    clock.at = new Date(deadlineAt + 1);
    const call = spending(caps, { state, clock }).open({ deadlineAt: deadlineAt + 60_000 });
    const refused = await refusalOf(exactly(call, 500 * MiB));
    expect(refused.refusal).toBe("over_budget");
    expect(refused.message).toContain("400 MiB of the 1000 MiB of the day");
    expect(refused.next).toContain("2026-02-05 00:00 ET");
  });

  test("is waited for while another process's open call holds bytes that it may give back", async () => {
    const state = memoryState();
    const [one, other] = [spending(caps, { state }).open({ deadlineAt }), spending(caps, { state }).open({ deadlineAt })];
    const held = await exactly(one, 600 * MiB);
    const waiting = exactly(other, 500 * MiB);
    one.settle(held, 100 * MiB);
    await one.close();
    await expect(waiting).resolves.toMatchObject({ bytes: 500 * MiB });
  });

  test("two open calls that both lack bytes give back what they hold, so that one of them goes on", async () => {
    const state = memoryState();
    const [one, other] = [spending(caps, { state }).open({ deadlineAt }), spending(caps, { state }).open({ deadlineAt })];
    const held = [await exactly(one, 450 * MiB), await exactly(other, 450 * MiB)];
    for (const [index, call] of [one, other].entries()) call.settle(held[index] ?? { bytes: 0 }, 0);
    const ends = await Promise.allSettled(
      [one, other].map(async (call) => {
        call.settle(await exactly(call, 900 * MiB), 0);
        await call.close();
      }),
    );
    expect(ends.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled"]);
  });

  test("begins anew at midnight in the pipeline's zone, not in UTC", async () => {
    const state = memoryState();
    const call = spending(caps, { state }).open({ deadlineAt });
    call.settle(await exactly(call, 1000 * MiB), 1000 * MiB);
    await call.close();
    expect(await leftToday(state, caps, { at: new Date("2026-02-05T04:59:59Z") })).toBe(0);
    expect(await leftToday(state, caps, { at: new Date("2026-02-05T05:00:00Z") })).toBe(1000 * MiB);
  });

  test("that begins in the middle of a call counts what was reserved before as the day's before", async () => {
    const state = memoryState();
    const clock = { at: new Date("2026-02-05T04:59:59Z") };
    const call = spending({ ...caps, callBytes: 5000 * MiB }, { state, clock }).open({ deadlineAt: clock.at.getTime() + 55_000 });
    const before = await exactly(call, 700 * MiB);
    clock.at = new Date("2026-02-05T05:00:01Z");
    const after = await exactly(call, 900 * MiB);
    call.settle(before, 600 * MiB);
    call.settle(after, 800 * MiB);
    await call.close();
    expect(await leftToday(state, caps, { at: new Date("2026-02-05T04:00:00Z") })).toBe(400 * MiB);
    expect(await leftToday(state, caps, clock)).toBe(200 * MiB);
  });

  test("whose count can't be read or written is no licence: nothing is reserved", async () => {
    const inner = memoryState();
    await inner.put({ key: "spending/2026-02-04", value: { settled: -5, open: {} } }, { signal: never });
    expect((await refusalOf(exactly(spending(caps, { state: inner }).open({ deadlineAt }), MiB))).refusal).toBe("malformed");
    const broken: State = { ...memoryState(), put: async () => Promise.reject(new BackendError("unavailable", "no space", "Free some.")) };
    expect((await refusalOf(exactly(spending(caps, { state: broken }).open({ deadlineAt }), MiB))).refusal).toBe("unavailable");
  });

  test("closing a call never fails: what could not be given back stays counted", async () => {
    const inner = memoryState();
    let full = false;
    const state: State = {
      ...inner,
      put: async (ask, given) => (full ? Promise.reject(new BackendError("unavailable", "no space", "Free some.")) : inner.put(ask, given)),
    };
    const call = spending(caps, { state }).open({ deadlineAt });
    call.settle(await exactly(call, 300 * MiB), 0);
    full = true;
    await call.close();
    full = false;
    expect(await leftToday(state, caps, { at: new Date(deadlineAt + 1) })).toBe(700 * MiB);
  });

  test("is forgotten a month later", async () => {
    const state = memoryState();
    for (const at of ["2026-02-04T23:00:00Z", "2026-03-06T23:00:00Z", "2026-03-09T23:00:00Z"])
      await exactly(spending(caps, { state, clock: { at: new Date(at) } }).open({ deadlineAt }), MiB);
    const { keys } = await state.list({ prefix: "spending/", limit: 10, order: "ascending" }, { signal: never });
    expect(keys).toEqual(["spending/2026-03-06", "spending/2026-03-09"]);
  });
});
