import type { Refusal } from "../../../errors.ts";
import type { CalendarDate } from "../../../pipeline/dates.ts";
import type { FieldValue } from "../../../ports/documents.ts";
import type { Port } from "../../../ports/ports.ts";
import type { Row, TableName } from "../../../ports/warehouse.ts";
import type { BeyondChange } from "./beyond/changes.ts";

/** A normal night that is invented, or nothing but the files that are named. */
export const bases = ["healthy", "nothing"] as const;

/** A night to replay: what the stores hold, and from when. Plain data, so that a test may vary it. */
export interface Scenario {
  /** The file's name without `.yaml`. */
  readonly name: string;
  readonly about: string;
  readonly base: (typeof bases)[number];
  readonly seed: number;
  /** The moment at which the scenario is asked unless somebody says otherwise. */
  readonly clock: Date;
  /** The night in focus. */
  readonly night: FocusNight;
  /** Other nights that differ from what the generator would invent. */
  readonly nights: readonly Night[];
  /** What the stores hold where nothing is invented: all that was supplied. */
  readonly files: readonly GivenFile[];
  readonly changes: readonly Change[];
  readonly expect: readonly Expectation[];
}

export interface Night {
  readonly date: CalendarDate;
  /** How many games, or which; a usual number if absent. */
  readonly games?: number | readonly GivenGame[] | undefined;
  /** Box-score rows of all games together, those who did not play included. */
  readonly player_rows?: number | undefined;
  /** Of these, how many did not play. */
  readonly dnp?: number | undefined;
  readonly upcoming_players?: number | undefined;
}

interface FocusNight extends Night {
  /** Days before the night that the stores hold in full. */
  readonly days: number;
  /** Games on every other day with games; 4 to 11 if absent. */
  readonly games_a_day?: number | undefined;
}

/** An export of a table or of a collection's documents; the path is relative to the scenario file's folder. */
export interface GivenFile {
  readonly holds: "table" | "collection";
  readonly name: string;
  readonly file: string;
  /** When what it holds came to be there; from the beginning if absent. */
  readonly from?: Date | undefined;
  /** Dates of which it holds everything; for a table those between its first and its last if absent. */
  readonly covers?: { readonly from: CalendarDate; readonly to: CalendarDate } | undefined;
}

export interface GivenGame {
  /** `AWAY@HOME`. */
  readonly game: string;
  /** Competition, the first three digits of the game's id; 002 if absent. */
  readonly prefix?: string | undefined;
  /** What the schedule says in the end; 3 (final) if absent. With 1, 4 or 9 the game is not played. */
  readonly status?: number | undefined;
  readonly postponed_to?: CalendarDate | undefined;
}

/** The first n games of the night, all, those that no earlier `arrive` of that table named, or these. */
export type GameChoice = "all" | "rest" | number | readonly string[];

export type Change = Arrive | Duplicate | Remove | Totals | Values | Run | SetDocument | Fail | BeyondChange;

interface TableChange {
  readonly table: TableName;
  /** The night whose rows are meant; the night in focus if absent. */
  readonly night?: CalendarDate | undefined;
  readonly from: Date;
}

export interface Arrive extends TableChange {
  readonly verb: "arrive";
  readonly games: GameChoice;
  /** What the rows say of the time they were written; `from` if absent. */
  readonly stamped?: Date | undefined;
}

export interface Duplicate extends TableChange {
  readonly verb: "duplicate";
  readonly games: GameChoice;
  /** How many rows get copies; every row of the games if absent. */
  readonly rows?: number | undefined;
  /** Copies made of each. */
  readonly copies: number;
  /** The copies' time of writing; that of the original if absent. */
  readonly stamped?: Date | undefined;
}

export interface Remove extends Omit<TableChange, "night"> {
  readonly verb: "remove";
  readonly night?: Nights;
  /** Only what the table's keep rule leaves over. */
  readonly surplus: boolean;
  readonly games: GameChoice;
  /** Only rows that hold all of these. */
  readonly where: Row;
  /** At most so many rows, from the last. */
  readonly rows?: number | undefined;
}

/** The night in focus if absent. */
type Nights = CalendarDate | "all" | undefined;

/** The rows come out as these numbers: those of a night, or with `all` those of the whole table through the years. */
export interface Totals extends Omit<TableChange, "night"> {
  readonly verb: "totals";
  readonly night?: Nights;
  readonly rows: number;
  /** How many different keys they have. */
  readonly distinct: number;
  /** How many games they belong to: for the whole table only; as many as it takes if absent. */
  readonly games?: number | undefined;
  /** What the rows say of the time they were written; when they would have been on a healthy night if absent. */
  readonly stamped?: Date | undefined;
  /** The same of their copies, which then are of rows from before that day; that of the original if absent. */
  readonly copiesStamped?: Date | undefined;
}

/** Rows that are there get these values. */
export interface Values extends Omit<TableChange, "night"> {
  readonly verb: "values";
  readonly night?: Nights;
  readonly games: GameChoice;
  /** Only rows that hold all of these. */
  readonly where: Row;
  /** How many of them, drawn by the seed; all if both are absent. */
  readonly rows?: number | undefined;
  readonly share?: number | undefined;
  readonly set: Row;
}

export const runStatuses = ["running", "success", "failed", "partial", "skipped"] as const;

interface Run {
  readonly verb: "run";
  /** Class name. */
  readonly processor: string;
  readonly night?: CalendarDate | undefined;
  readonly from: Date;
  readonly seconds: number;
  readonly status: (typeof runStatuses)[number];
  readonly id?: string | undefined;
  /** Rows written; those in its table at the run's end if absent. */
  readonly records?: number | undefined;
}

export interface SetDocument {
  readonly verb: "set";
  readonly collection: string;
  readonly id: string;
  readonly from: Date;
  /** The document is from then on only this: other fields go, and the healthy night writes to it no more. */
  readonly whole: boolean;
  readonly delete: boolean;
  readonly fields: Readonly<Record<string, SetValue>>;
  /** Fields taken out. */
  readonly drop: readonly string[];
}

/** A value, or a full success entry of the processor that the field is named for. */
export type SetValue = { readonly value: FieldValue } | { readonly entryAt: Date };

export interface Fail {
  readonly verb: "fail";
  readonly port: Port;
  readonly target?: string | undefined;
  readonly with: Refusal | "empty" | "garbage";
  readonly from: Date;
  readonly until?: Date | undefined;
}

export const expectedVerdicts = ["pass", "warn", "fail", "unknown", "not_due", "not_applicable"] as const;
type ExpectedVerdict = (typeof expectedVerdicts)[number];

/** What a report must say: one tool, one clock. */
export interface Expectation {
  readonly call: string;
  readonly clock: Date;
  readonly with: Readonly<Record<string, string>>;
  readonly verdict: ExpectedVerdict;
  readonly exit?: number | undefined;
  /** By check id, or by check and subject (`box-scores/BOS@NYK`). */
  readonly findings: Readonly<Record<string, ExpectedVerdict>>;
  /** Texts that occur somewhere in the answer. */
  readonly says: readonly string[];
  /** Texts that occur nowhere in it. */
  readonly never: readonly string[];
}
