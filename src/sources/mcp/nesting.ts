/** How deep things of others may go: what walks them calls itself for each level, and must not run out of stack. */

/**
 * Whether objects and lists are in one another more than `levels` deep.
 *
 * @param levels - Some hundreds at most.
 */
export function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((inner) => isDeeperThan(levels - 1, inner));
}
