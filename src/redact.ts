/** What secrets look like in text that comes from outside; each is replaced whole. */
const secrets: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/gu,
  /(?<![A-Za-z0-9])ya29\.[\w.-]{10,}/gu, // Google access token
  /(?<![A-Za-z0-9])1\/\/0[\w-]{20,}/gu, // Google refresh token
  /(?<![A-Za-z0-9])AIza[\w-]{30,}/gu, // Google API key
  /(?<![A-Za-z0-9])GOCSPX-[\w-]{10,}/gu, // Google OAuth client secret
  /(?<![A-Za-z0-9])eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/gu, // JSON Web Token
  /(?<![A-Za-z0-9])(?:gh[pousr]|github_pat|glpat|xox[abprs]|sk)[-_][\w-]{16,}/gu,
  /(?<![A-Za-z0-9])AKIA[A-Z0-9]{12,}/gu,
  /(?<![A-Za-z0-9])(?:Bearer|Basic)\s+[\w.~+/-]{12,}=*/giu,
  // But in our own granting command, which is of no use without: it begins the text, as nothing from outside does in ours.
  /(?<![\w.+-])(?<!^Run: gcloud projects add-iam-policy-binding [\w.:-]+ --member=serviceAccount:)[\w.+-]+@(?:[\w-]+\.iam|developer)\.gserviceaccount\.com/gu,
  /(?<=(?:password|passwd|secret|token|api[_-]?key|signature|credential)["']?\s*[=:]\s*["']?)[^\s"',;&]{6,}/giu,
  /(?<=:\/\/[^\s/:@]+:)[^\s@]+(?=@)/gu, // password in a URL
];

/** One of these is part of everything above: of ten thousand log lines hardly any has to be searched for all of it. */
const hints =
  /-----BEGIN|ya29|1\/\/0|AIza|GOCSPX|eyJ|gh[pousr][-_]|github_pat|glpat|xox[abprs]|sk[-_]|AKIA|bearer|basic|gserviceaccount|passw|secret|token|api[_-]?key|signature|credential|:\/\//iu;

/** The text with everything that looks like a secret replaced by `[redacted]`. */
export function redact(text: string): string {
  if (!hints.test(text)) return text;
  return secrets.reduce((left, secret) => left.replaceAll(secret, "[redacted]"), text);
}

/** The same JSON value with every text in it redacted, keys included. */
export function redactThroughout(value: unknown): unknown {
  if (typeof value === "string") return redact(value);
  if (Array.isArray(value)) return value.map(redactThroughout);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [redact(key), redactThroughout(inner)]));
}
