/**
 * Which values stand for a value of another type. One rule: text that spells a value of the wanted
 * type is that value, and a number or boolean where text is wanted is its text. Nothing becomes or
 * stems from null, save the text `null`, and numbers and booleans do not become each other.
 */

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/iu;

const SPELLINGS: Readonly<Record<string, (text: string) => unknown>> = {
  integer: (text) => {
    const value = NUMBER.test(text) ? Number(text) : Number.NaN;
    return Number.isSafeInteger(value) ? value : undefined;
  },
  number: (text) => {
    const value = NUMBER.test(text) ? Number(text) : Number.NaN;
    return Number.isFinite(value) ? value : undefined;
  },
  boolean: (text) => {
    const word = text.toLowerCase();
    return word === "true" ? true : word === "false" ? false : undefined;
  },
  null: (text) => (text === "null" ? null : undefined),
  array: (text) => readJson(text, "["),
  object: (text) => readJson(text, "{"),
};

/** Whether a value is of a JSON Schema type. */
export function hasType(value: unknown, type: string): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

/** The value of one of the wanted types that `value` stands for; undefined when there is none. */
export function coerceValue(value: unknown, types: readonly string[]): unknown {
  if (typeof value === "string") {
    const text = value.trim();
    for (const type of types) {
      const read = SPELLINGS[type]?.(text);
      if (read !== undefined) return read;
    }
    return undefined;
  }
  const isPrintable = typeof value === "boolean" || Number.isFinite(value);
  return isPrintable && types.includes("string") ? String(value) : undefined;
}

/** The allowed value that `value` stands for, where a schema lists values without their type. */
export function coerceToListed(value: unknown, allowed: readonly unknown[]): unknown {
  if (typeof value === "string") {
    const text = value.trim();
    return allowed.find((other) => isWord(other) && String(other) === text);
  }
  if (typeof value !== "number" && typeof value !== "boolean") return undefined;
  return allowed.find((other) => other === String(value));
}

function isWord(value: unknown): boolean {
  return typeof value === "number" || typeof value === "boolean" || value === null;
}

function readJson(text: string, opening: string): unknown {
  if (!text.startsWith(opening)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
