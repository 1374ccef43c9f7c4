import type { Clock } from "../../time/clock.ts";
import type { McpOptions, McpServerConfig } from "./mcp-options.ts";
import type { LinkListener, ServerLink } from "./server-link.ts";
import { SupervisedServer } from "./supervised-server.ts";

/** What a link is given besides its settings. */
export interface LinkParts {
  readonly clock: Clock;
  /** Uniform in [0, 1); for jitter. */
  readonly random: () => number;
  readonly listener: LinkListener;
}

/** Makes the link to a server; nothing is started yet. */
export type LinkFactory = (
  config: McpServerConfig,
  options: McpOptions & { readonly name: string },
  parts: LinkParts,
) => ServerLink;

/** The link that is used wherever no other is given. */
export const superviseServer: LinkFactory = (config, options, parts) =>
  new SupervisedServer(config, options, parts);
