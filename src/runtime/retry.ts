/** When a failed attempt is followed by another, and how long to wait before it. */
import type { ErrorCode } from "../core/error-codes.ts";
import { ToolError } from "../core/tool-error.ts";
import { type RetryPolicy, isRepeatable, isRepeatableWithKey } from "../core/tool.ts";
import type { AttemptFailure } from "../executors/executor.ts";
import type { Limiter, Permit } from "../limits/limiter.ts";
import type { Clock } from "../time/clock.ts";
import { sleep } from "../time/sleep.ts";
import type { ReadyCall } from "./ready-call.ts";

/** A {@link RetryPolicy} with its defaults filled in. */
export type ResolvedRetryPolicy = Readonly<Required<Omit<RetryPolicy, "retryOn">>> & {
  /** Undefined: whatever says that it is retryable. */
  readonly retryOn: ReadonlySet<ErrorCode> | undefined;
  /** Refusals of our own limits that are tried again; undefined when none are. */
  readonly refusals: ReadonlySet<ErrorCode> | undefined;
};

/** What a policy may name for attempts that our limits refused. */
const REPEATABLE_REFUSALS: ReadonlySet<ErrorCode> = new Set(["RATE_LIMITED", "CIRCUIT_OPEN"]);

/** Fills in the defaults of a tool's retry policy. */
export function resolveRetryPolicy(policy: RetryPolicy = {}): ResolvedRetryPolicy {
  const retryOn = policy.retryOn && new Set(policy.retryOn);
  const refusals = new Set(policy.retryOn?.filter((code) => REPEATABLE_REFUSALS.has(code)));
  return {
    maximumAttempts: policy.maximumAttempts ?? 1,
    initialIntervalMs: policy.initialIntervalMs ?? 200,
    backoffCoefficient: policy.backoffCoefficient ?? 2,
    maximumIntervalMs: policy.maximumIntervalMs ?? 10_000,
    retryOn,
    refusals: refusals.size === 0 ? undefined : refusals,
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

/** What is asked when an attempt is to begin, or to be repeated. */
export interface RetryParts {
  readonly clock: Clock;
  readonly limiter: Limiter;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** Asks for a permit. A refusal that the tool's policy names is an attempt that never began: it is tried again. */
export function admit(parts: RetryParts, ready: ReadyCall): Permit | Promise<Permit> {
  const { retry, retryBudgets } = ready.bound;
  // Retries are counted against calls.
  if (ready.story.nextAttempt === 1) {
    for (const budget of retryBudgets) budget.call(parts.clock.now());
  }
  return retry.refusals === undefined
    ? parts.limiter.acquire(ready)
    : acquireStubbornly(parts, ready, retry.refusals);
}

async function acquireStubbornly(
  parts: RetryParts,
  ready: ReadyCall,
  refusals: ReadonlySet<ErrorCode>,
): Promise<Permit> {
  for (;;) {
    try {
      return await parts.limiter.acquire(ready);
    } catch (error) {
      if (!ToolError.is(error) || !error.retryable || !refusals.has(error.code)) throw error;
      await backOff(parts, ready, { status: "error", error, began: false, runMs: 0 });
    }
  }
}

/** Waits before the next attempt, holding nothing. Throws the failure when there is to be none. */
export async function backOff(
  parts: RetryParts,
  ready: ReadyCall,
  failure: AttemptFailure,
): Promise<void> {
  const { story, deadline } = ready;
  const delayMs = retryDelay({ ready, attempt: story.nextAttempt, failure }, parts);
  if (delayMs === undefined) throw failure.error;
  story.retried(delayMs, failure.error);
  await sleep(parts.clock, delayMs, deadline);
}

/** An attempt that failed, and its call. */
export interface FailedAttempt {
  readonly ready: Pick<ReadyCall, "bound" | "deadline" | "idempotencyKey">;
  /** Which attempt failed, from 1. */
  readonly attempt: number;
  readonly failure: AttemptFailure;
}

/**
 * Milliseconds to wait before the next attempt; undefined when there is to be none. A call that may
 * have begun is tried again only when its tool is `readOnly` or `idempotent`, or `idempotentWithKey` and the call has a key.
 * None is waited for that could not start before the call's deadline, nor one that a retry budget has no room for.
 */
export function retryDelay(
  failed: FailedAttempt,
  parts: Omit<RetryParts, "limiter">,
): number | undefined {
  const { bound, deadline } = failed.ready;
  if (deadline.reason !== undefined || !helps(failed)) return undefined;
  // Tools work it out from headers, and may come to NaN.
  const { retryAfterMs = NaN } = failed.failure.error;
  const delayMs =
    retryAfterMs >= 0 ? retryAfterMs : backoffDelay(failed.attempt, bound.retry, parts.random);
  const now = parts.clock.now();
  if (now + delayMs >= deadline.expiresAt) return undefined;
  return bound.retryBudgets.every((budget) => budget.mayRetry(now)) ? delayMs : undefined;
}

function helps({ ready, attempt, failure }: FailedAttempt): boolean {
  const { bound, idempotencyKey } = ready;
  const { tool, retry } = bound;
  const { code, retryable } = failure.error;
  if (attempt >= retry.maximumAttempts) return false;
  const mayRepeat = idempotencyKey === undefined ? isRepeatable : isRepeatableWithKey;
  if (failure.began && !mayRepeat(tool)) return false;
  return retry.retryOn === undefined ? retryable : retry.retryOn.has(code);
}
