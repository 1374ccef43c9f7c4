import type { ToolRegistryOptions } from "../runtime/create-runtime.ts";
import type { RegisterOptions } from "../runtime/tool-registry.ts";
import type { McpOptions, McpServerConfig } from "../sources/mcp/mcp-options.ts";
import type { McpRoot } from "../sources/mcp/question-options.ts";
import type { ModuleToolsOptions } from "../sources/modules/module-tools.ts";
import type { OpenApiOptions } from "../sources/openapi/openapi-options.ts";

/** A module whose tools are registered, with settings. */
export interface ConfigToolModule
  extends Omit<ModuleToolsOptions, "methods" | "onProblem">, RegisterOptions {
  /** The module's file, `.ts` or `.js`: a path relative to the config, or a file URL. */
  readonly module: string | URL;
}

/** An OpenAPI document whose operations are registered, with settings. */
export interface ConfigOpenApi extends Omit<OpenApiOptions, "permissions">, RegisterOptions {
  /** A URL, or a path relative to the config. JSON or YAML. */
  readonly document: string | URL;
}

/** Options that are functions and objects of a program. */
type CodeOnly = "authProvider" | "elicit" | "sample";

/** An MCP server as hosts have it, with settings of its own. */
export type ConfigMcpServer = McpServerConfig & {
  /** What Toolyard does with it; other hosts ignore this. Its namespace is the server's name unless it says otherwise. */
  readonly toolyard?:
    | (Omit<McpOptions, "permissions" | CodeOnly | "roots"> &
        RegisterOptions & { readonly roots?: readonly McpRoot[] | undefined })
    | undefined;
};

/**
 * What a config file says. In every text `${NAME}` stands for an environment variable, and
 * `${NAME:-default}` for one with a default; `$${` stands for the characters `${`.
 */
export interface ToolyardConfig extends Pick<
  ToolRegistryOptions,
  "mode" | "timeoutMs" | "limits" | "results" | "pools"
> {
  /** Where editors find the JSON Schema of a config. */
  readonly $schema?: string | undefined;
  /** The modules whose tools are registered, in this order: a path, or a path with settings. */
  readonly tools?: readonly (string | URL | ConfigToolModule)[] | undefined;
  /** OpenAPI documents whose operations are registered: a URL or a path, or that with settings. */
  readonly openapi?: readonly (string | URL | ConfigOpenApi)[] | undefined;
  /** MCP servers by name, as hosts have them; or the path of a file with such a block. */
  readonly mcpServers?: Readonly<Record<string, ConfigMcpServer>> | string | undefined;
  /** Tools that are switched off, by full name, and why. */
  readonly disabled?: Readonly<Record<string, string>> | undefined;
}

/**
 * Gives a config in TypeScript its type; returns it as it is.
 *
 * @example
 * ```ts
 * // toolyard.config.ts
 * export default defineConfig({ tools: ["./math-tools.ts"] });
 * ```
 */
export function defineConfig(config: ToolyardConfig): ToolyardConfig {
  return config;
}
