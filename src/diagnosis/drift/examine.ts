import type { UnitSubject } from "../../checks/deploying/comparing.ts";
import { comparedBy } from "../../checks/deploying/comparing.ts";
import type { Evidence, Look } from "../../evidence/evidence.ts";
import { allReceivers, commitIn, proofIn, requestedCommit, workOf } from "../../evidence/looks/drift.ts";
import { branchTip, unitDrift } from "../../evidence/looks/source.ts";
import type { DeployedUnit, UnitFacts } from "../../evidence/looks/units.ts";
import { deployedUnit } from "../../evidence/looks/units.ts";
import type { Asking } from "../../inquiring.ts";
import type { Examined, Wanted } from "./examined.ts";
import { newestOf, servingOf } from "./examined.ts";
import type { DriftQuestion } from "./question.ts";
import { topicsCalling } from "./triggers.ts";

/** What the repository knows of the commit that was asked for, if one was. */
export async function commitOf(
  { all, rules }: Asking,
  { contains }: DriftQuestion,
  subjects: readonly UnitSubject[],
): Promise<Wanted["commit"]> {
  if (contains === undefined) return undefined;
  const sha = contains.toLowerCase();
  const { known } = await all({
    known: requestedCommit(
      rules,
      sha,
      subjects.map(({ id }) => id),
    ),
  });
  return { sha, known };
}

/** Makes every look: how units are deployed first, since by it is known what to ask of code and logs. */
export async function examine(asking: Asking, subjects: readonly UnitSubject[], wanted: Wanted): Promise<readonly Examined[]> {
  const { rules } = asking;
  const isCompared = rules.repository !== undefined && rules.ports.units === undefined;
  const { receivers, ...units } = await asking.all({
    ...(subjects.some(({ id }) => topicsCalling(id, rules).length > 0) ? { receivers: allReceivers(rules) } : {}),
    ...Object.fromEntries(subjects.map(({ id }) => [`unit ${id}`, deployedUnit(rules, id)])),
  });
  const deployed: Readonly<Record<string, Evidence<UnitFacts>>> = units;
  const looks = subjects.flatMap(({ id }): [string, Look<unknown>][] => {
    const found = deployed[`unit ${id}`];
    return [
      ...(isCompared ? [[`drift ${id}`, unitDrift(rules, id)] as [string, Look<unknown>]] : []),
      ...(found?.seen === true ? looksAt(asking, id, found.facts, wanted) : []),
    ];
  });
  const made = await asking.all({ ...(isCompared ? { tip: branchTip(rules) } : {}), ...Object.fromEntries(looks) });
  const of = <F>(name: string): Evidence<F> | undefined => made[name as keyof typeof made] as Evidence<F> | undefined; // made by the look of that name
  return subjects.map((subject) => {
    const { id } = subject;
    const unit = deployed[`unit ${id}`];
    if (unit === undefined) throw new Error(`The look at ${id} was not made.`);
    const compared = comparedBy({ tip: of("tip"), drift: of(`drift ${id}`) });
    return { subject, unit, compared, held: of(`held ${id}`), proof: of(`proof ${id}`), work: of(`work ${id}`), receivers };
  });
}

/** What is asked of the code and the log of a unit that is deployed. */
function looksAt({ asOf, rules }: Asking, id: string, { unit }: UnitFacts, { commit, proof }: Wanted): readonly [string, Look<unknown>][] {
  if (unit === null) return [];
  const serving = servingOf(unit);
  const newest = newestOf(unit);
  const asked = [...new Set([...serving, ...(newest === undefined ? [] : [newest]), ...builtSince(unit, commit)])].slice(0, mostHeld);
  const held: [string, Look<unknown>][] =
    commit?.known.seen === true && commit.known.facts.commit !== null && asked.length > 0
      ? [[`held ${id}`, commitIn(commit.sha, id, asked)]]
      : [];
  const [first] = serving;
  if (first === undefined) return held;
  const made = new Date(first.createdAt);
  const since = new Date(asOf.getTime() - rules.thresholds.deployments.called.hours * 3_600_000);
  const window = {
    logsAs: unit.name,
    until: asOf.toISOString(),
    ...(unit.kind === "job" ? {} : { revisions: serving.map(({ name }) => name) }),
  };
  const isNew = made > since;
  return [
    ...held,
    [`work ${id}`, workOf(id, { ...window, since: (isNew ? made : since).toISOString() }, isNew)],
    ...(proof === undefined
      ? []
      : [[`proof ${id}`, proofIn(id, { ...window, since: made.toISOString() }, proof)] as [string, Look<unknown>]]),
  ];
}

/** Of revisions: each takes a question to the repository. */
const mostHeld = 12;

/** Those made after the commit was, newest first: one of them may have held it, and been replaced. */
function builtSince({ revisions }: DeployedUnit, commit: Wanted["commit"]): DeployedUnit["revisions"] {
  const made = commit?.known.seen === true ? commit.known.facts.commit?.at : undefined;
  if (made === undefined) return [];
  return revisions
    .filter(({ createdAt }) => Date.parse(createdAt) >= Date.parse(made))
    .toSorted((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt));
}
