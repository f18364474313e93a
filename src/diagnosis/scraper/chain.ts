import { at, listNames } from "../../checks/words.ts";
import { quoted } from "../../outside-text.ts";
import { addMinutes } from "../../pipeline/dates.ts";
import type { Holds } from "../cause.ts";
import type { Chain, ScraperCase, ScraperEvidence, Span } from "./case.ts";
import { decisionSpan, within, windowSpan } from "./case.ts";
import type { JobRun, Journals } from "./journals.ts";
import { attemptsOfJob, inSpan, silence } from "./journals.ts";

/** One thing that holds, does not, or could not be told, and in words what was found. */
export interface Sign {
  readonly holds: Holds;
  readonly said: string;
}

export function sign(holds: Holds, said: string): Sign {
  return { holds, said };
}

/** That the record of runs shows nothing, one way or the other. */
export function runsUntold({ scope }: ScraperCase, { attempts }: ScraperEvidence): Sign {
  return sign("unknown", silence(scope.rules.scraping.executions, attempts));
}

/** Signs of how far it came in the window that counts, from the scheduler to the run of the scraper. */
export interface ChainSigns {
  readonly silent: Sign;
  readonly failed_auth: Sign;
  readonly failed_target: Sign;
  readonly failed_deadline: Sign;
  readonly failed: Sign;
  /** What the scheduler's call was for came about all the same. */
  readonly went_on: Sign;
  readonly decided: Sign;
  readonly undecided: Sign;
  readonly skipped: Sign;
  readonly executed: Sign;
  readonly unexecuted: Sign;
  readonly ran: Sign;
  /** It broke off before the scraper was started, so that no run of it can be to blame. */
  readonly broke_before: Sign;
}

interface Links {
  readonly about: ScraperCase;
  readonly evidence: ScraperEvidence;
  readonly journals: Journals;
  readonly chain: Chain;
  /** In which it must have been executed. */
  readonly span: Span;
  /** In which it must have been decided. */
  readonly deciding: Span;
}

export function chainSigns(about: ScraperCase, evidence: ScraperEvidence, journals: Journals, chain: Chain): ChainSigns {
  const links: Links = { about, evidence, journals, chain, span: windowSpan(about, chain), deciding: decisionSpan(about) };
  const ran = ranSign(links);
  const executed = executedSign(links, ran);
  const decided = decidedSign(links, executed);
  const { skipped, undecided } = undecidedSigns(links, decided);
  const scheduler = schedulerSigns(links, { decided, executed, ran });
  return {
    ...scheduler,
    decided,
    skipped,
    undecided,
    executed,
    unexecuted: unexecutedSign(links, decided, executed),
    ran,
    broke_before: brokeBefore(links, ran),
  };
}

function ranSign({ about, evidence, journals, span }: Links): Sign {
  const { scope, scrapers } = about;
  const [first] = inSpan(journals.runs, span) ?? [];
  if (first !== undefined) return sign("yes", `${listNames(scrapers)} ran ${at(first.at, scope)}`);
  if (journals.runs === undefined || !journals.isWhole) return runsUntold(about, evidence);
  return sign("no", `no run of ${listNames(scrapers)} is recorded from ${at(span.from, scope)} to ${at(span.to, scope)}`);
}

/** A run that bears the workflow's name shows that the workflow was executed, whatever became of the row about it. */
function executedSign({ about, evidence, journals, chain, span }: Links, ran: Sign): Sign {
  const { workflow, scope } = about;
  const byWorkflow = inSpan(journals.runs, span)?.find((run) => run.workflow === workflow);
  if (byWorkflow !== undefined) return sign("yes", `${workflow} ran ${at(byWorkflow.at, scope)}`);
  const [row] = (inSpan(journals.executions, span) ?? []).filter(({ asked }) => asked);
  if (row !== undefined) return sign("yes", `${workflow} was executed ${at(row.at, scope)}: ${quoted(row.status)}`);
  if (journals.executions === undefined) return sign("unknown", silence(chain.runs, evidence.executions));
  if (ran.holds === "unknown") return sign("no", `${chain.runs} has no execution of ${workflow} in that window`);
  return sign("no", `no execution of ${workflow} in that window`);
}

