import { z } from "zod";
import { BackendError } from "./errors.ts";
import type { CalendarDate } from "./pipeline/dates.ts";
import { addDays } from "./pipeline/dates.ts";
import type { State } from "./ports/state.ts";

/** What one call holds of one day. */
export interface Ledger {
  /** Of the call, for this day. */
  readonly id: string;
  readonly day: CalendarDate;
  /** Wall clock, milliseconds: from then on nobody needs to wait for what the call may give back. */
  readonly until: number;
  /** Counted in the day's entry as taken by this call: unused, in flight, or spent and not yet moved there to what is spent. */
  held: number;
  inFlight: number;
  spent: number;
}

export function unusedOf({ held, inFlight, spent }: Ledger): number {
  return held - inFlight - spent;
}

/** The day's count as it was read. */
export interface Page {
  readonly left: number;
  /** Another call that is still going on holds some, of which it may give back. */
  readonly othersMayGiveBack: boolean;
  readonly entry: Entry;
  readonly version: string | undefined;
}

export interface DayCount {
  readonly state: State;
  readonly dayBytes: number;
  readonly now: () => Date;
}

/** Calls that died stay in `open` with all that they had taken: what they were billed nobody knows. */
const entry = z.strictObject({
  spent: z.int().min(0),
  open: z.record(z.string(), z.strictObject({ bytes: z.int().min(0), until: z.int() })),
});
type Entry = z.output<typeof entry>;

const prefix = "spending/";
const daysKept = 31;

export async function readDay({ state, dayBytes, now }: DayCount, { id, day }: Ledger, signal: AbortSignal): Promise<Page> {
  const found = await state.get({ key: `${prefix}${day}` }, { signal });
  const read = entry.safeParse(found === undefined ? { spent: 0, open: {} } : found.value);
  if (!read.success) throw unreadable(day);
  const { spent, open } = read.data;
  const held = Object.values(open).reduce((total, { bytes }) => total + bytes, 0);
  const others = Object.entries(open).filter(([name, { bytes, until }]) => name !== id && bytes > 0 && until > now().getTime());
  return {
    left: Math.max(0, dayBytes - spent - held),
    othersMayGiveBack: others.length > 0,
    entry: read.data,
    version: found?.version,
  };
}

/** Takes so many bytes more of the day, or gives back if negative. False if somebody else has written it meanwhile. */
export async function takeOfDay({ state }: DayCount, ledger: Ledger, page: Page, bytes: number, signal: AbortSignal): Promise<boolean> {
  const { id, day, until, spent } = ledger; // More may be spent while the entry is written.
  const held = ledger.held - spent + bytes;
  const { [id]: _, ...others } = page.entry.open;
  const open = held > 0 ? { ...others, [id]: { bytes: held, until: Math.round(until) } } : others;
  const only = page.version === undefined ? ({ ifAbsent: true } as const) : { ifVersion: page.version };
  try {
    await state.put({ key: `${prefix}${day}`, value: { spent: page.entry.spent + spent, open }, only }, { signal });
  } catch (error) {
    if (error instanceof BackendError && error.refusal === "conflict") return false;
    throw error;
  }
  ledger.held = held;
  ledger.spent -= spent;
  if (page.version === undefined) await forgetBefore(addDays(day, -daysKept), state, signal);
  return true;
}

async function forgetBefore(day: CalendarDate, state: State, signal: AbortSignal): Promise<void> {
  const { keys } = await state.list({ prefix, limit: 1000, order: "ascending" }, { signal });
  await state.delete({ keys: keys.filter((key) => key < `${prefix}${day}`) }, { signal });
}

function unreadable(day: CalendarDate): BackendError {
  return new BackendError(
    "malformed",
    `the count of bytes billed on ${day} is in a form that was never written, so nobody knows what is left`,
    `Look at ${prefix}${day} in the state folder; a day begins anew without it.`,
  );
}
