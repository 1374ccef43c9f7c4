/** What the headers of an answer say of rate limits: what is left, and when to come again. */
import type { UsageReport } from "./usage-report.ts";
import { readQuotas } from "./rate-limit-fields.ts";

/** What was read. What headers do not say, or say in a way nobody understands, is left out. */
export interface RateLimitReading {
  /** What is left, as `context.reportUsage` takes it. */
  readonly remaining?: NonNullable<UsageReport["remaining"]>;
  /** Milliseconds until the server wants to be asked again, as a `ToolError` takes them. */
  readonly retryAfterMs?: number;
}

/** One header: its value by its name in lower case. */
type HeaderOf = (name: string) => string | undefined;

/** What is left of something, and for how long. */
interface Budget {
  readonly left: number;
  readonly resetMs: number | undefined;
}

/** Headers of what is left, each with the one that says until when. */
const REQUESTS: readonly (readonly [string, string])[] = [
  ["x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"],
  ["anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"],
  ["x-ratelimit-remaining", "x-ratelimit-reset"],
  ["ratelimit-remaining", "ratelimit-reset"],
];
const TOKENS: readonly (readonly [string, string])[] = [
  ["x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"],
  ["anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset"],
];

const UNITS_MS: Readonly<Record<string, number>> = {
  us: 0.001,
  µs: 0.001,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Numbers above are seconds since 1970 and no span, for they would be one of thirty years. */
const FIRST_EPOCH_SECONDS = 1e9;
/** Numbers above are milliseconds since 1970. */
const FIRST_EPOCH_MS = 1e12;

/**
 * Reads what a server's answer says of its rate limits: `Retry-After` (RFC 9110) and `retry-after-ms`;
 * `x-ratelimit-remaining-requests`, `-tokens` and `x-ratelimit-reset-…` of OpenAI, Azure and Groq;
 * `anthropic-ratelimit-…`; `x-ratelimit-remaining` and `-reset` of GitHub and many others; `RateLimit` with
 * `RateLimit-Policy` and the older `RateLimit-Remaining` and `-Reset` of the IETF's draft.
 *
 * Of several that speak of the same, the one that leaves the least holds. When requests and tokens are counted afresh
 * at different times, the sooner is told: what is believed too briefly the next answer says again. Never throws.
 *
 * @param nowEpochMs - Milliseconds since 1970, for headers that name a time. Default: the machine's clock.
 */
export function readRateLimitHeaders(
  headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>,
  nowEpochMs: number = Date.now(),
): RateLimitReading {
  const headerOf = headerReader(headers);
  const requests = least([
    ...readBudgets(headerOf, REQUESTS, nowEpochMs),
    ...readQuotas(headerOf("ratelimit"), headerOf("ratelimit-policy")),
  ]);
  const tokens = least(readBudgets(headerOf, TOKENS, nowEpochMs));
  const retryAfterMs = readRetryAfter(headerOf, nowEpochMs);
  return {
    ...(requests === undefined && tokens === undefined
      ? undefined
      : { remaining: remainingOf(requests, tokens) }),
    ...(retryAfterMs === undefined ? undefined : { retryAfterMs }),
  };
}

function headerReader(headers: Parameters<typeof readRateLimitHeaders>[0]): HeaderOf {
  if (isHeaders(headers)) return (name) => headers.get(name) ?? undefined;
  const values = new Map(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const),
  );
  return (name) => {
    const value = values.get(name);
    if (typeof value === "string") return value;
    return Array.isArray(value) ? value.join(", ") : undefined;
  };
}

/** Of any library: there are more than the global one. */
function isHeaders(headers: object): headers is Headers {
  return "get" in headers && typeof headers.get === "function";
}

function readBudgets(
  headerOf: HeaderOf,
  names: readonly (readonly [string, string])[],
  now: number,
): readonly Budget[] {
  return names.flatMap(([remaining, reset]) => {
    const left = readNumber(headerOf(remaining));
    return left === undefined ? [] : [{ left, resetMs: readReset(headerOf(reset), now) }];
  });
}

function least(budgets: readonly Budget[]): Budget | undefined {
  return budgets.toSorted((one, other) => one.left - other.left)[0];
}

function remainingOf(
  requests: Budget | undefined,
  tokens: Budget | undefined,
): NonNullable<UsageReport["remaining"]> {
  const resetMs = Math.min(requests?.resetMs ?? Infinity, tokens?.resetMs ?? Infinity);
  return {
    ...(requests === undefined ? undefined : { requests: requests.left }),
    ...(tokens === undefined ? undefined : { tokens: tokens.left }),
    ...(resetMs === Infinity ? undefined : { resetMs }),
  };
}

function readRetryAfter(headerOf: HeaderOf, now: number): number | undefined {
  const exact = readNumber(headerOf("retry-after-ms"));
  if (exact !== undefined) return exact;
  const given = headerOf("retry-after");
  const seconds = readNumber(given);
  return seconds === undefined ? readDate(given, now) : seconds * 1_000;
}

/** A span as a number of seconds or as `6m0s`, or a time as seconds since 1970 or as a date. */
function readReset(text: string | undefined, now: number): number | undefined {
  const number = readNumber(text);
  if (number === undefined) return readSpan(text) ?? readDate(text, now);
  if (number < FIRST_EPOCH_SECONDS) return number * 1_000;
  return Math.max(0, (number < FIRST_EPOCH_MS ? number * 1_000 : number) - now);
}

function readNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d{1,15}(?:\.\d{1,15})?\s*$/.test(text)
    ? Number(text)
    : undefined;
}

function readSpan(text: string | undefined): number | undefined {
  const parts = text?.trim().match(/^(?:\d{1,15}(?:\.\d{1,15})?(?:ms|us|µs|s|m|h|d))+$/u);
  if (parts === undefined || parts === null) return undefined;
  const found = parts[0].matchAll(/([\d.]+)([a-zµ]+)/gu);
  return [...found].reduce((sum, [, n, unit]) => sum + Number(n) * (UNITS_MS[unit ?? ""] ?? 0), 0);
}

/** RFC 3339, or a date of HTTP: both are more than a number, which `Date.parse` would take for a year. */
function readDate(text: string | undefined, now: number): number | undefined {
  if (text === undefined || !/^\s*(?:\d{4}-\d\d-\d\dT|[A-Z][a-z]{2,8}, )/.test(text))
    return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : Math.max(0, time - now);
}
