import { embeddedEngine } from "../../../src/adapters/embedded/warehouse.ts";
import { googleWarehouse } from "../../../src/adapters/google/bigquery.ts";
import type { Cloud } from "../../../src/adapters/google/cloud.ts";
import { memoryState } from "../../../src/adapters/state/memory.ts";
import type { Query, Warehouse } from "../../../src/ports/warehouse.ts";
import type { CallSpending } from "../../../src/spending.ts";
import { spendingIn } from "../../../src/spending.ts";
import type { WarehouseContent } from "../../contracts/warehouse-contract.ts";
import type { FakeBigQuery, FakeJob } from "../../fakes/bigquery.ts";
import { bigqueryRoutes } from "../../fakes/bigquery.ts";
import type { HttpRequest, HttpRoutes } from "../../fakes/http.ts";
import { startHttpServer } from "../../fakes/http.ts";
import { acmeProject, loginWith } from "../../support/cloud.ts";
import { changeableStores } from "../embedded/world-of.ts";

export const token = "ya29.test-token-of-the-loopback";

/** A project that is a loopback server, with a login that has long to go. */
export function cloudAt(address: string, given: Partial<Cloud> = {}): Cloud {
  return {
    ...acmeProject,
    reach: { http: address },
    authClient: loginWith(token),
    member: "user:someone@example.com",
    ...given,
  };
}

/** A call that may spend more than any test bills. */
export function plentyOf(bytes = 2 ** 50): CallSpending {
  const caps = { callBytes: bytes, dayBytes: bytes };
  const spending = spendingIn({ state: memoryState(), zone: "America/New_York", caps, now: () => new Date("2026-02-04T23:00:00Z") });
  return spending.open({ deadlineAt: Date.parse("2026-02-04T23:00:55Z") });
}

export const day = "2026-02-03";

/** Three rows of one date, with values of several kinds. */
export const sample: WarehouseContent = {
  tables: {
    "nba_raw.sample": {
      columns: { played_on: "date", name: "string", points: "integer", seen_at: "instant" },
      rows: ["Jokić", "Murray", "Gordon"].map((name, points) => ({ played_on: day, name, points, seen_at: "2026-02-04T03:10:00.120Z" })),
    },
  },
};

export const names: Query = {
  name: "names",
  sql: "SELECT name, points FROM {nba_raw.sample} WHERE played_on = @date LIMIT @limit",
  params: { date: { kind: "date", value: day }, limit: { kind: "integer", value: 1000 } },
  columns: { name: "string", points: "integer" },
};

export interface Stage {
  readonly warehouse: Warehouse;
  readonly cloud: Cloud;
  readonly address: string;
  readonly jobs: FakeJob[];
  /** `GET /queries/…` and so on, as they came. */
  readonly requests: HttpRequest[];
  readonly become: (content: WarehouseContent) => Promise<void>;
}

interface Staged extends Partial<FakeBigQuery> {
  readonly content?: WarehouseContent;
  /** Answers before BigQuery does. */
  readonly before?: HttpRoutes;
  readonly spending?: CallSpending;
  readonly given?: Partial<Cloud>;
}

const engine = embeddedEngine();
const started: { stop(): void }[] = [];

export async function stage({ content = sample, jobs = [], before, spending = plentyOf(), given, ...fake }: Staged = {}): Promise<Stage> {
  const requests: HttpRequest[] = [];
  const stores = changeableStores(content);
  const heard: HttpRoutes = async (request) => (requests.push(request), false);
  const bigquery = bigqueryRoutes(() => stores.at(new Date(0)), { project: "acme", location: "us-west2", engine, jobs, ...fake });
  const server = await startHttpServer([heard, ...(before === undefined ? [] : [before]), bigquery]);
  started.push(server);
  const cloud = cloudAt(server.address, given);
  return { warehouse: googleWarehouse(cloud, spending), cloud, address: server.address, jobs, requests, become: stores.become };
}

export function strikeStages(): void {
  for (const server of started.splice(0)) server.stop();
}

/** What `METHOD /path` of a request is, the project's part left out and ids as `ID`. */
export function said({ method, url }: HttpRequest): string {
  const path = url.pathname.replace(/^(?:\/bigquery\/v2)?\/projects\/acme/u, "").replace(/postgame_[0-9a-f-]{36}/u, "ID");
  return `${method} ${path}`;
}
