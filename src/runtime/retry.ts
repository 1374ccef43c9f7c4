/** When a failed attempt is followed by another, and how long to wait before it. */
import { type RetryPolicy, type Tool, isRepeatable } from "../core/tool.ts";
import type { AttemptFailure } from "../executors/executor.ts";

/** A {@link RetryPolicy} with its defaults filled in. */
export type ResolvedRetryPolicy = Readonly<Required<RetryPolicy>>;

/** Fills in the defaults of a tool's retry policy. */
export function resolveRetryPolicy(policy: RetryPolicy = {}): ResolvedRetryPolicy {
  return {
    maximumAttempts: policy.maximumAttempts ?? 1,
    initialIntervalMs: policy.initialIntervalMs ?? 200,
    backoffCoefficient: policy.backoffCoefficient ?? 2,
    maximumIntervalMs: policy.maximumIntervalMs ?? 10_000,
  };
}

/**
 * Milliseconds to wait after failed attempt number `attempt` (from 1), with full jitter
 * (Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
 *
 * @param random - Uniform in [0, 1).
 */
export function backoffDelay(
  attempt: number,
  policy: ResolvedRetryPolicy,
  random: () => number,
): number {
  const { initialIntervalMs, backoffCoefficient, maximumIntervalMs } = policy;
  // The power may come to Infinity, and 0 times that is no number.
  if (initialIntervalMs === 0) return 0;
  const ceiling = initialIntervalMs * backoffCoefficient ** (attempt - 1);
  return random() * Math.min(ceiling, maximumIntervalMs);
}

/** A failed attempt and what its tool allows. */
export interface FailedAttempt {
  readonly tool: Tool;
  readonly retry: ResolvedRetryPolicy;
  /** Which attempt failed, from 1. */
  readonly attempt: number;
  readonly failure: AttemptFailure;
}

/**
 * Milliseconds to wait before the next attempt; undefined when there is to be none. A call that may
 * have begun is tried again only when its tool is `readOnly` or `idempotent`.
 *
 * @param random - Uniform in [0, 1).
 */
export function retryDelay(failed: FailedAttempt, random: () => number): number | undefined {
  const { tool, retry, attempt, failure } = failed;
  const { error } = failure;
  if (attempt >= retry.maximumAttempts || !error.retryable) return undefined;
  if (failure.began && !isRepeatable(tool)) return undefined;
  // Tools work it out from headers, and may come to NaN.
  const { retryAfterMs = NaN } = error;
  return retryAfterMs >= 0 ? retryAfterMs : backoffDelay(attempt, retry, random);
}
