import type { ToolRegistryOptions } from "../runtime/create-runtime.ts";
import type { RegisterOptions } from "../runtime/tool-registry.ts";
import type { ModuleToolsOptions } from "../sources/modules/module-tools.ts";

/** A module whose tools are registered, with settings. */
export interface ConfigToolModule extends Omit<ModuleToolsOptions, "methods">, RegisterOptions {
  /** The module's file, `.ts` or `.js`: a path relative to the config, or a file URL. */
  readonly module: string | URL;
}

/**
 * What a config file says. In every text `${NAME}` stands for an environment variable, and
 * `${NAME:-default}` for one with a default; `$${` stands for the characters `${`.
 */
export interface ToolyardConfig extends Pick<
  ToolRegistryOptions,
  "mode" | "timeoutMs" | "limits" | "pools"
> {
  /** Where editors find the JSON Schema of a config. */
  readonly $schema?: string | undefined;
  /** The modules whose tools are registered, in this order: a path, or a path with settings. */
  readonly tools?: readonly (string | URL | ConfigToolModule)[] | undefined;
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
