/** A limit's settings, as written under `limits` in the registry's options. */
export interface LimitOptions {
  /** Most attempts at once. Integer from 1; Infinity for no limit. */
  readonly concurrency?: number;
  /** What happens to those that must wait. */
  readonly queue?: {
    /** Most attempts that may wait for this limit; further ones get `QUEUE_FULL`. Integer from 0. Default Infinity. */
    readonly max?: number;
  };
}

/** Limits by scope: `"*"` is every call together, anything else the tool of that name. */
export type LimitsOptions = Readonly<Record<string, LimitOptions>>;

/** Attempts at once over all tools, unless `limits["*"].concurrency` says otherwise. */
export const DEFAULT_CONCURRENCY = 256;

/**
 * Checks limits written in JavaScript or JSON.
 *
 * @throws TypeError that names the scope, the field and the range.
 */
export function checkLimits(limits: LimitsOptions): void {
  for (const [scope, limit] of Object.entries(limits)) {
    const { concurrency, queue, ...unknown } = limit;
    const surplus = Object.keys(unknown)[0];
    if (surplus !== undefined) {
      throw new TypeError(`limits["${scope}"].${surplus} is unknown; known: concurrency, queue.`);
    }
    if (concurrency !== undefined && !isCount(concurrency, 1)) {
      throw new TypeError(`limits["${scope}"].concurrency must be an integer from 1, or Infinity.`);
    }
    if (queue?.max !== undefined && !isCount(queue.max, 0)) {
      throw new TypeError(`limits["${scope}"].queue.max must be an integer from 0, or Infinity.`);
    }
  }
}

function isCount(value: number, least: number): boolean {
  return (Number.isInteger(value) || value === Infinity) && value >= least;
}
