import { dirname, isAbsolute, relative, resolve } from "node:path";
import { UserError, short } from "../errors.ts";
import { dateAt } from "../pipeline/dates.ts";
import type { Session } from "../session.ts";
import type { Difference } from "./difference.ts";
import { ownFileText, together } from "./patch.ts";

interface Accepted {
  readonly session: Session;
  /** The pipeline file that was compared, as it was named. */
  readonly extended: string;
  /** Where the new one will stand. */
  readonly file: string;
  readonly at: Date;
}

/** The accepted changes as a pipeline file; throws `UserError` if what is left doesn't hold together. */
export async function acceptedFile(taken: readonly Difference[], { session, extended, file, at }: Accepted): Promise<string> {
  const { pipeline, real } = session;
  const project = real?.project ?? session.scenario ?? "mine";
  const text = ownFileText({
    name: nameOf(project, pipeline.name),
    extended: /[/\\]|\.ya?ml$/u.test(extended) ? beside(file, extended) : extended,
    comment: `How project ${project} differs from the pipeline file ${pipeline.name}, accepted on ${dateAt(at, pipeline.zone)}.`,
    patch: together(taken.map(({ patch = {} }) => patch)),
  });
  await refuseBroken(text, file);
  return text;
}

function nameOf(project: string, taken: string): string {
  const name = project.toLowerCase().replaceAll(/[^a-z0-9-]+/gu, "-");
  return name === taken ? `${name}-own` : name;
}

/** A path from the new file on, as `extends` reads it. */
function beside(file: string, extended: string): string {
  if (isAbsolute(extended)) return extended;
  const path = relative(dirname(resolve(file)), resolve(extended));
  return /[/\\]/u.test(path) ? path : `./${path}`;
}

/** Loaded once before it is written: what is taken away may be named elsewhere in the file. */
async function refuseBroken(text: string, file: string): Promise<void> {
  const { checkPipelineText } = await import("../pipeline-files.ts");
  try {
    await checkPipelineText(text, file);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`The accepted changes don't hold together, so ${short(file)} was not written:\n${error.message}`, { cause: error });
  }
}
