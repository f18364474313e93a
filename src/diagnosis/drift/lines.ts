import type { Finding } from "../../checks/finding.ts";
import { severityOf } from "../../checks/finding.ts";
import { listNames } from "../../checks/words.ts";
import type { Line } from "../inquiry.ts";
import type { Told } from "./examined.ts";

/** One line per topic, reason and severity; what keeps a unit from serving is a line of its own. */
export function linesOf(told: readonly Told[], of: number): readonly Line[] {
  return [...Map.groupBy(told, keyOf).values()].flatMap((group) => lineOf(group, of));
}

function keyOf({ topic, unit, finding }: Told): string {
  const { verdict, reason, observed } = finding;
  const isOwn = topic === "serving" && (verdict === "fail" || verdict === "not_due");
  const said = reason === "judged_without" ? observed : "";
  return JSON.stringify([topic, verdict, severityOf(finding), reason, said, isOwn ? unit : ""]);
}

function lineOf(group: readonly Told[], of: number): readonly Line[] {
  const [first] = group;
  if (first === undefined) return [];
  const { topic, unit, finding } = first;
  const subjects = [...new Set(group.map((each) => each.unit))];
  const evidence = [...new Set(group.flatMap((each) => each.evidence))];
  if (subjects.length === 1) return [{ id: `${topic}/${unit}`, finding, evidence }];
  // Of units that are well the list tells each, and naming every look would crowd out the rest.
  const rests = finding.verdict === "pass" ? evidence.slice(0, 3) : evidence;
  return [{ id: topic, subjects, finding: together(first, group, subjects.length, of), evidence: rests }];
}

/** What several units share: the count and the names, with what is special of each. */
function together({ topic, finding }: Told, group: readonly Told[], count: number, of: number): Finding {
  const phrase = finding.reason === "ok" && topic === "drift" ? upToDate : phrases[finding.reason];
  const names = listNames([...new Set(group.map(({ unit, brief }) => (briefly.includes(finding.reason) ? brief : undefined) ?? unit))]);
  if (phrase === undefined || finding.reason === "judged_without") return finding;
  const next = nexts[finding.reason];
  return { ...finding, observed: `${count} of ${of} units ${phrase}: ${names}`, ...(next === undefined ? {} : { next }) };
}

const briefly: readonly string[] = ["behind", "behind_by_time", "behind_deduced", "shared_behind"];

/** After `n of m units`, as all that follow. */
const upToDate = "serve their newest revision, which lacks nothing of the branch that touches their folders";

const phrases: Readonly<Record<string, string>> = {
  ok: "serve their newest revision, which is ready and has all traffic",
  behind: "lack commits that touch their own folders (commits)",
  behind_by_time: "lack commits that touch their own folders, by their time alone (commits)",
  behind_deduced: "lack commits that touch folders that are only deduced (commits)",
  shared_behind: "lack commits to shared folders (commits)",
  compared_by_time: "bear no commit label and lack nothing that was committed since they were made",
  folder_missing: "have folders in the pipeline file that the branch doesn't have",
  shared_folder_missing: "name shared folders that the branch doesn't have",
  folder_deduced: "have deduced folders that the branch doesn't have",
  name_deduced: "are not deployed under names that are only deduced",
  copy_stale: "lack nothing that this copy of the repository knows of, but it was not fetched lately",
  unproven: "logged nothing of their own since they serve, or in a day: that they work is not proven",
  variables_missing: "lack declared environment variables",
  few_instances: "keep fewer instances warm than declared",
  no_subscription: "are to be called by topics that nothing subscribes to",
  trigger_elsewhere: "are to be called by topics that deliver elsewhere",
  trigger_deduced: "have no subscription of a topic that is only deduced",
  receiver_not_told: "are called by subscriptions whose addresses name no declared unit",
  live: "hold the commit: live",
  not_pushed: "lack the commit, which is not pushed: not live",
  not_built: "lack the commit, which was not built: not live",
  overtaken: "lack the commit, which an earlier revision held: not live",
  built_and_failed: "lack the commit, and the revision that holds it never became ready: not live",
  no_traffic: "lack the commit, and the revision that holds it has no traffic, or only a part of it: not live",
  not_live: "lack the commit: not live",
  no_label: "bear no commit label, so it can't be told by ancestry",
  seen: "logged the text since they serve",
  proof_not_seen: "logged other lines and not the text since they serve",
  nothing_logged: "logged nothing of their own since they serve, so nothing is known of the text",
};

/** Where the first unit's would name only that. */
const nexts: Readonly<Record<string, string>> = {
  behind: "Deploy them, unless they are held back on purpose.",
  behind_by_time: "Deploy them with their commit label, unless they are held back on purpose.",
  not_built: "Deploy them, then see that the traffic moves.",
  not_pushed: "Push the commit, then deploy them.",
  no_traffic: "Give their newest revisions all traffic.",
};
