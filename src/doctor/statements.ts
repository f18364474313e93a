import { createHash } from "node:crypto";
import { checksOf } from "../checks/checks-of.ts";
import { everyLook } from "../checks/looks-of.ts";
import { warehouseLooks } from "../diagnosis/looks-of.ts";
import { BackendError } from "../errors.ts";
import type { Gather, Look } from "../evidence/evidence.ts";
import type { CalendarDate } from "../pipeline/dates.ts";
import type { Pipeline } from "../pipeline/load.ts";
import type { Call } from "../ports/call.ts";
import type { Ports } from "../ports/ports.ts";
import type { Query } from "../ports/warehouse.ts";

/** One statement of the catalogue as the warehouse took it, without running it. */
export interface Tried {
  /** The look that would ask it. */
  readonly look: string;
  readonly statement: string;
  /** Sixteen hexadecimal digits over its text. */
  readonly digest: string;
  readonly bytes?: number;
  readonly refusal?: string;
  readonly reason?: string;
  readonly next?: string;
}

/** Every statement that any check or diagnosing tool would ask for on this date, tried without being run. */
export async function tryStatements(pipeline: Pipeline, date: CalendarDate, gather: Gather): Promise<readonly Tried[]> {
  const ofChecks = everyLook(checksOf(pipeline), pipeline, date).filter(({ port }) => port === "warehouse");
  const looks = [...ofChecks, ...warehouseLooks(pipeline, date)];
  const tried = await Promise.all(looks.map((look) => tryLook(look, gather)));
  const byDigest = new Map(tried.flat().map((each) => [`${each.statement} ${each.digest} ${each.look}`, each]));
  return [...byDigest.values()];
}

/** The look is made as it stands, but its statements are only estimated and answered with no row: what it makes of none doesn't matter. */
export async function tryLook(look: Look<unknown>, gather: Gather): Promise<readonly Tried[]> {
  const tried: Tried[] = [];
  const made = await gather({ ...look, id: `dry run of ${look.id}`, run: (ports, call) => dryRun(look, ports, call, tried) });
  if (made.seen) return tried;
  // Whatever was taken before: its next table could not even be described, say.
  return [...tried, { look: look.id, statement: look.asked, digest: "", refusal: made.refusal, reason: made.reason, next: made.next }];
}

async function dryRun(look: Look<unknown>, ports: Ports, call: Call, tried: Tried[]) {
  const warehouse: Ports["warehouse"] = {
    ...ports.warehouse,
    query: async (ask) => {
      tried.push(await estimated(look.id, ask, ports, call));
      return { rows: [] };
    },
  };
  await look.run({ ...ports, warehouse }, call);
  return { facts: null, examined: 0 };
}

async function estimated(look: string, ask: Query, { warehouse }: Ports, call: Call): Promise<Tried> {
  const about = { look, statement: ask.name, digest: createHash("sha256").update(ask.sql).digest("hex").slice(0, 16) };
  try {
    const { bytes } = await warehouse.estimate(ask, call);
    return { ...about, ...(bytes === undefined ? {} : { bytes }) };
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    return { ...about, refusal: error.refusal, reason: error.message, next: error.next };
  }
}
