/** Keeps what a server is given in confidence out of errors, events and logs. */
import { HiddenTexts } from "../hidden-texts.ts";
import { secretsInLabel } from "./mcp-label.ts";
import type { McpServerConfig } from "./mcp-options.ts";

/** Shorter texts are no secrets: `env` and `headers` also hold levels, ports and versions. */
const SHORTEST_SECRET = 6;
/** Words before a secret, which errors need: "a Bearer token is missing". */
const SCHEMES = /^(?:basic|bearer|digest|negotiate)$/iu;

/**
 * Hides the values of a server's `env` and `headers` wherever they turn up, and what in its arguments and address looks
 * like a secret.
 */
export function secretTexts(config: McpServerConfig): HiddenTexts {
  const given = Object.values(("command" in config ? config.env : config.headers) ?? {});
  const values = [...given, ...secretsInLabel(config)];
  // "Bearer abc" is a secret, and so is "abc".
  const texts = values.concat(values.flatMap((value) => value.split(/\s+/u)));
  return new HiddenTexts(
    texts.filter((text) => text.length >= SHORTEST_SECRET && !SCHEMES.test(text)),
  );
}
