import { thrownText } from "../core/thrown-text.ts";
import type { ToolRegistryOptions } from "../runtime/create-runtime.ts";
import type { ToolRegistry } from "../runtime/tool-registry.ts";
import { ConfigError } from "./config-error.ts";
import type { LoadedConfig } from "./loaded-config.ts";
import { type ConfigEntry, openRegistry } from "./open-registry.ts";

/**
 * Makes the registry that a config describes: imports its modules and starts its sources, all at once, and registers
 * their tools in the order they are written, those of modules first. The caller closes it; after an error nothing is
 * left to close.
 *
 * @param overrides - Stronger than the config. Limits and pools are merged setting by setting.
 * @throws ConfigError that names every module or source whose tools cannot be registered, or else every name under
 *   `disabled` that no tool has; TypeError when an override is unknown or out of range.
 */
export async function createRegistry(
  config: LoadedConfig,
  overrides: ToolRegistryOptions = {},
): Promise<ToolRegistry> {
  const { registry, entries } = await openRegistry(config, overrides);
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
