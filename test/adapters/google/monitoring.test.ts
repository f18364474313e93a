import * as grpc from "@grpc/grpc-js";
import type { AuthClient } from "google-auth-library";
import { PassThroughClient } from "google-auth-library";
import { afterEach, describe, expect, test } from "vitest";
import { googleAlerts } from "../../../src/adapters/google/monitoring.ts";
import type { Alerts } from "../../../src/ports/alerts.ts";
import { alertsClock, alertsContract, policy } from "../../contracts/alerts-contract.ts";
import { asking, refusalOf } from "../../contracts/asking.ts";
import type { FakeService } from "../../fakes/grpc.ts";
import { grpcRefusals, startGrpcServer, status } from "../../fakes/grpc.ts";
import type { HttpRoutes } from "../../fakes/http.ts";
import { sendJson, startHttpServer } from "../../fakes/http.ts";
import { alertPolicyService, alertsRoutes } from "../../fakes/monitoring.ts";
import { changeableStores } from "../embedded/world-of.ts";
import { cloudAt } from "./cloud-at.ts";

const servers: { stop(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.stop();
});

async function alertsOver(service: FakeService, routes: HttpRoutes): Promise<Alerts> {
  const [grpcServer, httpServer] = await Promise.all([startGrpcServer([service]), startHttpServer([routes])]);
  servers.push(grpcServer, httpServer);
  return googleAlerts(cloudAt({ grpc: grpcServer.reach, http: httpServer.address }));
}

alertsContract(
  "google alerts",
  async (content) => {
    const stores = changeableStores(content);
    const at = () => stores.at(alertsClock);
    return { alerts: await alertsOver(alertPolicyService(at), alertsRoutes(at)), become: stores.become, dispose: async () => {} };
  },
  // REST has no status of its own for data that was lost on the way: it says 500.
  grpcRefusals.filter((refusal) => refusal !== "partial"),
);

const world = (content: Partial<Parameters<typeof changeableStores>[0]> = {}) => changeableStores(content).at(alertsClock);
const since = "2026-02-04T12:00:00Z";

describe("policies", () => {
  const stored = { name: "projects/acme/alertPolicies/1", displayName: "one", enabled: { value: true } };
  const answered = (reply: object): Promise<Alerts> => {
    const implementation = {
      listAlertPolicies: (_: unknown, answer: grpc.sendUnaryData<unknown>) =>
        reply instanceof Error ? answer(reply) : answer(null, reply),
    };
    return alertsOver({ ...alertPolicyService(world), implementation }, alertsRoutes(world));
  };

  test("one that does not say whether it is on is malformed, and taken for neither", async () => {
    const alerts = await answered({ alertPolicies: [{ ...stored, enabled: null }] });
    expect((await refusalOf(alerts.policies(asking()))).refusal).toBe("malformed");
  });

  test.each(["conditionPrometheusQueryLanguage", "conditionSql", "conditionMonitoringQueryLanguage"])("%s is a query", async (title) => {
    const given = policy({ conditions: [{ title, kind: "query", filter: "up == 0" }] });
    const alerts = await alertsOver(
      alertPolicyService(() => world({ policies: [given] })),
      alertsRoutes(world),
    );
    expect(await alerts.policies(asking())).toEqual([given]);
  });

  test("a condition of a kind that the client does not know is a query without text", async () => {
    const alerts = await answered({ alertPolicies: [{ ...stored, conditions: [{ displayName: "new" }] }] });
    expect((await alerts.policies(asking()))[0]?.conditions).toEqual([{ title: "new", kind: "query", filter: "" }]);
  });

  test("a stream that lost data is partial", async () => {
    const alerts = await answered(status(grpc.status.DATA_LOSS, "Lost."));
    expect((await refusalOf(alerts.policies(asking()))).refusal).toBe("partial");
  });

  test("a cancelled call is cancelled at the service too", async () => {
    const [reached, gone] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const implementation = {
      listAlertPolicies: (call: grpc.ServerUnaryCall<unknown, unknown>) => {
        call.on("cancelled", () => gone.resolve());
        reached.resolve();
      },
    };
    const alerts = await alertsOver({ ...alertPolicyService(world), implementation }, alertsRoutes(world));
    const caller = new AbortController();
    const answering = refusalOf(alerts.policies(asking({ signal: caller.signal })));
    await reached.promise;
    caller.abort();
    expect((await answering).refusal).toBe("deadline");
    await gone.promise;
  });
});

