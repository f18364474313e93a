import { readFile, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { UserError, short } from "./errors.ts";
import { readBundle, writeBundle } from "./evidence/bundle.ts";
import type { Evidence, Gather } from "./evidence/evidence.ts";
import { replay } from "./evidence/replay.ts";
import type { Pipeline } from "./pipeline/load.ts";
import type { CallSession, Session } from "./session.ts";

/** The session, with the looks of its latest call to be written to the file when it is asked to. */
export function savingEvidence(session: Session, file: string): Session {
  let looks: Evidence<unknown>[] = [];
  let asOf: Date | undefined;
  return {
    ...session,
    begin: (call) => {
      const begun = session.begin(call);
      looks = [];
      asOf = begun.now();
      return { ...begun, gather: recording(begun, looks) };
    },
    saveEvidence: async () => {
      if (asOf === undefined || looks.length === 0)
        throw new UserError(`Nothing was looked at, so there is no evidence to save in ${short(file)}.`);
      const { pipeline, backend, scenario } = session;
      const about = { pipeline: { name: pipeline.name, version: pipeline.version }, backend, as_of: asOf.toISOString() };
      await writeNew(file, writeBundle({ ...about, ...(scenario === undefined ? {} : { scenario }) }, looks));
    },
  };
}

function recording({ gather }: CallSession, looks: Evidence<unknown>[]): Gather {
  return async (look) => {
    const evidence = await gather(look);
    if (!looks.some(({ id }) => id === evidence.id)) looks.push(evidence); // Asked again in the same call: the first answer is the one that was judged.
    return evidence;
  };
}

/** A session that answers from a saved file: as of the moment it was saved, and nothing else is asked. */
export async function replayedSession(file: string, pipeline: Pipeline): Promise<Session> {
  const bundle = readBundle(short(file), await readText(file));
  return {
    pipeline,
    backend: bundle.backend,
    replayed: short(basename(file)),
    ...(bundle.scenario === undefined ? {} : { scenario: bundle.scenario }),
    begin: () => {
      let now = new Date(bundle.as_of);
      return {
        now: () => now,
        gather: replay(bundle, pipeline),
        pass: async (ms) => {
          now = new Date(now.getTime() + ms);
        },
      };
    },
  };
}

/** Never over an existing file: evidence is kept to be believed. */
async function writeNew(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: "wx", mode: 0o600 });
  } catch (error) {
    throw fileProblem(`The evidence could not be written to ${short(file)}`, error);
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw fileProblem(`The evidence file ${short(file)} can't be read`, error);
  }
}

function fileProblem(what: string, error: unknown): unknown {
  if (!(error instanceof Error && "code" in error)) return error;
  const known: Readonly<Record<string, string>> = {
    EEXIST: "it is there already; name another",
    ENOENT: "there is no such file or folder",
    EISDIR: "it is a folder",
  };
  return new UserError(`${what}: ${known[String(error.code)] ?? String(error.code)}.`, { cause: error });
}
