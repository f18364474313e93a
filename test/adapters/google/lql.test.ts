import { describe, expect, test } from "vitest";
import type { FilteredEntry } from "../../fakes/lql.ts";
import { readFilter } from "../../fakes/lql.ts";
import { FilterError } from "../../fakes/lql-lexer.ts";

const entry: FilteredEntry = {
  logName: "projects/acme/logs/run.googleapis.com%2Fstdout",
  resource: {
    type: "cloud_run_revision",
    labels: { service_name: "nba-scrapers", revision_name: "nba-scrapers-00012-abc", location: "us-west2" },
  },
  timestamp: "2026-02-04T11:05:00.123456789Z",
  severity: "ERROR",
  insertId: "65c0f4a2",
  labels: { "k8s-pod/app": "web", commit: "8CB96558", "a.b": "dotted" },
  httpRequest: { status: 503, requestMethod: "POST" },
  jsonPayload: {
    message: "Could not SERIALIZE access\nto table nba_raw.games",
    event: "merge_fallback",
    Count: 3,
    ratio: -2.5,
    big: "9007199254740993",
    done: false,
    nothing: null,
    tags: ["alpha", "Beta", 7],
    steps: [
      { name: "scrape", ok: true },
      { name: "load", ok: false },
    ],
    nested: { deep: { er: "value" } },
    accents: "Dončić ﬁnal",
  },
};

function holds(filter: string, given: FilteredEntry = entry): boolean {
  return readFilter(filter).holds(given);
}

describe("precedence", () => {
  const names = ["a", "b", "c", "d"] as const;
  const every = Array.from({ length: 16 }, (_, bits) => Object.fromEntries(names.map((name, index) => [name, (bits >> index) % 2 === 1])));
  const formulas: Record<string, (a: boolean, b: boolean, c: boolean, d: boolean) => boolean> = {
    "or first": (a, b, c, d) => (a || !b) && (!c || d),
    "a and (b or c) and d": (a, b, c, d) => a && (b || c) && d,
    "grouped and": (a, b, c, d) => (a && b) || (c && d),
    "not of a group": (a, b, c, d) => !(a && b) && (c || d),
    "not twice": (a, b) => a && b,
  };
  test.each([
    ["or first", '"<a>" OR NOT "<b>" AND NOT "<c>" OR "<d>"'],
    ["or first", '"<a>" OR -"<b>" -"<c>" OR "<d>"'],
    ["or first", '("<a>" OR (NOT "<b>")) AND ((NOT "<c>") OR "<d>")'],
    ["a and (b or c) and d", '"<a>" "<b>" OR "<c>" "<d>"'],
    ["a and (b or c) and d", '"<a>" AND "<b>" OR "<c>" AND "<d>"'],
    ["a and (b or c) and d", '"<a>"\n"<b>" OR\n"<c>" -- a comment AND "<x>"\n"<d>"'],
    ["grouped and", '("<a>" "<b>") OR ("<c>" AND "<d>")'],
    ["grouped and", 'textPayload:("<a>" "<b>") OR textPayload:("<c>" AND "<d>")'],
    ["not of a group", 'NOT ("<a>" "<b>") AND ("<c>" OR "<d>")'],
    ["not of a group", '-("<a>" AND "<b>") ("<c>" OR "<d>")'],
    ["not twice", 'NOT NOT "<a>" AND NOT -"<b>"'],
    ["a and (b or c) and d", 'textPayload:("<a>" "<b>" OR "<c>" "<d>")'],
    ["or first", 'textPayload:("<a>" OR NOT "<b>" AND NOT "<c>" OR "<d>")'],
  ])("%s: %s", (expression, filter) => {
    for (const values of every) {
      const text = names
        .filter((name) => values[name] === true)
        .map((name) => `<${name}>`)
        .join(" ");
      const [a, b, c, d] = names.map((name) => values[name] === true);
      const expected = formulas[expression]?.(a === true, b === true, c === true, d === true);
      expect(holds(filter, { textPayload: text }), `${filter} of ${text}`).toBe(expected);
    }
  });
});

