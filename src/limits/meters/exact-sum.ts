/**
 * Sums of times that are rounded to the safe side: times are floating point numbers, and bounds must be exact. For
 * times and spans of any use, that is above 10^-200.
 */

/** A factor a little above half of the distance between neighbouring numbers (Rump, Zimmermann, Boldo, Melquiond, 2009). */
const STEP = (Number.EPSILON / 2) * (1 + Number.EPSILON);

/**
 * The smallest number that is not below `left + right`.
 *
 * The first time that is not in the window of `perMs` that begins at `start` is `sumUp(start, perMs)`: windows are
 * half-open, so what starts at `start` and what starts a whole window later are not in one. Were the sum rounded down,
 * two that are less than a window apart could count as being in different ones.
 */
export function sumUp(left: number, right: number): number {
  const sum = left + right;
  return lostBy(left, right, sum) > 0 ? sum + STEP * Math.abs(sum) : sum;
}

/** The largest number that is not above `left + right`. */
export function sumDown(left: number, right: number): number {
  const sum = left + right;
  return lostBy(left, right, sum) < 0 ? sum - STEP * Math.abs(sum) : sum;
}

/** What rounding took from a sum, exactly (Knuth's two-sum). */
function lostBy(left: number, right: number, sum: number): number {
  const added = sum - left;
  return left - (sum - added) + (right - added);
}
