import { unknownName } from "../../../../errors.ts";
import { logResources } from "../../../../ports/logs.ts";
import type { Port } from "../../../../ports/ports.ts";
import type { Plot } from "../plot.ts";
import type { AlertChange, BeyondChange, JobChange, LogLines, ObjectChange, RevisionChange, SubscriptionChange } from "./changes.ts";
import { usualPolicies } from "./alerts.ts";
import { entryOf, infrastructureOf, jobNames, unitNames } from "./declared.ts";
import { logsBegin } from "./logs.ts";
import { bucketNames, bucketOf } from "./objects.ts";
import { alertPlaces } from "../../alerts.ts";
import { repository } from "../../source.ts";
import { topicPlaces } from "../../topics.ts";
import { usual } from "./subscriptions.ts";

interface Problem {
  readonly message: string;
  readonly path: readonly (string | number)[];
}

/** Names that nothing bears: the pipeline file declares them, or the scenario says enough to make them up. */
export function beyondProblems(plot: Plot, change: BeyondChange, path: Problem["path"]): Problem[] {
  switch (change.verb) {
    case "log":
      return logProblems(plot, change, path);
    case "revision":
      return revisionProblems(plot, change, path);
    case "job":
      return jobProblems(plot, change, path);
    case "commit":
      return twice(plot, change, path);
    case "subscription":
      return subscriptionProblems(plot, change, path);
    case "alert":
      return alertProblems(plot, change, path);
    case "object":
      return objectProblems(plot, change, path);
  }
}

/** What a failure of the port may be aimed at; undefined where nothing declares it, so that any name may be right. */
export function targetsOf(plot: Plot, port: Port): readonly string[] | undefined {
  const { tables, collections } = plot.pipeline.file;
  switch (port) {
    case "warehouse":
      return Object.entries(tables).flatMap(([name, { as }]) => (as === undefined ? [name] : [name, as]));
    case "documents":
      return Object.keys(collections);
    case "units":
      return joined(unitNames(plot.pipeline), madeUpUnits(plot));
    case "schedules":
      return joined(jobNames(plot.pipeline), madeUpJobs(plot));
    case "logs":
      return loggers(plot);
    case "objects":
      return buckets(plot);
    case "topics":
      return topicPlaces;
    case "alerts":
      return alertPlaces;
    case "source":
      return [repository, ...Object.values(infrastructureOf(plot.pipeline).units ?? {}).flatMap(({ folders }) => folders)];
  }
}

function logProblems(plot: Plot, { unit, from }: LogLines, path: Problem["path"]): Problem[] {
  const begin = logsBegin(plot);
  const early = from < begin;
  return [
    ...(Object.keys(logResources).includes(unit.split("/")[0] ?? "")
      ? []
      : unlessKnown("unit or scheduler job", unit, loggers(plot), [...path, "log"])),
    ...(early
      ? [{ message: `is before ${begin.toISOString()}, from when logs are held; raise \`night.days\``, path: [...path, "from"] }]
      : []),
  ];
}

function revisionProblems(plot: Plot, { unit, kind }: RevisionChange, path: Problem["path"]): Problem[] {
  if (kind !== undefined) return [];
  return unlessKnown(
    "unit",
    unit,
    joined(unitNames(plot.pipeline), madeUpUnits(plot)),
    [...path, "revision"],
    "give its `kind` to make it up",
  );
}

function jobProblems(plot: Plot, { job }: JobChange, path: Problem["path"]): Problem[] {
  if (entryOf(infrastructureOf(plot.pipeline).schedule, job) !== undefined || madeUpJobs(plot).includes(job)) return [];
  return [
    {
      message: `${unknownName("scheduler job", job, jobNames(plot.pipeline) ?? [])} Give its \`cron\` to make it up.`,
      path: [...path, "job"],
    },
  ];
}

function subscriptionProblems(plot: Plot, change: SubscriptionChange, path: Problem["path"]): Problem[] {
  const { topics } = infrastructureOf(plot.pipeline);
  if (change.topic !== undefined)
    return topics === undefined ? [] : unlessKnown("topic", change.topic, topicNames(topics), [...path, "topic"]);
  const made = plot.scenario.changes.flatMap((each) => (each.verb === "subscription" && each.topic !== undefined ? [each.name] : []));
  const known = [...usual(plot, change.from.getTime()).map(({ name }) => name), ...made];
  return known.includes(change.name)
    ? []
    : [
        {
          message: `${unknownName("subscription", change.name, known)} Give its \`topic\` to make it up.`,
          path: [...path, "subscription"],
        },
      ];
}

/** Dead letters have topics of their own. */
function topicNames(topics: Readonly<Record<string, { readonly dead_letter?: string | undefined }>>): readonly string[] {
  return Object.entries(topics).flatMap(([name, { dead_letter: dead }]) => (dead === undefined ? [name] : [name, `${name}-dlq`]));
}

function alertProblems(plot: Plot, { title, filter, from }: AlertChange, path: Problem["path"]): Problem[] {
  if (filter !== undefined) return [];
  const made = plot.scenario.changes.flatMap((each) => (each.verb === "alert" && each.filter !== undefined ? [each.title] : []));
  const known = [...usualPolicies(plot, from.getTime()).map((policy) => policy.title), ...made];
  return unlessKnown("alert policy", title, known, [...path, "alert"], "give its `filter` to make it up");
}

function objectProblems(plot: Plot, { path: object }: ObjectChange, path: Problem["path"]): Problem[] {
  return infrastructureOf(plot.pipeline).buckets === undefined
    ? []
    : unlessKnown("bucket", bucketOf(object), bucketNames(plot), [...path, "object"]);
}

function twice(plot: Plot, change: BeyondChange & { readonly verb: "commit" }, path: Problem["path"]): Problem[] {
  const first = plot.scenario.changes.find((each) => each.verb === "commit" && each.sha === change.sha);
  return first === change ? [] : [{ message: `commit ${change.sha} is there already`, path: [...path, "commit"] }];
}

function unlessKnown(what: string, name: string, known: readonly string[] | undefined, path: Problem["path"], way?: string): Problem[] {
  if (known === undefined || known.includes(name)) return [];
  return [{ message: `${unknownName(what, name, known)}${way === undefined ? "" : ` Or ${way}.`}`, path }];
}

function joined(declared: readonly string[] | undefined, more: readonly string[]): readonly string[] | undefined {
  return declared === undefined ? undefined : [...new Set([...declared, ...more])];
}

/** Whatever logs under a name of its own: units, and scheduler jobs under their ids. */
function loggers(plot: Plot): readonly string[] | undefined {
  const units = unitNames(plot.pipeline);
  return joined(units, [...madeUpUnits(plot), ...(jobNames(plot.pipeline) ?? []), ...madeUpJobs(plot)]);
}

function buckets(plot: Plot): readonly string[] | undefined {
  const told = plot.scenario.changes.flatMap((each) => (each.verb === "object" ? [bucketOf(each.path)] : []));
  return joined(bucketNames(plot), told);
}

function madeUpUnits({ scenario }: Plot): readonly string[] {
  return scenario.changes.flatMap((each) => (each.verb === "revision" && each.kind !== undefined ? [each.unit] : []));
}

function madeUpJobs({ scenario }: Plot): readonly string[] {
  return scenario.changes.flatMap((each) => (each.verb === "job" && each.cron !== undefined ? [each.job] : []));
}
