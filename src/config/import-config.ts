import { pathToFileURL } from "node:url";
import { thrownText } from "../core/thrown-text.ts";
import { type ModuleExports, importModule } from "../sources/modules/import-module.ts";
import { ConfigError } from "./config-error.ts";
import type { ConfigSource } from "./config-source.ts";

/**
 * Imports a config written in TypeScript or JavaScript: the module's default export, or its export `config`.
 *
 * @param path - The absolute path of the module.
 * @param file - How messages show it.
 * @throws ConfigError when it cannot be imported or exports no config.
 */
export async function importConfig(path: string, file: string): Promise<ConfigSource> {
  const exports = await importExports(path, file);
  const value = exports["default"] ?? exports["config"];
  if (value === undefined) {
    const message =
      "The module exports no config. Write: export default defineConfig({ tools: [] });";
    throw new ConfigError([{ file, path: "", message }]);
  }
  return { file, value, issues: [], positionOf: () => undefined };
}

async function importExports(path: string, file: string): Promise<ModuleExports> {
  try {
    return await importModule(pathToFileURL(path).href);
  } catch (thrown) {
    const { cause } = thrown as Error;
    throw new ConfigError([{ file, path: "", message: thrownText(thrown) }], { cause });
  }
}
