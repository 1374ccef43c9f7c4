/** A JSON object as it came from outside: nothing about its members is known. */
export type Block = Readonly<Record<string, unknown>>;

/** Whether `value` is an object that is no array. */
export function isBlock(value: unknown): value is Block {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The first item of a list, when it is an object. */
export function firstBlock(list: readonly unknown[]): Block | undefined {
  const [first] = list;
  return isBlock(first) ? first : undefined;
}
