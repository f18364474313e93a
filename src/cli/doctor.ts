import { open, rm } from "node:fs/promises";
import type { Config, SettingName } from "../config.ts";
import { readConfig } from "../config.ts";
import type { Compared } from "../doctor/compare.ts";
import type { Difference } from "../doctor/difference.ts";
import type { Examination } from "../doctor/examine.ts";
import type { Recorded } from "../doctor/record.ts";
import { CancelledError, UserError, short } from "../errors.ts";
import { redactThroughout } from "../redact.ts";
import type { CallSession, Session } from "../session.ts";
import { duringCall } from "../session.ts";
import { comparedText, examinationText, recordedText, settingsText } from "./doctor-text.ts";
import type { Installation } from "./installation.ts";
import type { Given, Option } from "./options.ts";
import { jsonLine } from "./render.ts";
import type { Terminal } from "./terminal.ts";

export const doctorOptions: readonly Option[] = [
  {
    name: "compare",
    kind: "switch",
    describes: "Also say where the pipeline file and the project don't agree, as changes to accept one by one.",
  },
  {
    name: "accept",
    kind: "text",
    takes: "all|N,N,...",
    describes: "Numbers of the changes to accept, as --compare lists them. Without it, at a terminal, each is asked for.",
  },
  {
    name: "write",
    kind: "text",
    takes: "FILE",
    describes: "Write the accepted changes as a pipeline file of your own that extends the one compared. Never over a file that is there.",
  },
  {
    name: "record",
    kind: "text",
    takes: "FILE",
    describes:
      "Also save what the project's services answered to each kind of question, all content replaced by placeholders, to prove later versions against. Never over a file that is there.",
  },
];

/** Shown with where each comes from: what decides who is asked, and how much it may cost. */
export const doctorSettings = [
  "project",
  "scenario",
  "pipeline",
  "location",
  "database",
  "repo",
  "clock",
  "state",
  "call-bytes",
  "day-bytes",
] as const satisfies readonly SettingName[];

const exit = { healthy: 0, differs: 1, unseen: 3 } as const;

/** Says whether everything can be asked that checks ask, and what is missing where it can't. Writes nothing that is watched. */
export async function runDoctor(given: Given, installation: Installation, terminal: Terminal): Promise<number> {
  const config = readConfig(given, installation.env);
  const accept = acceptedIn(given);
  const shown = Object.fromEntries(doctorSettings.map((name) => [name, config[name]]));
  if (!config.json.value) await terminal.out(settingsText(shown, terminal));
  const session = await installation.open(config);
  if (session === undefined) return nothingConfigured(shown, config, terminal);
  const recordFile = await recordFileIn(given, session);

  const { examination, compared, clockAheadMs } = await cancellable(terminal, (signal) =>
    duringCall(session, signal, (call) => examined(session, call, { signal, compares: given["compare"] !== undefined, terminal })),
  );
  const { recorded, unwritten } = recordFile === undefined ? {} : await recordedInto(recordFile, session, terminal);
  const about = aboutOf(session, installation, shown);
  const proof = await keptProof(config, session, installation.wall(), { ...about, clock_ahead_ms: clockAheadMs, ...examination });
  if (config.json.value) {
    await terminal.out(
      jsonLine(withoutSecrets({ ...about, clock_ahead_ms: clockAheadMs, ...examination, ...compared, recorded, proof }, session)),
    );
  } else {
    await terminal.out(examinationText({ ...examination, clockAheadMs, proof, identity: session.real?.identity }, terminal));
    if (recorded !== undefined) await terminal.out(recordedText(recorded, terminal));
    if (compared !== undefined) await terminal.out(await comparedText(compared, session.pipeline.name, terminal));
  }
  if (unwritten !== undefined) throw unwritten;
  const written = given["write"];
  if (compared !== undefined && (written !== undefined || accept !== undefined)) {
    await acceptDifferences(
      compared.differences,
      { accept, file: written?.toString(), session, config, at: installation.wall() },
      config.json.value ? { ...terminal, out: (text) => terminal.err(text) } : terminal, // There is one object on standard output already.
    );
  }
  if (!examination.healthy || (compared?.unseen.length ?? 0) > 0) return exit.unseen;
  return (compared?.differences.length ?? 0) > 0 ? exit.differs : exit.healthy;
}

interface Examined {
  readonly examination: Examination;
  readonly compared?: Compared | undefined;
  /** Null: asked and not known. */
  readonly clockAheadMs?: number | null | undefined;
}

interface Asking {
  readonly signal: AbortSignal;
  readonly compares: boolean;
  readonly terminal: Terminal;
}

async function examined(session: Session, call: CallSession, { signal, compares, terminal }: Asking): Promise<Examined> {
  const [{ examine }, { compare }] = await Promise.all([import("../doctor/examine.ts"), import("../doctor/compare.ts")]);
  const { pipeline, real } = session;
  const { now, gather } = call;
  const examination = await examine({
    pipeline,
    gather,
    now,
    onProgress: (done, total, asked) => terminal.progress?.(`${done}/${total} ${asked}`),
  });
  const compared = compares ? await compare(pipeline, examination.gameDate, now(), gather) : undefined;
  const clockAheadMs = await real?.clockAhead?.(signal).catch(() => null);
  return { examination, compared, clockAheadMs };
}

/** Refused before anybody is asked. */
async function recordFileIn({ record }: Given, { real }: Session): Promise<string | undefined> {
  if (record === undefined) return undefined;
  if (real?.record === undefined) throw new UserError("--record saves what a real project's services answer: name one with --project.");
  const file = record.toString();
  try {
    await (await open(file, "wx", 0o600)).close(); // Nothing else tells for sure whether it can be written.
    await rm(file);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    const why = error.code === "EEXIST" ? "it is there already" : `it can't be written (${String(error.code)})`;
    throw new UserError(`--record ${short(file)}: ${why}.`, { cause: error });
  }
  return file;
}

