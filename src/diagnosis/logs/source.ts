import { couldNotLook } from "../../checks/check.ts";
import { problem, unknown } from "../../checks/finding.ts";
import { UserError, unknownName } from "../../errors.ts";
import type { Evidence, Unseen } from "../../evidence/evidence.ts";
import type { UnitFacts } from "../../evidence/looks/units.ts";
import { deployedUnit, mostServing } from "../../evidence/looks/units.ts";
import { lastAttempt } from "../../evidence/looks/watched.ts";
import type { Asking } from "../../inquiring.ts";
import { declaredUnit } from "../../pipeline/names.ts";
import type { Inquiry, Line } from "../inquiry.ts";
import type { Source } from "./question.ts";

export interface Named {
  /** Under which it logs. */
  readonly name: string;
  readonly deployed: Evidence<UnitFacts> | undefined;
  /** It calls others: refusals in its log are its own. */
  readonly isCaller: boolean;
  /** What tells whether it is there, or how it is deployed, and could not be looked at. */
  readonly lost?: Unseen | undefined;
}

/** The name under which it really logs. A name that nothing bears is told with the nearest, never answered with silence. */
export async function nameOf(source: Source, { gather, rules }: Asking): Promise<Named> {
  const { kind, name } = source;
  switch (kind) {
    case "resource":
      return {
        name,
        deployed: undefined,
        isCaller: source.resource === "cloud_scheduler_job" || source.resource === "pubsub_subscription",
      };
    case "job": {
      if (Object.hasOwn(rules.schedule ?? {}, name)) return { name, deployed: undefined, isCaller: true };
      const job = await gather(lastAttempt(name, rules.region));
      if (job.seen && job.facts.job === null) throw new UserError(unknownName("scheduler job", name, Object.keys(rules.schedule ?? {})));
      return { name, deployed: undefined, isCaller: true, ...(job.seen ? {} : { lost: job }) };
    }
    case "unit": {
      const declared = declaredUnit(rules, name);
      const deployed = await gather(deployedUnit(rules, declared ?? name));
      if (declared === undefined && deployed.seen && deployed.facts.unit === null) {
        const known = Object.entries(rules.units ?? {}).flatMap(([each, { aliases = [] }]) => [each, ...aliases]);
        throw new UserError(unknownName("unit", name, known));
      }
      return {
        name: deployed.seen ? (deployed.facts.unit?.name ?? declared ?? name) : (declared ?? name),
        deployed,
        isCaller: false,
        ...(deployed.seen ? {} : { lost: deployed }),
      };
    }
  }
}

/** When the revision that serves was made; an answer where nobody can say. */
export function servingSince({ name, deployed }: Named, { past, rules }: Asking): Date | Inquiry {
  const evidence = deployed === undefined ? [] : [deployed.id];
  const only = (line: Line["finding"]): Inquiry => ({
    lines: [{ id: `serving/${name}`, finding: line, evidence }],
    numbers: {},
    asked: { log: name, since: "serving" },
  });
  if (deployed === undefined) throw new UserError("since serving is about a unit: a job or another resource has no revisions.");
  if (past)
    return only(
      unknown(
        "only_now",
        `which revision of ${name} serves is only known as it is now, not as of an earlier clock`,
        "Give since as a time.",
      ),
    );
  if (!deployed.seen) return only(couldNotLook(deployed));
  const { unit } = deployed.facts;
  const revision = unit === null ? undefined : mostServing(unit);
  if (revision !== undefined) return new Date(revision.createdAt);
  const observed = `no revision of ${name} serves, so there is no time since which one does`;
  return only(
    problem("P1", {
      reason: "nothing_serves",
      observed,
      expected: `a revision of ${name} with traffic`,
      next: `Look with check_drift why none serves; give since as a time. Region ${rules.region ?? "as configured"}.`,
    }),
  );
}
