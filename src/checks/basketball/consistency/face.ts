/** What all rules of the check have in common. */
export const face = {
  id: "consistency",
  question: "Do the numbers agree with themselves?",
  depth: "full",
  about: {
    why: "Every row can be there and filled, and still be wrong: points that the shots do not give, usage from half a team's row, averages that count a surplus row twice.",
    rule: "A sample of the players who played, the same whenever the date is asked: points against their shots, exactly; usage against its formula and the team's row; last-5 and last-10 averages of the cache against the games before the date. What could not be compared is skipped and counted apart; nothing compared is unknown, but averages are not applicable while no team has had five games.",
    stage: "analytics",
    todo: "Look at the players named: whether their own rows, the team's row or the earlier games are wrong decides what has to be computed again.",
  },
} as const;
