/** Checks what a limit does about calls that fail: its breaker, how calls start after it, and how many are retried. */
import type {
  BreakerOptions,
  LimitOptions,
  RetryBudgetOptions,
  SlowStartOptions,
} from "./limit-options.ts";
import { ABOVE_ZERO, FROM_ONE, checkNumber, settingsIn } from "./option-checks.ts";

const BREAKER = ["failures", "failureRate", "windowMs", "minimumCalls", "openForMs", "probes"];

/**
 * Checks `breaker`, `slowStart` and `retryBudget` of a limit.
 *
 * @param path - The limit, for messages.
 * @throws TypeError that names the setting, its range, and what contradicts it.
 */
export function checkFailures(path: string, limit: LimitOptions): void {
  const breaker = settingsIn(`${path}.breaker`, limit.breaker, BREAKER);
  if (breaker !== undefined) checkBreaker(`${path}.breaker`, breaker);
  const slowStart = settingsIn(`${path}.slowStart`, limit.slowStart, ["stepMs", "jitterMs"]);
  if (slowStart !== undefined) checkSlowStart(`${path}.slowStart`, slowStart);
  const budget = settingsIn(`${path}.retryBudget`, limit.retryBudget, ["ratio", "minPerSecond"]);
  if (budget !== undefined) checkBudget(`${path}.retryBudget`, budget);
}

function checkBreaker(path: string, options: BreakerOptions): void {
  const { failures, failureRate, windowMs, minimumCalls, openForMs, probes } = options;
  checkNumber(`${path}.failures`, failures, FROM_ONE);
  checkNumber(`${path}.failureRate`, failureRate, { above: 0, to: 1 });
  checkNumber(`${path}.windowMs`, windowMs, ABOVE_ZERO);
  checkNumber(`${path}.minimumCalls`, minimumCalls, FROM_ONE);
  checkNumber(`${path}.openForMs`, openForMs, ABOVE_ZERO);
  checkNumber(`${path}.probes`, probes, FROM_ONE);
  if (failures !== undefined && failureRate !== undefined) {
    throw new TypeError(`${path} has both failures and failureRate; write one of them.`);
  }
  if (failureRate !== undefined) return;
  const idle = windowMs === undefined ? "minimumCalls" : "windowMs";
  if (options[idle] === undefined) return;
  throw new TypeError(`${path}.${idle} goes with failureRate, which is not given.`);
}

function checkSlowStart(path: string, { stepMs, jitterMs }: SlowStartOptions): void {
  checkNumber(`${path}.stepMs`, stepMs, ABOVE_ZERO);
  checkNumber(`${path}.jitterMs`, jitterMs, { from: 0 });
}

function checkBudget(path: string, { ratio, minPerSecond }: RetryBudgetOptions): void {
  checkNumber(`${path}.ratio`, ratio, ABOVE_ZERO);
  checkNumber(`${path}.minPerSecond`, minPerSecond, { from: 0 });
}
