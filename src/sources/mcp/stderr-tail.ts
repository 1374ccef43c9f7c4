import type { HiddenTexts } from "../hidden-texts.ts";

/** How much of a server's stderr is kept, in characters. */
const KEPT_CHARACTERS = 2_048;

/** Keeps the end of what a server printed to stderr, and shows it without the secrets that the server was given. */
export class StderrTail {
  readonly #secrets: HiddenTexts;
  #text = "";
  #isCut = false;

  constructor(secrets: HiddenTexts) {
    this.#secrets = secrets;
  }

  /** Adds what was printed. */
  add(text: string): void {
    const whole = this.#text + text;
    // So much more that a secret across the cut is in there as a whole.
    const kept = KEPT_CHARACTERS + this.#secrets.longest;
    this.#isCut ||= whole.length > kept;
    this.#text = whole.slice(-kept);
  }

  /** The end of it all, trimmed. */
  get text(): string {
    return this.#secrets.hideIn(this.#withoutStump()).slice(-KEPT_CHARACTERS).trim();
  }

  /** What is left of a text that was cut may begin in the middle of a secret. */
  #withoutStump(): string {
    if (!this.#isCut) return this.#text;
    const lineEnd = this.#text.indexOf("\n");
    return this.#text.slice(lineEnd === -1 ? this.#secrets.longest : lineEnd + 1);
  }
}
