import { googleDocuments } from "../../../src/adapters/google/firestore.ts";
import { documentsContract } from "../../contracts/documents-contract.ts";
import { firestoreService } from "../../fakes/firestore.ts";
import { grpcRefusals, startGrpcServer } from "../../fakes/grpc.ts";
import { worldOf } from "../embedded/world-of.ts";
import { acmeProject } from "../../support/cloud.ts";

const cloud = acmeProject;

documentsContract(
  "google documents over the fake",
  async (content) => {
    let world = worldOf(content);
    const server = await startGrpcServer([firestoreService(() => world)]);
    return {
      documents: googleDocuments({ ...cloud, reach: { grpc: server.reach } }),
      become: async (next) => {
        world = worldOf(next);
      },
      dispose: async () => server.stop(),
    };
  },
  { refusals: grpcRefusals },
);
