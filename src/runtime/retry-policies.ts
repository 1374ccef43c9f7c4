/** Which retry budgets the calls of a tool draw on. */
import type { Tool } from "../core/tool.ts";
import type { LimitOptions, LimitsOptions } from "../limits/limit-options.ts";
import { EVERYTHING, matchScopes } from "../limits/match-scopes.ts";
import { RetryBudget } from "../limits/retry-budget.ts";

/** The budgets of all limits, by their settings. */
export class RetryBudgets {
  /** By scope, `"*"` first: where there is no setting for it, it has the default one. */
  readonly #budgets = new Map<string, RetryBudget>();

  constructor(limits: LimitsOptions = {}) {
    const everything: LimitOptions = limits[EVERYTHING] ?? {};
    const all: LimitsOptions = { ...limits, [EVERYTHING]: { retryBudget: true, ...everything } };
    for (const [scope, settings] of Object.entries<LimitOptions | undefined>(all)) {
      const { retryBudget = scope === EVERYTHING } = settings ?? {};
      if (retryBudget !== false) this.#budgets.set(scope, new RetryBudget(retryBudget));
    }
  }

  /** Those that each retry of a tool's calls needs a place in, the narrowest first. None when it is tried once. */
  of(tool: Tool): readonly RetryBudget[] {
    if ((tool.retry?.maximumAttempts ?? 1) === 1) return [];
    return matchScopes(this.#budgets.keys(), tool).flatMap(
      (scope) => this.#budgets.get(scope) ?? [],
    );
  }
}
