import type { Gather } from "../evidence/evidence.ts";
import type { CalendarDate } from "../pipeline/dates.ts";
import type { Pipeline } from "../pipeline/load.ts";
import type { Scope } from "./check.ts";
import type { Half } from "./moment.ts";
import { momentAt } from "./moment.ts";
import { establishSlate } from "./slate.ts";

interface ScopeOptions {
  readonly pipeline: Pipeline;
  readonly date: CalendarDate;
  readonly asOf: Date;
  readonly gather: Gather;
  /** The half that the clock is in, if absent. */
  readonly half?: Half | undefined;
  /** The newest earlier game date that was found good; looked up while the slate is looked at. */
  readonly lastGood?: Promise<string | undefined> | undefined;
}

/** What judges know besides facts, for one date at one clock: the rules in force, and which games there are. Looks at the slate. */
export async function scopeOn({ pipeline, date, asOf, gather, half: asked, lastGood: lookup }: ScopeOptions): Promise<Scope> {
  const rules = pipeline.rulesOn(date, asOf);
  const [{ slate, looks: slateLooks }, lastGood] = await Promise.all([establishSlate(rules, date, gather), lookup]);
  const moment = momentAt(slate, rules, date, asOf);
  const half = asked ?? (moment === "pre_game" ? "pre_game" : "post_game");
  const core = half === "pre_game" ? rules.core_pre_game : rules.core;
  return { date, asOf, rules, file: pipeline.file, slate, slateLooks, moment, half, core, lastGood };
}
