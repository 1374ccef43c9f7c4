/** From answers that are no success, and from requests that got none, to the errors of calls. */
import { STATUS_CODES } from "node:http";
import type { ErrorCode } from "../../core/error-codes.ts";
import { type RateLimitReading, readRateLimitHeaders } from "../../core/remaining-budget.ts";
import { ToolError } from "../../core/tool-error.ts";
import { brokenReason, errorCode, isTlsRefusal } from "./broken-reason.ts";
import { errorText } from "./error-text.ts";
import type { BrokenExchange, HttpResponse } from "./exchange.ts";

/** What an error says of the call it belongs to. */
export interface FailedCall {
  readonly toolName: string;
  /** `GET /pets/{id}`. */
  readonly operation: string;
  /** With its port. */
  readonly host: string;
  /** Whether doing it twice is the same as doing it once, or the server knows a repetition by its key. */
  readonly isRepeatable: boolean;
  /** What can be done where the caller is not let in. */
  readonly accessHint: string;
  /** Takes secrets out of a text. */
  readonly hide: (text: string) => string;
}

interface StatusMeaning {
  readonly code: ErrorCode;
  readonly retryable: boolean;
}

/** Statuses that mean something else than others of their hundred. */
const MEANINGS: Readonly<Record<number, StatusMeaning>> = {
  401: { code: "PERMISSION_DENIED", retryable: false },
  403: { code: "PERMISSION_DENIED", retryable: false },
  407: { code: "PERMISSION_DENIED", retryable: false },
  408: { code: "DEADLINE_EXCEEDED", retryable: true },
  425: { code: "TOOL_FAILED", retryable: true },
  429: { code: "RATE_LIMITED", retryable: true },
  501: { code: "TOOL_FAILED", retryable: false },
  502: { code: "SOURCE_UNAVAILABLE", retryable: true },
  503: { code: "SOURCE_UNAVAILABLE", retryable: true },
  504: { code: "DEADLINE_EXCEEDED", retryable: true },
  505: { code: "TOOL_FAILED", retryable: false },
};

/** What the headers of an answer say of rate limits; undefined when they say nothing. */
export function rateLimitsOf(response: HttpResponse): RateLimitReading | undefined {
  for (const name in response.headers) {
    if (name.includes("ratelimit") || name.startsWith("retry-after")) {
      return readRateLimitHeaders(response.headers);
    }
  }
  return undefined;
}

/** The error of an answer whose status is not one of success. */
export function statusError(response: HttpResponse, call: FailedCall): ToolError {
  const { status } = response;
  const limits = rateLimitsOf(response) ?? {};
  const { code, retryable } = meaningOf(status, limits, call);
  const said = errorText(response, call.hide);
  const name = STATUS_CODES[status];
  const hint = code === "PERMISSION_DENIED" ? call.accessHint : redirectHint(status);
  const parts = [
    `${call.toolName}: ${call.host} answered ${status}${name === undefined ? "" : ` ${name}`}`,
    ...(said === "" ? [] : [`: ${said}`]),
    ...(hint === "" ? [] : [`${/[.!?]$/.test(said) ? "" : "."} ${hint}`]),
  ];
  const retryAfterMs = limits.retryAfterMs ?? resetOf(code, limits);
  return new ToolError(code, parts.join(""), {
    details: { status, host: call.host, operation: call.operation },
    retryable,
    ...(retryAfterMs === undefined || !retryable ? undefined : { retryAfterMs }),
  });
}

/**
 * The error of a request that got no whole answer. Where it may have been carried out, and doing it twice is not the
 * same as doing it once, that is what the error says.
 */
export function brokenError(broken: BrokenExchange, call: FailedCall): ToolError {
  const reason = call.hide(brokenReason(broken.cause));
  const options = {
    details: { host: call.host, operation: call.operation, reason },
    cause: new Error(reason),
    ...(isTlsRefusal(broken.cause) && { retryable: false }),
  };
  if (errorCode(broken.cause) === "UND_ERR_INVALID_ARG") {
    const message = `${call.toolName}: the request cannot be sent: ${reason}.`;
    return new ToolError("TOOL_FAILED", message, { ...options, retryable: false });
  }
  if (broken.wasSent && !call.isRepeatable) {
    const message =
      `${call.toolName}: the connection to ${call.host} broke after the request was sent (${reason}). ` +
      "It may have been carried out.";
    return new ToolError("OUTCOME_UNKNOWN", message, options);
  }
  const what = broken.status === undefined ? "gave no answer" : "gave half an answer";
  const message = broken.wasSent
    ? `${call.toolName}: ${call.host} ${what}: ${reason}.`
    : `${call.toolName}: ${call.host} cannot be reached: ${reason}.`;
  return new ToolError("SOURCE_UNAVAILABLE", message, options);
}

/** GitHub and others refuse with 403 who has used up a rate. */
function meaningOf(status: number, limits: RateLimitReading, call: FailedCall): StatusMeaning {
  const isUsedUp = limits.retryAfterMs !== undefined || limits.remaining?.requests === 0;
  if (status === 403 && isUsedUp) return { code: "RATE_LIMITED", retryable: true };
  if (status === 504) return { code: "DEADLINE_EXCEEDED", retryable: call.isRepeatable };
  return MEANINGS[status] ?? { code: "TOOL_FAILED", retryable: status >= 500 };
}

function resetOf(code: ErrorCode, { remaining }: RateLimitReading): number | undefined {
  const isUsedUp = remaining?.requests === 0 || remaining?.tokens === 0;
  return code === "RATE_LIMITED" && isUsedUp ? remaining.resetMs : undefined;
}

function redirectHint(status: number): string {
  const isRedirect = status >= 300 && status < 400 && status !== 304;
  return isRedirect ? "Redirects are followed for GET and HEAD alone." : "";
}
