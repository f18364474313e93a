/** Nobody could log in, so no service was asked. The words of its cause may hold pieces of a credential: they stay there. */
export class LoginError extends Error {
  override readonly name = "LoginError";

  constructor(cause: unknown) {
    super("The login failed.", { cause });
  }
}

/**
 * Runs what logs in and asks nothing else: whatever fails there is a login that is missing or broken, be it a file without a
 * key, one that does not parse, or an account that may not be impersonated. Only a network that fails says nothing about it.
 */
export async function loggingIn<T>(login: () => Promise<T>): Promise<T> {
  try {
    return await login();
  } catch (error) {
    throw isNetworkProblem(error) || isOver(error) || isServerFault(error) ? error : new LoginError(error);
  }
}

/** Said on the way by the login library, and by gRPC of a token that it could not get. It gives words, seldom a code. */
export function isLoginProblem(error: Error): boolean {
  if (error instanceof LoginError) return true;
  if (isNetworkProblem(error) || networkWords.test(error.message)) return false;
  return loginWords.test(error.message) || loginCodes.test(codeOf(error) ?? "");
}

const loginWords = new RegExp(
  [
    "invalid_grant|invalid_rapt|invalid_client|unauthorized_client|DECODER routines",
    "Could not load the default credentials|Could not refresh access token|Unable to find credentials in current environment",
    "No (?:access, )?refresh token(?:, API key)? (?:or refresh handler callback )?is set|No key or keyFile set|Invalid JSON key file",
    "Unable to read the credential file|The file path is invalid|Unable to parse the subject_token",
    "The incoming JSON object does not|Must pass in a JSON object containing",
    "unable to impersonate|Unexpected error determining execution environment|Getting metadata from plugin failed",
  ].join("|"),
  "u",
);

/** A key that OpenSSL can't read. Of a connection it says `ERR_SSL_…`. */
const loginCodes = /^ERR_OSSL_|^ERR_CRYPTO_SIGN_KEY_REQUIRED$/u;

/** gRPC hands on the words alone of a token that could not be fetched. */
const networkWords =
  /Getting metadata from plugin failed.*(?:\bE(?:CONN|NET|HOST|AI_|PIPE|PROTO|NOTFOUND|TIMEDOUT)|certificate|socket hang up)/su;

/**
 * Of the connection, its TLS or its HTTP, by the codes of Node, OpenSSL, llhttp and undici; also where `fetch` hides it in a
 * cause. What those say of wrong arguments is a bug of ours.
 */
export function isNetworkProblem(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  if (code !== undefined) return networkCodes.test(code) && !/INVALID_ARG/u.test(code);
  return error.cause instanceof Error && networkCodes.test(codeOf(error.cause) ?? "");
}

const networkCodes = new RegExp(
  [
    // https://nodejs.org/api/errors.html#common-system-errors
    "^(?:ECONN[A-Z]+|ENET[A-Z]+|EHOST[A-Z]+|EAI_[A-Z]+|ESOCKET[A-Z]*|EPIPE|EPROTO|ENOTFOUND|ENODATA|ETIMEDOUT|EADDRNOTAVAIL)$",
    // https://nodejs.org/api/tls.html#x509-certificate-error-codes
    "^(?:SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|CERT_|CRL_|ERROR_IN_CERT_|ERROR_IN_CRL_|INVALID_CA$|INVALID_PURPOSE$|PATH_LENGTH_|HOSTNAME_MISMATCH$)",
    "^(?:ERR_TLS_|ERR_SSL_|ERR_HTTP2_|ERR_SOCKET_|ERR_STREAM_PREMATURE_CLOSE$|UND_ERR_|HPE_)",
  ].join("|"),
  "u",
);

function isOver(error: unknown): boolean {
  return error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError");
}

/** Whoever gives the tokens is overloaded or down. */
function isServerFault(error: unknown): boolean {
  const status = error instanceof Error && "code" in error ? Number(error.code) : NaN;
  return status === 429 || (status >= 500 && status < 600);
}

function codeOf(error: Error): string | undefined {
  return "code" in error && typeof error.code === "string" && !/^\d+$/u.test(error.code) ? error.code : undefined;
}
