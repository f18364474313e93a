import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { BackendError } from "./errors.ts";
import type { CalendarDate } from "./pipeline/dates.ts";
import { addDays, clockText, dateAt, instantOf } from "./pipeline/dates.ts";
import type { State } from "./ports/state.ts";
import type { DayCount, Ledger, Page } from "./spending-day.ts";
import { readDay, takeOfDay, unusedOf } from "./spending-day.ts";

/** Most bytes that a backend may bill. */
export interface Caps {
  readonly callBytes: number;
  readonly dayBytes: number;
}

/** Caps on what may be billed. Bytes are reserved before they can be, so billed is never more than reserved, nor that than a cap. */
export interface Spending {
  /** Of one tool call, which ends at the deadline (wall clock, milliseconds). Nothing is taken from the day before the first reservation. */
  open(call: { readonly deadlineAt: number }): CallSpending;
}

export interface Reserving {
  /** What is to be read, for words: a table. */
  readonly what: string;
  /** With less than this nothing can be read. */
  readonly least: number;
  readonly wanted: number;
}

export interface Reservation {
  /** At least `least` and at most `wanted`. */
  readonly bytes: number;
}

export interface CallSpending {
  /**
   * Waits for what is in flight rather than refuse. With nothing in flight it gives what is left if that is at least `least`,
   * else throws `over_budget` with the figures.
   */
  reserve(ask: Reserving, signal: AbortSignal): Promise<Reservation>;
  /** Gives back what was not billed. `lost`: nobody heard what was billed, so all of it counts. */
  settle(reservation: Reservation, billed: number | "lost"): void;
  /** Gives the day back what was taken and not used; what is still in flight counts as spent. */
  close(): Promise<void>;
}

