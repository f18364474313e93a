import type { Evidence } from "../../evidence/evidence.ts";
import type { LineCount } from "../../evidence/looks/predictions.ts";
import { lineCounts } from "../../evidence/looks/predictions.ts";
import type { TableFacts } from "../../evidence/looks/tables.ts";
import { rowsOf } from "../../evidence/looks/tables.ts";
import { dueAt } from "../../pipeline/due.ts";
import type { Scope } from "../check.ts";
import { defineCheck } from "../check.ts";
import type { Finding } from "../finding.ts";
import { notDue, pass, problem, unknown, waitsFor } from "../finding.ts";
import { firstTipOff } from "../moment.ts";
import { gamesOwing } from "../slate.ts";
import { counted, percent } from "../words.ts";
import { wilson } from "../wilson.ts";

/** Is the share of players with a betting line within what it usually is? Most players never have one. */
export const lines = defineCheck({
  id: "lines",
  question: "Is line coverage in its usual band?",
  depth: "standard",
  halves: ["pre_game", "post_game"],
  about: {
    why: "Bookmakers quote rotation players only, so that less than half have a line on a good night. An alarm at 80 % would ring every day; none at all would miss the night on which the odds did not come.",
    rule: "The day's share is too low only if the upper end of its 95 % interval (Wilson) is below the lowest share of the days before: P3. An upper end below the least share of the pipeline file is P2, whatever those days were like. With too few days before, the usual share takes their place.",
    stage: "predictions",
    todo: "See whether the odds were collected for the date, and when; features made before them have no lines.",
  },
  subjects: ({ slate, date }) => (gamesOwing(slate, "features").length === 0 ? [] : [{ id: date }]),
  needs: (_subject, { rules, date }) => ({ counts: lineCounts(rules, date) }),
  wants: (_subject, { rules, date }) => ({ features: rowsOf(rules, date, rules.features.table) }),
  judge: ({ counts, features }, { scope }) => [judgeLines(counts, features, scope)],
  numbers: ({ sums }): Record<string, string> =>
    sums["line_rows"] === undefined || sums["line_rows"] === 0
      ? {}
      : {
          lines: `${Math.round((100 * (sums["with_line"] ?? 0)) / sums["line_rows"])} % (${sums["with_line"] ?? 0}/${sums["line_rows"]})`,
        },
});

/** What a share is measured against. */
interface Floor {
  readonly share: number;
  readonly said: string;
}

function judgeLines({ rows }: TableFacts<LineCount>, features: Evidence<TableFacts>, scope: Scope): Finding {
  const { rules, date, asOf, slate } = scope;
  const day = rows.find((count) => count.date === date);
  const figures = day === undefined ? {} : { with_line: day.withLine, line_rows: day.rows };
  const due = dueAt(rules, "predictions", date, firstTipOff(slate));
  if (asOf < due) return notDue("line coverage", due, figures);
  if (day === undefined || day.rows === 0) return nothingCounted(features, scope);
  const floor = floorOf(rows, scope);
  const [least, most] = [
    severityOf(day.withLine, day.rows, floor, scope),
    severityOf(day.withLine + day.unreadable, day.rows, floor, scope),
  ];
  const high = wilson(day.withLine, day.rows).high;
  const said = `${day.withLine} of ${day.rows} players with features have a line (${percent(day.withLine, day.rows)})`;
  if (least !== most) {
    const observed = `${said}, and of ${counted(day.unreadable, "more row")} the line can't be read`;
    return unknown(
      "unreadable",
      observed,
      `See where ${rules.features.table} keeps its betting line now (features.line in the pipeline file).`,
      figures,
    );
  }
  if (least === undefined) return pass(said, figures);
  const absolute = rules.thresholds.lines.band.least;
  return problem(least, {
    reason: least === "P2" ? "hardly_any_lines" : "fewer_lines_than_usual",
    observed: `${said}; at best ${percent(Math.round(high * 10_000), 10_000)} by its 95 % interval`,
    expected: least === "P2" ? `not below ${Math.round(absolute * 100)} %, the least of any day` : floor.said,
    next: `See whether the odds for ${date} were collected before the features were made; if they came later, have features and predictions made again.`,
    figures,
  });
}

/** The lowest share of the days before, where they are enough; days that can't be read whole are none of them. */
function floorOf(rows: readonly LineCount[], { rules, date }: Scope): Floor {
  const { days, least_days: enough, usual, reason } = rules.thresholds.lines.band;
  const before = rows.filter((count) => count.date < date && count.rows > 0 && count.unreadable === 0);
  if (before.length < enough) {
    return {
      share: usual,
      said: `not below ${Math.round(usual * 100)} % (${counted(before.length, "day")} before to compare with; ${reason})`,
    };
  }
  const lowest = before.reduce((low, count) => (count.withLine / count.rows < low.withLine / low.rows ? count : low));
  const share = `${percent(lowest.withLine, lowest.rows)} (${lowest.withLine}/${lowest.rows} on ${lowest.date})`;
  return { share: lowest.withLine / lowest.rows, said: `not below ${share}, the lowest of ${before.length} game days within ${days} days` };
}

function severityOf(withLine: number, of: number, floor: Floor, { rules }: Scope): "P2" | "P3" | undefined {
  const { high } = wilson(withLine, of);
  if (high < rules.thresholds.lines.band.least) return "P2";
  return high < floor.share ? "P3" : undefined;
}

function nothingCounted(features: Evidence<TableFacts>, { rules, date }: Scope): Finding {
  if (!features.seen || features.facts.rows.length === 0) return waitsFor("features");
  const observed = `${rules.features.table} holds ${counted(features.facts.rows.length, "row")} for ${date}, but not one whose line could be counted`;
  return unknown("nothing_counted", observed, "Ask again: rows may have been replaced between two looks.");
}
