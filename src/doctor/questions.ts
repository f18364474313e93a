import type { CalendarDate } from "../pipeline/dates.ts";
import type { Pipeline, Rules } from "../pipeline/load.ts";
import type { Answer, Question } from "./question.ts";

/** Of every port each kind of question that checks ask of it, so that each permission they need is tried once. */
export function questionsFor(pipeline: Pipeline, date: CalendarDate, asOf: Date): readonly Question[] {
  const rules = pipeline.rulesOn(date, asOf);
  return [
    ...warehouseQuestions(rules),
    ...documentQuestions(rules, date),
    ...logQuestions(rules, asOf),
    ...platformQuestions(rules, asOf),
    ...objectQuestions(rules, date),
    {
      port: "source",
      asked: "head of the watched branch",
      ask: async ({ source }, call) => {
        const { branch, head, fetchedAt } = await source.tip(call);
        return `${branch} at ${head.sha.slice(0, 8)} of ${head.at}, last fetched ${fetchedAt ?? "never"}`;
      },
    },
  ];
}

const checkProject = "Check the project (--project): nothing of the kind is in this one.";
const checkRegion = "Check the project and the region (`region:` in the pipeline file): nothing of the kind is there.";
const checkDataset = "Check the project and the dataset's name in the pipeline file: nothing is in it.";
const checkDatabase = "Check the project and the database (--database): nothing is in the collection.";

/** A backend answers a wrong project or region with an empty list rather than a refusal. */
function some(count: number, things: string, next: string): Answer {
  return count === 0 ? { none: `0 ${things}`, next } : `${count} ${things}`;
}

function missing(name: string): Answer {
  const next = `Check the project, the region and the spelling of ${name} in the pipeline file; what differs is listed by --compare.`;
  return { none: "not there", next };
}

function warehouseQuestions({ tables }: Rules): readonly Question[] {
  const datasets = [...new Set(Object.keys(tables).map((table) => table.split(".")[0] ?? ""))].toSorted();
  const [first] = Object.keys(tables);
  const listed = datasets.map((dataset): Question => ({
    port: "warehouse",
    asked: `tables of ${dataset}`,
    ask: async ({ warehouse }, call) => some((await warehouse.tables(dataset, call)).length, "tables", checkDataset),
  }));
  if (first === undefined) return listed;
  const described: Question = {
    port: "warehouse",
    asked: `columns of ${first}`,
    ask: async ({ warehouse }, call) => `${Object.keys((await warehouse.describe(first, call)).columns).length} columns`,
  };
  return [...listed, described];
}

function documentQuestions(rules: Rules, date: CalendarDate): readonly Question[] {
  const collection = "completion" in rules ? rules.completion?.collection : undefined;
  if (collection === undefined) return [];
  return [
    {
      port: "documents",
      asked: `document ${collection}/${date}`,
      ask: async ({ documents }, call) => ((await documents.get({ collection, id: date }, call)) === undefined ? "not there" : "there"),
    },
    {
      port: "documents",
      asked: `size of ${collection}`,
      ask: async ({ documents }, call) => some(await documents.count({ collection }, call), "documents", checkDatabase),
    },
  ];
}

const hourMs = 60 * 60_000;

function logQuestions({ units }: Rules, asOf: Date): readonly Question[] {
  const [unit] = Object.keys(units ?? {});
  if (unit === undefined) return [];
  const window = { unit, since: new Date(asOf.getTime() - 24 * hourMs).toISOString(), until: asOf.toISOString() };
  return [
    {
      port: "logs",
      asked: `newest line of ${unit} within a day`,
      ask: async ({ logs }, call) => (await logs.entries({ ...window, limit: 1 }, call)).entries[0]?.at ?? "none",
    },
    {
      port: "logs",
      asked: `how much ${unit} logged in a day`,
      ask: async ({ logs }, call) => {
        const counted = await logs.counted(window, call);
        return counted === undefined ? "the metric has no point" : `${counted.entries} entries`;
      },
    },
  ];
}

function platformQuestions(rules: Rules, asOf: Date): readonly Question[] {
  const hourAgo = new Date(asOf.getTime() - hourMs).toISOString();
  return [
    { port: "units", asked: "deployed units", ask: async ({ units }, call) => some((await units.list(call)).length, "units", checkRegion) },
    // To list is another permission than to read one.
    ...Object.keys(rules.units ?? {})
      .slice(0, 1)
      .map((name): Question => ({
        port: "units",
        asked: `unit ${name}`,
        ask: async ({ units }, call) => {
          const unit = await units.get({ name }, call);
          return unit === undefined ? missing(name) : `a ${unit.kind} of ${unit.revisions.length} revisions`;
        },
      })),
    {
      port: "schedules",
      asked: "scheduler jobs",
      ask: async ({ schedules }, call) => some((await schedules.list(call)).length, "jobs", checkRegion),
    },
    ...Object.keys(rules.schedule ?? {})
      .slice(0, 1)
      .map((name): Question => ({
        port: "schedules",
        asked: `scheduler job ${name}`,
        ask: async ({ schedules }, call) => (await schedules.get({ name }, call))?.state ?? missing(name),
      })),
    { port: "topics", asked: "topics", ask: async ({ topics }, call) => some((await topics.topics(call)).length, "topics", checkProject) },
    {
      port: "topics",
      asked: "subscriptions",
      ask: async ({ topics }, call) => some((await topics.subscriptions(call)).length, "subscriptions", checkProject),
    },
    {
      port: "topics",
      asked: "undelivered messages",
      ask: async ({ topics }, call) =>
        `measured of ${(await topics.backlogs({ since: hourAgo, until: asOf.toISOString() }, call)).length} subscriptions`,
    },
    { port: "alerts", asked: "alert policies", ask: async ({ alerts }, call) => `${(await alerts.policies(call)).length} policies` },
    {
      port: "alerts",
      asked: "alerts that fired within an hour",
      ask: async ({ alerts }, call) => `${(await alerts.incidents({ since: hourAgo }, call)).length} alerts`,
    },
  ];
}

function objectQuestions({ objects, buckets }: Rules, date: CalendarDate): readonly Question[] {
  return Object.values(objects ?? {}).map(({ bucket, path: template }) => {
    const name = buckets?.[bucket]?.name;
    const path = `${name ?? bucket}/${template.replaceAll("{D}", date)}`;
    return {
      port: "objects",
      asked: `object ${path}`,
      ask: async ({ objects: stored }, call) => {
        const found = await stored.get({ path, unnamed: name === undefined }, call);
        return found === undefined ? "not there" : `${found.sizeBytes} bytes of ${found.updatedAt}`;
      },
    };
  });
}
