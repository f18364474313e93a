import * as grpc from "@grpc/grpc-js";
import type { AddressInfo, Socket } from "node:net";
import { connect, createServer } from "node:net";
import { describe, expect, test } from "vitest";
import type { Cloud } from "../../../src/adapters/google/cloud.ts";
import type { Call } from "../../../src/ports/call.ts";
import { asking, refusalOf } from "../../contracts/asking.ts";
import type { FakeService } from "../../fakes/grpc.ts";
import { acmeProject } from "../../support/cloud.ts";
import { startGrpcServer, status } from "../../fakes/grpc.ts";

/** The project that the fakes hold, reached through a loopback server. */
export function acme(reach: Readonly<Record<string, unknown>>, given: Partial<Cloud> = {}): Cloud {
  return { ...acmeProject, reach: { grpc: reach }, ...given };
}

interface Wired {
  readonly title: string;
  readonly definitions: () => readonly FakeService["definition"][];
  /** Of those services, each asked exactly once by all questions together. */
  readonly methods: readonly string[];
  readonly place: string;
  readonly api: string;
  /** That the first question needs. */
  readonly permission: string;
  readonly ask: (cloud: Cloud) => (call: Call) => readonly Promise<unknown>[];
  /** Methods that answer pages: which question asks them, a first page that names a second, and what the others answer meanwhile. */
  readonly lists: Readonly<
    Record<string, { readonly question: number; readonly first: object; readonly others?: Readonly<Record<string, object>> }>
  >;
}

interface Seen {
  readonly method: string;
  readonly deadline: number;
  readonly cancelled: Promise<void>;
}

type Handler = (call: grpc.ServerUnaryCall<Record<string, unknown>, unknown>, answer: grpc.sendUnaryData<unknown>) => void;

