/**
 * The most of `times` that fall into any window of `perMs` milliseconds, wherever it begins. A window holds its
 * beginning and not its end. What a limit of so many per window must never exceed.
 *
 * @param times - Milliseconds, in any order.
 */
export function worstWindow(times: readonly number[], perMs: number): number {
  const sorted = times.toSorted((left, right) => left - right);
  let first = 0;
  let worst = 0;
  for (const [last, time] of sorted.entries()) {
    while (time - (sorted[first] ?? time) >= perMs) first += 1;
    worst = Math.max(worst, last - first + 1);
  }
  return worst;
}
