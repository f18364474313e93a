import type * as grpc from "@grpc/grpc-js";
import { describe, expect, test } from "vitest";
import { googleLogs } from "../../../src/adapters/google/logging.ts";
import { filterOf, sourcesOf } from "../../../src/adapters/google/logging-filter.ts";
import type { LogAsk } from "../../../src/ports/logs.ts";
import { asking, refusalOf } from "../../contracts/asking.ts";
import { logsContract } from "../../contracts/logs-contract.ts";
import { grpcRefusals, startGrpcServer } from "../../fakes/grpc.ts";
import { loggingService, wireStruct } from "../../fakes/logging.ts";
import { platformLogsAs } from "../../fakes/logging-sources.ts";
import { readFilter } from "../../fakes/lql.ts";
import { metricsService } from "../../fakes/metrics.ts";
import { changeableStores } from "../embedded/world-of.ts";
import { acme, wireTests } from "./on-the-wire.ts";

logsContract(
  "google logs",
  async (content) => {
    const stores = changeableStores(content);
    const world = () => stores.at(new Date(0));
    const server = await startGrpcServer([loggingService(world), metricsService(world)]);
    return { logs: googleLogs(acme(server.reach), platformLogsAs), become: stores.become, dispose: async () => server.stop() };
  },
  grpcRefusals,
);

const unit = "nba-scrapers";
const emptyWorld = () => changeableStores({}).at(new Date(0));
const listing = () => loggingService(emptyWorld).definition;
const measuring = () => metricsService(emptyWorld).definition;
const ask: LogAsk = { unit, since: "2026-02-04T00:00:00Z", until: "2026-02-05T00:00:00Z", limit: 3 };

const wire = (given: object = {}) => ({
  logName: "projects/acme/logs/run.googleapis.com%2Fstdout",
  resource: { type: "cloud_run_revision", labels: { service_name: unit, revision_name: `${unit}-00012-abc` } },
  timestamp: { seconds: "1770220800", nanos: 123_456_789 },
  severity: "INFO",
  insertId: "a",
  payload: "textPayload",
  textPayload: "A line",
  ...given,
});
const point = (end: string, value: string) => ({
  interval: { endTime: { seconds: end } },
  value: { int64Value: value, value: "int64Value" },
});

wireTests({
  title: "google logs",
  definitions: () => [listing()],
  methods: ["listLogEntries"],
  place: `the log of ${unit}`,
  api: "logging.googleapis.com",
  permission: "logging.logEntries.list",
  ask: (cloud) => {
    const logs = googleLogs(cloud, platformLogsAs);
    return (call) => [logs.entries(ask, call)];
  },
  lists: { listLogEntries: { question: 0, first: { entries: [wire()], nextPageToken: "more" } } },
});

wireTests({
  title: "google logs' counts",
  definitions: () => [measuring()],
  methods: ["listTimeSeries"],
  place: `the entry count of ${unit}`,
  api: "monitoring.googleapis.com",
  permission: "monitoring.timeSeries.list",
  ask: (cloud) => {
    // One source, so that one question is one request.
    const [only] = sourcesOf(platformLogsAs);
    const source = only ?? { type: "", label: "" };
    const logs = googleLogs(cloud, { service: source, function: source, job: source, scheduled: source });
    return (call) => [logs.counted(ask, call)];
  },
  lists: { listTimeSeries: { question: 0, first: { timeSeries: [{ points: [point("1770220800", "3")] }], nextPageToken: "more" } } },
});

type Reply = (request: Readonly<Record<string, unknown>>) => object;

/** A service that answers as it is told, and what it was asked. */
async function answering<T>(
  reply: Reply,
  use: (logs: ReturnType<typeof googleLogs>, asked: readonly Readonly<Record<string, unknown>>[]) => Promise<T>,
): Promise<T> {
  const asked: Readonly<Record<string, unknown>>[] = [];
  const handler = (call: grpc.ServerUnaryCall<Record<string, unknown>, object>, answer: grpc.sendUnaryData<object>): void => {
    asked.push(call.request);
    answer(null, reply(call.request));
  };
  const server = await startGrpcServer([
    { definition: listing(), implementation: { listLogEntries: handler } },
    { definition: measuring(), implementation: { listTimeSeries: handler } },
  ]);
  try {
    return await use(googleLogs(acme(server.reach), platformLogsAs), asked);
  } finally {
    server.stop();
  }
}

