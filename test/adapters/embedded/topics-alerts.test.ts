import { storeClock } from "../../../src/adapters/embedded/clock.ts";
import { embeddedAlerts } from "../../../src/adapters/embedded/alerts.ts";
import { embeddedTopics } from "../../../src/adapters/embedded/topics.ts";
import { alertsClock, alertsContract } from "../../contracts/alerts-contract.ts";
import { topicsClock, topicsContract } from "../../contracts/topics-contract.ts";
import { changeableStores } from "./world-of.ts";

const dispose = async (): Promise<void> => {};

topicsContract("embedded topics", async (content) => {
  const stores = changeableStores(content);
  return { topics: embeddedTopics(stores, storeClock(topicsClock)), become: stores.become, dispose };
});
alertsContract("embedded alerts", async (content) => {
  const stores = changeableStores(content);
  return { alerts: embeddedAlerts(stores, storeClock(alertsClock)), become: stores.become, dispose };
});
