/** What was thrown, as text. JavaScript can throw anything, and reading it may throw again. */

/** Whether `value` is an error, also one from another realm (a `vm` context, a test runner). */
export function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === "[object Error]";
}

/**
 * A line of text for anything thrown: an error's message, or its name when it has none; another
 * object's `message`, else its JSON. Never throws.
 */
export function thrownText(thrown: unknown): string {
  try {
    if (typeof thrown !== "object" || thrown === null) return String(thrown);
    const { message, name } = thrown as { readonly message?: unknown; readonly name?: unknown };
    if (typeof message === "string" && message !== "") return message;
    if (isError(thrown)) return typeof name === "string" ? name : "Error";
    return JSON.stringify(thrown) ?? Object.prototype.toString.call(thrown);
  } catch {
    return "something that cannot be shown";
  }
}
