/**
 * How far apart two names are, as far as it matters: by furthest reaching points (Ukkonen, 1985), which
 * costs the square of the edits allowed, and one look at each letter that is the same.
 */

/** Before the first letter of any diagonal. */
const NOWHERE = -2;

/**
 * Letters to insert, delete or change to make `to` of `from`, if they are at most `most`; otherwise
 * `Infinity`.
 *
 * @param most - Integer from 0.
 */
export function editDistance(from: string, to: string, most: number): number {
  if (from === to) return 0;
  const goal = to.length - from.length;
  if (Math.abs(goal) > most) return Infinity;
  // By diagonal (letters of `to` ahead of those of `from`): how many letters of `from` are dealt with.
  const middle = most + 1;
  const reached = Array<number>(2 * middle + 1).fill(NOWHERE);
  reached[middle] = slide(from, to, 0, 0);
  for (let edits = 1; edits <= most; edits += 1) {
    const left = most - edits;
    const lowest = Math.max(-edits, goal - left);
    const highest = Math.min(edits, goal + left);
    let below = reached[middle + lowest - 1] ?? NOWHERE;
    for (let diagonal = lowest; diagonal <= highest; diagonal += 1) {
      const here = reached[middle + diagonal] ?? NOWHERE;
      const above = reached[middle + diagonal + 1] ?? NOWHERE;
      // A letter is changed, inserted (from the diagonal below), or deleted (from the one above).
      const begin = Math.max(here + 1, below, above + 1);
      reached[middle + diagonal] = slide(from, to, begin, diagonal);
      below = here;
    }
    if (reached[middle + goal] === from.length) return edits;
  }
  return Infinity;
}

/** Goes on for as long as the letters are the same. */
function slide(from: string, to: string, begin: number, diagonal: number): number {
  const end = Math.min(from.length, to.length - diagonal);
  let at = Math.min(begin, end);
  while (at >= 0 && at < end && from.charCodeAt(at) === to.charCodeAt(at + diagonal)) {
    at += 1;
  }
  return at;
}
