/** Patterns of names: `*` stands for any characters, dots and none at all too; everything else for itself. */

/** Whether a name fits a pattern. */
export function matchesPattern(pattern: string, name: string): boolean {
  return pattern.includes("*") ? matchesParts(pattern.split("*"), name) : pattern === name;
}

/** What says whether a name fits one of the patterns. */
export function nameMatcher(patterns: readonly string[]): (name: string) => boolean {
  const exact = new Set(patterns);
  const globs = patterns
    .filter((pattern) => pattern.includes("*"))
    .map((pattern) => pattern.split("*"));
  return (name) => exact.has(name) || globs.some((parts) => matchesParts(parts, name));
}

/**
 * Whether `name` begins and ends with the outer parts and has the others between them, in order. Taking each where it
 * comes first is never wrong, so nothing is tried twice, as a regular expression would.
 */
function matchesParts(parts: readonly string[], name: string): boolean {
  const first = parts[0] ?? "";
  const last = parts.at(-1) ?? "";
  const end = name.length - last.length;
  if (first.length > end || !name.startsWith(first) || !name.endsWith(last)) return false;
  let from = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = name.indexOf(part, from);
    if (found === -1 || found + part.length > end) return false;
    from = found + part.length;
  }
  return true;
}
