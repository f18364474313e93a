import { idName } from "../../outside-text.ts";
import { dueAt } from "../../pipeline/due.ts";
import type { Group, Scope, Words } from "../check.ts";
import { defineCheck } from "../check.ts";
import { withoutColumns } from "../columns.ts";
import type { Finding } from "../finding.ts";
import { notApplicable, notDue, pass, problem, saidOf, unknown, waitsFor } from "../finding.ts";
import { firstTipOff } from "../moment.ts";
import { gamesOwing } from "../slate.ts";
import { counted, listNames, percent } from "../words.ts";
import type { PredictionFacts } from "./predictions.ts";
import { predictionNeeds, predictionWants, tallied } from "./predictions.ts";
import { expectedSystems, haltOf, isExpected } from "./systems.ts";
import type { Prediction } from "./tally.ts";
import { systemsIn } from "./tally.ts";

/** Were predictions switched off by mistake? A newer version switches the older one off; only players left without any count. */
export const predictionsActive = defineCheck({
  id: "predictions-active",
  question: "Were predictions switched off by mistake?",
  depth: "standard",
  halves: ["pre_game", "post_game"],
  about: {
    why: "A clean-up that forgot to tell systems apart switched off good predictions of one with those of another. The rows were all there.",
    rule: "Of the players with a real line in an expected game, those of whom the system has no active row: above the share and the number of the pipeline file P0. Versions that were superseded by an active one count for nothing.",
    stage: "predictions",
    todo: "Find what switched the rows off; switch the newest version of each player back on before the first game.",
  },
  subjects: ({ slate, date }) => (gamesOwing(slate, "predictions").length === 0 ? [] : [{ id: date }]),
  needs: (_subject, scope) => predictionNeeds(scope),
  wants: (_subject, scope) => predictionWants(scope),
  judge: (facts, { scope }) => judgeActive(facts, scope),
  say: sayActive,
});

function judgeActive(facts: PredictionFacts, scope: Scope): readonly Finding[] {
  const { rules, date, asOf, slate } = scope;
  const due = dueAt(rules, "predictions", date, firstTipOff(slate));
  if (asOf < due) return [notDue("predictions and which of them are active", due)];
  const halted = haltOf(undefined, scope, facts.halts);
  if (halted !== undefined) return [notApplicable("halted", halted)];
  const columns = withoutColumns(rules.predictions.table, facts.predictions, ["line_source"], rules);
  if (columns !== undefined) return [columns];
  const tally = tallied(facts, scope);
  const expected = expectedSystems(scope, facts.schedule, facts.history);
  const present = systemsIn(tally);
  // Nobody knows who must predict: then whoever has is judged. Else a retired system may switch off what it likes.
  const systems = isExpected(expected) ? present.filter((system) => expected.systems.includes(system)) : present;
  if (systems.length === 0) return [waitsFor("predictions")];
  const judged = systems.map((system) => {
    const why = haltOf(system, scope, facts.halts);
    const own = tally.predictions.filter((prediction) => prediction.system === system);
    return saidOf(idName(system), why === undefined ? judgeSystem(own, scope) : notApplicable("halted", why));
  });
  return [pass(`${counted(systems.length, "system")} judged, each by itself`), ...judged];
}

function judgeSystem(own: readonly Prediction[], { rules, slate }: Scope): Finding {
  const { share, rows: least, reason } = rules.thresholds["predictions-active"].inactive;
  const games = new Set(gamesOwing(slate, "predictions").map(({ name }) => name));
  const active = new Set(own.filter((prediction) => prediction.active).map(({ player }) => player));
  const real = own.filter((prediction) => prediction.real);
  const placed = playersOf(real.filter(({ game }) => game !== undefined && games.has(game.name)));
  const unplaced = playersOf(real.filter(({ game }) => game === undefined)).filter((player) => !placed.includes(player));
  const off = placed.filter((player) => !active.has(player));
  const exceeds = (inactive: number, of: number): boolean => inactive >= least && inactive / of > share;
  const said = `${off.length} of ${placed.length} players with a real line have no active prediction (${percent(off.length, placed.length)})`;
  if (exceeds(off.length, placed.length)) {
    return problem("P0", {
      reason: "switched_off",
      observed: `${said}: ${listNames(off.map(idName))}`,
      expected: `at most ${Math.round(share * 100)} % or fewer than ${least} (${reason})`,
      next: "Find what switched these rows off, and switch the newest version of each player back on.",
    });
  }
  const lost = unplaced.filter((player) => !active.has(player)).length;
  if (exceeds(off.length + lost, placed.length + lost)) {
    const observed = `${said}; of ${lost} more without one the game can't be told, and with them it would be too many`;
    return unknown("unplaced", observed, "Look at the game ids of these rows, and at the players prepared for the date.");
  }
  if (placed.length > 0) return pass(said);
  const observed = `none of ${counted(own.length, "prediction")} has a real line in an expected game, so nothing can be said of those switched off`;
  return unknown("no_real_line", observed, `See why no row says ${rules.predictions.real_line} in line_source.`);
}

function playersOf(predictions: readonly Prediction[]): readonly string[] {
  return [...new Set(predictions.map(({ player }) => player))].toSorted();
}

function sayActive({ reason, findings }: Group): Words | undefined {
  if (reason !== "switched_off" || findings.length < 2) return undefined;
  const each = findings.map(({ subject, finding }) => `${subject}: ${finding.observed.split(":")[0] ?? ""}`);
  return { observed: `predictions of ${counted(findings.length, "system")} were switched off: ${listNames(each)}` };
}
