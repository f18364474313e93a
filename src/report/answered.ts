import type { Session } from "../session.ts";

/** Who answered, and for what. */
export type Answered = Pick<Session, "backend" | "scenario" | "supplied" | "replayed" | "real">;

/** What every summary begins with where it is not about the real stores as they are. */
export function opening({ scenario, supplied, replayed, real }: Answered): string {
  const invented = scenario === undefined ? "" : `SCENARIO ${scenario} (${supplied === true ? "data from files" : "invented data"}): `;
  const past = real?.past === true ? "STORES READ NOW, judged as of an earlier clock: " : "";
  return `${invented}${replayed === undefined ? "" : `REPLAY of ${replayed}: `}${past}`;
}

/** The same for a report's `asked`. */
export function answeredBy({ backend, scenario, replayed, real }: Answered): Record<string, string> {
  return {
    backend,
    ...(scenario === undefined ? {} : { scenario }),
    ...(replayed === undefined ? {} : { evidence: replayed }),
    ...(real === undefined ? {} : { project: real.project }),
    ...(real?.identity === undefined ? {} : { identity: real.identity }),
    ...(real?.repository === undefined ? {} : { repository: real.repository }),
    ...(real?.past === true ? { stores: "as they are now" } : {}),
  };
}
