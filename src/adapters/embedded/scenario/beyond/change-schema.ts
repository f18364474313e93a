import { z } from "zod";
import { isZone } from "../../../../pipeline/dates.ts";
import { flag, record, scalar, text, word } from "../../../../pipeline/yaml-file.ts";
import { logSeverities } from "../../../../ports/logs.ts";
import type { Value } from "../../../../ports/warehouse.ts";
import type { Schema, Setting } from "../reading.ts";
import { either, keyed, momentIn, within } from "../reading.ts";
import type { BeyondChange } from "./changes.ts";
import { isCron } from "../../../../pipeline/cron.ts";

type BeyondVerbs = Readonly<Record<BeyondChange["verb"], (setting: Setting, input: object) => Schema<BeyondChange>>>;

/** How changes beyond tables and documents are written. */
export const beyondVerbs: BeyondVerbs = {
  log: (setting) =>
    record({
      log: text,
      from: momentIn(setting),
      severity: word(logSeverities).optional(),
      text: text.optional(),
      fields: fields.optional(),
      revision: text.optional(),
      times: within(1, 10_000).optional(),
      every: within(1, 86_400).optional(),
    })
      .refine((given) => given.text !== undefined || given.fields !== undefined, { error: "say what is logged: `text`, `fields` or both" })
      .refine((given) => given.text === undefined || given.fields?.["message"] === undefined, {
        error: "`text` is the message; leave out `fields.message`",
      })
      .transform(({ log, severity, text: line, fields: payload, times, every, ...rest }): BeyondChange => {
        const message = line ?? payload?.["message"];
        return {
          verb: "log",
          unit: log,
          severity: severity ?? "INFO",
          text: typeof message === "string" ? message : "",
          // A payload of its own carries the line as its message; a line without one is text.
          fields: payload === undefined || message === undefined ? (payload ?? {}) : { ...payload, message },
          times: times ?? 1,
          everySeconds: every ?? 60,
          ...rest,
        };
      }),
  revision: (setting) =>
    record({
      revision: text,
      name: text,
      from: momentIn(setting),
      commit: sha.optional(),
      ready: flag.optional(),
      problem: text.optional(),
      traffic: traffic.optional(),
      variables: z.array(text, "expected a list of names").optional(),
      kind: word(["service", "function", "job"]).optional(),
    })
      .refine((given) => given.ready === false || given.problem === undefined, { error: "`problem` needs `ready: false`" })
      .refine((given) => given.ready !== false || given.traffic === undefined || given.traffic === "none", {
        error: "a revision that is not ready can serve nothing; leave out `traffic`",
      })
      .transform(({ revision, ...rest }): BeyondChange => ({ verb: "revision", unit: revision, ...rest })),
  commit: (setting) =>
    record({ commit: sha, from: momentIn(setting), subject: text, touches: z.array(path).min(1), branch: text.optional() }).transform(
      ({ commit, ...rest }): BeyondChange => ({ verb: "commit", sha: commit, ...rest }),
    ),
  job: (setting) => job(setting),
  subscription: (setting) =>
    record({
      subscription: text,
      topic: text.optional(),
      from: momentIn(setting),
      undelivered: within(0, 100_000_000).optional(),
      push: text.optional(),
      delete: flag.optional(),
    }).transform(({ subscription, delete: gone, ...rest }): BeyondChange => ({
      verb: "subscription",
      name: subscription,
      delete: gone ?? false,
      ...rest,
    })),
  alert: (setting) => alert(setting),
  object: (setting) =>
    record({
      object: scalar("an object as bucket/path.json", (value) => (/^[\w.-]+(?:\/[\w .@=-]+)+$/u.test(value) ? value : undefined)),
      from: momentIn(setting),
      text: text.optional(),
      fields: fields.optional(),
      delete: flag.optional(),
    })
      .refine(
        (given) => [given.text, given.fields, given.delete === true ? true : undefined].filter((each) => each !== undefined).length === 1,
        {
          error: "say one of `text`, `fields` and `delete: true`",
        },
      )
      .transform(({ object, from, text: whole, fields: payload }): BeyondChange => {
        const content = whole ?? (payload === undefined ? undefined : JSON.stringify(payload));
        return { verb: "object", path: object, from, text: content };
      }),
};