/** What every gRPC adapter owes its caller and its service, beyond what the contracts ask. */
export function wireTests({ title, definitions, methods, place, api, permission, ask, lists }: Wired): void {
  const serving = async (handlerOf: (method: string) => Handler, times = 1) => {
    const seen: Seen[] = [];
    const arrived = new Map(methods.map((method) => [method, Promise.withResolvers<void>()]));
    const recorded =
      (method: string): Handler =>
      (call, answer) => {
        const { promise: cancelled, resolve } = Promise.withResolvers<void>();
        call.on("cancelled", () => resolve());
        seen.push({ method, deadline: Number(call.getDeadline()), cancelled });
        if (seen.filter((each) => each.method === method).length === times) arrived.get(method)?.resolve();
        handlerOf(method)(call, answer);
      };
    const server = await startGrpcServer(
      definitions().map((definition) => ({ definition, implementation: implemented(definition, recorded) })),
    );
    const all = Promise.all([...arrived.values()].map(({ promise }) => promise));
    return { server, seen, all };
  };
  const implemented = (definition: FakeService["definition"], handlerOf: (method: string) => Handler) => {
    const names = Object.values(definition).flatMap(({ originalName = "" }) => (methods.includes(originalName) ? [originalName] : []));
    return Object.fromEntries(names.map((method) => [method, handlerOf(method)]));
  };
  const hang: Handler = () => {};
  const failing =
    (error: grpc.ServiceError): (() => Handler) =>
    () =>
    (_, answer) =>
      answer(error);

  describe(`${title}, on the wire`, () => {
    test("a cancelled look is cancelled at the service, and a deadline is told to it", async () => {
      const { server, seen, all } = await serving(() => hang);
      const caller = new AbortController();
      const deadlineAt = Date.now() + 600_000;
      const refused = ask(acme(server.reach))(asking({ signal: caller.signal, deadlineAt })).map(refusalOf);
      await all;
      for (const { method, deadline } of seen) expect(Math.abs(deadline - deadlineAt), method).toBeLessThan(5_000);
      caller.abort();
      await Promise.all(seen.map(({ cancelled }) => cancelled));
      for (const each of await Promise.all(refused)) expect(each.refusal).toBe("deadline");
      server.stop();
    });

    test("a look that ends is refused as deadline, whatever the service is doing", async () => {
      const { server, seen, all } = await serving(() => hang);
      const refused = ask(acme(server.reach))(asking({ deadlineAt: Date.now() + 400 })).map(refusalOf);
      for (const each of await Promise.all(refused)) expect(each.refusal).toBe("deadline");
      await all;
      await Promise.all(seen.map(({ cancelled }) => cancelled));
      server.stop();
    });

    test("a service that nobody runs is unavailable, at once", async () => {
      const { server } = await serving(() => hang);
      server.stop();
      const refused = ask(acme(server.reach))(asking()).map(refusalOf);
      for (const each of await Promise.all(refused)) expect(each).toMatchObject({ refusal: "unavailable" });
    });

    test("a connection that is cut while it is asked is unavailable, never an end of the answer", async () => {
      const { server, all } = await serving(() => hang);
      const relay = await startRelay(server.reach.port);
      const refused = ask(acme({ ...server.reach, port: relay.port }))(asking()).map(refusalOf);
      await all;
      relay.cut();
      for (const each of await Promise.all(refused)) expect(each.refusal).toBe("unavailable");
      server.stop();
    });

    test("a service that is unavailable once is asked again, and no third time", async () => {
      const { server, seen, all } = await serving(failing(status(grpc.status.UNAVAILABLE, "Idle for too long.")), 2);
      await Promise.all(ask(acme(server.reach))(asking()).map(refusalOf));
      await all;
      for (const method of methods)
        expect(
          seen.filter((each) => each.method === method),
          method,
        ).toHaveLength(2);
      server.stop();
    });

    test.each([4, 7, 8, 13, 16])("code %i is not tried again", async (code) => {
      const { server, seen, all } = await serving(failing(status(code, "No.")));
      await Promise.all(ask(acme(server.reach))(asking()).map(refusalOf));
      await all;
      expect(seen).toHaveLength(methods.length);
      server.stop();
    });

    test("a denial names the permission, the role and the command, and no secret", async () => {
      const { server } = await serving(failing(status(grpc.status.PERMISSION_DENIED, "Bearer ya29.secret was refused.")));
      const [refused] = await Promise.all(ask(acme(server.reach, { member: "user:a@example.com" }))(asking()).map(refusalOf));
      expect(refused?.message).toContain(`${place} needs ${permission} (roles/`);
      expect(refused?.next).toMatch(/^Run: gcloud projects add-iam-policy-binding acme --member=user:a@example\.com --role=roles\/\S+$/u);
      expect(`${refused?.message} ${refused?.next}`).not.toContain("ya29");
      server.stop();
    });

    test("a service that is off is told by the reason in its details, whatever its words", async () => {
      const { server } = await serving(failing(status(grpc.status.PERMISSION_DENIED, "No.", serviceDisabled(api))));
      const [refused] = await Promise.all(ask(acme(server.reach))(asking()).map(refusalOf));
      expect(refused).toMatchObject({ refusal: "not_enabled", next: `Run: gcloud services enable ${api} --project=acme` });
      server.stop();
    });

    test.each([
      "Location us-west2 is not found or access is unauthorized.",
      "Requested project not found",
      "The project acme does not exist.",
      "Project 'acme' not found or deleted.",
    ])("it is never an absence that: %s", async (words) => {
      const { server } = await serving(failing(status(grpc.status.NOT_FOUND, words)));
      for (const each of await Promise.all(ask(acme(server.reach))(asking()).map(refusalOf))) expect(each.refusal).toBe("no_such_place");
      server.stop();
    });

    test("bytes that are no message are unavailable, never an answer", async () => {
      const noMessage = { responseSerialize: () => Buffer.from([255, 255, 255]) };
      const broken = definitions().map((definition) => ({
        definition: Object.fromEntries(Object.entries(definition).map(([name, method]) => [name, { ...method, ...noMessage }])),
        implementation: implemented(definition, () => (_, answer) => answer(null, {})),
      }));
      const server = await startGrpcServer(broken);
      for (const each of await Promise.all(ask(acme(server.reach))(asking()).map(refusalOf))) expect(each.refusal).toBe("unavailable");
      server.stop();
    });

    test("without a login nobody is asked, the process lives on, and a later login is used", async () => {
      const { server, seen, all } = await serving(() => hang);
      const { sslCreds, ...reach } = server.reach;
      const auth = { getUniverseDomain: async () => "googleapis.com", getClient: async () => Promise.reject(noLogin()) };
      const options: Record<string, unknown> = { ...reach, auth };
      const questions = ask(acme(options));
      for (const each of await Promise.all(questions(asking()).map(refusalOf)))
        expect(each).toMatchObject({ refusal: "unauthenticated", next: "Run: gcloud auth application-default login" });
      expect(seen).toEqual([]);
      options["sslCreds"] = sslCreds;
      const caller = new AbortController();
      const later = questions(asking({ signal: caller.signal })).map(refusalOf);
      await all;
      caller.abort();
      await Promise.all(later);
      server.stop();
    });
  });

  describe.each(Object.entries(lists))(`${title}, pages of %s`, (method, { question, first, others = {} }) => {
    const paging = async (second: Handler) => {
      const { server } = await serving((asked) => (call, answer) => {
        if (asked !== method) answer(null, others[asked] ?? {});
        else if (call.request["pageToken"] === "") answer(null, first);
        else second(call, answer);
      });
      const answers = ask(acme(server.reach))(asking());
      const [found] = await Promise.all([refusalOf(answers[question] ?? Promise.resolve()), Promise.allSettled(answers)]);
      server.stop();
      return found;
    };

    test("a second page that fails takes the first one with it", async () => {
      const refused = await paging((_, answer) => answer(status(grpc.status.INVALID_ARGUMENT, "The page token has expired.")));
      expect(refused.refusal).toBe("malformed");
    });

    test("a page that is followed by itself is refused", async () => {
      const refused = await paging((_, answer) => answer(null, first));
      expect(["malformed", "partial"]).toContain(refused.refusal);
    });
  });
}

