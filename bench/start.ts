import { fileURLToPath } from "node:url";
import { interleaved, median, row, untilExit, untilToolsList } from "./measure.ts";

const path = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** How long a host waits for the tool list, against a bare Node and a server with nothing but the SDK in it. */
export async function benchStart(rounds: number): Promise<void> {
  const bin = path("../bin/postgame.mjs");
  const candidates = {
    "bare node -e 0": () => untilExit(["-e", "0"]),
    "SDK-only server, tools/list": () => untilToolsList([path("sdk-only-server.ts")]),
    "postgame serve, tools/list": () => untilToolsList([bin, "serve"]),
    "postgame serve --scenario, tools/list": () => untilToolsList([bin, "serve", "--scenario", "feb-03"]),
  };
  await interleaved(2, candidates); // Fills the compile cache and the disk's.
  const samples = await interleaved(rounds, candidates);
  const bare = median(samples["bare node -e 0"].map(({ ms }) => ms));
  console.log(`start, ${rounds} rounds interleaved; ratios against bare node:`);
  for (const [name, measured] of Object.entries(samples)) console.log(row(name, measured, bare));
}
