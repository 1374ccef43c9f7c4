/** Keeps credentials out of whatever a person or a model may read, also when a server sends them back. */

/** Shorter texts would make holes in every message. */
const SHORTEST = 4;
/** Tokens that come and go: so many of those that were used last are known. */
const MOST_PASSING = 256;
const INSTEAD = "***";

/** Replaces secrets, in every form in which a request may have carried them. */
export class HiddenTexts {
  readonly #lasting: readonly string[];
  /** What each is hidden as; the one that was used last stands last. */
  readonly #passing = new Map<string, readonly string[]>();
  /** Longest first, for a secret may be a part of another; undefined when it must be put together anew. */
  #sorted: readonly string[] | undefined;

  constructor(secrets: readonly string[]) {
    this.#lasting = secrets.flatMap(formsOf);
  }

  /** Characters of the longest form. */
  get longest(): number {
    return this.#all()[0]?.length ?? 0;
  }

  /** Also hides this from now on. */
  add(secret: string): void {
    const known = this.#passing.get(secret);
    this.#passing.delete(secret);
    this.#passing.set(secret, known ?? formsOf(secret));
    if (known !== undefined) return;
    const [oldest] = this.#passing.keys();
    if (this.#passing.size > MOST_PASSING && oldest !== undefined) this.#passing.delete(oldest);
    this.#sorted = undefined;
  }

  /** The text without them. */
  hideIn(text: string): string {
    return this.#all().reduce((shown, secret) => shown.replaceAll(secret, INSTEAD), text);
  }

  /** Whether the text holds one of them. */
  isIn(text: string): boolean {
    return this.#all().some((secret) => text.includes(secret));
  }

  #all(): readonly string[] {
    const all = (): readonly string[] => [...this.#lasting, ...[...this.#passing.values()].flat()];
    return (this.#sorted ??= [...new Set(all())].toSorted(
      (one, other) => other.length - one.length,
    ));
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
