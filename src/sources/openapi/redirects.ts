/** Where a redirect leads, and with what. */
import { ToolError } from "../../core/tool-error.ts";
import type { HttpResponse } from "./exchange.ts";
import type { HttpRequest } from "./http-agent.ts";
import { decodeEncoded } from "./percent-encode.ts";

/** What lets a request in, as far as it is in the URL. */
export interface UrlSecrets {
  /** `key=value` pairs, percent-encoded; empty when there are none. */
  readonly query: string;
  /** Whether a text holds a secret. */
  isIn(text: string): boolean;
}

/** Headers that say what is wanted and by what kind of program; all others stay with their origin. */
const OPEN_HEADERS = new Set(["accept", "accept-encoding", "user-agent"]);

/** Whether an answer leads elsewhere, and may be followed there: 301, 302, 303, 307 and 308 of GET and HEAD. */
export function isFollowed({ status, headers }: HttpResponse, method: string): boolean {
  if (status < 301 || status > 308 || headers.location === undefined) return false;
  return (method === "GET" || method === "HEAD") && (status <= 303 || status >= 307);
}

/**
 * The request that a redirect asks for. At another origin it carries no credential, no cookie and no header but those of
 * {@link OPEN_HEADERS}.
 *
 * @throws ToolError `TOOL_FAILED` when it leads nowhere, `PERMISSION_DENIED` when it leads from https to http, or to
 *   what is neither.
 */
export function redirected(
  request: HttpRequest,
  location: string,
  secrets: UrlSecrets,
): HttpRequest {
  const from = new URL(request.origin + request.path);
  const to = URL.parse(location, from.href);
  if (to === null) {
    const message = `${from.host} redirects to what is no URL.`;
    throw new ToolError("TOOL_FAILED", message, { retryable: false });
  }
  if (to.protocol !== "http:" && to.protocol !== "https:") {
    const message = `${from.host} redirects to what is no http: ${to.protocol}`;
    throw new ToolError("PERMISSION_DENIED", message, { details: { host: from.host } });
  }
  if (from.protocol === "https:" && to.protocol !== "https:") {
    const message = `${from.host} redirects from https to ${to.protocol}//${to.host}, which is not followed.`;
    throw new ToolError("PERMISSION_DENIED", message, { details: { host: to.host } });
  }
  if (to.origin === from.origin) {
    return { ...request, path: withQuery(to, carriedBy(request, secrets.query)) };
  }
  const pairs = Array.from(to.searchParams);
  for (const [name, value] of pairs) {
    if (secrets.isIn(value)) to.searchParams.delete(name);
  }
  if (secrets.isIn(decodeEncoded(to.pathname))) {
    const message = `${from.host} redirects to ${to.host} with a credential in the path, which is not followed.`;
    throw new ToolError("PERMISSION_DENIED", message, { details: { host: to.host } });
  }
  return {
    ...request,
    origin: to.origin,
    path: to.pathname + to.search,
    headers: openOnes(request),
  };
}

/** Those of the keys that a request has itself: one that has left their origin has none, wherever it is led then. */
function carriedBy({ path }: HttpRequest, pairs: string): readonly string[] {
  const carried = new Set(path.slice(path.indexOf("?") + 1).split("&"));
  return pairs.split("&").filter((pair) => carried.has(pair));
}

/** Keys in the query belong to each request of their origin, and a redirect may have left them out. */
function withQuery(url: URL, pairs: readonly string[]): string {
  const missing = pairs.filter((pair) => {
    const [name = ""] = pair.split("=");
    return name !== "" && !url.searchParams.has(decodeEncoded(name));
  });
  const query = [url.search.slice(1), ...missing].filter((part) => part !== "").join("&");
  return query === "" ? url.pathname : `${url.pathname}?${query}`;
}

function openOnes({ headers }: HttpRequest): string[] {
  return headers.filter((_, index) => {
    const name = headers[index - (index % 2)] ?? "";
    return OPEN_HEADERS.has(name.toLowerCase());
  });
}
