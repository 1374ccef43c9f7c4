import type { OpenApiOptions } from "../sources/openapi/openapi-options.ts";
import type { McpOptions, McpServerConfig } from "../sources/mcp/mcp-options.ts";
import type { RegisterOptions } from "../runtime/tool-registry.ts";
import type { ConfigPlace } from "./config-error.ts";

/** An OpenAPI document that a config names. */
export interface LoadedOpenApi {
  readonly kind: "openapi";
  /** Its URL, or an absolute path. */
  readonly document: string;
  readonly options: OpenApiOptions & RegisterOptions;
  /** Where the config names it. */
  readonly place: ConfigPlace;
}

/** An MCP server that a config names. */
export interface LoadedMcp {
  readonly kind: "mcp";
  /** As it is written. */
  readonly name: string;
  readonly server: McpServerConfig;
  readonly options: McpOptions & RegisterOptions;
  /** Where the config names it. */
  readonly place: ConfigPlace;
}

/** A source that a config names, not started yet. Its texts hold no variables that are still to be filled in. */
export type LoadedSource = LoadedOpenApi | LoadedMcp;
