/** What a server's error holds besides its message. */

/** Most characters of it, as JSON. */
const MOST_CHARACTERS = 16_000;

/** The data of an error, for people. */
export interface RpcData {
  /** Itself, without secrets; a text instead where there is too much of it. */
  readonly shown: unknown;
  /** Whether it is what the server sent. */
  readonly isWhole: boolean;
}

/**
 * Reads the data of an error: servers put there what they like, such as their whole surroundings.
 *
 * @param data - JSON, or undefined.
 * @param hide - Takes secrets out of a text.
 */
export function readRpcData(data: unknown, hide: (text: string) => string): RpcData {
  let isWhole = true;
  const hidden = (_key: string, value: unknown): unknown => {
    if (typeof value !== "string") return value;
    const text = hide(value);
    isWhole &&= text === value;
    return text;
  };
  try {
    const text = JSON.stringify(data, hidden) ?? "null";
    if (text.length > MOST_CHARACTERS) return leftOut(`${text.length} characters`);
    return isWhole ? { shown: data, isWhole } : { shown: JSON.parse(text), isWhole };
  } catch {
    return leftOut("nested too deeply");
  }
}

function leftOut(why: string): RpcData {
  return { shown: `(left out: ${why})`, isWhole: false };
}
