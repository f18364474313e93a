/** What secrets look like in text that comes from outside; each is replaced whole. */
const secrets: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/gu,
  /\bya29\.[\w.-]{10,}/gu, // Google access token
  /\bAIza[\w-]{30,}/gu, // Google API key
  /\bGOCSPX-[\w-]{10,}/gu, // Google OAuth client secret
  /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/gu, // JSON Web Token
  /\b(?:ghp|gho|ghs|github_pat)_\w{20,}/gu,
  /\b(?:Bearer|Basic)\s+[\w.~+/-]{12,}=*/giu,
  /\b[\w.+-]+@[\w-]+\.iam\.gserviceaccount\.com\b/gu,
  /(?<=\b(?:password|passwd|secret|token|api[_-]?key|client[_-]?secret)["']?\s*[=:]\s*["']?)[^\s"',;&]{6,}/giu,
  /(?<=:\/\/[^\s/:@]+:)[^\s/@]+(?=@)/gu, // password in a URL
];

/** The text with everything that looks like a secret replaced by `[redacted]`. */
export function redact(text: string): string {
  return secrets.reduce((left, secret) => left.replaceAll(secret, "[redacted]"), text);
}

/** The same JSON value with every text in it redacted, keys included. */
export function redactThroughout(value: unknown): unknown {
  if (typeof value === "string") return redact(value);
  if (Array.isArray(value)) return value.map(redactThroughout);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [redact(key), redactThroughout(inner)]));
}
