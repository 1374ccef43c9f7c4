/** Which names somebody may have meant. */

/** Most names that are suggested. */
const MOST = 3;

/** A sentence that suggests the known names nearest to an unknown one. */
export function closestNames(unknown: string, known: readonly string[]): string {
  if (known.length === 0) return "It has none.";
  const wanted = unknown.toLowerCase().replaceAll("*", "");
  const ranked = [...new Set(known)]
    .map((name) => ({ name, distance: distance(wanted, name.toLowerCase()) }))
    .toSorted((one, other) => one.distance - other.distance)
    .slice(0, MOST);
  return `Did you mean ${ranked.map(({ name }) => name).join(", ")}?`;
}

/** How unlike two texts are, 0 to 1: by the pairs of letters that they share (Sørensen and Dice). */
function distance(one: string, other: string): number {
  const [pairs, others] = [pairsOf(one), pairsOf(other)];
  if (pairs.size + others.size === 0) return 1;
  const shared = [...pairs].filter((pair) => others.has(pair)).length;
  return 1 - (2 * shared) / (pairs.size + others.size);
}

function pairsOf(text: string): Set<string> {
  const padded = ` ${text} `;
  return new Set(Array.from({ length: padded.length - 1 }, (_, at) => padded.slice(at, at + 2)));
}
