import type { About } from "../../src/checks/check.ts";

/** For checks that a test makes up. */
export const about: About = { why: "?", rule: "?", todo: "?" };
