import type { Problem } from "./problems.ts";
import type { Remove, Totals, Values } from "./scenario.ts";

/** What can't be said together of rows, whatever the night holds. */
export function rowProblems(change: Remove | Totals | Values, path: Problem["path"]): Problem[] {
  switch (change.verb) {
    case "remove":
      return [
        ...allNightsProblems(change, path),
        ...(change.night === "all" && change.rows !== undefined
          ? [{ message: "is for one night; with `night: all` leave it out", path: [...path, "rows"] }]
          : []),
      ];
    case "values":
      return allNightsProblems(change, path);
    case "totals":
      return totalsProblems(change, path);
  }
}

function allNightsProblems({ night, games }: Remove | Values, path: Problem["path"]): Problem[] {
  return night !== "all" || games === "all"
    ? []
    : [{ message: "`night: all` means every game; leave `games` out", path: [...path, "games"] }];
}

function totalsProblems({ night, rows, distinct, games, copiesStamped }: Totals, path: Problem["path"]): Problem[] {
  return [
    ...(distinct > rows
      ? [{ message: `${distinct} different keys need as many rows; there are ${rows}`, path: [...path, "distinct"] }]
      : []),
    ...(games !== undefined && night !== "all"
      ? [{ message: "counts the games of the whole table: add `night: all`, or leave it out", path: [...path, "games"] }]
      : []),
    ...(games !== undefined && games > distinct
      ? [{ message: `${games} games need as many different keys; there are ${distinct}`, path: [...path, "games"] }]
      : []),
    ...(copiesStamped !== undefined && rows === distinct
      ? [{ message: "there are no copies: `rows` and `distinct` are the same", path: [...path, "copies_stamped"] }]
      : []),
  ];
}
