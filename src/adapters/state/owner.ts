import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { z } from "zod";

const ownerSchema = z.strictObject({
  pid: z.int().min(1),
  /** Where the pid means something: host name, boot and pid namespace. */
  host: z.string(),
  /** When the process began, in the kernel's ticks; empty where that can't be learned. Tells a reused pid. */
  started: z.string(),
  /** ISO 8601, wall clock. For people; nothing is decided by it. */
  since: z.string(),
});

export type Owner = z.output<typeof ownerSchema>;

/** `running` and `gone` are certain. `out of sight`: on another host or in another container, or nothing tells. */
export type Life = "running" | "gone" | "out of sight";

export function thisProcess(): Owner {
  return { ...self(), since: new Date().toISOString() };
}

export function parseOwner(text: string): Owner | undefined {
  try {
    return ownerSchema.parse(JSON.parse(text));
  } catch {
    return undefined; // Half-written when the power went; its age decides.
  }
}

export function lifeOf(owner: Owner): Life {
  if (owner.host !== self().host) return "out of sight";
  if (!hasProcess(owner.pid)) return "gone";
  const { state, started } = processStat(String(owner.pid));
  if (state === "Z" || state === "X") return "gone";
  if (started === "" || owner.started === "") return "out of sight";
  return started === owner.started ? "running" : "gone";
}

let known: Omit<Owner, "since"> | undefined;

function self(): Omit<Owner, "since"> {
  known ??= {
    pid: process.pid,
    host: [
      hostname(),
      quietly(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8")),
      quietly(() => readlinkSync("/proc/self/ns/pid")),
    ]
      .map((text) => text.trim())
      .join(" "),
    started: processStat("self").started,
  };
  return known;
}

function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH"); // EPERM: another user's, and alive.
  }
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: after the name in brackets come state (3) … starttime (22). */
function processStat(pid: string): { readonly state: string; readonly started: string } {
  const stat = quietly(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", started: fields[19] ?? "" };
}

/** Other systems than Linux have no /proc. */
function quietly(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
