/** A part of a module that cannot be a tool: why, and what to do about it, as a sentence each. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

/** One for a type that was not found. */
export class MissingType extends Refusal {}

/** Whether there would be no refusal if a type were found: a file that is not there yet may hold it. */
export function isOfMissingType(refusal: Refusal): boolean {
  return refusal instanceof MissingType || refusal.cause instanceof MissingType;
}

/** The refusal behind what the schema generator threw, which wraps what it does not know. */
export function refusalIn(thrown: unknown): Refusal {
  let cause = thrown;
  for (let depth = 0; depth < 20 && cause instanceof Error; depth += 1) {
    if (cause instanceof Refusal) return cause;
    if (cause.cause === undefined) break;
    cause = cause.cause;
  }
  if (cause instanceof RangeError) {
    return new Refusal("its types go too deep. Make them simpler.");
  }
  const { message } = cause instanceof Error ? cause : new Error(String(cause));
  return new Refusal(
    `its types cannot be written as JSON Schema: ${message.replace(/\.$/u, "")}. Use plain types: ` +
      "objects, arrays, strings, numbers, booleans.",
  );
}
