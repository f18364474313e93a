import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Without this the Google client libraries look for a metadata server, even against a loopback fake.
    env: { METADATA_SERVER_DETECTION: "none", NO_COLOR: "1", FORCE_COLOR: "0" },
    testTimeout: 60_000,
    // Two also on two cores: much of the time goes into waiting for child processes.
    maxWorkers: 2,
  },
});
