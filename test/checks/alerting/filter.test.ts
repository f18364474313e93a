import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Likely } from "../../../src/checks/alerting/filter.ts";
import { readFilter } from "../../../src/checks/alerting/filter.ts";
import type { Source } from "../../../src/checks/alerting/sees.ts";
import { sightOf } from "../../../src/checks/alerting/sees.ts";
import * as oracle from "../../fakes/lql.ts";

/** `a=1` holds, `b=1` doesn't, of anything else nobody knows. */
const truth = (filter: string): Likely | undefined =>
  readFilter(filter)?.((path, _, value) => (path === "a" ? (value === "1" ? "yes" : "no") : path === "b" ? "no" : "maybe"));

describe("a filter is read", () => {
  test.each<[string, Likely]>([
    ["a=1", "yes"],
    ["b=1", "no"],
    ["c=1", "maybe"],
    ["", "yes"],
    ["a=1 b=1", "no"],
    ["a=1 AND c=1", "maybe"],
    ["b=1 AND c=1", "no"],
    ["a=1\nb=1", "no"],
    ["b=1 OR a=1", "yes"],
    ["b=1 OR c=1", "maybe"],
    // OR binds closer than AND: as `b AND (b OR a)`.
    ["b=1 AND b=1 OR a=1", "no"],
    ["a=1 OR b=1 AND b=1", "no"],
    ["(b=1 AND b=1) OR a=1", "yes"],
    ["NOT a=1", "no"],
    ["-a=1", "no"],
    ["NOT b=1 AND a=1", "yes"],
    ["NOT (b=1 OR c=1)", "maybe"],
    ["NOT NOT a=1", "yes"],
    ["a=(1 OR 2)", "yes"],
    ["a=(2 OR 3)", "no"],
    ["a=(NOT 2)", "yes"],
    ['a=("1" "2")', "no"],
    ["a = one_of('2', \"1\")", "yes"],
    ["a = one_of('2')", "no"],
    ['a = starts_with("x")', "maybe"],
    ['"some text"', "maybe"],
    ["word", "maybe"],
    ['SEARCH("a b") b=1', "no"],
    ['log_id("run.googleapis.com/stderr") a=1', "maybe"],
    ["a=1 -- b=1", "yes"],
    ['"b=1" a=1', "maybe"],
    ["a=1\n(b=1 OR a=1)", "yes"],
    ["a=2\n(c=1)", "no"],
    ["word (b=1)", "no"],
    ["timestamp>=2026 b=1", "no"],
    ["b=-5", "no"],
  ])("%j is %s", (filter, expected) => {
    expect(truth(filter)).toBe(expected);
  });

  test.each(['a="1', "(a=1", "a=1)", "a=", "a=1 AND", "OR a=1", "a=1 OR", "NOT", "=1", "a=(1", 'f("x"', "a==1", "a=1 ! b", "()"])(
    "%j can't be read, and nothing is said of it",
    (filter) => {
      expect(readFilter(filter)).toBeUndefined();
    },
  );

  test("quoted parts of a path are its names, whatever is in them", () => {
    const paths: string[] = [];
    readFilter('resource.label."service_name"="x" AND labels."k8s-pod/app"=y')?.((path) => {
      paths.push(path);
      return "yes";
    });
    expect(paths).toEqual(["resource.label.service_name", "labels.k8s-pod/app"]);
  });
});

const source: Source = { type: "cloud_run_revision", label: "service_name", names: ["phase3-to-phase4-orchestrator"], severity: "ERROR" };
const sees = (filter: string, of: Source = source) => sightOf({ conditions: [{ kind: "log", filter }] }, of);

describe("what a filter can see", () => {
  test.each([
    ['resource.type="cloud_run_revision"', "can"],
    ['resource.type="CLOUD_RUN_REVISION"', "can"],
    ['resource.type!="cloud_run_revision"', "cannot"],
    ['resource.type=~"^cloud_run_(revision|job)$"', "can"],
    ['resource.type=~"^cloud_function$"', "cannot"],
    ['resource.type=~"(a+)+$"', "unreadable"],
    ['resource.type:"run"', "can"],
    ['resource.labels.service_name=~"orchestrator$"', "can"],
    ['resource.labels.service_name:"phase4-to-phase5"', "cannot"],
    ['NOT resource.labels.function_name="x"', "can"],
    ['resource.labels.function_name!="x"', "cannot"],
    ['resource.labels.location="us-west2"', "unreadable"],
    ["severity=CRITICAL", "cannot"],
    ["severity>=warning", "can"],
    ["severity<ERROR", "cannot"],
    ["severity>=ERROR jsonPayload.event:timeout", "unreadable"],
  ])("%s %s match an error", (filter, sight) => {
    expect(sees(filter)).toBe(sight);
  });

  test("any of its names will do; of lines of any severity one alone are not all", () => {
    const known = { ...source, names: ["new", "old"], severity: undefined };
    expect([sees('resource.labels.service_name="old"', known), sees("severity=DEBUG", known)]).toEqual(["can", "unreadable"]);
  });
});

describe("beside an evaluator of the whole language", () => {
  const entry = {
    severity: "ERROR",
    resource: {
      type: source.type,
      labels: { project_id: "acme", location: "us-west2", service_name: source.names[0], revision_name: "r-1" },
    },
    textPayload: "Traceback of a crash",
    logName: "projects/acme/logs/run.googleapis.com%2Fstderr",
  };
  const comparison = fc.oneof(
    fc.tuple(fc.constant("resource.type"), fc.constantFrom("=", "!=", ":"), fc.constantFrom("cloud_run_revision", "cloud_function", "run")),
    fc.tuple(
      fc.constant("resource.labels.service_name"),
      fc.constantFrom("=", "!=", ":"),
      fc.constantFrom(...source.names, "nba-scrapers", "phase4"),
    ),
    fc.tuple(fc.constant("resource.labels.function_name"), fc.constantFrom("=", "!=", ":"), fc.constantFrom(...source.names, "x")),
    fc.tuple(fc.constant("severity"), fc.constantFrom("=", "!=", ">=", ">", "<", "<="), fc.constantFrom("ERROR", "WARNING", "CRITICAL")),
    fc.tuple(fc.constantFrom("textPayload", "jsonPayload.event"), fc.constantFrom("=", "!=", ":"), fc.constantFrom("crash", "other")),
  );
  const { filter } = fc.letrec<{ filter: string }>((tie) => ({
    filter: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      comparison.map(([path, operator, value]) => `${path}${operator}"${value}"`),
      fc.tuple(tie("filter"), fc.constantFrom(" ", " AND ", " OR ", "\n"), tie("filter")).map((parts) => parts.join("")),
      tie("filter").map((inner) => `(${inner})`),
      tie("filter").map((inner) => `NOT (${inner})`),
      fc.constant('"crash"'),
    ),
  }));

  test("what is surely seen matches, and what can't be seen never does", () => {
    const met = { can: 0, cannot: 0 };
    fc.assert(
      fc.property(filter, (text) => {
        const sight = sees(text);
        const holds = oracle.readFilter(text).holds(entry);
        if (sight !== "unreadable") met[sight] += 1;
        return sight === "unreadable" || holds === (sight === "can");
      }),
      { numRuns: 1000, seed: 20260204 },
    );
    expect(Math.min(met.can, met.cannot)).toBeGreaterThan(100);
  });
});
