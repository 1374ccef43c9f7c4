/** What somebody may have meant by a name that is not known. */
import { editDistance } from "./edit-distance.ts";

/** Most names suggested. */
const MAX_SUGGESTIONS = 3;

/** Most names listed where none is near. */
const MAX_LISTED = 8;

/** Most letters that may be wrong, however long the name is. */
const MAX_EDITS = 3;

interface NearName {
  readonly name: string;
  readonly edits: number;
}

/**
 * The known names closest to `name`, best first, at most 3: a few letters away, upper and lower case
 * being one, with or without the namespace; failing these, the same name in other namespaces.
 * None for what is no text: models' names are read from JSON.
 */
export function closestNames(name: unknown, known: Iterable<string>): readonly string[] {
  if (typeof name !== "string") return [];
  const asked = name.toLowerCase();
  const askedPart = lastPart(asked);
  let most = Math.max(1, Math.min(MAX_EDITS, Math.floor(asked.length / 3)));
  let near: readonly NearName[] = [];
  const namesakes: string[] = [];
  for (const candidate of known) {
    const other = candidate.toLowerCase();
    const short = lastPart(other);
    const edits = leastEdits(asked, other, short, most);
    if (edits <= most) {
      near = [...near, { name: candidate, edits }]
        .toSorted((a, b) => a.edits - b.edits)
        .slice(0, MAX_SUGGESTIONS);
      // Of equally near names the first count: from here on only nearer ones are of interest.
      if (near.length === MAX_SUGGESTIONS) most = (near.at(-1)?.edits ?? most) - 1;
      if (most < 0) break;
    } else if (short === askedPart) namesakes.push(candidate);
  }
  const found = near.length > 0 ? near.map((nearName) => nearName.name) : namesakes;
  return found.slice(0, MAX_SUGGESTIONS);
}

function leastEdits(asked: string, other: string, short: string, most: number): number {
  const edits = editDistance(asked, other, most);
  return short === other ? edits : Math.min(edits, editDistance(asked, short, most));
}

/** ` Did you mean "a" or "b"?`, to put behind a message; empty without names. */
export function suggestion(names: readonly string[]): string {
  if (names.length === 0) return "";
  return ` Did you mean ${names.map((name) => `"${name}"`).join(" or ")}?`;
}

/** A sentence on what may have been meant by an unknown name: the closest ones or, where none is near, what there is. */
export function suggestionOrKnown(name: string, known: readonly string[]): string {
  const each = [...new Set(known)];
  const closest = closestNames(name, each);
  if (closest.length > 0) return suggestion(closest).trim();
  const listed = each.slice(0, MAX_LISTED).join(", ");
  const more = each.length - MAX_LISTED;
  return each.length === 0
    ? "There is none."
    : `Known: ${listed}${more > 0 ? ` and ${more} more` : ""}.`;
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}
