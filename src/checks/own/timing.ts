import { instantOf } from "../../pipeline/dates.ts";
import type { Timeliness } from "../../pipeline/due.ts";
import { timeliness } from "../../pipeline/due.ts";
import { tableRules } from "../../pipeline/load.ts";
import type { OwnCheck } from "../../pipeline/own-checks.ts";
import type { Rules } from "../../pipeline/load.ts";
import type { StageName } from "../../pipeline/schema.ts";
import type { Scope } from "../check.ts";
import type { Severity } from "../finding.ts";
import { firstTipOff } from "../moment.ts";

/** Where the clock stands against the check's due time: its own, its stage's, or that of its table's stage. */
export function ownTime(check: OwnCheck, scope: Scope): Timeliness {
  const { rules, date, asOf, slate } = scope;
  const { zone } = rules;
  const ends = check.measure === "log" ? instantOf(date, check.log.to, zone) : undefined;
  if (ends !== undefined && asOf < ends) return { state: "not_due", from: ends };
  if (check.due?.kind === "time") {
    const due = instantOf(date, check.due.at, zone);
    if (asOf < due) return { state: "not_due", from: due };
    const grace = check.grace === undefined ? due : instantOf(date, check.grace, zone);
    return asOf < grace ? { state: "grace", until: grace } : { state: "late", since: grace };
  }
  const stage = stageOf(check, rules);
  if (stage === undefined) throw new Error(`Nothing says when ${check.id} is due.`);
  return timeliness(rules, stage, date, asOf, undefined, firstTipOff(slate));
}

/** The stage it waits for; undefined where a time of its own says when it is due and it reads no table. */
export function stageOf(check: OwnCheck, rules: Pick<Rules, "tables">): StageName | undefined {
  if (check.due?.kind === "stage") return check.due.stage;
  return "table" in check ? tableRules(rules, check.table).stage : undefined;
}

export function severityNow(severity: Exclude<Severity, "P5">, time: Timeliness): Exclude<Severity, "P5"> {
  return time.state === "grace" && severity !== "P4" ? "P3" : severity;
}
