/** Checks how many attempts may run at once, and for whom some of them are kept. */
import { resolveAdaptive } from "./adaptive-concurrency.ts";
import { type AdaptiveOptions, DEFAULT_CONCURRENCY, type LimitOptions } from "./limit-options.ts";
import { EVERYTHING } from "./match-scopes.ts";
import { FROM_ONE, checkFlag, checkNumber, checkRecord, settingsIn } from "./option-checks.ts";

/**
 * Checks `concurrency`, `adaptive`, `reserved` and `lend` of a limit.
 *
 * @param path - The limit, for messages.
 * @param scope - Its scope: `"*"` has a concurrency also where none is written.
 * @throws TypeError that names the setting, its range, and what contradicts it.
 */
export function checkConcurrency(path: string, scope: string, limit: LimitOptions): void {
  const { concurrency, adaptive } = limit;
  checkNumber(`${path}.concurrency`, concurrency, { ...FROM_ONE, orInfinity: true });
  const known = ["min", "max", "initial", "latencyMs", "backoff"];
  const settings = settingsIn(`${path}.adaptive`, adaptive, known);
  const ceiling = concurrency ?? (scope === EVERYTHING ? DEFAULT_CONCURRENCY : undefined);
  if (settings !== undefined) checkAdaptive(`${path}.adaptive`, settings, ceiling);
  const isAdaptive = settings !== undefined || adaptive === true;
  checkReserved(path, limit, isAdaptive ? resolveAdaptive(settings ?? true, ceiling).max : ceiling);
}

function checkAdaptive(path: string, options: AdaptiveOptions, ceiling: number | undefined): void {
  checkNumber(`${path}.min`, options.min, FROM_ONE);
  checkNumber(`${path}.max`, options.max, FROM_ONE);
  checkNumber(`${path}.initial`, options.initial, FROM_ONE);
  checkNumber(`${path}.latencyMs`, options.latencyMs, { above: 0, orInfinity: true });
  checkNumber(`${path}.backoff`, options.backoff, { above: 0, below: 1 });
  const { min, max, initial } = resolveAdaptive(options, ceiling);
  if (max > (ceiling ?? Infinity)) {
    throw new TypeError(
      `${path}.max is ${max}, above the limit's concurrency of ${ceiling}; lower it, or raise that.`,
    );
  }
  if (min > max) {
    throw new TypeError(`${path}.min is ${min}, above the max of ${max}; lower it, or raise that.`);
  }
  if (initial >= min && initial <= max) return;
  throw new TypeError(`${path}.initial is ${initial}; it must be from ${min} to ${max}.`);
}

function checkReserved(path: string, limit: LimitOptions, most: number | undefined): void {
  const { reserved, lend } = limit;
  checkFlag(`${path}.lend`, lend);
  if (reserved === undefined) {
    if (lend === undefined) return;
    throw new TypeError(`${path}.lend says what happens to \`reserved\`, which is not given.`);
  }
  checkRecord(`${path}.reserved`, reserved);
  for (const [whom, count] of Object.entries(reserved)) checkShare(path, whom, count);
  if (most === undefined || most === Infinity) {
    throw new TypeError(`${path}.reserved is a part of \`concurrency\`; write that too.`);
  }
  const sum = Object.values(reserved).reduce((total, count) => total + count, 0);
  if (sum > most) {
    throw new TypeError(
      `${path}.reserved keeps ${sum} in all, and the concurrency is ${most}; keep fewer, or raise it.`,
    );
  }
  if (lend !== false || sum < most) return;
  throw new TypeError(
    `${path}.reserved keeps all ${most} and lends none, so nobody else could ever start; ` +
      "keep fewer, or lend them.",
  );
}

function checkShare(path: string, whom: string, count: unknown): void {
  if (!/^(?:tenant|tag):[^]/.test(whom)) {
    throw new TypeError(
      `${path}.reserved["${whom}"] is nobody; write "tenant:NAME" or "tag:NAME".`,
    );
  }
  if (count === undefined) throw new TypeError(`${path}.reserved["${whom}"] is undefined.`);
  checkNumber(`${path}.reserved["${whom}"]`, count, FROM_ONE);
}