const table: Readonly<Record<string, readonly [filter: string, holds: boolean][]>> = {
  "text compares without case and compatibility forms": [
    ['jsonPayload.event="merge_fallback"', true],
    ['jsonPayload.event="MERGE_Fallback"', true],
    ["jsonPayload.event=merge_fallback", true],
    ['jsonPayload.event="merge"', false],
    ['jsonPayload.event!="merge"', true],
    ['jsonPayload.event!="Merge_Fallback"', false],
    ['jsonPayload.event:"FALL"', true],
    ['jsonPayload.event:"fell"', false],
    ['jsonPayload.message:"access\\nto"', true],
    ['jsonPayload.message:"access to"', false],
    ['jsonPayload.accents:"DONČIĆ"', true],
    ['jsonPayload.accents:"final"', true],
    ['jsonPayload.event>"merge"', true],
    ['jsonPayload.event<"merge"', false],
    ['jsonPayload.event>="merge_fallback"', true],
    ['jsonPayload.event<="MERGE_FALLBACK"', true],
    ["jsonPayload.event='merge_fallback'", true],
    ['jsonPayload.event=""', false],
  ],
  "a missing payload field or label makes every comparison false": [
    ['jsonPayload.absent="x"', false],
    ['jsonPayload.absent!="x"', false],
    ['NOT jsonPayload.absent="x"', true],
    ['-jsonPayload.absent="x"', true],
    ['jsonPayload.absent<"x"', false],
    ['jsonPayload.absent=~"x"', false],
    ['jsonPayload.absent!~"x"', false],
    ['NOT jsonPayload.absent!~"x"', true],
    ['jsonPayload.absent:""', false],
    ["jsonPayload.absent:*", false],
    ['textPayload!="x"', false],
    ['NOT textPayload:"x"', true],
    ['labels.absent!="x"', false],
    ['resource.labels.job_name!="x"', false],
    ['resource.labels.job_name=""', false],
    ['protoPayload.status.code!="5"', false],
    ['jsonPayload.Message:"x"', false],
    ['jsonPayload.MESSAGE:"serialize"', false],
    ['jsonPayload.constructor!="x"', false],
  ],
  "a missing field of the entry's own is compared as its default": [
    ['trace=""', true],
    ['trace!="x"', true],
    ['httpRequest.userAgent=""', true],
    ["trace:*", false],
    ["traceSampled=false", true],
    ["httpRequest.status=503", true],
  ],
  presence: [
    ["jsonPayload.event:*", true],
    ["jsonPayload.nested:*", true],
    ["jsonPayload.nested.deep:*", true],
    ["jsonPayload:*", true],
    ["textPayload:*", false],
    ["labels.commit:*", true],
  ],
  numbers: [
    ["jsonPayload.Count=3", true],
    ['jsonPayload.Count="3"', true],
    ["jsonPayload.Count=3.0", true],
    ["jsonPayload.Count!=3", false],
    ["jsonPayload.Count>2", true],
    ["jsonPayload.Count>10", false],
    ["jsonPayload.Count>=3", true],
    ["jsonPayload.Count<3", false],
    ["jsonPayload.Count<=3", true],
    ["jsonPayload.Count:3", true],
    ["jsonPayload.Count=three", false],
    ["jsonPayload.Count!=three", false],
    ['jsonPayload.Count=""', false],
    ["jsonPayload.ratio=-2.5", true],
    ["jsonPayload.ratio<-2", true],
    ["jsonPayload.ratio<(-3)", false],
    ["jsonPayload.count=3", false],
    ["httpRequest.status>=500", true],
    ["httpRequest.status<500", false],
  ],
  "booleans and null": [
    ["jsonPayload.done=false", true],
    ["jsonPayload.done=FALSE", true],
    ["jsonPayload.done!=true", true],
    ["jsonPayload.done=maybe", false],
    ["jsonPayload.done!=maybe", false],
    ["jsonPayload.nothing=NULL_VALUE", true],
    ["jsonPayload.nothing!=NULL_VALUE", false],
    ["jsonPayload.event=NULL_VALUE", false],
    ["jsonPayload.event!=NULL_VALUE", true],
    ['jsonPayload.nothing="x"', false],
    ['jsonPayload.nothing!="x"', false],
  ],
  "of a list each element is compared, and one that holds is enough": [
    ['jsonPayload.tags="alpha"', true],
    ['jsonPayload.tags="beta"', true],
    ["jsonPayload.tags=7", true],
    ['jsonPayload.tags="gamma"', false],
    ['jsonPayload.tags!="alpha"', true],
    ['NOT jsonPayload.tags="alpha"', false],
    ['jsonPayload.steps.name="load"', true],
    ['jsonPayload.steps.name!="load"', true],
    ["jsonPayload.steps.ok=true", true],
    ['jsonPayload.steps.name="export"', false],
  ],
  "several values": [
    ['severity=("ERROR" OR "CRITICAL")', true],
    ["severity=(INFO OR ERROR)", true],
    ["severity=(INFO OR DEBUG)", false],
    ['jsonPayload.message:("serialize" "table")', true],
    ['jsonPayload.message:("serialize" "chair")', false],
    ['jsonPayload.message:("serialize" AND NOT "chair")', true],
    ['jsonPayload.event=(NOT "x")', true],
    ['resource.type=("cloud_run_job" OR "cloud_run_revision")', true],
    ['jsonPayload.tags=("alpha" "beta")', true],
  ],
  "severity is ordered, its names without case": [
    ["severity=ERROR", true],
    ["severity=error", true],
    ['severity="Error"', true],
    ["severity>=ERROR", true],
    ["severity>ERROR", false],
    ["severity>=WARNING", true],
    ["severity<CRITICAL", true],
    ["severity<=INFO", false],
    ["severity!=INFO", true],
    ["severity>=500", true],
    ["severity=EMERGENCY", false],
  ],
  time: [
    ['timestamp>="2026-02-04T11:05:00Z"', true],
    ['timestamp<"2026-02-04T11:05:00.123456789Z"', false],
    ['timestamp<="2026-02-04T11:05:00.123456789Z"', true],
    ['timestamp>"2026-02-04T11:05:00.123456788Z"', true],
    ['timestamp<"2026-02-04T11:05:00.123456790Z"', true],
    ['timestamp>="2026-02-04T06:05:00-05:00"', true],
    ['timestamp<"2026-02-04T06:05:00-05:00"', false],
    ["timestamp>=2026-02-04", true],
    ["timestamp<2026-02-04", false],
    ['timestamp<"2026-02-05"', true],
    ['timestamp="2026-02-04T11:05:00.123456789z"', true],
  ],
  "regular expressions tell case apart and are found anywhere": [
    ['jsonPayload.message=~"SERIALIZE"', true],
    ['jsonPayload.message=~"serialize"', false],
    ['jsonPayload.message=~"(?i)serialize"', true],
    ['jsonPayload.message!~"serialize"', true],
    ['jsonPayload.message!~"SERIALIZE"', false],
    ['jsonPayload.event=~"^merge"', true],
    ['jsonPayload.event=~"^fallback"', false],
    ['jsonPayload.event=~"fallback$"', true],
    ['jsonPayload.message=~"nba_\\w+\\.games"', true],
    ['jsonPayload.message=~"nba_\\\\w+\\\\.games"', true],
    ['jsonPayload.Count=~"3"', false],
    ['jsonPayload.Count!~"4"', false],
    ['resource.labels.revision_name=~"-00012-"', true],
    ['jsonPayload.event=~("^merge" OR "^load")', true],
  ],
  "text anywhere": [
    ["serialize", true],
    ['"SERIALIZE access"', true],
    ["merge_fallback AND us-west2", true],
    ["chair", false],
    ["and", false],
    ["jsonPayload", false],
    ["503", true],
    ["NOT chair", true],
    ["-serialize", false],
    ['"nba-scrapers" severity=ERROR', true],
    ["run.googleapis.com", true],
  ],
  "whole tokens": [
    ['SEARCH("access serialize")', true],
    ['SEARCH("serial")', false],
    ['SEARCH("SERIALIZE games")', true],
    ['SEARCH("`serialize access`")', true],
    ['SEARCH("`access serialize`")', false],
    ['SEARCH(jsonPayload.event, "merge_fallback")', true],
    ['SEARCH(jsonPayload.event, "serialize")', false],
    ['SEARCH(textPayload, "serialize")', false],
    ['NOT SEARCH("chair")', true],
  ],
  "logs and labels by name": [
    ['log_id("run.googleapis.com/stdout")', true],
    ['log_id("run.googleapis.com/stderr")', false],
    ['log_id("stdout")', false],
    ['logName="projects/acme/logs/run.googleapis.com%2Fstdout"', true],
    ['logName="projects/acme/logs/run.googleapis.com/stdout"', false],
    ['logName:"stdout"', true],
    ['labels."k8s-pod/app"="web"', true],
    ['labels."k8s-pod/app"="db"', false],
    ['labels."a.b"="dotted"', true],
    ["labels.commit=8cb96558", true],
    ['resource.labels.service_name="nba-scrapers"', true],
    ['resource.labels."service_name"="nba-scrapers"', true],
    ['resource.labels.service_name="nba"', false],
    ["jsonPayload.nested.deep.er=value", true],
    ['jsonPayload."nested".deep."er"="value"', true],
  ],
  "nothing, and comments": [
    ["", true],
    ["  \n ", true],
    ["-- nothing", true],
    ["severity=ERROR -- AND severity=INFO", true],
  ],
};

