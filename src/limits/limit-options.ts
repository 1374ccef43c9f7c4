/** A limit's settings, as written under `limits` in the registry's options. */
export interface LimitOptions {
  /** Most attempts at once. Integer from 1; Infinity for no limit. */
  readonly concurrency?: number;
  /** What happens to those that must wait. */
  readonly queue?: {
    /**
     * Most attempts that may wait for this limit; further ones get `QUEUE_FULL`. Under `"*"`: that
     * may wait for any limit. Integer from 0. Default Infinity.
     */
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
  checkRecord("limits", limits);
  for (const [scope, limit] of Object.entries(limits)) {
    const path = `limits["${scope}"]`;
    checkScope(scope, path);
    checkRecord(path, limit, ["concurrency", "queue"]);
    const { concurrency, queue } = limit;
    if (concurrency !== undefined) checkCount(`${path}.concurrency`, concurrency, 1);
    if (queue === undefined) continue;
    checkRecord(`${path}.queue`, queue, ["max"]);
    if (queue.max !== undefined) checkCount(`${path}.queue.max`, queue.max, 0);
  }
}

/** A pattern that limits nothing would be worse than none. */
function checkScope(scope: string, path: string): void {
  if (scope === "*" || !/[*]|^tag:/.test(scope)) return;
  throw new TypeError(
    `${path}: a scope is "*" or a tool's name; patterns and tags are not known yet.`,
  );
}

function checkRecord(path: string, value: unknown, known?: readonly string[]): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError(`${path} must be an object.`);
  }
  const surplus = Object.keys(value).find((key) => known?.includes(key) === false);
  if (surplus === undefined) return;
  throw new TypeError(`${path}.${surplus} is unknown; known: ${known?.join(", ")}.`);
}

function checkCount(path: string, value: unknown, least: number): void {
  const isCount = Number.isInteger(value) || value === Infinity;
  if (isCount && Number(value) >= least) return;
  throw new TypeError(`${path} must be an integer from ${least}, or Infinity.`);
}
