import type { Standing } from "../../../src/checks/deploying/comparing.ts";
import type { Evidence } from "../../../src/evidence/evidence.ts";
import type { HeldFacts, ProofFacts, ReceiverFacts, RequestedFacts, WorkFacts } from "../../../src/evidence/looks/drift.ts";
import type { DeployedUnit } from "../../../src/evidence/looks/units.ts";
import type { Refusal } from "../../../src/errors.ts";
import { calendarDateOf } from "../../../src/pipeline/dates.ts";
import type { Examined, Wanted } from "../../../src/diagnosis/drift/examined.ts";
import { healthyDrift, healthyTip, healthyUnit } from "../../support/beyond.ts";
import { at } from "../../support/instants.ts";
import { nba } from "../../support/pipeline.ts";

export const name = "nba-phase3-analytics-processors";
export const scope: Standing = {
  rules: nba.rulesOn(calendarDateOf("2026-02-04"), at("18:00")),
  asOf: at("18:00"),
  date: calendarDateOf("2026-02-04"),
};

export function seen<F>(id: string, facts: F): Evidence<F> {
  return { id, port: "units", asked: id, observedAt: at("18:00").toISOString(), seen: true, facts, examined: 1 };
}

export function refused(id: string, refusal: Refusal = "denied") {
  const words = { reason: `${refusal} on request`, next: "Grant it." };
  return { id, port: "units", asked: id, observedAt: at("18:00").toISOString(), seen: false, refusal, ...words } as const;
}

const iso = (time: string, day: string) => at(time, day).toISOString();
export const [older, newest] = [`${name}-00161-dzm`, `${name}-00162-r9g`] as const;

/** An older revision and a newer one, with a share of the traffic each. */
export function two({ ready = true, share = 0, created = iso("10:00", "2026-02-03") } = {}): Partial<DeployedUnit> {
  return {
    revisions: [
      { name: newest, createdAt: created, ready, commit: "f9bdf678", ...(ready ? {} : { problem: "Container failed to start" }) },
      { name: older, createdAt: iso("12:00", "2026-01-27"), ready: true, commit: "075fab1e" },
    ],
    latestCreated: newest,
    traffic: [
      { revision: older, percent: 100 - share },
      { revision: newest, percent: share },
    ].filter(({ percent }) => percent > 0),
  };
}

interface Given {
  readonly of?: string;
  /** Over a unit that is well; null: nothing is deployed. */
  readonly unit?: object | null | undefined;
  readonly declared?: object;
  readonly drift?: object;
  readonly tip?: object;
  readonly holds?: Readonly<Record<string, HeldFacts["revisions"][number]["holds"]>>;
  readonly proof?: ProofFacts;
  readonly work?: Partial<WorkFacts>;
  readonly receivers?: ReceiverFacts["subscriptions"];
}

/** A unit with everything that was seen of it; well, but for what is given. */
export function examined(given: Given = {}): Examined {
  const { of = name, unit = {}, declared = {}, drift = {}, tip = {}, holds, proof, work = {}, receivers } = given;
  const known = scope.rules.units?.[of];
  if (known === undefined) throw new Error(`No unit ${of}`);
  const deployed = unit === null ? null : ({ ...healthyUnit(of), kind: known.kind, ...unit } as DeployedUnit);
  const held = Object.entries(holds ?? {}).map(([revision, answer]) => ({
    revision,
    label: answer === "no_label" ? null : "075fab1e",
    holds: answer,
  }));
  return {
    subject: { id: of, declared: { ...known, ...declared } },
    unit: seen(`unit ${of}`, { unit: deployed }),
    compared: {
      tip: seen("repository tip", { ...healthyTip(), ...tip }),
      drift: seen(`drift of ${of}`, { ...healthyDrift(of), ...drift } as never),
    },
    held: holds === undefined ? undefined : seen(`6fa80f19 in ${of}`, { revisions: held }),
    proof: proof === undefined ? undefined : seen(`proof in ${of}`, proof),
    work: seen(`work of ${of}`, { line: null, counted: 12, idle: false, more: false, ...work }),
    receivers: seen("receivers", { subscriptions: receivers ?? wellSubscribed() }),
  };
}

/** Each topic calls whom it is meant to. */
export function wellSubscribed(): ReceiverFacts["subscriptions"] {
  return Object.entries(scope.rules.topics ?? {}).flatMap(([topic, { to = [] }]) =>
    to.map((unit) => ({ name: `${topic}-sub`, topic, push: true, unit })),
  );
}

export function asked(known: Partial<RequestedFacts> = {}): Wanted {
  const commit = { sha: "6fa80f19".padEnd(40, "0"), at: iso("01:10", "2026-01-31"), subject: "Skip the check for past dates" };
  return { commit: { sha: "6fa80f19", known: seen("commit 6fa80f19", { commit, onBranch: true, touches: [name], ...known }) } };
}

export const commits = (count: number) => ({
  total: count,
  commits: Array.from({ length: Math.min(3, count) }, (_, index) => ({
    sha: `${index + 1}fa80f19${"0".repeat(32)}`,
    at: iso("19:00", "2026-02-03"),
    subject: `Fix number ${index + 1}`,
  })),
});
