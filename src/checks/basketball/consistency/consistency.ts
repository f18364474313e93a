import { combineChecks } from "../../check.ts";
import { averages } from "./averages.ts";
import { face } from "./face.ts";
import { pointsIdentity } from "./points-identity.ts";
import { usageFormula } from "./usage-formula.ts";

/** Do the numbers agree with themselves? Three rules over one drawn sample of the players who played. */
export const consistency = combineChecks(
  {
    ...face,
    numbers: ({ sums, unknown: lost }) =>
      sums["compared"] === undefined && lost === 0
        ? {}
        : {
            spot_checks: `${sums["agree"] ?? 0}/${sums["compared"] ?? 0} agree, ${sums["skipped"] ?? 0} skipped${lost > 0 ? `, ${lost} of 3 rules not compared` : ""}`,
          },
  },
  [pointsIdentity, usageFormula, averages],
);
