import type { AlertPolicyFacts, IncidentFacts } from "../evidence/looks/alerts.ts";
import { alertIncidents, alertPolicies } from "../evidence/looks/alerts.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { quoted } from "../outside-text.ts";
import type { Rules } from "../pipeline/load.ts";
import type { Source } from "./alerting/sees.ts";
import { sightOf } from "./alerting/sees.ts";
import type { Scope } from "./check.ts";
import { defineCheck } from "./check.ts";
import type { Finding } from "./finding.ts";
import { note, pass, problem, unknown } from "./finding.ts";
import { at, counted, listNames } from "./words.ts";

type Declared = NonNullable<NonNullable<Rules["monitoring"]>["alerts"]>[number];

interface AlertSubject {
  /** What it is about, as one word. */
  readonly id: string;
  readonly declared: Declared;
}

/** Would anybody hear of it? The only check to which silence is a question and no answer. */
export const alerts = defineCheck({
  id: "alerts",
  question: "Would an alert fire?",
  depth: "full",
  halves: ["pre_game", "post_game"],
  ofState: true,
  about: {
    why: "An alert on errors was said to filter on cloud_function, under which second-generation functions never log: it can never have fired, and its silence looks like health.",
    rule: "Every declared alert needs, for each of its units, a policy that is enabled, tells at least one channel and whose filter matches each line as the unit logs it (`monitoring.logs_as`); else P3: nothing is broken, but nobody would be told. What a condition in a query language, on a metric of the operator's own, or narrowed by text, log, field or another label would tell of can't be read from the policy: unknown, unless another policy will do. What fired lately is a note.",
    todo: "Correct the policy's filter, switch it on or give it a channel; then make one line that it must see.",
  },
  subjects: ({ rules }): AlertSubject[] =>
    (rules.monitoring?.alerts ?? []).map((declared) => ({ id: declared.about.trim().replaceAll(/[^\p{L}\p{N}]+/gu, "-"), declared })),
  needs: () => ({ policies: alertPolicies() }),
  wants: (_subject, { asOf, rules }) => ({ incidents: alertIncidents(asOf, rules.thresholds.alerts.fired.hours) }),
  judge: ({ policies: { policies }, incidents }, { subject, scope }) => [
    ...judgeUnits(subject.declared, policies, scope.rules),
    ...fired(subject.declared, policies, incidents, scope),
  ],
});

/** Each unit that nobody would hear of, by what stands in the way; alike ones together. */
function judgeUnits(declared: Declared, policies: readonly AlertPolicyFacts[], rules: Rules): readonly Finding[] {
  const heard = declared.units.map((unit) => ({ unit, ...hearing(unit, declared, policies, rules) }));
  const lost = heard.filter(({ by }) => by === undefined);
  if (lost.length === 0) {
    const titles = [...new Set(heard.flatMap(({ by }) => (by === undefined ? [] : [quoted(by.title)])))];
    return [pass(`${listNames(titles)} would tell of ${declared.about}: ${counted(declared.units.length, "unit")} seen`)];
  }
  const byReason = Map.groupBy(
    lost.flatMap(({ unit, obstacles }) => obstacles.map((obstacle) => ({ unit, ...obstacle }))),
    ({ reason, said }) => `${reason} ${said}`,
  );
  return [...byReason.values()].map((same) => findingOf(same, declared));
}

type Reason = "missing" | "disabled" | "no_channel" | "never_matches" | "unreadable" | "not_declared";

interface Obstacle {
  readonly reason: Reason;
  readonly said: string;
}

interface Hearing {
  /** The policy that would tell of the unit's lines. */
  readonly by?: AlertPolicyFacts | undefined;
  /** Where there is none: what stands in the way of each that might. */
  readonly obstacles: readonly Obstacle[];
}

function hearing(unit: string, declared: Declared, policies: readonly AlertPolicyFacts[], rules: Rules): Hearing {
  const source = sourceOf(unit, declared, rules);
  if (source === undefined) return { obstacles: [{ reason: "not_declared", said: "" }] };
  const by = policies.find((policy) => isArmed(policy) && sightOf(policy, source) === "can");
  if (by !== undefined) return { by, obstacles: [] };
  const obstacles = policies.flatMap((policy) => obstacleOf(policy, source, rules) ?? []);
  return { obstacles: obstacles.length > 0 ? obstacles : [{ reason: "missing", said: "" }] };
}

function isArmed({ enabled, channels }: AlertPolicyFacts): boolean {
  return enabled && channels > 0;
}

