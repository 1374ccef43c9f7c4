import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { thrownText } from "../core/thrown-text.ts";
import { ConfigError } from "./config-error.ts";
import type { ConfigSource } from "./config-source.ts";
import { noConfigError } from "./find-config.ts";
import { importConfig } from "./import-config.ts";
import { isFile } from "./module-files.ts";
import { readJsonConfig } from "./read-json-config.ts";

/**
 * Reads a config as it is written: JSON from `.json` and `.jsonc`, a module from `.ts`, `.js` and their kin.
 *
 * @param path - The absolute path of the config.
 * @param file - How messages show it.
 * @throws ConfigError when it cannot be read.
 */
export async function readConfig(path: string, file: string): Promise<ConfigSource> {
  const ending = extname(path);
  const isModule = /^\.[cm]?[jt]s$/.test(ending);
  if (!isModule && ending !== ".json" && ending !== ".jsonc") {
    const message = `A config cannot end in "${ending}". Name it .json, .ts, .js, .mts or .mjs.`;
    throw new ConfigError([{ file, path: "", message }]);
  }
  if (!(await isFile(path))) throw noConfigError(file, "There is no such file.");
  return isModule ? importConfig(path, file) : readJsonConfig(await readText(path, file), file);
}

async function readText(path: string, file: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const message = `The file cannot be read: ${thrownText(cause)}`;
    throw new ConfigError([{ file, path: "", message }], { cause });
  }
}
