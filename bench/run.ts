import { benchDigest } from "./digest.ts";
import { benchLatency } from "./latency.ts";
import { benchStart } from "./start.ts";
import { benchTokens } from "./tokens.ts";
import { benchValidate } from "./validate.ts";

const rounds = Number(process.argv[2] ?? 15);
console.log(`Node ${process.versions.node}, ${process.platform} ${process.arch}`);
await benchStart(rounds);
await benchValidate(rounds);
benchTokens();
benchDigest(rounds);
await benchLatency([1, 2, 3]);
