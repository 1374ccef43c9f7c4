import { thrownText } from "../core/thrown-text.ts";
import type { ToolRegistryOptions } from "../runtime/create-runtime.ts";
import { ToolRegistry } from "../runtime/tool-registry.ts";
import { moduleTools } from "../sources/modules/module-tools.ts";
import { ConfigError, type ConfigPlace } from "./config-error.ts";
import type { LoadedConfig, LoadedModule } from "./loaded-config.ts";
import { mergeOptions } from "./merge-options.ts";

/**
 * Makes the registry that a config describes: imports its modules, all at once, and registers their
 * tools in the order they are written. The caller closes it; after an error nothing is left to close.
 *
 * @param overrides - Stronger than the config. Limits and pools are merged setting by setting.
 * @throws ConfigError that names every module whose tools cannot be registered, and every name under
 *   `disabled` that no tool has; TypeError when an override is unknown or out of range.
 */
export async function createRegistry(
  config: LoadedConfig,
  overrides: ToolRegistryOptions = {},
): Promise<ToolRegistry> {
  const registry = new ToolRegistry(mergeOptions(config.options, overrides));
  try {
    const registrations = await importModules(registry, config.tools);
    runAll(registrations);
    runAll(
      config.disabled.map(({ name, reason, place }) => ({
        place,
        run: () => registry.disable(name, reason),
      })),
    );
  } catch (thrown) {
    await registry.destroy();
    throw thrown;
  }
  return registry;
}

/** What a line of the config asks for. */
interface Step {
  readonly place: ConfigPlace;
  readonly run: () => unknown;
}

/** Imports every module, and leaves the registering of each, or the throwing of why not, to its step. */
async function importModules(
  registry: ToolRegistry,
  modules: readonly LoadedModule[],
): Promise<readonly Step[]> {
  return Promise.all(
    modules.map(async ({ url, options, place }) => {
      try {
        const tools = await moduleTools(url, options);
        return { place, run: () => registry.register(tools, options) };
      } catch (thrown) {
        return { place, run: () => fail(thrown) };
      }
    }),
  );
}

function fail(thrown: unknown): never {
  throw thrown;
}

/** Runs each step, whatever happened to those before, and throws what went wrong as one error. */
function runAll(steps: readonly Step[]): void {
  const failures = steps.flatMap(({ place, run }) => {
    try {
      run();
      return [];
    } catch (thrown) {
      return [{ thrown, issue: { ...place, message: thrownText(thrown) } }];
    }
  });
  if (failures.length === 0) return;
  const causes = failures.map(({ thrown }) => thrown);
  throw new ConfigError(
    failures.map(({ issue }) => issue),
    { cause: causes.length === 1 ? causes[0] : new AggregateError(causes) },
  );
}
