/** Meters count whole amounts: their sums stay exact, whatever is added and taken back. */

/** Most that a rate may count, so that sums stay exact. */
export const MAX_AMOUNT = 1e12;

/** What a cost counts as: rounded up, at least 1. */
export function wholeCost(cost: number): number {
  return cost > 1 ? Math.ceil(cost) : 1;
}

/** What was used, rounded up; undefined when it is no amount. */
export function wholeUse(used: number): number | undefined {
  return used >= 0 && used <= MAX_AMOUNT ? Math.ceil(used) : undefined;
}
