import type { PlayerRow } from "../../../evidence/looks/tables.ts";
import { playerRows } from "../../../evidence/looks/tables.ts";
import { defineCheck } from "../../check.ts";
import { face } from "./face.ts";
import type { Outcome } from "./sample.ts";
import { judgeOutcomes, sampleOf, subjectOn } from "./sample.ts";

/** Points are what the shots give: two for a field goal, three for one from outside, one for a free throw. No tolerance. */
export const pointsIdentity = defineCheck({
  ...face,
  subjects: (scope) => subjectOn(scope, "points-identity"),
  needs: (_subject, { rules, date }) => ({ players: playerRows(rules, date) }),
  judge: ({ players }, { scope }) => {
    const sample = sampleOf(players, ["points", "fg_makes", "three_pt_makes", "ft_makes"], scope);
    if ("verdict" in sample) return [sample];
    const rule = {
      reason: "points_differ",
      what: "points with the shots made",
      expected: "points = 2 × two-point goals + 3 × three-point goals + free throws, exactly",
      next: "Compare these players with the gamebook, correct what is wrong there or in its reading, then run Phase 3 for the date again.",
    };
    return [judgeOutcomes(sample.map(compare), rule, scope)];
  },
});

function compare({ player_lookup: player, points, fg_makes: goals, three_pt_makes: threes, ft_makes: freeThrows }: PlayerRow): Outcome {
  if (points === null || goals === null || threes === null || freeThrows === null)
    return { kind: "skipped", why: "without points or shots made" };
  const given = 2 * (goals - threes) + 3 * threes + freeThrows;
  return points === given ? { kind: "agrees" } : { kind: "differs", player: player ?? "?", said: `${points}, shots give ${given}` };
}