/** Passes bytes on to a port, until it is cut off in the middle of them. */
async function startRelay(to: number): Promise<{ readonly port: number; cut(): void }> {
  const sockets: Socket[] = [];
  const relay = createServer((near) => {
    const far = connect(to, "127.0.0.1");
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on("error", () => other.destroy());
      one.pipe(other);
      sockets.push(one);
    }
  });
  await new Promise<void>((resolve) => relay.listen(0, "127.0.0.1", resolve));
  const { port } = relay.address() as AddressInfo; // listening on a port, so neither a pipe nor null
  return {
    port,
    cut: () => {
      relay.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function noLogin(): Error {
  return new Error(
    "Could not load the default credentials. Browse to https://cloud.google.com/docs/authentication/getting-started for more.",
  );
}

/** google.rpc.Status with google.rpc.ErrorInfo, in the trailer in which Google's gRPC services send it. */
function serviceDisabled(api: string): grpc.Metadata {
  const metadataEntry = [field(1, "service"), field(2, api)];
  const info = [field(1, "SERVICE_DISABLED"), field(2, "googleapis.com"), field(3, Buffer.concat(metadataEntry))];
  const any = [field(1, "type.googleapis.com/google.rpc.ErrorInfo"), field(2, Buffer.concat(info))];
  const metadata = new grpc.Metadata();
  metadata.set("grpc-status-details-bin", Buffer.concat([Buffer.from([8, 7]), field(2, "No."), field(3, Buffer.concat(any))]));
  return metadata;
}

/** A field of text or of a message, shorter than 128 bytes or two times seven bits, as protobuf writes it. */
function field(number: number, content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  const length = bytes.length < 128 ? [bytes.length] : [(bytes.length & 127) | 128, bytes.length >> 7];
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), bytes]);
}
