import { expect, test } from "vitest";
import { storeClock } from "../../../src/adapters/embedded/clock.ts";
import { embeddedSource } from "../../../src/adapters/embedded/source.ts";
import type { StoredCommit, Stores } from "../../../src/adapters/embedded/world.ts";
import { refusals } from "../../../src/errors.ts";
import { asking, refusalOf } from "../../contracts/asking.ts";
import type { SourceContent } from "../../contracts/source-contract.ts";
import { sourceContract } from "../../contracts/source-contract.ts";
import { worldOf } from "./world-of.ts";

const clock = () => storeClock(new Date("2026-02-06T12:00:00Z"));
const storesOf = ({ commits, failures = [] }: SourceContent): Stores => {
  const world = { ...worldOf({ failures }), commits: () => commits };
  return { at: () => world };
};

sourceContract(
  "embedded source",
  async (content) => {
    const source = embeddedSource(storesOf(content), clock());
    return {
      source,
      shaOf: async (sha) => (await embeddedSource(storesOf({ commits: content.commits }), clock()).commit({ sha }, asking()))?.sha ?? "",
      dispose: async () => {},
    };
  },
  refusals,
);

const commit = (sha: string): StoredCommit => ({ sha, at: "2026-02-01T10:00:00Z", branch: "trunk", subject: "Any", touches: ["raw"] });

test("a sha that begins two commits is none of them", async () => {
  const source = embeddedSource(storesOf({ commits: [commit("1234567a"), commit("1234567b")] }), clock());
  expect(await source.commit({ sha: "1234567" }, asking())).toBeUndefined();
  expect((await source.commit({ sha: "1234567a" }, asking()))?.sha).toHaveLength(40);
});

test("the branch is the one that the history begins with, and a history without commits is none to compare with", async () => {
  const source = embeddedSource(storesOf({ commits: [commit("1234567a")] }), clock());
  expect((await source.tip(asking())).branch).toBe("origin/trunk");
  expect((await refusalOf(embeddedSource(storesOf({ commits: [] }), clock()).tip(asking()))).refusal).toBe("no_such_place");
});

test("commits that nobody supplied are refused as that, never as none", async () => {
  const nothing = { notSupplied: "the scenario supplies no commits", next: "Add them." };
  const source = embeddedSource({ at: () => ({ ...worldOf({}), commits: () => nothing }) }, clock());
  for (const asked of [source.tip(asking()), source.existing({ paths: ["raw"] }, asking())]) {
    expect(await refusalOf(asked)).toMatchObject({ refusal: "not_supplied", next: "Add them." });
  }
});
