/** Keeps what a server is given in confidence out of errors, events and logs. */
import { HiddenTexts } from "../hidden-texts.ts";
import type { McpServerConfig } from "./mcp-options.ts";

/** Shorter texts are no secrets: `env` and `headers` also hold levels, ports and versions. */
const SHORTEST_SECRET = 6;

/** Hides the values of a server's `env` and `headers` wherever they turn up. */
export function secretTexts(config: McpServerConfig): HiddenTexts {
  const values = Object.values(("command" in config ? config.env : config.headers) ?? {});
  // "Bearer abc" is a secret, and so is "abc".
  const texts = values.concat(values.flatMap((value) => value.split(/\s+/u)));
  return new HiddenTexts(texts.filter((text) => text.length >= SHORTEST_SECRET));
}
