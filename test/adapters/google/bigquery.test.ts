import { embeddedEngine } from "../../../src/adapters/embedded/warehouse.ts";
import { googleWarehouse } from "../../../src/adapters/google/bigquery.ts";
import { refusals } from "../../../src/errors.ts";
import { warehouseContract } from "../../contracts/warehouse-contract.ts";
import { bigqueryRoutes } from "../../fakes/bigquery.ts";
import { startHttpServer } from "../../fakes/http.ts";
import { changeableStores } from "../embedded/world-of.ts";
import { cloudAt, plentyOf } from "./bigquery-stage.ts";

const engine = embeddedEngine();

// Small pages, so that every answer is put together from several; bytes to the byte, which the real minimum would hide.
const fake = { project: "acme", location: "us-west2", engine, pageRows: 16, billing: { unit: 1, minimum: 0 } };

warehouseContract(
  "google warehouse",
  async (content) => {
    const stores = changeableStores(content);
    const server = await startHttpServer([bigqueryRoutes(() => stores.at(new Date(0)), fake)]);
    return {
      warehouse: googleWarehouse(cloudAt(server.address), plentyOf()),
      become: stores.become,
      dispose: async () => server.stop(),
    };
  },
  // BigQuery has no words for what a scenario leaves out.
  { refusals: refusals.filter((refusal) => refusal !== "not_supplied") },
);
