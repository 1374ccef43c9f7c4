/** Fields of a tool's definition that nobody would read, mostly misspelt ones. */

/** How other libraries call our fields. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ["arguments", "input"],
  ["function", "execute"],
  ["handler", "execute"],
  ["inputschema", "input"],
  ["outputschema", "output"],
  ["parameters", "input"],
  ["returns", "output"],
  ["run", "execute"],
  ["schema", "input"],
]);

/**
 * Says which field of `given` is not among those known and which one may be meant; undefined when all
 * are known. Symbols are not looked at.
 */
export function unknownFieldProblem(given: object, known: readonly string[]): string | undefined {
  const unknown = Object.keys(given).find((field) => !known.includes(field));
  if (unknown === undefined) return undefined;
  const meant = SYNONYMS.get(unknown.toLowerCase()) ?? closestWord(unknown, known);
  const remedy = meant === undefined ? `Known: ${known.join(", ")}.` : `Did you mean \`${meant}\`?`;
  return `\`${unknown}\` is unknown. ${remedy}`;
}

/** The known word with the most letters in common at both ends, if those are half of it at least. */
export function closestWord(unknown: string, known: readonly string[]): string | undefined {
  const wanted = unknown.toLowerCase();
  let most = -1;
  let found: string | undefined;
  for (const word of known) {
    const shared = sharedEnds(wanted, word.toLowerCase());
    if (shared > most) [most, found] = [shared, word];
  }
  return found !== undefined && most * 2 >= found.length ? found : undefined;
}

function sharedEnds(one: string, other: string): number {
  const shorter = Math.min(one.length, other.length);
  let start = 0;
  while (start < shorter && one[start] === other[start]) start += 1;
  let end = 0;
  while (end < shorter - start && one.at(-1 - end) === other.at(-1 - end)) end += 1;
  return start + end;
}
