import type { AlertCondition, AlertPolicy, Incident } from "../../../../ports/alerts.ts";
import type { Plot } from "../plot.ts";
import type { AlertChange } from "./changes.ts";
import { entryOf, infrastructureOf, isInForce } from "./declared.ts";

/** Alert policies, and what they fired, through time. */
export interface StoredAlerts {
  policies(moment: number): readonly AlertPolicy[];
  incidents(moment: number): readonly Incident[];
}

export function alertsOf(plot: Plot): StoredAlerts {
  const told = plot.scenario.changes.filter((change) => change.verb === "alert").toSorted((a, b) => a.from.getTime() - b.from.getTime());
  return {
    policies: (moment) => {
      const there = new Map(usualPolicies(plot, moment).map((policy) => [policy.title, policy]));
      for (const change of told) {
        if (change.from.getTime() > moment) break;
        if (change.delete) there.delete(change.title);
        else there.set(change.title, after(there.get(change.title), change));
      }
      return [...there.values()];
    },
    incidents: (moment) =>
      told.flatMap(({ title, from, until, fired }) => {
        if (!fired || from.getTime() > moment) return [];
        const closed = until !== undefined && until.getTime() <= moment ? { closedAt: until.toISOString() } : {};
        return [{ policy: idOf(title), title, openedAt: from.toISOString(), ...closed }];
      }),
  };
}

/** Those that the pipeline file declares, by what they are about: each sees the errors of its units and tells somebody. */
export function usualPolicies(plot: Plot, moment: number): readonly AlertPolicy[] {
  const declared = (infrastructureOf(plot.pipeline).monitoring?.alerts ?? []).filter((alert) => isInForce(alert, plot.pipeline, moment));
  return declared.map(({ about, units }) => ({
    name: idOf(about),
    title: about,
    enabled: true,
    channels: 1,
    conditions: [logCondition(about, errorsOf(plot, units))],
  }));
}

function after(before: AlertPolicy | undefined, { title, enabled, channels, filter, kind }: AlertChange): AlertPolicy {
  return {
    name: idOf(title),
    title,
    enabled: enabled ?? before?.enabled ?? true,
    channels: channels ?? before?.channels ?? 1,
    conditions: filter === undefined ? (before?.conditions ?? []) : [{ ...logCondition(title, filter), kind: kind ?? "log" }],
  };
}

function logCondition(title: string, filter: string): AlertCondition {
  return { title, kind: "log", filter };
}

/** A filter on the errors of the units, each under the resource that units of its kind log as. */
function errorsOf({ pipeline }: Plot, units: readonly string[]): string {
  const { monitoring, units: declared } = infrastructureOf(pipeline);
  const sources = units.map((unit) => {
    const kind = entryOf(declared, unit)?.kind ?? "service";
    const { type, label } = monitoring?.logs_as?.[kind] ?? { type: "cloud_run_revision", label: "service_name" };
    return `(resource.type="${type}" resource.labels.${label}="${unit}")`;
  });
  return `severity>=ERROR\n(${sources.join(" OR ")})`;
}

/** The platform's ids are numbers; the same title has the same one. */
function idOf(title: string): string {
  return String(Array.from(title).reduce((sum, character) => (sum * 31 + (character.codePointAt(0) ?? 0)) % 1_000_000_007, 7));
}
