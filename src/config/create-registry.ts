import { thrownText } from "../core/thrown-text.ts";
import type { ToolRegistryOptions } from "../runtime/create-runtime.ts";
import type { ToolRegistry } from "../runtime/tool-registry.ts";
import type { ConfigEntry } from "./config-entry.ts";
import { ConfigError } from "./config-error.ts";
import type { LoadedConfig } from "./loaded-config.ts";
import { type OpenOptions, openRegistry } from "./open-registry.ts";

/**
 * Makes the registry that a config describes: imports its modules and starts its sources, all at once, and registers
 * their tools in the order they are written, those of modules first. The caller closes it; after an error nothing is
 * left to close.
 *
 * @param overrides - Stronger than the config. Limits and pools are merged setting by setting.
 * @param options - With a `signal`, what was started is ended when it aborts, and its reason thrown.
 * @throws ConfigError that names every module or source whose tools cannot be registered, or else every name under
 *   `disabled` that no tool has and no server that is away may have; TypeError when an override is unknown or out of range.
 */
export async function createRegistry(
  config: LoadedConfig,
  overrides: ToolRegistryOptions = {},
  options: Pick<OpenOptions, "signal"> = {},
): Promise<ToolRegistry> {
  const { registry, entries } = await openRegistry(config, overrides, options);
  const failed = entries.filter((entry) => "thrown" in entry);
  if (failed.length === 0) return registry;
  await registry.destroy();
  // A tool that is switched off may be missing only because its module is.
  const modules = failed.filter(({ kind }) => kind !== "disabled");
  throw errorOf(modules.length > 0 ? modules : failed);
}

function errorOf(failed: readonly ConfigEntry[]): ConfigError {
  const causes = failed.map(({ thrown }) => thrown);
  const issues = failed.map(({ place, thrown }) =>
    Object.assign({ message: thrownText(thrown) }, place),
  );
  return new ConfigError(issues, {
    cause: causes.length === 1 ? causes[0] : new AggregateError(causes),
  });
}