describe("google logs, of their own", () => {
  const entriesOf = (...entries: object[]) =>
    answering(
      () => ({ entries }),
      async (logs) => (await logs.entries(ask, asking())).entries,
    );

  test("what is asked is one question, indexed conditions first, every page with the same one", async () => {
    const reply: Reply = ({ pageToken }) => (pageToken === "" ? { entries: [wire()], nextPageToken: "second" } : { entries: [] });
    await answering(reply, async (logs, asked) => {
      await logs.entries({ ...ask, severity: "ERROR", contains: 'a "quoted" \\ text', revision: "r1" }, asking());
      expect(asked.map(({ pageToken }) => pageToken)).toEqual(["", "second"]);
      for (const each of asked) {
        expect(each).toMatchObject({ resourceNames: ["projects/acme"], orderBy: "timestamp desc", pageSize: 4 });
        expect(String(each["filter"]).split("\n")).toEqual([
          'timestamp>="2026-02-04T00:00:00.000Z"',
          'timestamp<"2026-02-05T00:00:00.000Z"',
          'resource.type=("cloud_run_revision" OR "cloud_run_job" OR "cloud_scheduler_job")',
          "severity>=ERROR",
          '(resource.labels.service_name="nba-scrapers" OR resource.labels.job_name="nba-scrapers" OR resource.labels.job_id="nba-scrapers")',
          'resource.labels.revision_name="r1"',
          '(textPayload:"a \\"quoted\\" \\\\ text" OR jsonPayload.message:"a \\"quoted\\" \\\\ text")',
        ]);
      }
    });
  });

  const hostile = [
    '" OR severity>=DEFAULT OR "',
    "\\",
    '\\"',
    "line\nbreak",
    "\u0000\u0007\u001f",
    "Dončić 🏀",
    "-- no comment",
    "*",
    "x) OR (y",
  ];
  test.each(hostile)("the text %j is looked for as it is, and changes nothing else of the question", (text) => {
    const filter = filterOf({ ...ask, contains: text, revision: text }, sourcesOf(platformLogsAs));
    const entry = {
      timestamp: "2026-02-04T10:00:00Z",
      severity: "INFO",
      resource: { type: "cloud_run_revision", labels: { service_name: unit, revision_name: text } },
    };
    expect(readFilter(filter).holds({ ...entry, textPayload: `before ${text} after` })).toBe(true);
    expect(readFilter(filter).holds({ ...entry, jsonPayload: { message: text } })).toBe(true);
    expect(readFilter(filter).holds({ ...entry, textPayload: "before after" })).toBe(false);
    expect(
      readFilter(filter).holds({
        ...entry,
        textPayload: text,
        resource: { type: "cloud_run_revision", labels: { service_name: "other" } },
      }),
    ).toBe(false);
  });

  test("a page without entries is no end: only a missing token is", async () => {
    const pages = [{ nextPageToken: "b" }, { entries: [], nextPageToken: "c" }, { entries: [wire()] }];
    const reply: Reply = ({ pageToken }) => pages[["", "b", "c"].indexOf(String(pageToken))] ?? {};
    expect(await answering(reply, (logs) => logs.entries(ask, asking()))).toMatchObject({ entries: [{ text: "A line" }], more: false });
  });

  test("no page is asked for beyond one that shows that there are more", async () => {
    const entries = ["4", "3", "2", "1"].map((seconds) => wire({ timestamp: { seconds } }));
    await answering(
      () => ({ entries, nextPageToken: "more" }),
      async (logs, asked) => {
        expect(await logs.entries(ask, asking())).toMatchObject({ more: true });
        expect(asked).toHaveLength(1);
      },
    );
  });

  test("nanoseconds order what milliseconds can't, and of one moment the greater id is later, also past the page that fills the limit", async () => {
    const entry = (text: string, nanos: number, insertId: string) =>
      wire({ textPayload: text, insertId, timestamp: { seconds: "1770220800", nanos } });
    const pages: Record<string, object> = {
      "": {
        entries: [entry("newest", 900, "a"), entry("b", 500, "b"), entry("c", 500, "c"), entry("d", 500, "d")],
        nextPageToken: "second",
      },
      second: { entries: [entry("e", 500, "e"), entry("older", 400, "z")], nextPageToken: "third" },
    };
    await answering(
      ({ pageToken }) => pages[String(pageToken)] ?? {},
      async (logs, asked) => {
        const { entries, more } = await logs.entries(ask, asking());
        expect(entries.map(({ text }) => text)).toEqual(["newest", "e", "d"]);
        expect(more).toBe(true);
        expect(asked).toHaveLength(2);
      },
    );
  });

  test("payloads of every form are read", async () => {
    const payload = { message: "a", count: 3, ratio: -2.5, none: null, list: [1, ["x"], { y: true }], nested: { deep: { er: "v" } } };
    const found = await entriesOf(
      wire({ insertId: "f", payload: "jsonPayload", textPayload: undefined, jsonPayload: wireStruct(payload) }),
      wire({ insertId: "e", payload: "jsonPayload", textPayload: undefined, jsonPayload: wireStruct({}) }),
      wire({
        insertId: "d",
        payload: "protoPayload",
        textPayload: undefined,
        protoPayload: { type_url: "type.googleapis.com/google.cloud.audit.AuditLog", value: Buffer.from([1]) },
      }),
    );
    expect(found.map(({ text, fields }) => [text, fields])).toEqual([
      ["a", payload],
      ["", {}],
      ["", { "@type": "type.googleapis.com/google.cloud.audit.AuditLog" }],
    ]);
  });

  test("an entry without a payload has no text, one without a revision none, and its time is cut to milliseconds", async () => {
    const bare = { payload: undefined, textPayload: undefined, resource: { type: "cloud_run_job", labels: { job_name: unit } } };
    expect(await entriesOf(wire(bare))).toEqual([{ at: "2026-02-04T16:00:00.123Z", severity: "INFO", unit, text: "", fields: {} }]);
  });

  test.each([
    ["of a severity without a name", { severity: 17 }],
    ["without a time", { timestamp: null }],
    ["with a time that is none", { timestamp: { seconds: "1770220800", nanos: 2_000_000_000 } }],
    ["of another unit", { resource: { type: "cloud_run_revision", labels: { service_name: "nba-other" } } }],
    ["of a resource that was not asked for", { resource: { type: "cloud_function", labels: { service_name: unit } } }],
    ["without a resource", { resource: null }],
    ["with a value that is none", { payload: "jsonPayload", textPayload: undefined, jsonPayload: { fields: { a: {} } } }],
    ["with a number that is none", { payload: "jsonPayload", textPayload: undefined, jsonPayload: wireStruct({ a: Number.NaN }) }],
  ])("an entry %s is malformed, never left out", async (_, given) => {
    expect((await refusalOf(entriesOf(wire({ insertId: "z" }), wire(given)))).refusal).toBe("malformed");
  });

  test.each(["since", "until"])("a window whose %s is no instant is a bug, never silence", async (end) => {
    const given = { ...ask, [end]: "yesterday" };
    await answering(
      () => ({}),
      async (logs) => {
        await expect(logs.entries(given, asking())).rejects.toThrow(TypeError);
        await expect(logs.counted(given, asking())).rejects.toThrow(TypeError);
      },
    );
  });
});

