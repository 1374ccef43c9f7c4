/** What the tools of a document are called. */
import { createHash } from "node:crypto";
import { suggestionOrKnown } from "../../core/closest-names.ts";

/** Longest name that every provider takes. */
const MAX_LENGTH = 64;
const HASH_LENGTH = 8;
const VALID = /^[a-zA-Z0-9_-]{1,64}$/;

/** What a name is made of. */
export interface NamedOperation {
  readonly method: string;
  readonly path: string;
  readonly operationId: string | undefined;
}

/**
 * Gives each operation a name of its own: its `operationId`, or method and path, made of letters, digits, `_` and `-`. One
 * that is too long or taken ends in a hash. All operations of a document are named in its order, whichever are used, so
 * that a name does not depend on what else was selected.
 */
export class NameBook {
  readonly #taken = new Set<string>();

  nameFor(operation: NamedOperation): string {
    const { method, path, operationId } = operation;
    const text = operationId ?? `${method.toLowerCase()} ${path}`;
    const clean = cleaned(text) || cleaned(`${method.toLowerCase()} ${path}`) || "operation";
    const place = `${method} ${path}`;
    let name = clean.length <= MAX_LENGTH ? clean : withHash(clean, text);
    for (let count = 1; this.#taken.has(name); count += 1) {
      name = withHash(clean, count === 1 ? place : `${place} ${count}`);
    }
    this.#taken.add(name);
    return name;
  }
}

/**
 * The names after the settings' `rename`.
 *
 * @throws TypeError when a name to change is none of the document's, a new one is not valid, or two are the same.
 */
export function renamer(
  names: readonly string[],
  rename: Readonly<Record<string, string>> = {},
): (name: string) => string {
  const known = new Set(names);
  for (const [from, to] of Object.entries(rename)) {
    if (!known.has(from)) {
      throw new TypeError(
        `\`rename\`: no operation is called "${from}". ${suggestionOrKnown(from, names)}`,
      );
    }
    if (!VALID.test(to)) {
      throw new TypeError(
        `\`rename\`: "${to}" is no name for a tool. Use 1 to ${MAX_LENGTH} letters, digits, "_" and "-".`,
      );
    }
  }
  const newName = (name: string): string =>
    Object.hasOwn(rename, name) ? (rename[name] as string) : name;
  const seen = new Set<string>();
  for (const name of names.map(newName)) {
    if (seen.has(name))
      throw new TypeError(`\`rename\`: two operations would be called "${name}".`);
    seen.add(name);
  }
  return newName;
}

function cleaned(text: string): string {
  return text.replaceAll(/[^a-zA-Z0-9_-]+/g, "_").replaceAll(/^_+|(?<!_)_+$/g, "");
}

function withHash(name: string, of: string): string {
  const hash = createHash("sha256").update(of).digest("hex").slice(0, HASH_LENGTH);
  const start = name.slice(0, MAX_LENGTH - HASH_LENGTH - 1).replace(/_+$/, "");
  return `${start}_${hash}`;
}
