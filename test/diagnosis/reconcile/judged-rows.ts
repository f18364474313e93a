import type { Class } from "../../../src/diagnosis/reconcile/judge.ts";
import type { Short } from "./short-form.ts";

/** A date judged by hand: what is known of it in short, what it has to come to, and why. */
export interface JudgedRow {
  readonly facts: Short;
  readonly class: Class;
  readonly verdict: string;
  /** Kinds of what is proposed; none if absent. */
  readonly proposed?: readonly string[];
  readonly why: string;
}

const before = "2026-02-03 12:00";
const repair = ["repair_record"];

export const judgedRows: readonly JudgedRow[] = [
  // A night that is over
  { facts: {}, class: "consistent", verdict: "pass", why: "five entries, five counted, triggered, and Phase 4 wrote after the rows" },
  { facts: { reason: "all_complete", mode: "overnight" }, class: "consistent", verdict: "pass", why: "the same with all its metadata" },
  { facts: { mode: "same_day" }, class: "consistent", verdict: "pass", why: "a stored mode is only shown; the clock says overnight" },
  {
    facts: { count: 3, triggered: null },
    class: "record_wrong",
    verdict: "fail",
    proposed: repair,
    why: "five recorded, three counted, not triggered, and Phase 4 ran: only the record is wrong",
  },
  {
    facts: { count: 0, triggered: null },
    class: "record_wrong",
    verdict: "fail",
    proposed: repair,
    why: "counted as none: the duplicates were never counted",
  },
  {
    facts: { count: 4 },
    class: "record_wrong",
    verdict: "fail",
    proposed: repair,
    why: "triggered is right, the count is not: only the count is to be set",
  },
  {
    facts: { count: null },
    class: "record_wrong",
    verdict: "fail",
    proposed: repair,
    why: "a count that was never written is not a count of five",
  },
  {
    facts: { count: 6 },
    class: "record_wrong",
    verdict: "fail",
    proposed: repair,
    why: "more counted than recorded: the entries are what counts",
  },
  {
    facts: { triggered: false },
    class: "record_wrong",
    verdict: "fail",
    proposed: repair,
    why: "complete, Phase 4 has run, and the flag says no",
  },
  { facts: { triggered: null }, class: "record_wrong", verdict: "fail", proposed: repair, why: "never set is not set" },
  {
    facts: { triggered: true, reason: "reconciliation_fix" },
    class: "repaired_earlier",
    verdict: "pass",
    why: "somebody set it by a reconciliation; the output is there all the same",
  },
  { facts: { reason: "manual_fix_0204" }, class: "repaired_earlier", verdict: "pass", why: "the same by hand" },
  { facts: { repaired: "09:00" }, class: "repaired_earlier", verdict: "pass", why: "stamped as repaired, the trigger's reason untouched" },
  {
    facts: { repaired: "09:00", count: 4 },
    class: "record_wrong",
    verdict: "fail",
    proposed: repair,
    why: "a repair that left a wrong count has not repaired it",
  },
  {
    facts: { reason: "reconciliation_fix", output: "none" },
    class: "stalled",
    verdict: "fail",
    proposed: ["run_job"],
    why: "marked as triggered, and Phase 4 never ran: a repair of the flag is no clearance",
  },
  {
    facts: { entries: "PODUTX", count: 6 },
    class: "record_wrong",
    verdict: "fail",
    why: "a sixth entry that no processor goes by; what it should count nobody knows, so nothing is proposed",
  },
  {
    facts: { entries: "PODUX", count: 5 },
    class: "record_wrong",
    verdict: "fail",
    why: "five entries and five counted, but one is of nobody, and one is missing",
  },

  // Fewer entries than tables
  {
    facts: { entries: "ODU", triggered: false },
    class: "rows_without_flag",
    verdict: "fail",
    proposed: repair,
    why: "three recorded beside five full tables; the history knows both runs, so their entries can be added",
  },
  {
    facts: { entries: "ODU", triggered: false, runs: "ODUT" },
    class: "rows_without_flag",
    verdict: "fail",
    proposed: repair,
    why: "one of the two runs is in the history: only that entry is added, and with it nothing is complete",
  },
  {
    facts: { entries: "ODU", triggered: false, runs: "ODU" },
    class: "rows_without_flag",
    verdict: "fail",
    why: "no run is known of: an entry would claim something that nobody saw",
  },
  {
    facts: { entries: "ODU", triggered: false, runs: "unseen" },
    class: "rows_without_flag",
    verdict: "fail",
    why: "the history could not be read, so nothing is known of a run",
  },
  {
    facts: { entries: "POUT", count: 4 },
    class: "rows_without_flag",
    verdict: "fail",
    proposed: repair,
    why: "four of five had triggered, which the rule allows; the fifth never got its entry",
  },
  {
    facts: { entries: "pODUT", count: 4, triggered: null },
    class: "record_wrong",
    verdict: "fail",
    why: "a failed entry is neither counted nor a reason to mark the phase as triggered, and whether it counts nobody knows",
  },
  {
    facts: { entries: "PODUt", count: 5 },
    class: "rows_without_flag",
    verdict: "fail",
    why: "entered as failed is no completion, and not ours to overwrite",
  },
  {
    facts: { entries: "PU", count: 2, triggered: false, runs: "unseen" },
    class: "rows_without_flag",
    verdict: "fail",
    why: "both critical ones in, but two of five is no majority; the others have rows",
  },
  {
    facts: { entries: "none", triggered: null },
    class: "record_wrong",
    verdict: "fail",
    why: "no record beside full tables, and it is too young to have been deleted: nobody can say what stood in it",
  },
  {
    facts: { entries: "none", clock: "2026-03-10 09:30" },
    class: "expired",
    verdict: "not_applicable",
    why: "more than thirty days back the clean-up has deleted it",
  },
  {
    facts: { entries: "none", clock: "2026-03-10 09:30", output: "none" },
    class: "stalled",
    verdict: "fail",
    proposed: ["run_job"],
    why: "that the record has expired does not excuse output that never came",
  },

  // Entries without rows
  {
    facts: { rows: "PODU", runs: "PODU" },
    class: "flag_without_rows",
    verdict: "fail",
    proposed: ["run_processor"],
    why: "recorded as complete over an empty table: the write failed, and completion was published",
  },
  {
    facts: { rows: "PODU", runs: "PODUTr" },
    class: "waiting",
    verdict: "not_due",
    why: "its processor is at work: the table may stand between a DELETE and an INSERT",
  },
  {
    facts: { rows: "PODU", runs: "unseen" },
    class: "flag_without_rows",
    verdict: "fail",
    why: "whether it is at work could not be looked up, so no second run is proposed beside it",
  },
  {
    facts: { rows: "ODUT", processed: 0 },
    class: "flag_without_rows",
    verdict: "fail",
    proposed: ["run_processor"],
    why: "the players' table is empty, and it is recorded",
  },
  {
    facts: { rows: "PODU", count: 3 },
    class: "flag_without_rows",
    verdict: "fail",
    proposed: ["run_processor"],
    why: "empty table and wrong count: the table first, the record is not touched",
  },
  { facts: { rows: "PODUT?" }, class: "cannot_tell", verdict: "unknown", why: "that table could not be read: not read is not empty" },

  // The next phase
  {
    facts: { output: "none" },
    class: "stalled",
    verdict: "fail",
    proposed: ["run_job"],
    why: "complete and triggered, and Phase 4 put out nothing: triggered proves no run",
  },
  {
    facts: { output: "none", runs: "PODUTK!" },
    class: "stalled",
    verdict: "fail",
    why: "Phase 4 is at work right now: a second one beside it would write twice",
  },
  {
    facts: { output: "none", triggered: null },
    class: "stalled",
    verdict: "fail",
    proposed: ["run_job"],
    why: "the same untriggered; marking it would hide that Phase 4 never ran",
  },
  {
    facts: { output: "none", count: 3, triggered: null },
    class: "stalled",
    verdict: "fail",
    proposed: ["run_job"],
    why: "the wrong count can wait for Phase 4",
  },
  { facts: { output: "one" }, class: "stalled", verdict: "fail", proposed: ["run_job"], why: "one of its two tables is empty" },
  {
    facts: { output: "2026-02-03 11:10" },
    class: "stalled",
    verdict: "fail",
    proposed: ["run_job"],
    why: "what is there is from before the games: older than the rows it should read",
  },
  { facts: { output: "06:35" }, class: "consistent", verdict: "pass", why: "exactly as old as the rows is not older" },
  { facts: { output: "06:34" }, class: "stalled", verdict: "fail", proposed: ["run_job"], why: "a minute older is" },
  {
    facts: { output: "2026-02-03 11:10", rowsAt: "08:30" },
    class: "waiting",
    verdict: "not_due",
    why: "rows an hour old to the minute: Phase 4 still has its time",
  },
  {
    facts: { output: "2026-02-03 11:10", rowsAt: "08:29" },
    class: "stalled",
    verdict: "fail",
    proposed: ["run_job"],
    why: "a minute more, and its hour is over",
  },
  {
    facts: { output: "unseen" },
    class: "cannot_tell",
    verdict: "unknown",
    why: "whether Phase 4 ran could not be looked up, however good the record looks",
  },
  {
    facts: { output: "unseen", count: 3, triggered: null },
    class: "cannot_tell",
    verdict: "unknown",
    why: "only bookkeeping if Phase 4 ran, and that is not known",
  },
  {
    facts: { output: "unstamped" },
    class: "cannot_tell",
    verdict: "unknown",
    why: "rows without a time: whether they are newer can't be told",
  },
  {
    facts: { output: "10:00" },
    class: "cannot_tell",
    verdict: "unknown",
    why: "written half an hour after the clock: some stamp is wrong",
  },
  {
    facts: { output: "none", rows: "PODU", runs: "PODU" },
    class: "flag_without_rows",
    verdict: "fail",
    proposed: ["run_processor"],
    why: "what Phase 4 would read is not whole: the processor first, not Phase 4",
  },

  // Games that are not in the tables
  {
    facts: { entries: "U", count: 1, rows: "UT", processed: 0 },
    class: "missing",
    verdict: "fail",
    proposed: ["run_processor"],
    why: "one of five the morning after, and the box scores are there: the mode of the day before excuses nothing",
  },
  {
    facts: { entries: "UT", rows: "UT", processed: 0, input: "no" },
    class: "waiting",
    verdict: "not_due",
    why: "no box scores, so the phase has nothing to work on: an earlier link is the broken one",
  },
  {
    facts: { entries: "U", rows: "UT", processed: 0, input: "no" },
    class: "rows_without_flag",
    verdict: "fail",
    why: "the same, but what was prepared before the games lacks an entry all the same; nothing is proposed while the night is unfinished",
  },
  {
    facts: { entries: "PODUT", processed: 1 },
    class: "missing",
    verdict: "fail",
    why: "five of five with rows of half of the games; which processor is behind is not told, so none is proposed",
  },
  {
    facts: { entries: "UT", rows: "UT", processed: 0, input: "unseen" },
    class: "cannot_tell",
    verdict: "unknown",
    why: "whether there was anything to work on could not be looked up",
  },
  { facts: { processed: "unseen" }, class: "cannot_tell", verdict: "unknown", why: "which games are in could not be looked up" },
  {
    facts: { entries: "UT", rows: "UT", processed: 0, clock: "07:59" },
    class: "waiting",
    verdict: "not_due",
    why: "the record is due at 08:00",
  },
  {
    facts: { entries: "U", count: 1, rows: "UT", processed: 0, clock: "08:00" },
    class: "missing",
    verdict: "warn",
    proposed: ["run_processor"],
    why: "due, and within the grace of the analytics",
  },
  {
    facts: { entries: "UT", rows: "UT", processed: 0, runs: "UTPr" },
    class: "waiting",
    verdict: "not_due",
    why: "the input is there, and the processor of the players is at work right now",
  },

  // Before the games
  {
    facts: { clock: before, entries: "U", count: 1, rows: "U", processed: 0, output: "2026-02-03 11:10" },
    class: "consistent",
    verdict: "pass",
    why: "one of one is all that is expected on the day itself",
  },
  {
    facts: { clock: before, entries: "UT", count: 2, rows: "UT", processed: 0 },
    class: "consistent",
    verdict: "pass",
    why: "a second one is more than is asked",
  },
  {
    facts: { clock: before, entries: "U", count: 0, rows: "U", processed: 0 },
    class: "consistent",
    verdict: "pass",
    why: "the night's record, its count too, is due the morning after",
  },
  {
    facts: { clock: "2026-02-03 11:29", entries: "none", rows: "", processed: 0 },
    class: "waiting",
    verdict: "not_due",
    why: "a minute before the first entry is due",
  },
  {
    facts: { clock: "2026-02-03 11:30", entries: "none", rows: "", processed: 0 },
    class: "missing",
    verdict: "warn",
    proposed: ["run_processor"],
    why: "due, and within its hour of grace",
  },
  {
    facts: { clock: "2026-02-03 12:30", entries: "none", rows: "", processed: 0 },
    class: "missing",
    verdict: "fail",
    proposed: ["run_processor"],
    why: "what is prepared before the games is missing on the day of the games",
  },
  {
    facts: { clock: before, entries: "UT", count: 2, rows: "U", runs: "U", processed: 0 },
    class: "flag_without_rows",
    verdict: "fail",
    proposed: ["run_processor"],
    why: "recorded over an empty table is said at once, expected or not",
  },
  {
    facts: { clock: before, entries: "UP", count: 2, rows: "U", processed: 0 },
    class: "consistent",
    verdict: "pass",
    why: "an entry from before the games over a table that the games fill: nothing can be asked of it yet",
  },
  {
    facts: { clock: "03:00", entries: "UT", rows: "UT", processed: 0 },
    class: "waiting",
    verdict: "not_due",
    why: "after midnight the mode is overnight, and nothing of it is due before 08:00",
  },
  { facts: { clock: "07:30" }, class: "waiting", verdict: "not_due", why: "all there, looked at too early: that is no pass" },

  // Nothing to judge
  { facts: { games: 0, entries: "none", rows: "" }, class: "no_games", verdict: "not_applicable", why: "an off day owes nothing" },
  {
    facts: { games: "play-offs", entries: "none", rows: "" },
    class: "no_games",
    verdict: "not_applicable",
    why: "play-off games do not go through Phase 3",
  },
  {
    facts: { games: "unknown" },
    class: "cannot_tell",
    verdict: "unknown",
    why: "without a schedule nobody knows what is owed, however full the record",
  },
  {
    facts: { games: "unknown", rows: "PODU", runs: "PODU" },
    class: "flag_without_rows",
    verdict: "fail",
    why: "an entry over an empty table is wrong whatever was scheduled; but what to run rests on the schedule",
  },
  { facts: { entries: "unseen" }, class: "cannot_tell", verdict: "unknown", why: "the record could not be read" },
  { facts: { past: true }, class: "cannot_tell", verdict: "unknown", why: "the record was changed after the moment that is asked about" },

  // Phase 4
  { facts: { phase: "4" }, class: "consistent", verdict: "pass", why: "five entries, triggered, and there are predictions" },
  {
    facts: { phase: "4", rowsAt: "07:20" },
    class: "consistent",
    verdict: "pass",
    why: "Phase 4 runs again after the games, the predictions don't: being older is right",
  },
  {
    facts: { phase: "4", triggered: null },
    class: "record_wrong",
    verdict: "fail",
    proposed: repair,
    why: "untriggered, though predictions were made after these rows",
  },
  {
    facts: { phase: "4", triggered: null, rowsAt: "07:20" },
    class: "record_wrong",
    verdict: "fail",
    why: "untriggered, and the rows are newer than any prediction: nothing proves that they were read",
  },
  {
    facts: { phase: "4", triggered: null, rowsAt: "07:20", count: 4 },
    class: "record_wrong",
    verdict: "fail",
    proposed: repair,
    why: "the count can be put right, the trigger can't be proven",
  },
  {
    facts: { phase: "4", output: "none" },
    class: "stalled",
    verdict: "fail",
    why: "Phase 4 is complete, and nothing was predicted: made now, predictions would know how the games ended",
  },
  {
    facts: { phase: "4", output: "none", clock: "2026-02-03 15:00" },
    class: "stalled",
    verdict: "fail",
    proposed: ["run_job"],
    why: "the same on the day itself, with the games still to come",
  },
  {
    facts: { phase: "4", entries: "ZSCK", rows: "ZSCK", count: 4 },
    class: "missing",
    verdict: "fail",
    proposed: ["run_processor"],
    why: "the feature store is missing in the record and in its table",
  },
  {
    facts: { phase: "4", clock: "2026-02-03 11:00", entries: "ZS", count: 2, rows: "ZS", output: "none" },
    class: "waiting",
    verdict: "not_due",
    why: "Phase 4 of the day runs at 11:00",
  },
];
