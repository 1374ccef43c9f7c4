/** What somebody may have meant by a name that is not known. */

/** Most names suggested. */
const MAX_SUGGESTIONS = 3;

/** Most letters that may be wrong, however long the name is. */
const MAX_EDITS = 3;

/**
 * The known names closest to `name`, best first, at most 3: a few letters away, upper and lower case
 * being one, with or without the namespace; failing these, the same name in other namespaces.
 */
export function closestNames(name: string, known: Iterable<string>): readonly string[] {
  const asked = name.toLowerCase();
  const most = Math.max(1, Math.min(MAX_EDITS, Math.floor(asked.length / 3)));
  const near: { readonly name: string; readonly edits: number }[] = [];
  const namesakes: string[] = [];
  for (const candidate of known) {
    const other = candidate.toLowerCase();
    const short = lastPart(other);
    const edits = Math.min(editDistance(asked, other, most), editDistance(asked, short, most));
    if (edits <= most) near.push({ name: candidate, edits });
    else if (short === lastPart(asked)) namesakes.push(candidate);
  }
  const ranked = near.toSorted((a, b) => a.edits - b.edits).map((found) => found.name);
  return (ranked.length > 0 ? ranked : namesakes).slice(0, MAX_SUGGESTIONS);
}

/** ` Did you mean "a" or "b"?`, to put behind a message; empty without names. */
export function suggestion(names: readonly string[]): string {
  if (names.length === 0) return "";
  return ` Did you mean ${names.map((name) => `"${name}"`).join(" or ")}?`;
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

/** Letters to insert, delete or change to make `to` of `from`; `Infinity` when that takes more than `most` by length alone. */
function editDistance(from: string, to: string, most: number): number {
  if (Math.abs(from.length - to.length) > most) return Infinity;
  let above = Array.from(to, (_, column) => column + 1);
  for (let line = 0; line < from.length; line += 1) {
    let diagonal = line;
    let left = line + 1;
    above = above.map((up, column) => {
      const changed = from[line] === to[column] ? diagonal : diagonal + 1;
      diagonal = up;
      left = Math.min(up + 1, left + 1, changed);
      return left;
    });
  }
  return above.at(-1) ?? from.length;
}
