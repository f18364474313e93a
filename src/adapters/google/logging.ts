import { BackendError } from "../../errors.ts";
import type { Call } from "../../ports/call.ts";
import type { LogAsk, LogEntry, LogPage, Logs } from "../../ports/logs.ts";
import { textTest } from "../log-text.ts";
import { tooManyEntries } from "../too-many.ts";
import { whileWanted } from "../while-wanted.ts";
import { clientOf, onceMore } from "./clients.ts";
import type { Cloud } from "./cloud.ts";
import { grpcOptions } from "./cloud.ts";
import { explained } from "./errors.ts";
import type { Placed } from "./logging-entries.ts";
import { byTime, isAfter, isSameMoment, placedEntries, positionOf } from "./logging-entries.ts";
import type { LogSource, LogSources } from "./logging-filter.ts";
import { filterOf, sourcesFor, sourcesOf } from "./logging-filter.ts";
import { entryCounter } from "./metrics-counts.ts";
import { pageOptions } from "./pages.ts";

/** What a project's units logged, by Cloud Logging; `logsAs` says under which resources they do. */
export function googleLogs(cloud: Cloud, logsAs: LogSources): Logs {
  const sources = sourcesOf(logsAs);
  const client = clientOf(() => openClient(cloud));
  const counted = entryCounter(cloud, sources);
  return {
    entries: (ask, call) =>
      whileWanted(call, async (over) => {
        const holds = await textTest(ask); // Refuses what is no expression before anybody is asked.
        const reading: Reading = { ask, sources: sourcesFor(ask, sources), holds, call, over, project: cloud.project };
        const place = `the log of ${ask.unit}`;
        return explained({ service: "logs", place, permission: "logging.logEntries.list" }, cloud, async () => {
          return pageOf(await newestEntries(await client(), reading), ask, call);
        });
      }),
    counted: (ask, call) => whileWanted(call, (over) => counted(ask, call, over)),
  };
}

/** What is used of LoggingServiceV2Client, which the package hands out untyped. */
interface LoggingClient {
  initialize(): Promise<unknown>;
  listLogEntries(request: Readonly<Record<string, unknown>>, options: ReturnType<typeof pageOptions>): Promise<readonly unknown[]>;
}

async function openClient(cloud: Cloud): Promise<LoggingClient> {
  const { v2 } = await import("@google-cloud/logging");
  const client: LoggingClient = new v2.LoggingServiceV2Client(grpcOptions(cloud));
  return client;
}

interface Reading {
  readonly ask: LogAsk;
  readonly sources: readonly LogSource[];
  readonly holds: (entry: LogEntry) => boolean;
  readonly call: Call;
  readonly over: AbortSignal;
  readonly project: string;
}

const mostAPage = 1000;

interface Read {
  readonly found: readonly Placed[];
  readonly pages: number;
  /** The pages that were allowed are read, and there are more. */
  readonly cut: boolean;
}

/**
 * One entry more than is wanted, so that it shows whether there are more, and then all of that moment: the service does not
 * say in which order it gives those. A page without entries is no end, only a token's absence is.
 */
async function newestEntries(client: LoggingClient, { ask, sources, holds, call, over, project }: Reading): Promise<Read> {
  const wanted = Math.min(ask.limit, call.budget.maxRows) + 1;
  const request = {
    resourceNames: [`projects/${project}`],
    filter: filterOf(ask, sources),
    orderBy: "timestamp desc",
    pageSize: Math.min(wanted, mostAPage),
  };
  const found: Placed[] = [];
  const tokens = new Set<string>();
  for (let token = ""; !tokens.has(token);) {
    tokens.add(token);
    const [, , reply] = await onceMore(over, () => client.listLogEntries({ ...request, pageToken: token }, pageOptions(call, over)));
    const page = placedEntries(reply, ask.unit, sources);
    // What the service finds is looked at again: of a field that holds no text it may think otherwise.
    found.push(...page.items.filter((each) => holds(each.entry) && (ask.after === undefined || isAfter(each, ask.after))));
    const isEnough = found.length >= wanted && !isSameMoment(found.at(-1), found[wanted - 2]);
    if (page.next === "" || isEnough) return { found: found.toSorted(byTime), pages: tokens.size, cut: false };
    if (tokens.size === ask.pages) return { found: wholeMoments(found.toSorted(byTime)), pages: tokens.size, cut: true };
    token = page.next;
  }
  throw new BackendError("malformed", `the log of ${ask.unit}: a page was said to be followed by itself`, "Ask again.");
}

/** The oldest moment may go on beyond what was read, and would then be left out by whoever goes on from its last entry. */
function wholeMoments(found: readonly Placed[]): readonly Placed[] {
  const last = found.at(-1);
  const whole = found.filter((each) => !isSameMoment(each, last));
  return whole.length === 0 ? found : whole;
}

function pageOf({ found, pages, cut }: Read, { unit, limit, pages: allowed }: LogAsk, { budget }: Call): LogPage {
  const given = found.slice(0, limit);
  if (given.length > budget.maxRows) throw tooManyEntries(unit, budget.maxRows);
  const more = cut || found.length > limit;
  const last = given.at(-1);
  return {
    entries: given.map(({ entry }) => entry),
    more,
    ...(more && last !== undefined ? { rest: positionOf(last) } : {}),
    ...(allowed === undefined ? {} : { pagesRead: pages }),
  };
}
