import { BackendError } from "../../errors.ts";
import type { Call } from "../../ports/call.ts";
import type { LogAsk, LogPage, Logs } from "../../ports/logs.ts";
import { tooManyEntries } from "../too-many.ts";
import { whileWanted } from "../while-wanted.ts";
import { clientOf, onceMore } from "./clients.ts";
import type { Cloud } from "./cloud.ts";
import { grpcOptions } from "./cloud.ts";
import { explained } from "./errors.ts";
import type { Placed } from "./logging-entries.ts";
import { byTime, isSameMoment, placedEntries } from "./logging-entries.ts";
import type { LogSource, LogSources } from "./logging-filter.ts";
import { filterOf, sourcesOf } from "./logging-filter.ts";
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
        const reading: Reading = { ask, sources, call, over, project: cloud.project };
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
  readonly call: Call;
  readonly over: AbortSignal;
  readonly project: string;
}

const mostAPage = 1000;

/**
 * One entry more than is wanted, so that it shows whether there are more, and then all of that moment: the service does not
 * say in which order it gives those. A page without entries is no end, only a token's absence is.
 */
async function newestEntries(client: LoggingClient, { ask, sources, call, over, project }: Reading): Promise<readonly Placed[]> {
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
    found.push(...page.items);
    const isEnough = found.length >= wanted && !isSameMoment(found.at(-1), found[wanted - 2]);
    if (page.next === "" || isEnough) return found.toSorted(byTime);
    token = page.next;
  }
  throw new BackendError("malformed", `the log of ${ask.unit}: a page was said to be followed by itself`, "Ask again.");
}

function pageOf(found: readonly Placed[], { unit, limit }: LogAsk, { budget }: Call): LogPage {
  const entries = found.slice(0, limit).map(({ entry }) => entry);
  if (entries.length <= budget.maxRows) return { entries, more: found.length > limit };
  throw tooManyEntries(unit, budget.maxRows);
}