function decidedSign({ about, evidence, journals, deciding }: Links, executed: Sign): Sign {
  const { workflow, scope } = about;
  const own = ownDecisions(journals, deciding);
  const run = own?.find(({ action }) => action === "RUN");
  if (run !== undefined) return sign("yes", `${workflow} decided RUN at ${at(run.at, scope)}`);
  if (executed.holds === "yes") return sign("yes", executed.said);
  if (own === undefined) return sign("unknown", silence(scope.rules.scraping.decisions, evidence.decisions));
  return sign("no", `no decision to run ${workflow} is recorded in that window`);
}

function ownDecisions({ decisions }: Journals, span: Span) {
  return inSpan(decisions, span)?.filter(({ own }) => own);
}

function undecidedSigns({ about, journals, deciding }: Links, decided: Sign): { skipped: Sign; undecided: Sign } {
  const { workflow, scope } = about;
  if (decided.holds !== "no") return { skipped: flipped(decided), undecided: flipped(decided) };
  const own = ownDecisions(journals, deciding) ?? [];
  const last = own.at(-1);
  if (last === undefined)
    return { skipped: sign("no", decided.said), undecided: sign("yes", `no decision on ${workflow} is recorded in that window`) };
  const known = ["SKIP", "ABORT"].includes(last.action) ? last.action : quoted(last.action);
  const reason = last.reason === undefined ? "" : `: ${quoted(last.reason)}`;
  const said = `${workflow} decided ${known} at ${at(last.at, scope)}${reason}`;
  return { skipped: sign("yes", said), undecided: sign("no", said) };
}

function flipped({ holds, said }: Sign): Sign {
  return sign(holds === "yes" ? "no" : holds === "no" ? "yes" : "unknown", said);
}

/** A decision that is executed within minutes is still on its way until then. */
function unexecutedSign({ about, journals, chain, deciding }: Links, decided: Sign, executed: Sign): Sign {
  const run = ownDecisions(journals, deciding)?.findLast(({ action }) => action === "RUN");
  const due = run === undefined ? undefined : addMinutes(run.at, chain.minutes.execute);
  if (due !== undefined && about.scope.asOf < due) return sign("unknown", `it may be executed until ${at(due, about.scope)}`);
  return decided.holds === "no" ? sign("no", decided.said) : flipped(executed);
}

/**
 * The scheduler's call that is to blame, if one is: that of the controller, or, once it has decided, that of what executes its
 * decisions. Attempts are believed from the scheduler's own log, and its silence only beside attempts at other times.
 */
function schedulerSigns(
  links: Links,
  { decided, executed, ran }: { decided: Sign; executed: Sign; ran: Sign },
): Pick<ChainSigns, SchedulerSign> {
  const { about, evidence, journals, chain, deciding } = links;
  const { scope, window } = about;
  const controllers = attemptsOfJob(evidence.deciding, scope.asOf);
  const anyDecision = inSpan(journals.decisions, deciding)?.[0];
  const controllerWorked =
    decided.holds === "yes" || anyDecision !== undefined || inSpan(controllers, deciding)?.some(({ status }) => status === "OK");
  if (controllerWorked !== true) {
    const wentOn = anyDecided(links, executed, ran);
    return called(links, { job: chain.decides, log: evidence.deciding, attempts: controllers, span: deciding, wentOn });
  }
  const [earliest] = ownDecisions(journals, deciding)?.filter(({ action }) => action === "RUN") ?? [];
  const executing = { from: earliest?.at ?? deciding.from, to: addMinutes(earliest?.at ?? window.at, chain.minutes.execute) };
  if (decided.holds === "no") return nothingToCall(decided.said);
  const wentOn =
    executed.holds === "yes"
      ? executed
      : ran.holds === "yes"
        ? ran
        : executed.holds === "no" && ran.holds === "no"
          ? ran
          : sign("unknown", executed.holds === "unknown" ? executed.said : ran.said);
  return called(links, {
    job: chain.executes,
    log: evidence.executing,
    attempts: attemptsOfJob(evidence.executing, scope.asOf),
    span: executing,
    wentOn,
  });
}