const sha = scalar("a commit of at least seven hexadecimal digits", (value) => (/^[0-9a-f]{7,40}$/u.test(value) ? value : undefined));
const path = scalar("a folder or file of the repository", (value) =>
  /^[\w.-]+(?:\/[\w.-]+)*\/?$/u.test(value) ? value.replace(/\/$/u, "") : undefined,
);
const cron = scalar('five cron fields such as "0 11 * * *"', (value) => (isCron(value) ? value : undefined));
const zone = scalar("an IANA time zone such as America/New_York", (value) => (isZone(value) ? value : undefined));
const traffic = scalar<"latest" | "none" | number>("latest, none, or a share from 1 to 100 percent", (value) => {
  if (value === "latest" || value === "none") return value;
  const percent = /^\d{1,3}%?$/u.test(value) ? Number(value.replace("%", "")) : 0;
  return percent >= 1 && percent <= 100 ? percent : undefined;
});
const code = scalar("a gRPC code from -1 to 16", (value) => (/^(?:-1|\d|1[0-6])$/u.test(value) ? Number(value) : undefined));

function job(setting: Setting): Schema<BeyondChange> {
  const moment = momentIn(setting);
  return record({
    job: text,
    from: moment,
    state: word(["enabled", "paused", "disabled"]).optional(),
    code: code.optional(),
    message: text.optional(),
    until: moment.optional(),
    never: flag.optional(),
    cron: cron.optional(),
    zone: zone.optional(),
    target: text.optional(),
    deadline: within(1, 86_400).optional(),
  })
    .refine((given) => given.never !== true || given.code === undefined, { error: "a job that never ran has no `code`" })
    .refine((given) => given.code !== undefined || (given.message === undefined && given.until === undefined), {
      error: "`message` and `until` tell of an attempt; give its `code`",
    })
    .refine((given) => given.until === undefined || given.until > given.from, { error: "ends before it begins", path: ["until"] })
    .transform(({ job: name, never, deadline, ...rest }): BeyondChange => ({
      verb: "job",
      job: name,
      never: never ?? false,
      deadlineSeconds: deadline,
      ...rest,
    }));
}

function alert(setting: Setting): Schema<BeyondChange> {
  const moment = momentIn(setting);
  return record({
    alert: text,
    from: moment,
    enabled: flag.optional(),
    channels: within(0, 100).optional(),
    filter: text.optional(),
    kind: word(["log", "metric", "absence", "query"]).optional(),
    fired: flag.optional(),
    until: moment.optional(),
    delete: flag.optional(),
  })
    .refine((given) => given.kind === undefined || given.filter !== undefined, { error: "`kind` is that of a `filter`; give it too" })
    .refine((given) => given.until === undefined || given.fired === true, { error: "`until` needs `fired: true`" })
    .refine((given) => given.until === undefined || given.until > given.from, { error: "ends before it begins", path: ["until"] })
    .transform(({ alert: title, fired, delete: gone, ...rest }): BeyondChange => ({
      verb: "alert",
      title,
      fired: fired ?? false,
      delete: gone ?? false,
      ...rest,
    }));
}

/** A map as JSON has it: whole and decimal numbers, true, false and null are what they look like, `0022500775` is text. */
const fields: Schema<Record<string, Value>> = keyed(() => json());

function json(): Schema<Value> {
  return either<Value>((input) => {
    if (Array.isArray(input)) return z.array(json());
    return typeof input === "string" ? scalar<Value>("a value", plain) : keyed(() => json());
  });
}

function plain(written: string): Value {
  if (/^-?(?:0|[1-9]\d{0,14})(?:\.\d+)?$/u.test(written)) return Number(written);
  if (written === "true" || written === "false") return written === "true";
  return written === "null" ? null : written;
}
