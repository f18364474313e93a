import type { About } from "../check.ts";

export const about: About = {
  why: "The tracker and the tables are written by different hands. It has said three of five beside full tables, and five of five beside an empty one.",
  rule: "Three facts apart: what is recorded, what rows there are, and what the next phase has put out. A flag without rows is P0, said after a second look. Output of the next phase older than the rows it reads is P2, none at all P1. With good output a wrong count or trigger is only P3.",
  stage: "completion",
  todo: "Where rows are missing, run the processor; where the next phase is older, run it again; where only the record is wrong, reconcile the record and run nothing.",
};
