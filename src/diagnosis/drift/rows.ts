import { shortRevision } from "../../evidence/looks/units.ts";
import { codeName, idName } from "../../outside-text.ts";
import { clockText } from "../../pipeline/dates.ts";
import type { ListRow } from "../inquiry.ts";
import type { Examined, Judging } from "./examined.ts";
import { deployedOf, newestOf, servingOf, shareOf } from "./examined.ts";

/** A unit as it is deployed, in one row; what nobody could look at is a question mark, never a zero. */
export function rowOf(examined: Examined, { rules }: Judging): ListRow {
  const { subject, unit: look } = examined;
  const unit = deployedOf(examined);
  if (unit === undefined) return { unit: subject.id, serves: look.seen ? "not deployed" : "?" };
  const [serving] = servingOf(unit);
  const newest = newestOf(unit);
  const short = (revision: string): string => idName(shortRevision(revision, unit.name));
  if (serving === undefined) return { unit: subject.id, kind: unit.kind, serves: "nothing", newest: short(unit.latestCreated) };
  return {
    unit: subject.id,
    kind: unit.kind,
    serves: short(serving.name),
    commit: serving.commit === undefined ? "no label" : codeName(serving.commit.slice(0, 8)),
    deployed: clockText(new Date(serving.createdAt), rules.zone),
    behind: behindText(examined),
    traffic: `${shareOf(unit, serving.name)} %`,
    ...(newest === undefined || newest.name === serving.name
      ? {}
      : { newest: `${short(newest.name)}${newest.ready ? "" : ", not ready"}` }),
  };
}

function behindText({ compared }: Examined): string {
  const facts = compared?.drift.seen === true ? compared.drift.facts : undefined;
  if (facts === undefined || (facts.compared !== "commit" && facts.compared !== "time")) return "?";
  const { own, shared, missing } = facts;
  const known = missing.length === 0 ? `${own.total}` : `${own.total} or more`;
  return shared.total === 0 ? known : `${known} + ${shared.total} shared`;
}
