import { writeFile } from "node:fs/promises";
import { UserError, short } from "../errors.ts";

/** Never over a file that is there. Throws `UserError` where it can't be written. */
export async function writeNew(file: string, text: string, options: { readonly mode?: number } = {}): Promise<void> {
  try {
    await writeFile(file, text, { flag: "wx", ...options });
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    const why = error.code === "EEXIST" ? "it is there already" : String(error.code);
    throw new UserError(`${short(file)} was not written: ${why}.`, { cause: error });
  }
}
