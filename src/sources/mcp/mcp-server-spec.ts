/** A server and the settings of its connections as JSON, so that a worker can make connections of its own. */
import type { McpOptions, McpServerConfig } from "./mcp-options.ts";
import type { McpRequest } from "./mcp-request.ts";

/** Settings of the connections to a server, as far as they are JSON: what is a function stays behind. */
export type LinkOptions = Pick<
  McpOptions,
  "pool" | "whileDown" | "restart" | "connectTimeoutMs" | "protocol" | "maxMessageBytes" | "roots"
>;

const LINK_OPTIONS = Object.keys({
  pool: true,
  whileDown: true,
  restart: true,
  connectTimeoutMs: true,
  protocol: true,
  maxMessageBytes: true,
  roots: true,
} satisfies Record<keyof LinkOptions, true>) as readonly (keyof LinkOptions)[];

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
  // A root may have any name.
  const read = JSON.parse(JSON.stringify(options), (key, value: unknown) =>
    value === "Infinity" && key !== "name" ? Infinity : value,
  ) as LinkOptions;
  return { ...read, name };
}

/** A line for each option that workers cannot have, where the tools are asked to run in some. */
export function staysBehind(options: McpOptions): readonly string[] {
  const { mode, elicit, sample, roots } = options;
  if (mode !== "thread" && mode !== "process") return [];
  const functions = Object.entries({ elicit, sample, roots });
  return functions
    .filter(([, value]) => typeof value === "function")
    .map(([name]) => {
      const why = "connections there are the worker's own, and their servers cannot ask back";
      return `\`${name}\` is not used in mode ${mode}: ${why}. Leave the mode out, or make it async.`;
    });
}