type SchedulerSign = "silent" | "failed_auth" | "failed_target" | "failed_deadline" | "failed" | "went_on";

function anyDecided({ journals, evidence, about: { scope } }: Links, executed: Sign, ran: Sign): Sign {
  if (executed.holds === "yes") return executed;
  if (ran.holds === "yes") return ran;
  if (journals.decisions === undefined) return sign("unknown", silence(scope.rules.scraping.decisions, evidence.decisions));
  return sign("no", "no workflow was decided on in that window");
}

function nothingToCall(said: string): Pick<ChainSigns, SchedulerSign> {
  const none = sign("no", said);
  return { silent: none, ...failures(none), went_on: sign("yes", said) };
}

/** Where one thing is to be said of every way to fail. */
function failures(each: Sign): Omit<Pick<ChainSigns, SchedulerSign>, "silent" | "went_on"> {
  return { failed: each, failed_auth: each, failed_target: each, failed_deadline: each };
}

interface Called {
  readonly job: string;
  readonly log: ScraperEvidence["deciding"];
  readonly attempts: readonly JobRun[] | undefined;
  readonly span: Span;
  readonly wentOn: Sign;
}

function called({ about: { scope } }: Links, { job, log, attempts, span, wentOn }: Called): Pick<ChainSigns, SchedulerSign> {
  if (attempts === undefined) {
    const lost = sign(
      "unknown",
      log.seen
        ? `the scheduler's log holds no attempt of ${job} at all`
        : `the scheduler's log of ${job} could not be read (${log.refusal})`,
    );
    return { silent: lost, ...failures(lost), went_on: wentOn };
  }
  const here = attempts.filter(({ at: when }) => within(span, when));
  const last = here.at(-1);
  const good = here.find(({ status }) => status === "OK");
  if (last === undefined) {
    const said = `${job} was not tried from ${at(span.from, scope)} to ${at(span.to, scope)}, at other times ${attempts.length} times`;
    return { silent: sign("yes", said), ...failures(sign("no", said)), went_on: wentOn };
  }
  const kind = good === undefined ? kindOf(last.status) : "good";
  const said = `${job} was tried ${at((good ?? last).at, scope)}: ${quoted((good ?? last).status ?? "outcome not told")}`;
  const is = (wanted: string): Sign => sign(kind === "untold" ? "unknown" : kind === wanted ? "yes" : "no", said);
  return {
    silent: sign("no", said),
    failed: sign(kind === "untold" ? "unknown" : kind === "good" ? "no" : "yes", said),
    failed_auth: is("auth"),
    // A wrong address shows as an internal error too, and so does a fault of what was called.
    failed_target: kind === "internal" ? sign("unknown", said) : is("target"),
    failed_deadline: is("deadline"),
    went_on: wentOn,
  };
}

/** By the platform's names of its own status codes. */
function kindOf(status: string | null): "auth" | "target" | "deadline" | "internal" | "other" | "untold" {
  switch (status) {
    case null:
      return "untold";
    case "PERMISSION_DENIED":
    case "UNAUTHENTICATED":
      return "auth";
    case "NOT_FOUND":
      return "target";
    case "DEADLINE_EXCEEDED":
      return "deadline";
    case "INTERNAL":
    case "UNAVAILABLE":
      return "internal";
  }
  return "other";
}

function brokeBefore({ about, journals, span }: Links, ran: Sign): Sign {
  if (ran.holds === "yes") return sign("no", ran.said);
  const line = journals.lines?.find(({ named, when }) => named && within(span, when));
  if (line !== undefined) return sign("no", `a line names it ${at(line.when, about.scope)}`);
  return ran.holds === "no" ? sign("yes", ran.said) : sign("unknown", ran.said);
}