export interface SpendingOptions {
  readonly state: State;
  /** The pipeline's: its days are counted. */
  readonly zone: string;
  readonly caps: Caps;
  /** The wall clock. */
  readonly now: () => Date;
  /** Between two looks at what other processes hold. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/** The day's count is kept in the state, for all processes that share it; it is written once per block, not per statement. */
export function spendingIn({ pause = (ms, signal) => sleep(ms, undefined, { signal }), ...options }: SpendingOptions): Spending {
  return {
    open({ deadlineAt }) {
      const call: OpenCall = {
        options: { ...options, pause },
        day: { state: options.state, dayBytes: options.caps.dayBytes, now: options.now },
        deadlineAt,
        ledgers: new Map(),
        inFlight: new Map(),
        settled: Promise.withResolvers(),
        spent: 0,
        closed: false,
      };
      const inTurn = queue();
      return {
        reserve: (ask, signal) => inTurn(() => reserve(call, ask, signal)),
        settle: (reservation, billed) => settle(call, reservation, billed),
        close: () => inTurn(() => close(call)),
      };
    },
  };
}

const mebibyte = 2 ** 20;
/** Taken from the day at once while it has plenty: four of the usual reservations, so that a call writes the state a few times only. */
const blockBytes = 256 * mebibyte;
const pauseMs = 100;

interface OpenCall {
  readonly options: Required<SpendingOptions>;
  readonly day: DayCount;
  readonly deadlineAt: number;
  /** A call may see midnight. What it reserved before counts as the day's before. */
  readonly ledgers: Map<CalendarDate, Ledger>;
  readonly inFlight: Map<Reservation, Ledger>;
  /** Resolved, and replaced, whenever something in flight is settled. */
  settled: PromiseWithResolvers<void>;
  spent: number;
  closed: boolean;
}

async function reserve(call: OpenCall, ask: Reserving, signal: AbortSignal): Promise<Reservation> {
  if (call.closed) throw new Error(`${ask.what} is to be read after the call's spending was closed.`);
  for (;;) {
    if (signal.aborted) throw cancelled(ask);
    const ledger = ledgerOfToday(call);
    const bytes = await attempt(call, ledger, ask, signal);
    if (bytes === undefined) continue;
    const reservation = { bytes };
    call.inFlight.set(reservation, ledger);
    ledger.inFlight += bytes;
    return reservation;
  }
}

/** How much may be reserved; undefined: not now, but something has changed, so it's worth another attempt. */
async function attempt(call: OpenCall, ledger: Ledger, ask: Reserving, signal: AbortSignal): Promise<number | undefined> {
  const ofCall = call.options.caps.callBytes - call.spent - bytesIn(call.inFlight.keys());
  const isBusy = call.inFlight.size > 0;
  if (ofCall < ask.wanted && isBusy) return settledOrAborted(call, signal);
  const bytes = Math.min(ask.wanted, ofCall);
  const unused = unusedOf(ledger);
  if (bytes >= ask.least && bytes <= unused) return bytes;
  const { settled } = call;
  const page = await readDay(call.day, ledger, signal);
  if (call.settled !== settled) return undefined; // Meanwhile something was: what was reckoned before is out of date.
  const ofDay = unused + page.left;
  if (bytes < ask.least) throw overBudget(call, ask, { ofCall, ofDay, day: ledger.day });
  const take = async (more: number): Promise<boolean> => takeOfDay(call.day, ledger, page, more, signal);
  if (bytes <= ofDay) return (await take(blockFor(bytes - unused, ofCall - unused, page))) ? bytes : undefined;
  if (isBusy) return settledOrAborted(call, signal);
  if (ask.least <= ofDay) return (await take(page.left)) ? ofDay : undefined;
  if (!page.othersMayGiveBack) throw overBudget(call, ask, { ofCall, ofDay, day: ledger.day });
  // First what is held unused goes back: else two calls that each hold what the other lacks would wait for each other.
  if (ledger.held > 0) await take(-unused);
  else await call.options.pause(pauseMs, signal).catch(() => {}); // Aborted: the next attempt says so.
  return undefined;
}

/** While the day has plenty a whole block, though not more than the call may ever spend; else only what is needed now. */
function blockFor(needed: number, usable: number, { left }: Page): number {
  return left - needed >= 4 * blockBytes ? Math.max(needed, Math.min(blockBytes, usable)) : needed;
}

function settle(call: OpenCall, reservation: Reservation, billed: number | "lost"): void {
  const ledger = call.inFlight.get(reservation);
  if (ledger === undefined) return; // Closed meanwhile, and so counted whole.
  call.inFlight.delete(reservation);
  const bytes = billed === "lost" ? reservation.bytes : billed;
  ledger.inFlight -= reservation.bytes;
  ledger.spent += bytes;
  call.spent += bytes;
  call.settled.resolve();
  call.settled = Promise.withResolvers();
}

/** What can't be given back stays counted, on the safe side: a report must not be lost for it. */
async function close(call: OpenCall): Promise<void> {
  call.closed = true;
  for (const reservation of call.inFlight.keys()) settle(call, reservation, "lost");
  for (const ledger of call.ledgers.values()) {
    try {
      await closeLedger(call, ledger);
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
    }
  }
}

async function closeLedger(call: OpenCall, ledger: Ledger): Promise<void> {
  const { signal } = new AbortController();
  while (ledger.held > 0 || ledger.spent > 0) {
    const page = await readDay(call.day, ledger, signal);
    if (await takeOfDay(call.day, ledger, page, -unusedOf(ledger), signal)) return;
  }
}

function ledgerOfToday({ options, ledgers, deadlineAt }: OpenCall): Ledger {
  const day = dateAt(options.now(), options.zone);
  const ledger = ledgers.get(day) ?? { id: randomUUID(), day, until: deadlineAt, held: 0, inFlight: 0, spent: 0 };
  ledgers.set(day, ledger);
  return ledger;
}

function bytesIn(reservations: Iterable<Reservation>): number {
  return [...reservations].reduce((total, { bytes }) => total + bytes, 0);
}

async function settledOrAborted(call: OpenCall, signal: AbortSignal): Promise<undefined> {
  if (signal.aborted || call.inFlight.size === 0) return; // Nobody would ever tell.
  const aborted = Promise.withResolvers<void>();
  const abort = (): void => aborted.resolve();
  signal.addEventListener("abort", abort, { once: true });
  await Promise.race([call.settled.promise, aborted.promise]);
  signal.removeEventListener("abort", abort);
}

interface Left {
  readonly ofCall: number;
  readonly ofDay: number;
  readonly day: CalendarDate;
}

function overBudget({ options }: OpenCall, { what, least, wanted }: Reserving, { ofCall, ofDay, day }: Left): BackendError {
  const { zone, caps } = options;
  const anew = clockText(instantOf(addDays(day, 1), { day: 0, hour: 0, minute: 0 }, zone), zone);
  const asked = least === wanted ? bytesText(least) : `${bytesText(least)} to ${bytesText(wanted)}`;
  return new BackendError(
    "over_budget",
    `reading ${what} may bill ${asked}; left are ${bytesText(ofCall)} of the ${bytesText(caps.callBytes)} that one call may bill, and ${bytesText(ofDay)} of the ${bytesText(caps.dayBytes)} of the day, which begins anew at ${anew}`,
    ofCall < least
      ? "Ask for fewer dates or checks in one call, or raise the call's cap."
      : `Ask again after ${anew}, or raise the day's cap.`,
  );
}

function bytesText(bytes: number): string {
  if (bytes < mebibyte) return `${bytes} bytes`;
  return `${bytes % mebibyte === 0 ? bytes / mebibyte : (Math.floor((bytes / mebibyte) * 10) / 10).toFixed(1)} MiB`;
}

function cancelled({ what }: Reserving): BackendError {
  return new BackendError("deadline", `the call ended before ${what} could be read`, "Ask again.");
}

/** Whoever asked first is answered first, so that many small reservations can't keep a large one waiting for ever. */
function queue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const begun = last.then(work);
    last = begun.catch(() => {}); // Whoever began it hears of it; the next in turn doesn't care.
    return begun;
  };
}
