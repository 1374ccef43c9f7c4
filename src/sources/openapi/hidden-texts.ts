/** Keeps credentials out of whatever a person or a model may read, also when a server sends them back. */

/** Shorter texts would make holes in every message. */
const SHORTEST = 4;
/** Tokens that come and go: so many of the last ones are known. */
const MOST_PASSING = 64;
const INSTEAD = "***";

/** Replaces secrets, in every form in which a request may have carried them. */
export class HiddenTexts {
  readonly #lasting: readonly string[];
  /** Oldest first: what each of them is hidden as. */
  readonly #passing = new Map<string, readonly string[]>();

  constructor(secrets: readonly string[]) {
    this.#lasting = longestFirst(secrets.flatMap(formsOf));
  }

  /** Also hides this from now on. */
  add(secret: string): void {
    if (this.#passing.has(secret)) return;
    this.#passing.set(secret, longestFirst(formsOf(secret)));
    const [oldest] = this.#passing.keys();
    if (this.#passing.size > MOST_PASSING && oldest !== undefined) this.#passing.delete(oldest);
  }

  /** The text without them. */
  hideIn(text: string): string {
    let shown = text;
    for (const secret of this.#lasting) shown = shown.replaceAll(secret, INSTEAD);
    for (const forms of this.#passing.values()) {
      for (const secret of forms) shown = shown.replaceAll(secret, INSTEAD);
    }
    return shown;
  }

  /** Whether the text holds one of them. */
  isIn(text: string): boolean {
    return this.hideIn(text) !== text;
  }
}

/** As it is, as URLs and forms carry it, as JSON and HTML quote it, and as base64. */
function formsOf(secret: string): readonly string[] {
  if (secret.length < SHORTEST) return [];
  const encoded = encodeURIComponent(secret.toWellFormed());
  const strict = encoded.replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return [
    secret,
    encoded,
    strict,
    lowerTriples(encoded),
    lowerTriples(strict),
    encoded.replaceAll("%20", "+"),
    JSON.stringify(secret).slice(1, -1),
    secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;"),
    Buffer.from(secret).toString("base64"),
  ];
}

function lowerTriples(text: string): string {
  return text.replaceAll(/%[\dA-F]{2}/g, (triple) => triple.toLowerCase());
}

/** A secret may be a part of another. */
function longestFirst(secrets: readonly string[]): readonly string[] {
  return [...new Set(secrets)].toSorted((one, other) => other.length - one.length);
}
