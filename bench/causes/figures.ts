import type { Outcome } from "./work.ts";

interface Row {
  readonly of: string;
  /** Cases in which all facts were there that the cause rests on. */
  readonly provable: number;
  readonly right: number;
  /** Cases in which one was missing. */
  readonly unprovable: number;
  readonly leftOpen: number;
  readonly wrong: number;
}

export function rowsOf(outcomes: readonly Outcome[]): readonly Row[] {
  return [...Map.groupBy(outcomes, ({ of }) => of)].map(([of, all]) => {
    const provable = all.filter(({ isProvable }) => isProvable);
    const unprovable = all.filter(({ isProvable }) => !isProvable);
    return {
      of,
      provable: provable.length,
      right: provable.filter(({ outcome }) => outcome === "right").length,
      unprovable: unprovable.length,
      leftOpen: unprovable.filter(({ outcome }) => outcome !== "wrong").length,
      wrong: all.filter(({ outcome }) => outcome === "wrong").length,
    };
  });
}

/** What falls short of what is promised: named rightly in nine of ten cases that can be proven, never wrongly. */
export function shortfallsIn(outcomes: readonly Outcome[], least = 0.9): readonly string[] {
  return rowsOf(outcomes).flatMap(({ of, provable, right, wrong }) => [
    ...(wrong > 0 ? [`${of}: named wrongly ${wrong} times`] : []),
    ...(provable > 0 && right / provable < least ? [`${of}: named in ${right} of ${provable}`] : []),
  ]);
}

export function tableOf(outcomes: readonly Outcome[]): string {
  const head = `${"cause".padEnd(34)} right of provable   left open of unprovable   wrong`;
  const lines = rowsOf(outcomes).map(
    ({ of, provable, right, unprovable, leftOpen, wrong }) =>
      `${of.padEnd(34)} ${`${right}/${provable}`.padStart(17)}   ${`${leftOpen}/${unprovable}`.padStart(23)}   ${String(wrong).padStart(5)}`,
  );
  return [head, ...lines].join("\n");
}
