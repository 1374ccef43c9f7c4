/** Regular expressions of JSON Schemas, as they are found rather than as they should be. */

/**
 * Makes the RegExp of a `pattern`. Patterns are meant to be Unicode ones; many in the wild compile
 * only without that flag. In the form ajv's option `code.regExp` wants.
 *
 * @throws SyntaxError when it compiles neither way.
 */
export const makePattern: { (pattern: string, flags: string): RegExp; readonly code: string } =
  Object.assign(
    (pattern: string, flags: string): RegExp => {
      try {
        return new RegExp(pattern, flags);
      } catch {
        return new RegExp(pattern, "");
      }
    },
    { code: "new RegExp" },
  );

/** Whether a string can be the value of the keyword `pattern`. */
export function isPattern(pattern: string): boolean {
  try {
    makePattern(pattern, "u");
    return true;
  } catch {
    return false;
  }
}