interface RecordedInto {
  readonly recorded?: Recorded;
  /** To be said after the answer, which a recording must not cost. */
  readonly unwritten?: UserError;
}

async function recordedInto(file: string, { real, pipeline }: Session, terminal: Terminal): Promise<RecordedInto> {
  const { record } = await import("../doctor/record.ts");
  return cancellable(terminal, async (signal) => {
    const call = await real?.record?.({ signal });
    if (call === undefined) return {};
    try {
      const onProgress = (done: number, total: number, asked: string): void => terminal.progress?.(`recording ${done}/${total} ${asked}`);
      return { recorded: await record({ pipeline, call, file, onProgress }) };
    } catch (error) {
      if (error instanceof UserError) return { unwritten: error };
      throw error;
    } finally {
      await call.end?.();
    }
  });
}

async function cancellable<T>({ interrupted, progress }: Terminal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  try {
    const done = await work(interrupted);
    interrupted.throwIfAborted();
    return done;
  } catch (error) {
    throw interrupted.aborted ? new CancelledError() : error;
  } finally {
    progress?.("");
  }
}

function aboutOf({ pipeline, backend, scenario, real }: Session, { version }: Installation, shown: object) {
  return {
    version,
    backend,
    ...(scenario === undefined ? {} : { scenario }),
    ...(real === undefined ? {} : { project: real.project, identity: real.identity }),
    pipeline: { name: pipeline.name, version: pipeline.version },
    settings: shown,
  };
}

async function nothingConfigured(shown: object, { json }: Config, terminal: Terminal): Promise<number> {
  const ways = [
    "Nothing is configured, so nobody can be asked. Two ways forward:",
    "  --project ID     a real Google Cloud project, read with `gcloud auth application-default login`",
    "  --scenario NAME  an invented night; `postgame scenarios` lists them",
  ];
  await terminal.out(json.value ? jsonLine({ settings: shown, healthy: false, configured: "nothing" }) : `${ways.join("\n")}\n`);
  return exit.unseen;
}

/** A proof that can't be kept must not cost the answer. */
async function keptProof({ state }: Config, session: Session, at: Date, proof: object): Promise<string> {
  const { real, scenario } = session;
  const { writeProof } = await import("../doctor/proof.ts");
  try {
    return await writeProof(state.value, { name: real?.project ?? scenario ?? "replay", at }, withoutSecrets(proof, session));
  } catch (error) {
    if (error instanceof Error && "code" in error) return `not written (${String(error.code)})`;
    throw error;
  }
}

/** Who asked is no secret to the one who did, and a proof must tell it. */
function withoutSecrets(said: object, { real }: Session): object {
  return { ...Object(redactThroughout(said)), ...(real?.identity === undefined ? {} : { identity: real.identity }) };
}

/** Undefined: to be asked for. */
function acceptedIn({ accept, compare, write }: Given): "all" | readonly number[] | undefined {
  if (compare === undefined && (accept ?? write) !== undefined) {
    throw new UserError(`--${accept === undefined ? "write" : "accept"} belongs to --compare.`);
  }
  if (accept === undefined) return undefined;
  if (write === undefined) throw new UserError("--accept needs --write FILE: where the accepted changes go.");
  const text = accept.toString();
  if (text === "all") return "all";
  const numbers = text.split(",").map((each) => Number(each.trim()));
  if (numbers.every((number) => Number.isInteger(number) && number > 0)) return numbers;
  throw new UserError(`--accept "${short(text)}": write all, or numbers such as 1,3,5.`);
}

interface Accepting {
  readonly accept: "all" | readonly number[] | undefined;
  readonly file: string | undefined;
  readonly session: Session;
  readonly config: Config;
  readonly at: Date;
}

async function acceptDifferences(differences: readonly Difference[], accepting: Accepting, terminal: Terminal): Promise<void> {
  const { file, session, config, at } = accepting;
  if (file === undefined) return;
  const offered = differences.flatMap((difference) => (difference.patch === undefined ? [] : [difference]));
  const taken = await chosen(offered, accepting.accept, terminal);
  if (taken.length === 0) return terminal.out("Nothing accepted; no file written.\n");
  const [{ acceptedFile }, { writeNew }] = await Promise.all([import("../doctor/accept.ts"), import("../doctor/new-file.ts")]);
  const text = await acceptedFile(taken, { session, extended: config.pipeline.value, file, at });
  await writeNew(file, text);
  await terminal.out(`${taken.length} of ${offered.length} changes written to ${file}. Use it with --pipeline ${file}\n`);
}

async function chosen(offered: readonly Difference[], accept: Accepting["accept"], terminal: Terminal): Promise<readonly Difference[]> {
  if (accept === "all") return offered;
  if (accept !== undefined) {
    const beyond = accept.find((number) => number > offered.length);
    if (beyond !== undefined) throw new UserError(`--accept ${beyond}: there are ${offered.length} changes.`);
    return offered.filter((_, index) => accept.includes(index + 1));
  }
  if (terminal.ask === undefined) throw new UserError("Nobody is at a terminal to be asked: name the changes with --accept.");
  const taken: Difference[] = [];
  for (const [index, difference] of offered.entries()) {
    await terminal.out(`${index + 1}. ${difference.about}: ${difference.said}\n`);
    const answer = (await terminal.ask("   Accept? [y/N/a(ll)/q(uit)] ")).trim().toLowerCase();
    if (answer === "q") break;
    if (answer === "a") return [...taken, ...offered.slice(index)];
    if (answer === "y") taken.push(difference);
  }
  return taken;
}