describe("google logs' counts, of their own", () => {
  const counting = (reply: Reply) => answering(reply, (logs) => logs.counted(ask, asking()));

  test("each resource is asked for by itself, in whole minutes, summed over everything else", async () => {
    await answering(
      () => ({}),
      async (logs, asked) => {
        await logs.counted({ unit: 'a"b', since: "2026-02-04T10:00:00.001Z", until: "2026-02-04T10:30:59.999Z" }, asking());
        expect(asked.map(({ filter }) => filter)).toEqual([
          'metric.type="logging.googleapis.com/log_entry_count" AND resource.type="cloud_run_revision" AND resource.labels.project_id="acme" AND resource.labels.service_name="a\\"b"',
          'metric.type="logging.googleapis.com/log_entry_count" AND resource.type="cloud_run_job" AND resource.labels.project_id="acme" AND resource.labels.job_name="a\\"b"',
          'metric.type="logging.googleapis.com/log_entry_count" AND resource.type="cloud_scheduler_job" AND resource.labels.project_id="acme" AND resource.labels.job_id="a\\"b"',
        ]);
        expect(asked[0]).toMatchObject({
          name: "projects/acme",
          interval: { startTime: { seconds: "1770199260" }, endTime: { seconds: "1770201000" } },
          aggregation: { alignmentPeriod: { seconds: "60" }, perSeriesAligner: "ALIGN_SUM", crossSeriesReducer: "REDUCE_SUM" },
          view: "FULL",
        });
      },
    );
  });

  test("points of every page and resource are added up, to the last of them", async () => {
    const reply: Reply = ({ filter, pageToken }) => {
      if (String(filter).includes("cloud_scheduler_job")) return {};
      if (String(filter).includes("cloud_run_job")) return { timeSeries: [{ points: [point("1770220740", "100")] }] };
      return pageToken === ""
        ? { timeSeries: [{ points: [point("1770220860", "3"), point("1770220800", "4")] }], nextPageToken: "more" }
        : { timeSeries: [{ points: [point("1770220740", "5")] }] };
    };
    expect(await counting(reply)).toEqual({ entries: 112, until: "2026-02-04T16:01:00.000Z" });
  });

  test("a point of zero is a count, no point is none", async () => {
    expect(await counting(() => ({ timeSeries: [{ points: [point("1770220800", "0")] }] }))).toEqual({
      entries: 0,
      until: "2026-02-04T16:00:00.000Z",
    });
    expect(await counting(() => ({ timeSeries: [{ points: [] }] }))).toBeUndefined();
  });

  test("a reply that says that it lacks something is partial, never a smaller count", async () => {
    const lacking = { timeSeries: [{ points: [point("1770220800", "3")] }], executionErrors: [{ code: 4, message: "took too long" }] };
    expect((await refusalOf(counting(() => lacking))).refusal).toBe("partial");
  });

  test.each([
    ["of another kind", { value: { doubleValue: 3, value: "doubleValue" } }],
    ["below zero", { value: { int64Value: "-3", value: "int64Value" } }],
    ["without an end", { interval: { startTime: { seconds: "1" } } }],
  ])("a point %s is malformed", async (_, given) => {
    const broken = { timeSeries: [{ points: [{ ...point("1770220800", "3"), ...given }] }] };
    expect((await refusalOf(counting(() => broken))).refusal).toBe("malformed");
  });
});
