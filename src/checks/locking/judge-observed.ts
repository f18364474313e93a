import { keptFrom, retentionDays } from "../../evidence/looks/logs.ts";
import { quoted } from "../../outside-text.ts";
import type { Scope } from "../check.ts";
import { couldNotLook } from "../check.ts";
import type { Finding } from "../finding.ts";
import { notApplicable, pass, problem, unknown } from "../finding.ts";
import { at, counted } from "../words.ts";
import type { LockUser, Observed } from "./observed.ts";

type Place = Pick<Scope, "rules" | "date" | "asOf">;

/** Whether a unit is seen to lock. Where no run has begun yet, who asks says what that is to him. */
export function judgeObserved(
  { unit, from }: Pick<LockUser, "unit" | "from">,
  observed: Observed,
  place: Place,
  noRun: (said: string) => Finding,
): readonly Finding[] {
  const { runs, lines, since } = observed;
  const when = `since ${at(since, place)}`;
  // Of lines that are deleted the absence is no sign, and nobody can look any more.
  if (["not_observed", "log_silent", "read_in_part"].includes(observed.state) && since < keptFrom(place.asOf))
    return [notApplicable("expired", `lines are kept ${retentionDays} days: whether ${unit} locked ${when} can't be read any more`)];
  switch (observed.state) {
    case "observed":
      return [pass(`locking observed in ${unit}: ${counted(lines, "sign")} of it and ${counted(runs, "run")} ${when}`)];
    case "not_in_use": {
      const ran = runs === 0 ? "" : ` although processors ran: ${ranText(unit, observed, place)}`;
      return [notApplicable("not_in_use", `no lock in use in ${unit} before ${at(from, place)}; locking not observed${ran}`)];
    }
    case "not_observed":
      return [notObserved(unit, from, observed, place)];
    case "no_run": {
      const serving = observed.serving === undefined ? "not known" : revisionText(unit, observed.serving);
      return [noRun(`locking in ${unit} not observed yet: no run since this revision (${serving}, ${when})`)];
    }
    case "log_silent":
    case "read_in_part":
    case "no_unit_recorded":
      return [unclear(unit, { ...observed, state: observed.state }, place)];
    case "lost":
      return observed.looks.flatMap((look) => (look.seen ? [] : [couldNotLook(look)])).slice(0, 1);
  }
}

function notObserved(unit: string, from: Date, observed: Observed, place: Place): Finding {
  return problem("P3", {
    reason: "not_observed",
    observed: `locking not observed although processors ran: ${ranText(unit, observed, place)}, and no line about a lock and no lock`,
    expected: `a lock taken and given back by every run, as declared from ${at(from, place)} on`,
    next: `See whether the code that ${unit} serves calls the lock at all: that it holds the code proves nothing.`,
  });
}

type Unclear = "log_silent" | "read_in_part" | "no_unit_recorded";

/** Nobody can say whether it locks, for want of what would tell it. */
function unclear(unit: string, { state, runs, since }: Omit<Observed, "state"> & { readonly state: Unclear }, place: Place): Finding {
  const when = `since ${at(since, place)}`;
  switch (state) {
    case "log_silent":
      return unknown(
        state,
        `${unit} logged nothing at all ${when}, although ${counted(runs, "run")} began: whether it locks is not known`,
        `See that the log of ${unit} is kept, and under which name it logs.`,
      );
    case "read_in_part":
      return unknown(state, `more lines of ${unit} than were read ${when}, none of those about a lock`, "Name a narrower game_date.");
    case "no_unit_recorded":
      return unknown(
        state,
        `runs began ${when}, but the history doesn't say in which unit: whether ${unit} ran is not known`,
        `See that ${place.rules.run_history} records the unit of each run.`,
      );
  }
}

/** `8 runs of revision X since 18:41 ET` */
export function ranText(unit: string, { runs, serving, since }: Observed, place: Place): string {
  const of = serving === undefined ? "" : ` of revision ${revisionText(unit, serving)}`;
  return `${counted(runs, "run")}${of} since ${at(since, place)}`;
}

/** Revisions are named after their unit, which is said already. */
export function revisionText(unit: string, serving: string): string {
  return quoted(serving.replaceAll(`${unit}-`, ""));
}