/** Why a policy that has to do with the unit would tell nobody; undefined for one that has not. */
function obstacleOf(policy: AlertPolicyFacts, source: Source, rules: Rules): Obstacle | undefined {
  const said = quoted(policy.title);
  const sight = sightOf(policy, source);
  if (sight === "cannot") {
    const elsewhere = otherSources(source, rules).find((other) => sightOf(policy, other) !== "cannot");
    if (elsewhere !== undefined) return { reason: "never_matches", said: `${said} looks for lines of ${elsewhere.type}` };
    return names(policy, source) ? { reason: "never_matches", said: `${said} names it but matches none of its lines` } : undefined;
  }
  // What can't be read may be about anything: it matters while it is on, or where it names the unit.
  if (sight === "unreadable" && !isArmed(policy) && !names(policy, source)) return undefined;
  if (!policy.enabled) return { reason: "disabled", said };
  if (policy.channels === 0) return { reason: "no_channel", said };
  return { reason: "unreadable", said };
}

function names({ title, conditions }: AlertPolicyFacts, source: Source): boolean {
  const words = [title, ...conditions.map(({ filter }) => filter)].flatMap((text) => text.split(/[^\w.-]+/u));
  return source.names.some((name) => words.includes(name));
}

/** How a unit's lines are kept; undefined where the pipeline file doesn't say. */
function sourceOf(unit: string, { severity }: Declared, { units, monitoring }: Rules): Source | undefined {
  const declared = units?.[unit];
  const source = declared === undefined ? undefined : monitoring?.logs_as?.[declared.kind];
  return source === undefined ? undefined : { ...source, severity, names: [unit, ...(declared?.aliases ?? [])] };
}

/** Under what else a filter may look for the unit in vain: other kinds of things, and what functions were once. */
function otherSources(source: Source, { monitoring }: Rules): readonly Source[] {
  const others = [...Object.values(monitoring?.logs_as ?? {}), { type: "cloud_function", label: "function_name" }];
  return others.filter(({ type }) => type !== source.type).map((other) => ({ ...source, ...other }));
}

function findingOf(same: readonly (Obstacle & { readonly unit: string })[], declared: Declared): Finding {
  const units = listNames(same.map(({ unit }) => unit));
  const of = `${same.length} of ${counted(declared.units.length, "unit")}: ${units}`;
  const said = same[0]?.said ?? "";
  const reason = same[0]?.reason ?? "missing";
  const expected = `a policy that is on, tells somebody and can see ${declared.about}`;
  switch (reason) {
    case "missing":
      return problem("P3", {
        reason,
        observed: `no alert policy can see ${declared.about} (${of})`,
        expected,
        next: `Make an alert policy on ${declared.about}.`,
      });
    case "disabled":
      return problem("P3", { reason, observed: `${said} is switched off (${of})`, expected, next: `Switch the policy ${said} on.` });
    case "no_channel":
      return problem("P3", {
        reason,
        observed: `${said} tells nobody (${of})`,
        expected,
        next: `Give the policy ${said} a notification channel.`,
      });
    case "never_matches":
      return problem("P3", {
        reason,
        observed: `${said} (${of}), so it never fires`,
        expected,
        next: "Correct its filter to the resource type, label and severity under which the unit logs; then make one line that it must see.",
      });
    case "unreadable":
      return unknown(
        reason,
        `whether ${said} sees ${declared.about} can't be read from the policy (${of})`,
        `Test by hand whether ${said} fires.`,
      );
    case "not_declared":
      return unknown(
        reason,
        `the pipeline file doesn't say how the units of ${declared.about} log (${of})`,
        "Declare their kind under `units` and its resource under `monitoring.logs_as`.",
      );
  }
}

/** What the policies that have to do with the alert fired lately; what others fired is not this alert's. */
function fired(
  declared: Declared,
  policies: readonly AlertPolicyFacts[],
  incidents: Evidence<IncidentFacts>,
  scope: Scope,
): readonly Finding[] {
  if (!incidents.seen) return [];
  const sources = declared.units.flatMap((unit) => sourceOf(unit, declared, scope.rules) ?? []);
  return policies.flatMap((policy) => {
    const own = incidents.facts.incidents.filter((incident) => incident.policy === policy.name);
    const [last] = own.toSorted((a, b) => Date.parse(b.openedAt) - Date.parse(a.openedAt));
    const concerns = sources.some((source) => sightOf(policy, source) === "can" || names(policy, source));
    if (last === undefined || !concerns) return [];
    const { hours } = scope.rules.thresholds.alerts.fired;
    const times = own.length === 1 ? "once" : `${own.length} times`;
    const open = own.filter((incident) => incident.open).length;
    const when = `last at ${at(new Date(last.openedAt), scope)}${open > 0 ? `, ${open} of ${own.length} still open` : ""}`;
    return [note("fired", `${quoted(policy.title)} fired ${times} in the last ${hours} h, ${when}`)];
  });
}
