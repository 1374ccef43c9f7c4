/** Keeps what a server is given in confidence out of errors, events and logs. */
import type { McpServerConfig } from "./mcp-options.ts";

/** Shorter texts are no secrets, and would make holes in every message. */
const SHORTEST_SECRET = 6;
const INSTEAD = "***";

/** Replaces the values of a server's `env` and `headers` wherever they turn up. */
export class SecretTexts {
  readonly #secrets: readonly string[];
  /** Characters of the longest. */
  readonly longest: number;

  constructor(config: McpServerConfig) {
    const values = Object.values(("command" in config ? config.env : config.headers) ?? {});
    // "Bearer abc" is a secret, and so is "abc".
    const texts = values.concat(values.flatMap((value) => value.split(/\s+/u)));
    const secrets = new Set(texts.filter((text) => text.length >= SHORTEST_SECRET));
    this.#secrets = [...secrets].toSorted((one, other) => other.length - one.length);
    this.longest = this.#secrets[0]?.length ?? 0;
  }

  /** The text without them. */
  hideIn(text: string): string {
    return this.#secrets.reduce((shown, secret) => shown.replaceAll(secret, INSTEAD), text);
  }
}
