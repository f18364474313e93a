import { combineChecks } from "../check.ts";
import { about } from "./about.ts";
import { flags } from "./flags.ts";
import { record } from "./record.ts";

/**
 * Does the tracker agree with the tables? Three separate facts: what is recorded, what rows there are, and what the next
 * phase has put out. Rows and output decide; flags, count and trigger explain.
 */
export const completion = combineChecks(
  {
    id: "completion",
    question: "Does the tracker agree with the tables?",
    depth: "quick",
    halves: ["pre_game", "post_game"],
    about,
    numbers: ({ sums, unknown: lost }, { rules }) => {
      const all = Object.keys(rules.completion.processors).length;
      if (sums["no_document"] !== undefined) return { completion: `no document, rows in ${sums["filled"] ?? 0} of ${all} tables` };
      const counted = sums["counted"] === undefined ? "not counted" : `${sums["counted"]} counted`;
      if (sums["entries"] === undefined) return lost > 0 ? { completion: "record not seen" } : {};
      return {
        completion: `${sums["entries"]} recorded, ${counted}, ${sums["triggered"] === 1 ? "triggered" : "not triggered"}; rows in ${sums["filled"] ?? 0} of ${all}`,
      };
    },
  },
  [flags, record],
);
