import type { ToolRegistryOptions } from "../runtime/create-runtime.ts";
import type { RegisterOptions } from "../runtime/tool-registry.ts";
import type { ModuleToolsOptions } from "../sources/modules/module-tools.ts";
import type { ConfigPlace } from "./config-error.ts";
import type { LoadedSource } from "./loaded-source.ts";

/** A module that a config names. */
export interface LoadedModule {
  /** Its file URL. The file is there. */
  readonly url: string;
  /** How its tools are taken and registered. */
  readonly options: ModuleToolsOptions & RegisterOptions;
  /** Where the config names it. */
  readonly place: ConfigPlace;
}

/** A tool that a config switches off. */
export interface LoadedDisabling {
  readonly name: string;
  readonly reason: string;
  /** Where the config names it. */
  readonly place: ConfigPlace;
}

/** A config that was read and found sound. Its modules are there, but not imported yet. */
export interface LoadedConfig {
  /** The absolute path of the config. */
  readonly file: string;
  /** Its settings for the registry. */
  readonly options: ToolRegistryOptions;
  /** The modules its tools come from, in the order they are written. */
  readonly tools: readonly LoadedModule[];
  /** The OpenAPI documents and MCP servers, in the order they are written. */
  readonly sources: readonly LoadedSource[];
  /** The tools it switches off. */
  readonly disabled: readonly LoadedDisabling[];
}
