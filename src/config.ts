import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { UserError, short } from "./errors.ts";

/** A value and where it came from: `--scenario`, `POSTGAME_SCENARIO` or `default`. */
interface Setting<T> {
  readonly value: T;
  readonly source: string;
}

export interface Config {
  /** Name of a shipped scenario, or a path: the invented night to play. */
  readonly scenario: Setting<string | undefined>;
  /** Name of a shipped pipeline file, or a path. */
  readonly pipeline: Setting<string>;
  readonly backend: Setting<string | undefined>;
  /** Google Cloud project that is read. */
  readonly project: Setting<string | undefined>;
  /** Path of a checkout of the watched pipeline's repository. */
  readonly repo: Setting<string | undefined>;
  /** Of the BigQuery datasets; the pipeline file's region if absent. */
  readonly location: Setting<string | undefined>;
  /** Firestore database id. */
  readonly database: Setting<string>;
  /** Most bytes that one call may bill. */
  readonly "call-bytes": Setting<number>;
  /** Most bytes that all calls of a day may bill together. */
  readonly "day-bytes": Setting<number>;
  /** The moment that is judged: an instant in the pipeline's zone, or ISO 8601. */
  readonly clock: Setting<string | undefined>;
  /** Path of the folder in which Postgame keeps its own: reports and the like. */
  readonly state: Setting<string>;
  /** Path of a file to which the looks of the call are saved. */
  readonly "save-evidence": Setting<string | undefined>;
  /** Path of such a file, to be answered from instead of any store. */
  readonly evidence: Setting<string | undefined>;
  readonly json: Setting<boolean>;
}

export type SettingName = keyof Config;

/** A setting as a person sees it on the command line. */
interface Described {
  readonly describes: string;
  /** What its value looks like; a switch has none. */
  readonly takes?: string;
}

/** Every setting is an option (`--clock`) and an environment variable (`POSTGAME_CLOCK`). */
export const settings: Readonly<Record<SettingName, Described>> = {
  scenario: { takes: "NAME|PATH", describes: "The invented night to play; `postgame scenarios` lists those that are shipped." },
  pipeline: { takes: "NAME|PATH", describes: "The pipeline file. Default: nba." },
  backend: { takes: "NAME", describes: "Who answers: google (chosen by --project) or embedded (chosen by --scenario)." },
  project: { takes: "ID", describes: "The Google Cloud project to read, with the application default credentials of this machine." },
  repo: {
    takes: "DIR",
    describes:
      "A checkout of the pipeline's own repository, to compare what is deployed with what was pushed. It is only read, never fetched.",
  },
  location: { takes: "PLACE", describes: "Where the BigQuery datasets are. Default: the pipeline file's region." },
  database: { takes: "ID", describes: "The Firestore database. Default: (default)." },
  "call-bytes": { takes: "BYTES", describes: "Most that BigQuery may bill for one call, e.g. 500MiB. Default: 4GiB." },
  "day-bytes": {
    takes: "BYTES",
    describes: "Most that BigQuery may bill in a day for all calls that share --state. Default: 30GiB, within its free terabyte a month.",
  },
  clock: {
    takes: "TIME",
    describes:
      "Judge as of this moment: 10:30 on the morning after the scenario's night, \"2026-02-04 10:30\" in the pipeline's zone, or ISO 8601. Default: the scenario's own clock; of a project, now.",
  },
  state: { takes: "DIR", describes: "Where reports are kept. Default: $XDG_STATE_HOME/postgame, else ~/.local/state/postgame." },
  "save-evidence": { takes: "FILE", describes: "Save what was looked at, secrets redacted, to be replayed with --evidence." },
  evidence: { takes: "FILE", describes: "Answer from a saved file, as of the moment it was saved; no store is asked." },
  json: { describes: "Print the report as one line of JSON." },
};

/** Flags win over the environment, the environment over defaults. Switches and sizes are parsed here: the rest is understood where it is used. */
export function readConfig(flags: Partial<Record<SettingName, string | true>>, env: Readonly<Record<string, string | undefined>>): Config {
  const given = (name: SettingName): Setting<string> | undefined => {
    const flag = flags[name];
    if (flag !== undefined) return { value: flag === true ? "true" : flag, source: `--${name}` };
    const variable = `POSTGAME_${name.toUpperCase().replaceAll("-", "_")}`;
    const value = env[variable];
    return value === undefined || value === "" ? undefined : { value, source: variable };
  };
  const absent = { value: undefined, source: "default" };
  return {
    scenario: given("scenario") ?? absent,
    pipeline: given("pipeline") ?? { value: "nba", source: "default" },
    backend: given("backend") ?? absent,
    project: given("project") ?? absent,
    repo: given("repo") ?? absent,
    location: given("location") ?? absent,
    database: given("database") ?? { value: "(default)", source: "default" },
    "call-bytes": bytesOf(given("call-bytes")) ?? { value: 4 * 2 ** 30, source: "default" },
    "day-bytes": bytesOf(given("day-bytes")) ?? { value: 30 * 2 ** 30, source: "default" },
    clock: given("clock") ?? absent,
    state: given("state") ?? defaultState(env),
    "save-evidence": given("save-evidence") ?? absent,
    evidence: given("evidence") ?? absent,
    json: switchOf(given("json")),
  };
}

/** https://specifications.freedesktop.org/basedir-spec/latest/: a relative path is to be ignored. */
function defaultState({ XDG_STATE_HOME: home }: Readonly<Record<string, string | undefined>>): Setting<string> {
  if (home !== undefined && isAbsolute(home)) return { value: join(home, "postgame"), source: "XDG_STATE_HOME" };
  return { value: join(homedir(), ".local", "state", "postgame"), source: "default" };
}

function switchOf(setting: Setting<string> | undefined): Setting<boolean> {
  if (setting === undefined) return { value: false, source: "default" };
  if (["true", "1"].includes(setting.value)) return { value: true, source: setting.source };
  if (["false", "0"].includes(setting.value)) return { value: false, source: setting.source };
  throw new UserError(`${setting.source} is "${setting.value}"; write true or false.`);
}

const units: Readonly<Record<string, number>> = { "": 1, B: 1, KIB: 2 ** 10, MIB: 2 ** 20, GIB: 2 ** 30, TIB: 2 ** 40 };

function bytesOf(setting: Setting<string> | undefined): Setting<number> | undefined {
  if (setting === undefined) return undefined;
  const [, digits = "", unit = ""] = /^(\d+)\s*([A-Za-z]*)$/u.exec(setting.value) ?? [];
  const bytes = Number(digits) * (units[unit.toUpperCase()] ?? Number.NaN);
  if (digits !== "" && Number.isSafeInteger(bytes)) return { value: bytes, source: setting.source };
  throw new UserError(`${setting.source} is "${short(setting.value)}"; write a number of bytes such as 500MiB or 2GiB.`);
}
