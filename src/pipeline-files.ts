import { readFile, realpath, stat } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { UserError, short } from "./errors.ts";
import type { Pipeline, PipelineSource, Statement } from "./pipeline/load.ts";
import { extendedBy, loadPipeline, statementsNamed } from "./pipeline/load.ts";
import type { SourceFile } from "./pipeline/yaml-file.ts";
import type { FoundFile } from "./shipped-files.ts";
import { locateFile, readFound } from "./shipped-files.ts";

/** Most files that one extends, one after the other. */
const mostBases = 3;
const mostStatementBytes = 20_000;

/** A pipeline by the name of a shipped file or the path of one of the operator's own, with all that it names. */
export async function openPipeline(nameOrPath: string): Promise<Pipeline> {
  return loaded(await findPipeline(nameOrPath));
}

/** Throws `UserError` if a file of this text could not be opened where it is to stand. */
export async function checkPipelineText(text: string, file: string): Promise<void> {
  const source: SourceFile = { name: file, text };
  const base = await baseOf(source, { name: file, path: resolve(file) }, []);
  await loaded(await sourceOf([{ path: resolve(file), source }, ...(base === undefined ? [] : await chainFrom(base))]));
}

/** A server opens it for every call, and parsing takes a tenth of a second: as long as nothing was written it is the same. */
let latest: { readonly text: string; readonly pipeline: Pipeline } | undefined;

async function loaded(source: PipelineSource): Promise<Pipeline> {
  const text = JSON.stringify(source);
  if (latest?.text === text) return latest.pipeline;
  const pipeline = loadPipeline(source);
  const { checksOf } = await import("./checks/checks-of.ts");
  checksOf(pipeline); // What is wrong with a check is told now, not in the middle of somebody's question.
  latest = { text, pipeline };
  return pipeline;
}

/** The file, those it extends, and the statements of its checks. */
async function findPipeline(nameOrPath: string): Promise<PipelineSource> {
  return sourceOf(await chainFrom(await locateFile("pipeline", nameOrPath)));
}

async function sourceOf(chain: readonly Link[]): Promise<PipelineSource> {
  const [own, ...bases] = chain;
  if (own === undefined) throw new Error("A chain of pipeline files begins with the one that was asked for.");
  const statements = await Promise.all(chain.map(({ path, source }) => readStatements(path, statementsNamed(source))));
  return {
    ...own.source,
    bases: bases.map(({ source }) => source),
    // Checks are a list, which the nearest file that has one says whole.
    statements: statements.find((named) => named !== undefined) ?? {},
  };
}

interface Link {
  readonly path: string;
  readonly source: SourceFile;
}

async function chainFrom(first: FoundFile): Promise<readonly Link[]> {
  const links: Link[] = [];
  const seen: string[] = [];
  let next: FoundFile | undefined = first;
  while (next !== undefined) {
    const source: SourceFile = await readFound("pipeline", next);
    const real = await realpath(next.path);
    links.push({ path: real, source });
    seen.push(real);
    next = await baseOf(source, next, seen);
  }
  return links;
}

/** The file that this one extends; undefined if it extends none. */
async function baseOf(source: SourceFile, { name, path }: FoundFile, seen: readonly string[]): Promise<FoundFile | undefined> {
  const extended = extendedBy(source);
  if (extended === undefined) return undefined;
  const fail = (problem: string): UserError => new UserError(extended.tell(problem));
  if (seen.length > mostBases) throw fail(`more than ${mostBases} files, one extending the other`);
  const isPath = /[/\\]|\.ya?ml$/u.test(extended.value);
  if (isPath && !/\.ya?ml$/u.test(extended.value)) throw fail(`"${short(extended.value)}" is no .yaml file`);
  const found = isPath
    ? {
        name: isAbsolute(extended.value) ? extended.value : join(dirname(name), extended.value),
        path: resolve(dirname(path), extended.value),
      }
    : await locateFile("pipeline", extended.value).catch((error: unknown) => {
        throw error instanceof UserError ? fail(error.message) : error;
      });
  const real = await realpath(found.path).catch(() => undefined);
  if (real === undefined) throw fail(`there is no file ${short(found.name)}`);
  if (seen.includes(real)) throw fail(`${short(found.name)} extends this file in its turn`);
  return found;
}

/** Undefined where the file has no checks of its own. */
async function readStatements(path: string, names: readonly string[] | undefined): Promise<Record<string, Statement> | undefined> {
  if (names === undefined) return undefined;
  const read = await Promise.all(names.map(async (name) => [name, await readStatement(dirname(path), name)] as const));
  return Object.fromEntries(read);
}

/** Only what lies beside or below the pipeline file, also behind links: it is reviewed together with it. */
async function readStatement(folder: string, name: string): Promise<Statement> {
  try {
    const path = await realpath(join(folder, name));
    const within = relative(folder, path);
    if (within.startsWith("..") || isAbsolute(within)) return { problem: `${name} leads out of the pipeline file's folder` };
    const about = await stat(path);
    if (!about.isFile()) return { problem: `${name} is no ordinary file` };
    if (about.size > mostStatementBytes) return { problem: `${name} is larger than ${mostStatementBytes} bytes` };
    return { text: await readFile(path, "utf8") };
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    return { problem: error.code === "ENOENT" ? `there is no file ${name}` : `${name} can't be read (${String(error.code)})` };
  }
}