describe.each(Object.entries(table))("%s", (_, cases) => {
  test.each(cases)("%s: %s", (filter, expected) => {
    expect(holds(filter)).toBe(expected);
  });
});

describe("what Cloud Logging refuses, or this evaluator does not know, is refused where it stands", () => {
  test.each<[string, number]>([
    ["thud=1", 0],
    ["severity=ERROR thud=1", 15],
    ['resource="x"', 0],
    ["severity>=LOUD", 10],
    ['timestamp>="yesterday"', 11],
    ['timestamp>="2026-02-30T00:00:00+99:00"', 11],
    ["insertId = abc:def", 14],
    ['jsonPayload.event="open', 18],
    ["severity=", 9],
    ["severity=ERROR AND", 18],
    ["OR severity=ERROR", 0],
    ["(severity=ERROR", 15],
    ["severity=ERROR)", 14],
    ["severity=*", 9],
    ["severity==ERROR", 9],
    ['jsonPayload.event=~"(a"', 19],
    ['jsonPayload.event=~"(?=a)"', 19],
    ['jsonPayload.event=~"(a)\\1{2000}"', 19],
    ["sample(insertId, 0.5)", 0],
    ['severity=ERROR ip_in_net(jsonPayload.ip, "10.0.0.0/8")', 15],
    ["source(projects/acme)", 0],
    ["log_id(stdout)", 7],
    ["jsonPayload.event=a|b", 19],
    ["[x]", 0],
    ['"jsonPayload".event="x"', 0],
  ])("%s at %i", (filter, offset) => {
    const error = refused(filter);
    expect(error).toBeInstanceOf(FilterError);
    expect(error).toMatchObject({ offset });
  });

  test("a filter of 20,000 characters is read, one more is not, comments counted", () => {
    const comment = (length: number): string => `severity=ERROR --${"x".repeat(length - 17)}`;
    expect(comment(20_000)).toHaveLength(20_000);
    expect(holds(comment(20_000))).toBe(true);
    expect(refused(comment(20_001))).toBeInstanceOf(FilterError);
  });

  test("a pattern that would take for ever elsewhere ends", () => {
    expect(holds('textPayload=~"(a+)+$"', { textPayload: `${"a".repeat(5000)}!` })).toBe(false);
  });
});

test.each([
  '"',
  "\\",
  "\n",
  "\t",
  "\r",
  "\u0007",
  "'",
  "`",
  "--",
  "a\\nb",
  "Dončić",
  "日本",
  "🏀",
  "%2F",
  "\u2028",
  "OR",
  "NULL_VALUE",
  "*",
  "(",
  "",
])("a text with %j is found when it is quoted as JSON quotes it", (text) => {
  const given = { textPayload: `before ${text} after` };
  expect(holds(`textPayload:${JSON.stringify(`before ${text} after`)}`, given)).toBe(true);
  expect(holds(`textPayload=${JSON.stringify(`before ${text}x after`)}`, given)).toBe(false);
});

function refused(filter: string): unknown {
  try {
    return readFilter(filter);
  } catch (error) {
    return error;
  }
}
