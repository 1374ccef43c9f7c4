/** Fields of a tool's definition that nobody would read, mostly misspelt ones. */
import { closestNames } from "./closest-names.ts";

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
  const meant = SYNONYMS.get(unknown.toLowerCase()) ?? closestNames(unknown, known)[0];
  const remedy = meant === undefined ? `Known: ${known.join(", ")}.` : `Did you mean \`${meant}\`?`;
  return `\`${unknown}\` is unknown. ${remedy}`;
}
