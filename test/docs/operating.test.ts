import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { roles } from "../../src/adapters/refusal-words.ts";

const document = readFileSync(new URL("../../docs/operating.md", import.meta.url), "utf8");
const role = z.object({ includedPermissions: z.array(z.string()) });
const listed = role.parse(parse(/```yaml\n(# postgame-reader[\s\S]*?)```/u.exec(document)?.[1] ?? "")).includedPermissions;

test("the role in docs/operating.md holds every permission that a refusal may name", () => {
  expect(Object.keys(roles).filter((permission) => !listed.includes(permission))).toEqual([]);
});

test("it holds nothing that writes but the jobs that queries are", () => {
  expect(listed.filter((name) => !/\.(?:get|getData|list)$/u.test(name))).toEqual(["bigquery.jobs.create", "serviceusage.services.use"]);
});
