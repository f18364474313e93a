import type { Firestore } from "@google-cloud/firestore";
import type { FirestoreClient } from "@google-cloud/firestore-api/client_v1";
import { credentials } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { googleDocuments } from "../../../src/adapters/google/firestore.ts";
import type { DocumentSnapshot, Documents, FieldValue } from "../../../src/ports/documents.ts";
import { BackendError } from "../../../src/errors.ts";
import { asking } from "../../contracts/asking.ts";
import type { DocumentsContent } from "../../contracts/documents-contract.ts";
import { documentsContract } from "../../contracts/documents-contract.ts";
import { emulatorJar, startEmulator } from "../../fakes/firestore-emulator.ts";
import { randomContent, randomReads } from "../../fakes/firestore-fuzz.ts";
import type { Read } from "../../fakes/firestore-fuzz.ts";
import { wireFields } from "../../fakes/firestore-values.ts";
import { firestoreService } from "../../fakes/firestore.ts";
import { startGrpcServer } from "../../fakes/grpc.ts";
import { worldOf } from "../embedded/world-of.ts";
import { acmeProject } from "../../support/cloud.ts";

const jar = emulatorJar();
const seed = Number(process.env["POSTGAME_FUZZ_SEED"] ?? 20_260_203);
const reads = Number(process.env["POSTGAME_FUZZ_READS"] ?? 2000);

const title =
  jar === undefined
    ? "not compared with Google's own emulator: neither POSTGAME_FIRESTORE_EMULATOR_JAR nor a gcloud SDK with it and Java is here"
    : "compared with Google's own emulator";
describe.skipIf(jar === undefined)(`${title}`, () => {
  oracleTests(jar ?? "");
});

function oracleTests(jar: string): void {
  let emulator: Awaited<ReturnType<typeof startEmulator>>;
  beforeAll(async () => {
    emulator = await startEmulator(jar);
  });
  afterAll(() => emulator?.stop());
  const reach = () => ({ servicePath: "127.0.0.1", port: emulator.port, sslCreds: credentials.createInsecure() });
  const documentsOf = (project: string, grpc: Readonly<Record<string, unknown>>) =>
    googleDocuments({ ...acmeProject, project, reach: { grpc } });

  const project = "contract";
  let store: Firestore | undefined;
  let documents: Documents | undefined;
  const become = async (content: DocumentsContent): Promise<void> => {
    await emulator.clear(project);
    store ??= await storeOf(emulator.port, project);
    await fill(store, content);
  };
  afterAll(() => store?.terminate());
  documentsContract(
    "google documents over the emulator",
    async (content) => {
      await become(content);
      return { documents: (documents ??= documentsOf(project, reach())), become, dispose: async () => {} };
    },
    { real: true },
  );

  test(`the fake answers ${reads} random reads as the emulator does (seed ${seed})`, async () => {
    const { FirestoreClient: Client } = await import("@google-cloud/firestore-api/client_v1");
    const client = new Client({ ...reach(), projectId: "fuzz" });
    let world = worldOf({});
    const server = await startGrpcServer([firestoreService(() => world)]);
    const [ours, theirs] = [documentsOf("fuzz", server.reach), documentsOf("fuzz", reach())];
    const kinds = new Map<string, number>();
    const perRound = 250;
    for (let round = 0; round * perRound < reads; round += 1) {
      const content = randomContent(seed, round);
      world = worldOf(content);
      await commit(client, content);
      const asked = randomReads(seed, round, content, perRound);
      const answers = await Promise.all(
        asked.map(async (read) => ({ read, ours: await outcome(ours, read), theirs: await outcome(theirs, read) })),
      );
      for (const { read, ours: fake, theirs: real } of answers) {
        expect({ round, read, answer: fake }).toEqual({ round, read, answer: real });
        const kind = `${read.ask} ${kindOf(real)}`;
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      }
    }
    server.stop();
    await client.close();
    // Agreement on nothing but absence would prove little.
    const least = reads / 100;
    for (const kind of [
      "get found",
      "get none",
      "get malformed",
      "getMany found",
      "count found",
      "list found",
      "greatest found",
      "greatest none",
      "greatest malformed",
    ])
      expect([kind, (kinds.get(kind) ?? 0) >= least]).toEqual([kind, true]);
  });
}

async function storeOf(port: number, projectId: string): Promise<Firestore> {
  const { Firestore: Store } = await import("@google-cloud/firestore");
  return new Store({ projectId, host: `127.0.0.1:${port}`, ssl: false, sslCreds: credentials.createInsecure() });
}

/** Through the library's own writes, which know nothing of the fake's encoding. */
async function fill(store: Firestore, { collections }: DocumentsContent): Promise<void> {
  const { Timestamp } = await import("@google-cloud/firestore");
  const stored = (value: FieldValue): unknown => {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(stored);
    if (!("$timestamp" in value)) return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, stored(each)]));
    const iso = String(value["$timestamp"]);
    const nanos = Number((/\.(\d+)/u.exec(iso)?.[1] ?? "").padEnd(9, "0"));
    return new Timestamp(Math.floor(Date.parse(iso) / 1000), nanos);
  };
  const batch = store.batch();
  for (const [collection, documents] of Object.entries(collections)) {
    for (const { id, fields } of documents) batch.set(store.collection(collection).doc(id), stored(fields) as Record<string, unknown>); // a document's fields are a map
  }
  await batch.commit();
}

async function commit(client: FirestoreClient, { collections }: DocumentsContent): Promise<void> {
  const database = "projects/fuzz/databases/(default)";
  const writes = Object.entries(collections).flatMap(([collection, documents]) =>
    documents.map(({ id, fields }) => ({ update: { name: `${database}/documents/${collection}/${id}`, fields: wireFields(fields) } })),
  );
  await client.commit({ database, writes } as Parameters<FirestoreClient["commit"]>[0]); // base64 for bytes, which it takes too
}

/** What was answered but for the times, which a real store sets itself; or why nothing was. */
async function outcome(documents: Documents, read: Read): Promise<unknown> {
  const timeless = (found: DocumentSnapshot | undefined) => (found === undefined ? undefined : { id: found.id, fields: found.fields });
  try {
    switch (read.ask) {
      case "get":
        return timeless(await documents.get(read, asking()));
      case "getMany":
        return (await documents.getMany(read, asking())).map(timeless);
      case "count":
        return await documents.count(read, asking());
      case "greatest":
        return timeless(await documents.greatest(read, asking()));
      case "list":
        return await documents.list(read, asking());
    }
  } catch (error) {
    if (error instanceof BackendError) return `refused as ${error.refusal}`;
    throw error;
  }
}

function kindOf(answer: unknown): string {
  if (answer === undefined) return "none";
  return typeof answer === "string" ? answer.replace("refused as ", "") : "found";
}
