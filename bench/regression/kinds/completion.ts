import type { FieldValue } from "../../../src/ports/documents.ts";
import { tableRules } from "../../../src/pipeline/load.ts";
import { instantOf } from "../../../src/pipeline/dates.ts";
import { whenAllIsDue } from "../clocks.ts";
import type { Day } from "../day.ts";
import { playedGames, rowsIn } from "../day.ts";
import type { Edit } from "../fault.ts";
import { withFields } from "../fault.ts";
import { family } from "../kind.ts";

const record = { check: "completion", subject: "phase3/record" } as const;

/** The tracker's document of a night that went through the phase. */
function stored({ world, rules, date, clean }: Day) {
  if (playedGames({ world, rules, date, clean } as Day, "analytics").length === 0) return undefined; // only these four are read
  return world.document(rules.completion.collection, date);
}

function entries(fields: Readonly<Record<string, FieldValue>>): readonly string[] {
  return Object.keys(fields).filter((name) => !name.startsWith("_"));
}

function write(day: Day, edit: Edit, fields: Readonly<Record<string, FieldValue | undefined>>): boolean {
  const document = stored(day);
  if (document === undefined) return false;
  edit.document(day.rules.completion.collection, day.date, withFields(document, fields));
  return true;
}

const downstream = [
  "analytics",
  "minutes",
  "usage-rate",
  "fields",
  "whole-games",
  "consistency",
  "features",
  "predictions",
  "predictions-active",
  "lines",
  "grading",
  "runs",
  "scrapers",
  "games",
];

/** Metadata that differs without anything being wrong. */
function twin(name: string, fields: (day: Day) => Readonly<Record<string, FieldValue | undefined>>) {
  return { name, draw: (day: Day, _dice: unknown, edit: Edit) => (write(day, edit, fields(day)) ? [] : undefined) };
}

export const completion = family(
  "completion",
  whenAllIsDue,
  [
    {
      name: "flag without rows",
      rests: downstream,
      draw(day, dice, edit) {
        if (stored(day) === undefined) return undefined;
        const [name, { table }] = dice.pick(Object.entries(day.rules.completion.processors));
        edit.drop(table, rowsIn(day, table));
        return [
          {
            check: "completion",
            subject: `phase3/${name}`,
            verdict: "fail",
            reason: "flag_without_rows",
            says: [`${table} holds no row for ${day.date}`],
          },
        ];
      },
    },
    {
      name: "rows without flag",
      draw(day, dice, edit) {
        const document = stored(day);
        if (document === undefined) return undefined;
        const [name, { table }] = dice.pick(Object.entries(day.rules.completion.processors));
        write(day, edit, { [name]: undefined, _completed_count: entries(document.fields).length - 1 });
        const says = [`${rowsIn(day, table).length} rows in ${table}, but no entry`];
        return [{ check: "completion", subject: `phase3/${name}`, verdict: "warn", reason: "rows_without_flag", says }];
      },
    },
    {
      name: "stored count wrong",
      draw(day, dice, edit) {
        const document = stored(day);
        if (document === undefined) return undefined;
        const all = entries(document.fields).length;
        const count = dice.pick([0, 1, 2, 3, 4, 6, 7].filter((other) => other !== all));
        write(day, edit, { _completed_count: count });
        return [{ ...record, verdict: "warn", reason: "record_wrong", says: [`counts ${count} of ${all}`] }];
      },
    },
    {
      name: "never counted",
      draw(day, dice, edit) {
        const document = stored(day);
        if (document === undefined) return undefined;
        write(day, edit, { _completed_count: dice.pick([undefined, null, "5"]) });
        return [
          { ...record, verdict: "warn", reason: "record_wrong", says: [`counts none of ${entries(document.fields).length} entries`] },
        ];
      },
    },
    {
      name: "untriggered",
      draw(day, dice, edit) {
        if (!write(day, edit, { _triggered: dice.pick([undefined, null, false]), _triggered_at: undefined, _trigger_reason: undefined }))
          return undefined;
        return [{ ...record, verdict: "warn", reason: "record_wrong", says: ["untriggered", "output complete"] }];
      },
    },
    {
      name: "entry that should not be there",
      draw(day, dice, edit) {
        const document = stored(day);
        if (document === undefined) return undefined;
        const [any] = entries(document.fields);
        const entry = document.fields[any ?? ""];
        if (entry === undefined) return undefined;
        const name = dice.pick(["defense_zone_analytics", "roster_history", "PlayerGameSummaryProcessor"]);
        write(day, edit, { [name]: entry, _completed_count: entries(document.fields).length + 1 });
        return [{ ...record, verdict: "warn", reason: "record_wrong", says: ["holds 1 entries it should not hold"] }];
      },
    },
    {
      name: "record gone",
      draw(day, _dice, edit) {
        if (stored(day) === undefined) return undefined;
        edit.document(day.rules.completion.collection, day.date, null);
        return [{ ...record, verdict: "warn", reason: "record_wrong", says: ["is missing"] }];
      },
    },
    {
      name: "Phase 4 output older than its input",
      rests: ["features", "consistency", "scrapers"],
      draw(day, dice, edit) {
        if (stored(day) === undefined) return undefined;
        const { outputs } = day.rules.completion.next_phase;
        const old = dice.some(outputs, dice.whole(1, outputs.length));
        const stamp = instantOf(day.date, { day: 0, hour: 11, minute: dice.whole(0, 40) }, day.rules.zone).toISOString();
        for (const table of old) edit.change(table, rowsIn(day, table), { [tableRules(day.rules, table).written_at ?? ""]: stamp });
        return [
          {
            ...record,
            verdict: "fail",
            reason: "next_phase_older",
            says: [...old.map((table) => `${table} was last written`), "ran before this data"],
          },
        ];
      },
    },
    {
      name: "Phase 4 output missing",
      rests: downstream,
      draw(day, dice, edit) {
        if (stored(day) === undefined) return undefined;
        const { outputs } = day.rules.completion.next_phase;
        const gone = dice.some(outputs, dice.whole(1, outputs.length));
        for (const table of gone) edit.drop(table, rowsIn(day, table));
        return [{ ...record, verdict: "fail", reason: "stalled", says: [`no row for ${day.date}`, ...gone] }];
      },
    },
  ],
  [
    twin("record repaired", ({ asOf }) => ({
      _reconciliation_fix: new Date(asOf.getTime() - 3_600_000).toISOString(),
      _trigger_reason: "reconciliation_fix",
    })),
    twin("record repaired by hand", () => ({ _trigger_reason: "manual_fix_2026", _triggered_at: undefined })),
    twin("mode not stored", () => ({ _mode: undefined })),
    twin("mode of another run stored", () => ({ _mode: "same_day", _trigger_reason: "all_complete" })),
    twin("triggered by a majority", () => ({ _trigger_reason: "critical_plus_majority_60pct", _trigger_pending: true })),
    twin("times as text", ({ rules }) =>
      Object.fromEntries(
        Object.keys(rules.completion.processors).map((name) => [
          name,
          { status: "partial", completed_at: "2026-02-04T11:35:00+00:00", record_count: 0 },
        ]),
      ),
    ),
    twin("no last update", () => ({ _last_update: undefined, _triggered_at: null })),
  ],
);
