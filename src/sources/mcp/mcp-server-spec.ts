/** A server and the settings of its connections as JSON, so that a worker can make connections of its own. */
import type { McpOptions, McpServerConfig } from "./mcp-options.ts";
import type { McpRequest } from "./mcp-request.ts";

/** The options that a connection reads and that are JSON. */
const LINK_OPTIONS = [
  "pool",
  "whileDown",
  "restart",
  "connectTimeoutMs",
  "protocol",
  "maxMessageBytes",
] as const satisfies readonly (keyof McpOptions)[];

/** Settings of the connections to a server. */
export type LinkOptions = Pick<McpOptions, (typeof LINK_OPTIONS)[number]>;

/** How a worker reaches a server. Holds its environment and headers: never to be shown. */
export interface McpServerSpec {
  readonly name: string;
  readonly config: McpServerConfig;
  /** {@link LinkOptions}; `Infinity` is the text of that name. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** What a worker makes a tool of. */
export interface McpToolSpec {
  readonly server: McpServerSpec;
  readonly request: McpRequest;
}

/** Writes a server and the options of its connections as JSON. */
export function writeServerSpec(
  config: McpServerConfig,
  options: LinkOptions & { readonly name: string },
): McpServerSpec {
  const picked = Object.fromEntries(LINK_OPTIONS.map((field) => [field, options[field]]));
  const text = JSON.stringify({ name: options.name, config, options: picked }, (_key, value) =>
    value === Infinity ? "Infinity" : (value as unknown),
  );
  return JSON.parse(text) as McpServerSpec;
}

/** The options of its connections, as they were before they were written. */
export function readLinkOptions({ name, options }: McpServerSpec): LinkOptions & { name: string } {
  const read = JSON.parse(JSON.stringify(options), (_key, value: unknown) =>
    value === "Infinity" ? Infinity : value,
  ) as LinkOptions;
  return { ...read, name };
}