describe("incidents", () => {
  const alert = (openTime: string, given: object = {}) => ({
    name: "projects/acme/alerts/0.1",
    state: "OPEN",
    openTime,
    policy: { name: "projects/acme/alertPolicies/1", displayName: "one" },
    ...given,
  });
  const answered = (routes: HttpRoutes): Promise<Alerts> => alertsOver(alertPolicyService(world), routes);
  const always = (code: number, body: unknown): Promise<Alerts> =>
    answered(async (_, response) => {
      sendJson(response, code, body);
      return true;
    });

  test("a login that failed once is tried anew by the next question", async () => {
    const server = await startHttpServer([alertsRoutes(world)]);
    servers.push(server);
    let isMended = false;
    const alerts = googleAlerts({
      ...cloudAt({ http: server.address }),
      get authClient(): AuthClient {
        if (!isMended) throw new Error("Something that nobody foresaw");
        return new PassThroughClient();
      },
    });
    expect((await refusalOf(alerts.incidents({ since }, asking()))).refusal).toBe("unauthenticated");
    isMended = true;
    expect(await alerts.incidents({ since }, asking())).toEqual([]);
  });

  test("asks for the newest first, with the login, and reads no page further than it must", async () => {
    const asked: string[] = [];
    const alerts = await answered(async ({ url, headers }, response) => {
      asked.push(`${url.pathname} ${url.searchParams.get("orderBy")} ${url.searchParams.get("pageToken")} ${headers.authorization}`);
      sendJson(response, 200, { alerts: [alert("2026-02-04T13:00:00Z"), alert("2026-02-04T11:00:00Z")], nextPageToken: "older" });
      return true;
    });
    expect(await alerts.incidents({ since }, asking())).toHaveLength(1);
    expect(asked).toEqual(["/v3/projects/acme/alerts open_time desc null Bearer test-token"]);
  });

  test("the sample of the documentation's form is read", async () => {
    const { default: sample } = await import("../../fakes/samples/monitoring-alerts-list.json", { with: { type: "json" } });
    expect(await (await always(200, sample.body)).incidents({ since: "2025-01-01T00:00:00Z" }, asking())).toEqual([
      { policy: "12345", title: "CPU of the web servers", openedAt: "2025-06-02T10:15:30.250Z" },
      { policy: "12345", title: "CPU of the web servers", openedAt: "2025-06-01T08:00:00.000Z", closedAt: "2025-06-01T08:31:12.000Z" },
    ]);
  });

  test("what comes in another order than asked for is malformed: reading stops at the first that is too old", async () => {
    const alerts = await always(200, { alerts: [alert("2026-02-04T11:00:00Z"), alert("2026-02-04T13:00:00Z")] });
    expect((await refusalOf(alerts.incidents({ since }, asking()))).refusal).toBe("malformed");
  });

  test.each([[[]], [{ alerts: [{}] }], [{ alerts: [alert("yesterday")] }], [{ incidents: [] }], ["<html>"], [null]])(
    "a body %j is malformed and not empty",
    async (body) => {
      expect((await refusalOf((await always(200, body)).incidents({ since }, asking()))).refusal).toBe("malformed");
    },
  );

  test("half a body is refused, never read as far as it goes", async () => {
    const alerts = await answered(async (_, response) => {
      response.writeHead(200, { "content-type": "application/json" }).end('{"alerts":[');
      return true;
    });
    expect((await refusalOf(alerts.incidents({ since }, asking()))).refusal).toBe("malformed");
  });

  test("a cut connection is unavailable, with nothing of the login in the words", async () => {
    const alerts = await answered(async (_, response) => {
      response.writeHead(200, { "content-length": "1000" }).write("{");
      response.destroy();
      return true;
    });
    const refused = await refusalOf(alerts.incidents({ since }, asking()));
    expect(refused.refusal).toBe("unavailable");
    expect(`${refused.message} ${refused.next}`).not.toContain("test-token");
  });

  test("a denial names the permission for incidents, and an error that says nothing is told by its status", async () => {
    const denied = await refusalOf((await always(403, { error: { code: 403, message: "No." } })).incidents({ since }, asking()));
    expect(denied.message).toContain("monitoring.alerts.list (roles/monitoring.viewer)");
    expect((await refusalOf((await always(502, "Bad gateway")).incidents({ since }, asking()))).refusal).toBe("unavailable");
  });

  test("a cancelled call leaves the wire", async () => {
    const [reached, gone] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const alerts = await answered(async (request) => {
      request.gone.addEventListener("abort", () => gone.resolve());
      reached.resolve();
      return true;
    });
    const caller = new AbortController();
    const answering = refusalOf(alerts.incidents({ since }, asking({ signal: caller.signal })));
    await reached.promise;
    caller.abort();
    expect((await answering).refusal).toBe("deadline");
    await gone.promise;
  });
});
