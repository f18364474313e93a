import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What was proven by whom and when: written once, never over another. Answers the file's path. */
export async function writeProof(folder: string, about: { readonly name: string; readonly at: Date }, proof: unknown): Promise<string> {
  const proofs = join(folder, "proofs");
  await mkdir(proofs, { recursive: true, mode: 0o700 });
  const stamp = about.at.toISOString().replaceAll(/[:.]/gu, "");
  const file = join(proofs, `${about.name.replaceAll(/[^\w.-]/gu, "_")}-${stamp}.json`);
  await writeFile(file, `${JSON.stringify({ format: "postgame-proof/1", at: about.at.toISOString(), ...Object(proof) }, undefined, 1)}\n`, {
    flag: "wx",
    mode: 0o600,
  });
  return file;
}
