import { loadScenario } from "../../src/adapters/embedded/scenario/load.ts";
import type { Scenario } from "../../src/adapters/embedded/scenario/scenario.ts";
import type { CalendarDate } from "../../src/pipeline/dates.ts";
import { addDays, calendarDateOf } from "../../src/pipeline/dates.ts";
import type { Pipeline } from "../../src/pipeline/load.ts";
import type { Dice } from "../regression/dice.ts";
import { drawCommit } from "./drawing.ts";
import type { CauseKind, Drawn, Setting } from "./kind.ts";

/** What varies beside names, numbers and times. */
export const variations = ["plain", "one source missing", "innocent deploy", "two causes"] as const;
export type Variation = (typeof variations)[number];

export interface Case {
  readonly kind: CauseKind;
  readonly variation: Variation;
  readonly scenario: Scenario;
  /** What can be put into a file and asked again. */
  readonly text: string;
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Causes that may be named; the first is the kind's own. */
  readonly right: readonly (readonly string[])[];
  /** The facts that the cause rests on are all there. */
  readonly isProvable: boolean;
}

/** Nights before and after rules changed, none in a week in which the clocks do. */
const nights = ["2025-12-09", "2026-01-14", "2026-01-27", "2026-02-03", "2026-02-24", "2026-03-24"].map((date) => calendarDateOf(date));

/** Deploys of units that have nothing to do with anything, or to which nothing happened. */
const deployed = [
  "prediction-coordinator",
  "nba-scrapers",
  "nba-phase2-raw-processors",
  "nba-phase3-analytics-processors",
  "phase6-export",
];

export function drawCase(kind: CauseKind, kinds: readonly CauseKind[], dice: Dice, pipeline: Pipeline): Case {
  const setting = drawSetting(dice);
  const drawn = kind.draw(setting);
  const variation = dice.pick(variations);
  const other =
    variation === "two causes"
      ? dice.some(
          kinds.filter(({ id }) => kind.beside?.includes(id) === true),
          1,
        )[0]
      : undefined;
  const second = other?.draw(setting);
  const lost = variation === "one source missing" ? drawLoss(kind, dice) : undefined;
  const changes = [
    ...drawn.changes,
    ...(second?.changes ?? []),
    ...(variation === "innocent deploy" ? innocentDeploy(setting) : []),
    ...(lost === undefined
      ? []
      : [
          `{ fail: ${lost.port}, ${lost.target === undefined ? "" : `target: ${lost.target}, `}with: ${lost.how}, from: ${addDays(setting.date, -3)} 00:00 }`,
        ]),
  ];
  const text = scenarioText(setting, drawn, changes, dice);
  return {
    kind,
    variation: variation === "two causes" && second === undefined ? "plain" : variation,
    text,
    scenario: loadScenario({ name: "case.yaml", text }, pipeline),
    tool: kind.tool,
    input: drawn.input,
    right: [kind.names, kind.along ?? [], ...(other === undefined ? [] : [other.names])],
    isProvable: lost?.decides !== true,
  };
}

/** A night on which nothing went wrong, at a drawn hour after it. */
export function drawQuiet(dice: Dice, pipeline: Pipeline): Pick<Case, "scenario" | "text"> & { readonly date: CalendarDate } {
  const setting = drawSetting(dice);
  const clock = `${addDays(setting.date, 1)} ${String(dice.whole(10, 22)).padStart(2, "0")}:${String(dice.whole(0, 59)).padStart(2, "0")}`;
  const changes = dice.chance(0.5) ? innocentDeploy(setting) : [];
  const text = scenarioText(setting, { changes, clock, input: {} }, changes, dice);
  return { text, scenario: loadScenario({ name: "case.yaml", text }, pipeline), date: setting.date };
}

function drawSetting(dice: Dice): Setting {
  const date = dice.pick(nights);
  const about = (time: string, minutes = 8): string => {
    const [hour = 0, minute = 0] = time.split(":").map(Number);
    const moved = Math.max(0, Math.min(1439, hour * 60 + minute + dice.whole(-minutes, minutes)));
    return `${String(Math.floor(moved / 60)).padStart(2, "0")}:${String(moved % 60).padStart(2, "0")}`;
  };
  return { date, games: dice.whole(4, 11), dice, about };
}

interface Loss {
  readonly port: string;
  readonly target?: string;
  readonly how: string;
  readonly decides: boolean;
}

/** One store that can't be read: one that the cause rests on, or any other. */
function drawLoss({ rests }: CauseKind, dice: Dice): Loss {
  // Not `deadline`: such a store never answers, and each case would cost the whole patience of a look.
  const how = dice.pick(["denied", "unavailable", "throttled", "partial"]);
  if (dice.chance(0.5) && rests.length > 0) return { ...dice.pick(rests), how, decides: true };
  const others = ["logs", "schedules", "units", "topics", "source", "objects", "alerts"].filter((port) =>
    rests.every((rest) => rest.port !== port),
  );
  return { port: dice.pick(others), how, decides: false };
}

function innocentDeploy({ dice, date, about }: Setting): readonly string[] {
  const unit = dice.pick(deployed);
  const sha = drawCommit(dice);
  const day = dice.chance(0.5) ? date : addDays(date, 1);
  const from = `${day} ${about(dice.pick(["05:40", "12:10", "16:30"]), 40)}`;
  return [
    `{ commit: "${sha}", subject: "Tidy up", touches: [README.md], from: ${day} 03:10 }`,
    `{ revision: ${unit}, name: ${unit}-00${dice.whole(210, 999)}-abc, commit: "${sha}", from: ${from} }`,
  ];
}

function scenarioText({ date, games, dice }: Setting, drawn: Drawn, changes: readonly string[], from: Dice): string {
  const night = Object.entries({ date, games, days: dice.for("days").whole(12, 16), ...drawn.night }).map(
    ([key, value]) => `${key}: ${value}`,
  );
  const clock = drawn.clock.includes(" ") ? drawn.clock : `${addDays(date, 1)} ${drawn.clock}`;
  return [
    "scenario: case",
    "about: A drawn case.",
    "base: healthy",
    `seed: ${from.for("seed").whole(1, 999_999)}`,
    `clock: ${clock}`,
    `night: { ${night.join(", ")} }`,
    ...(changes.length === 0 ? [] : ["changes:", ...changes.map((change) => `  - ${change}`)]),
    "",
  ].join("\n");
}
