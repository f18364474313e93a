import type { DeployedUnit, UnitFacts } from "../../evidence/looks/units.ts";
import { quoted } from "../../outside-text.ts";
import { addMinutes } from "../../pipeline/dates.ts";
import type { Standing } from "../deploying/comparing.ts";
import type { Finding } from "../finding.ts";
import { pass, problem, putOff } from "../finding.ts";
import { at } from "../words.ts";

type Revision = DeployedUnit["revisions"][number];

/** Revisions that answer requests, as far as they are not known to be unready. */
export function servingRevisions({ traffic, revisions }: DeployedUnit): readonly string[] {
  return traffic.flatMap(({ revision, percent }) =>
    percent > 0 && revisions.find(({ name }) => name === revision)?.ready !== false ? [revision] : [],
  );
}

/** Whether the unit's newest revision is the one that works. */
export function judgeServing(name: string, { unit }: UnitFacts, scope: Standing): Finding {
  if (unit === null) return notDeployed(name);
  const newest = unit.revisions.find(({ name: revision }) => revision === unit.latestCreated);
  const serving = servingRevisions(unit);
  const created = newest === undefined ? undefined : new Date(newest.createdAt);
  const starting = scope.rules.thresholds.orchestrators.starting.minutes;
  const before = newest === undefined ? undefined : previousOf(unit, newest);
  const deploying = created !== undefined && scope.asOf < addMinutes(created, starting);
  if (serving.length === 0) {
    // The first revision of all is not up yet either.
    return deploying && unit.revisions.length === 1 ? comingUp(unit, created, starting, scope) : nobodyServes(name, unit, scope);
  }
  if (newest?.ready === false) {
    if (!deploying) return blocked(name, unit, newest, serving, scope);
    // A new try excuses nothing that was broken before it.
    return before?.ready === false ? blocked(name, unit, before, serving, scope) : comingUp(unit, created, starting, scope);
  }
  const share = unit.traffic.find(({ revision }) => revision === unit.latestCreated)?.percent ?? 0;
  if (share >= 100) return pass(`${quoted(unit.latestCreated)} is ready and has all traffic`);
  return deploying ? comingUp(unit, created, starting, scope) : elsewhere(name, unit, share, scope);
}

/** The revision made before the newest. */
function previousOf({ revisions }: DeployedUnit, newest: Revision): Revision | undefined {
  const older = revisions.filter(({ name, createdAt }) => name !== newest.name && Date.parse(createdAt) <= Date.parse(newest.createdAt));
  return older.toSorted((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt))[0];
}

function comingUp({ latestCreated }: DeployedUnit, created: Date, minutes: number, scope: Standing): Finding {
  return putOff(`${quoted(latestCreated)}, created ${at(created, scope)}, may still be coming up`, addMinutes(created, minutes));
}

function notDeployed(name: string): Finding {
  return problem("P1", {
    reason: "not_deployed",
    observed: `nothing is deployed under the name ${name}, while other units are`,
    expected: `${name}, deployed`,
    next: "Look for it under another name or in another region first; then deploy it, or take it out of the pipeline file.",
  });
}

/** The only state in which nothing orchestrates. */
function nobodyServes(name: string, unit: DeployedUnit, scope: Standing): Finding {
  const newest = unit.revisions.find(({ name: revision }) => revision === unit.latestCreated);
  const ready = unit.revisions.filter((revision) => revision.ready).map((revision) => revision.name);
  const why = newest?.problem === undefined ? "" : `: ${quoted(newest.problem)}`;
  const since = newest === undefined ? "" : `, created ${at(new Date(newest.createdAt), scope)}`;
  const first = ready[0];
  return problem("P0", {
    reason: first === undefined ? "none_ready" : "no_traffic",
    observed:
      first === undefined
        ? `no revision of ${name} is ready: the newest is ${quoted(unit.latestCreated)}${since}${why}`
        : `no ready revision of ${name} has traffic, though ${quoted(first)} is ready`,
    expected: "a ready revision with all traffic",
    next:
      first === undefined
        ? "Read what the newest revision logged when it started, put that right and deploy again; completions meanwhile are retried, then lost."
        : `Give ${quoted(first)} all traffic.`,
  });
}

/** The platform keeps the older one serving: deploying is what doesn't work, not the unit. */
function blocked(name: string, unit: DeployedUnit, broken: Revision, serving: readonly string[], scope: Standing): Finding {
  const why = broken.problem === undefined ? "" : `: ${quoted(broken.problem)}`;
  const retried = unit.latestCreated === broken.name ? "" : `; ${revisionText(unit, unit.latestCreated, scope)} may still be coming up`;
  const older = serving.map((revision) => revisionText(unit, revision, scope)).join(" and ");
  return problem("P1", {
    reason: "deploys_blocked",
    observed: `deploys of ${name} blocked, running older code: ${revisionText(unit, broken.name, scope)} never became ready${why}; ${older} serves${retried}`,
    expected: "the newest revision is ready and has all traffic",
    next: `Read what ${quoted(broken.name)} logged when it started, put that right, deploy again and see that the traffic moves. What runs meanwhile works on.`,
  });
}

function elsewhere(name: string, unit: DeployedUnit, share: number, scope: Standing): Finding {
  const others = unit.traffic.filter(({ revision, percent }) => revision !== unit.latestCreated && percent > 0);
  const split = others.map(({ revision, percent }) => `${revisionText(unit, revision, scope)} has ${percent} %`).join(", ");
  return problem("P1", {
    reason: "traffic_elsewhere",
    observed: `${name} runs older code: the newest revision, ${revisionText(unit, unit.latestCreated, scope)}, has ${share} % of the traffic; ${split}`,
    expected: "all traffic on the newest revision",
    next: `Give ${quoted(unit.latestCreated)} all traffic, or say why it is held back.`,
  });
}

function revisionText({ revisions }: DeployedUnit, name: string, scope: Standing): string {
  const found = revisions.find((revision) => revision.name === name);
  return found === undefined ? quoted(name) : `${quoted(name)} (${at(new Date(found.createdAt), scope)})`;
}
