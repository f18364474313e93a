import { refusalOf } from "./errors.ts";

/** Something that takes its time to open, and is kept once it is. */
export interface Lasting<T> {
  /** Opened with the first question. Whatever failed, the next question tries anew: it may find it mended. */
  get(): Promise<T>;
  /** The same, and what was told that its login is no longer good is not used again: the next question may find a new one. */
  use<R>(work: (opened: T) => Promise<R>): Promise<R>;
}

export function lasting<T>(open: () => Promise<T>, isLoginRefused: (error: unknown) => boolean = isUnauthenticated): Lasting<T> {
  let kept: Promise<T> | undefined;
  const get = (): Promise<T> => {
    kept ??= open().catch((error: unknown) => {
      kept = undefined;
      throw error;
    });
    return kept;
  };
  return {
    get,
    async use(work) {
      const opened = get();
      try {
        return await work(await opened);
      } catch (error) {
        if (kept === opened && isLoginRefused(error)) kept = undefined; // Another may have opened anew meanwhile.
        throw error;
      }
    },
  };
}

function isUnauthenticated(error: unknown): boolean {
  return error instanceof Error && refusalOf(error) === "unauthenticated";
}
