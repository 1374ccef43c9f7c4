export { ConfigError, type ConfigIssue, type ConfigPlace } from "./config/config-error.ts";
export { createRegistry } from "./config/create-registry.ts";
export { findConfig } from "./config/find-config.ts";
export { loadConfig } from "./config/load-config.ts";
export type { LoadedConfig, LoadedDisabling, LoadedModule } from "./config/loaded-config.ts";
export {
  type ConfigToolModule,
  type ToolyardConfig,
  defineConfig,
} from "./config/toolyard-config.ts";
