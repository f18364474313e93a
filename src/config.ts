import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { UserError } from "./errors.ts";

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
  readonly project: Setting<string | undefined>;
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
  backend: { takes: "NAME", describes: "Who answers. Only embedded in this version; a scenario chooses it." },
  project: { takes: "ID", describes: "Google Cloud project. Not in this version yet." },
  clock: {
    takes: "TIME",
    describes:
      "Judge as of this moment: 10:30 on the morning after the scenario's night, \"2026-02-04 10:30\" in the pipeline's zone, or ISO 8601. Default: the scenario's own clock.",
  },
  state: { takes: "DIR", describes: "Where reports are kept. Default: $XDG_STATE_HOME/postgame, else ~/.local/state/postgame." },
  "save-evidence": { takes: "FILE", describes: "Save what was looked at, secrets redacted, to be replayed with --evidence." },
  evidence: { takes: "FILE", describes: "Answer from a saved file, as of the moment it was saved; no store is asked." },
  json: { describes: "Print the report as one line of JSON." },
};

/** Flags win over the environment, the environment over defaults. Only json is parsed here: the rest is understood where it is used. */
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
