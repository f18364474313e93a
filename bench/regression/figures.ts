/** What was counted over a number of nights; plain, so that it can be handed from thread to thread. */
export interface Figures {
  clean: CleanFigures;
  kinds: Record<string, KindFigures>;
  operator: OperatorFigures;
  /** Judgements that were made once more without anything remembered, and how many of them came out otherwise. */
  again: { judgements: number; different: string[] };
}

interface CleanFigures {
  days: number;
  daysWithGames: number;
  /** By clock. */
  judgements: Record<string, number>;
  /** Warnings and failures: false alarms. */
  alarms: string[];
  alarmDays: number;
  /** By check and reason; `why` they are right, or known: empty if they are neither. */
  unknowns: Record<string, { count: number; first: string; why: string }>;
  unknownDays: number;
  /** Where a pass was owed and another verdict given. */
  notPassed: string[];
}

export interface KindFigures {
  innocent: boolean;
  tried: number;
  found: number;
  exact: number;
  turned: number;
  overall: number;
  /** The operator's rules said more than on the clean day. */
  operator: number;
  troubles: string[];
}

interface OperatorFigures {
  days: number;
  /** Days by the rules that speak on them, as a JSON list of their names. */
  spoken: Record<string, number>;
}

export function noFigures(): Figures {
  return {
    clean: { days: 0, daysWithGames: 0, judgements: {}, alarms: [], alarmDays: 0, unknowns: {}, unknownDays: 0, notPassed: [] },
    kinds: {},
    operator: { days: 0, spoken: {} },
    again: { judgements: 0, different: [] },
  };
}

/** By the kind's id. */
export function kindFigures(figures: Figures, id: string, innocent: boolean): KindFigures {
  return (figures.kinds[id] ??= { innocent, tried: 0, found: 0, exact: 0, turned: 0, overall: 0, operator: 0, troubles: [] });
}

/** Adds what another thread has counted. */
export function addFigures(to: Figures, more: Figures): void {
  addClean(to.clean, more.clean);
  for (const [id, kind] of Object.entries(more.kinds)) {
    const own = kindFigures(to, id, kind.innocent);
    for (const key of ["tried", "found", "exact", "turned", "overall", "operator"] as const) own[key] += kind[key];
    own.troubles.push(...kind.troubles);
  }
  to.operator.days += more.operator.days;
  addCounts(to.operator.spoken, more.operator.spoken);
  to.again.judgements += more.again.judgements;
  to.again.different.push(...more.again.different);
}

function addClean(to: CleanFigures, more: CleanFigures): void {
  for (const key of ["days", "daysWithGames", "alarmDays", "unknownDays"] as const) to[key] += more[key];
  for (const key of ["alarms", "notPassed"] as const) to[key].push(...more[key]);
  addCounts(to.judgements, more.judgements);
  for (const [reason, { count, first, why }] of Object.entries(more.unknowns)) {
    const own = (to.unknowns[reason] ??= { count: 0, first, why });
    own.count += count;
  }
}

function addCounts(to: Record<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(more)) to[name] = (to[name] ?? 0) + count;
}
