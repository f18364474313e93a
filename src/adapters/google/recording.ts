import { BackendError } from "../../errors.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Asked, Capture, Marks, Outcome } from "./capture.ts";
import { captureFormat, formOf } from "./capture.ts";
import type { Cloud } from "./cloud.ts";
import { googlePorts, usualSources } from "./ports.ts";
import { redactor } from "./redacted.ts";
import type { Exchange, Tap } from "./tap.ts";

export interface Recording {
  /** The project's ports, heard: to be asked one question after the other. The repository is no service, and is not heard. */
  readonly ports: ReturnType<typeof googlePorts>;
  /** What was asked so far, without its content. */
  capture(): Capture;
}

type About = Parameters<typeof googlePorts>[1];

interface Heard extends Omit<Asked, "answered"> {
  readonly exchanges: Exchange[];
  answered: Outcome | undefined;
}

/** Ports of the real services whose every exchange is heard. Clients are new: those of other calls stay unheard. */
export function recordingOf(cloud: Cloud, about: About): Recording {
  const heard: Heard[] = [];
  const tap: Tap = () => {
    const asked = heard.at(-1);
    return (exchange) => void asked?.exchanges.push(exchange);
  };
  const ports = googlePorts({ ...cloud, tap }, about);
  return {
    ports: (spending) => overheard(ports(spending), heard),
    capture: () => captureOf(heard, cloud, about),
  };
}

function overheard(ports: Ports, heard: Heard[]): Ports {
  const entries = Object.entries(ports).map(([port, methods]) => [port, port === "source" ? methods : portOverheard(port, methods, heard)]);
  return Object.fromEntries(entries) as Ports; // the same names, and methods that take and answer the same
}

type Method = (...given: unknown[]) => Promise<unknown>;

function portOverheard(port: string, methods: object, heard: Heard[]): object {
  const wrapped = Object.entries(methods).map(([method, asking]) => [
    method,
    async (...given: unknown[]) => {
      const one: Heard = { port, method, ask: given.slice(0, -1), exchanges: [], answered: undefined };
      heard.push(one);
      try {
        const answer = await (asking as Method)(...given); // every method of a port is one
        one.answered = { seen: formOf(answer) };
        return answer;
      } catch (error) {
        if (error instanceof BackendError) one.answered = { refused: error.refusal };
        throw error;
      }
    },
  ]);
  return Object.fromEntries(wrapped) as object;
}

function captureOf(heard: readonly Heard[], { project, region, location, database }: Cloud, about: About): Capture {
  const marks = marksOf(about);
  const redacting = redactor(wordsIn(marks));
  const value = (held: unknown): unknown => redacting.value(held);
  return {
    format: captureFormat,
    cloud: redactedCloud({ project, region, location, database }, value),
    marks,
    asked: heard.flatMap(({ answered, port, method, ask, exchanges }) =>
      answered === undefined
        ? []
        : [
            {
              port,
              method,
              ask: ask.map((each) => askRedacted(each, value)),
              exchanges: exchanges.map((each) => redacting.exchange(each)),
              answered,
            },
          ],
    ),
  };
}

function redactedCloud(cloud: Capture["cloud"], value: (text: unknown) => unknown): Capture["cloud"] {
  const { project, region, location, database } = cloud;
  return {
    project: String(value(project)),
    region: String(value(region)),
    location: String(value(location)),
    database: String(value(database)),
  };
}

/** The members of a question are ours, what they hold is not. */
function askRedacted(ask: unknown, value: (held: unknown) => unknown): unknown {
  if (typeof ask !== "object" || ask === null || Array.isArray(ask)) return value(ask);
  return Object.fromEntries(Object.entries(ask).map(([key, held]) => [key, value(held)]));
}

function marksOf({ infrastructure: { monitoring, repository } }: About): Marks {
  return {
    logs_as: monitoring?.logs_as ?? usualSources,
    ...(repository === undefined ? {} : { commit_label: repository.commit_label, commit_variable: repository.commit_variable }),
  };
}

function wordsIn({ logs_as, commit_label, commit_variable }: Marks): readonly string[] {
  const sources = Object.values(logs_as ?? {}).flatMap(({ type, label }) => [type, label]);
  return [...sources, ...[commit_label, commit_variable].flatMap((word) => word ?? [])];
}
