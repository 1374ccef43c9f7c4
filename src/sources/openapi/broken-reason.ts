/** Why a request got no answer, for people. */

const CONNECTIONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was reset",
  ENOTFOUND: "there is no host of that name",
  EAI_AGAIN: "its name could not be looked up",
  ETIMEDOUT: "it took too long to connect",
  UND_ERR_CONNECT_TIMEOUT: "it took too long to connect",
  EHOSTUNREACH: "there is no way to that host",
  ENETUNREACH: "there is no way to its network",
  EPIPE: "the connection was closed",
  UND_ERR_SOCKET: "the connection was closed",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "the answer is not as long as it said",
};

/** What stays as it is however often one tries. */
const CERTIFICATES: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "its certificate has expired",
  CERT_NOT_YET_VALID: "its certificate is not valid yet",
  CERT_REVOKED: "its certificate was revoked",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for other hosts",
  ERR_SSL_WRONG_VERSION_NUMBER: "it does not speak TLS: its address may begin with http://",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "it does not speak TLS: its address may begin with http://",
};

const UNTRUSTED = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/** The message of an error is not trusted to be short: a parser's quotes what it read. */
export function brokenReason(cause: unknown): string {
  const code = errorCode(cause);
  if (code !== undefined && UNTRUSTED.has(code)) {
    return (
      `its certificate is not trusted (${code}). Where it is of an authority of your own, start Node with ` +
      "NODE_EXTRA_CA_CERTS=<its file>"
    );
  }
  const known = code === undefined ? undefined : (CONNECTIONS[code] ?? CERTIFICATES[code]);
  if (known !== undefined) return known;
  const message = cause instanceof Error ? cause.message : String(cause);
  const told = message.slice(0, 200).replace(/[.\s]+$/, "");
  return code === undefined || told.includes(code) ? told : `${told} (${code})`;
}

/** Whether trying again cannot help, for the two do not come to speak TLS. */
export function isTlsRefusal(cause: unknown): boolean {
  const code = errorCode(cause);
  return code !== undefined && (UNTRUSTED.has(code) || Object.hasOwn(CERTIFICATES, code));
}

/** The code of an error of Node or undici. */
export function errorCode(cause: unknown): string | undefined {
  const code = (cause as { readonly code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}
