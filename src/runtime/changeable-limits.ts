/** Which settings of limits can be changed while calls run. */
import type { LimitsOptions } from "../limits/limit-options.ts";

/** Settings that are read when a tool is registered. */
const FIXED = ["dedupe", "cache", "retryBudget"];

/**
 * What is no object is left for the check of all settings to find.
 *
 * @throws TypeError that names a setting which is for the constructor alone.
 */
export function checkChangeable(limits: LimitsOptions): void {
  for (const [scope, settings] of Object.entries(limits ?? {})) {
    const fixed = FIXED.find((field) => Object.hasOwn(settings ?? {}, field));
    if (fixed === undefined) continue;
    throw new TypeError(
      `limits["${scope}"].${fixed} cannot be changed later; give it to the registry's constructor.`,
    );
  }
}
