/** What lies in `value` at the end of `path`; undefined when nothing does, or when it does not let itself be read. */
export function valueAtPath(value: unknown, path: readonly string[]): unknown {
  let found = value;
  try {
    for (const step of path) {
      if (typeof found !== "object" || found === null) return undefined;
      found = (found as Readonly<Record<string, unknown>>)[step];
    }
  } catch {
    return undefined;
  }
  return found;
}
