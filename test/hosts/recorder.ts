import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";

/** Stands between a host and the server, `node recorder.ts LOG PROGRAM [ARGUMENTS]`, and writes down what each of them says. */
const [log, ...command] = process.argv.slice(2);
if (log === undefined || command.length === 0) throw new Error("Usage: node recorder.ts LOG PROGRAM [ARGUMENTS]");

const server = spawn(process.execPath, command, { stdio: ["pipe", "pipe", "inherit"] });
process.stdin.on("data", (chunk: Buffer) => appendFileSync(`${log}.host`, chunk)).pipe(server.stdin);
server.stdout.on("data", (chunk: Buffer) => appendFileSync(`${log}.server`, chunk)).pipe(process.stdout);
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => server.kill(signal));
server.on("exit", (code) => process.exit(code ?? 1));
