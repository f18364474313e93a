import { z } from "zod";
import type { CalendarDate } from "../../pipeline/dates.ts";
import { addDays } from "../../pipeline/dates.ts";
import type { Rules } from "../../pipeline/load.ts";
import type { Look } from "../evidence.ts";
import { collectionByHand } from "./by-hand.ts";
import { instant, textIn } from "./documents.ts";

const lock = z.object({
  id: z.string(),
  status: z.string().nullable(),
  startedAt: z.string().nullable(),
  expiresAt: z.string().nullable(),
});
const facts = z.object({ locks: z.array(lock) });

export type BatchLock = z.output<typeof lock>;
export type BatchLockFacts = z.output<typeof facts>;

/** A collection of locks holds few: each goes soon after its work. */
const mostIds = 500;

/** Locks of batches that bear the date, the day after, or no date at all: one of these may keep a file from being loaded. */
export function batchLocks(rules: Rules, date: CalendarDate, collection: string): Look<BatchLockFacts> {
  const fields = Object.values(rules.locks ?? {}).find((each) => each.collection === collection)?.fields;
  const days = [date, addDays(date, 1)].flatMap((day) => [day, day.replaceAll("-", "")]);
  return {
    id: `${collection} ${date}`,
    port: "documents",
    asked: `locks of ${collection} about ${date}`,
    byHand: collectionByHand(collection),
    after: [],
    whenEmpty: { mayBeEmpty: true, witness: "locks go when their work is done: an empty collection is the usual one" },
    async run({ documents }, call) {
      const ids = await documents.list({ collection, limit: mostIds }, call);
      const wanted = ids.filter((id) => days.some((day) => id.includes(day)) || !/\d{4}-?\d{2}-?\d{2}/u.test(id));
      const found = wanted.length === 0 ? [] : await documents.getMany({ collection, ids: wanted }, call);
      const locks = found.flatMap((document) =>
        document === undefined
          ? []
          : [
              {
                id: document.id,
                status: textIn(document.fields[fields?.status ?? "status"]),
                startedAt: instant(document.fields[fields?.acquired_at ?? "started_at"]),
                expiresAt: instant(document.fields[fields?.expires_at ?? "expires_at"]),
              },
            ],
      );
      return { facts: { locks }, examined: ids.length };
    },
    parse: (saved) => facts.parse(saved),
  };
}
