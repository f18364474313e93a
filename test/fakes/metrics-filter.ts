/** What a time series is chosen by. */
export interface SeriesFace {
  readonly metric: { readonly type: string; readonly labels: Readonly<Record<string, string>> };
  readonly resource: { readonly type: string; readonly labels: Readonly<Record<string, string>> };
}

export interface SeriesFilter {
  readonly metricType: string;
  /** What `resource.labels.KEY = "…"` demands, for looking up instead of going through everything. */
  labelOf(key: string): string | undefined;
  holds(series: SeriesFace): boolean;
}

interface Condition {
  readonly field: string;
  readonly negated: boolean;
  readonly test: (value: string) => boolean;
  readonly equals: string | undefined;
}

/**
 * Reads a monitoring filter: comparisons joined by AND. Everything else that the language has is refused loudly, as is a
 * filter without one metric type. https://cloud.google.com/monitoring/api/v3/filters
 */
export function readSeriesFilter(text: string): SeriesFilter {
  const conditions = text.split(/\s+AND\s+/u).map((part) => readCondition(part.trim()));
  const types = conditions.filter(({ field, equals }) => field === "metric.type" && equals !== undefined);
  const [only] = types;
  if (only?.equals === undefined || types.length !== 1) throw new SyntaxError("The filter must name exactly one metric type.");
  return {
    metricType: only.equals,
    labelOf: (key) => conditions.find(({ field, negated }) => field === `resource.labels.${key}` && !negated)?.equals,
    holds: (series) => conditions.every(({ field, negated, test }) => test(valueOf(series, field) ?? "") !== negated),
  };
}

const condition =
  /^(metric\.type|resource\.type|(?:metric|resource)\.labels?\.\w+)\s*(!?=)\s*(?:"((?:[^"\\]|\\.)*)"|(starts_with|one_of)\(\s*((?:"(?:[^"\\]|\\.)*"\s*,?\s*)+)\))$/u;

function readCondition(part: string): Condition {
  const found = condition.exec(part);
  if (found === null) throw new SyntaxError(`This fake reads no such condition: ${part}`);
  const [, field = "", operator, plain, call, list = ""] = found;
  const values = [...list.matchAll(/"((?:[^"\\]|\\.)*)"/gu)].map(([, value = ""]) => unescaped(value));
  const equals = plain === undefined || operator !== "=" ? undefined : unescaped(plain);
  const test = (value: string): boolean => {
    if (plain !== undefined) return value === unescaped(plain);
    return call === "one_of" ? values.includes(value) : value.startsWith(values[0] ?? "");
  };
  return { field: field.replace(".label.", ".labels."), negated: operator === "!=", test, equals };
}

function valueOf({ metric, resource }: SeriesFace, field: string): string | undefined {
  if (field === "metric.type") return metric.type;
  if (field === "resource.type") return resource.type;
  const [of, , key = ""] = field.split(".");
  return (of === "metric" ? metric : resource).labels[key];
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/gu, "$1");
}
