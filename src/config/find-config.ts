import { join, resolve } from "node:path";
import { ConfigError } from "./config-error.ts";
import { isFile } from "./module-files.ts";

/** The names a config has when no path is given; the first that is there is taken. */
export const CONFIG_NAMES: readonly string[] = [
  "toolyard.json",
  "toolyard.config.ts",
  "toolyard.config.js",
  "toolyard.config.mts",
  "toolyard.config.mjs",
];

/** A config to begin with. */
export const CONFIG_EXAMPLE = `{
  "$schema": "./node_modules/toolyard/schema/toolyard.schema.json",
  "tools": ["./my-tools.ts"],
  "limits": { "*": { "concurrency": 16 } }
}`;

/** The absolute path of the config in `cwd`; undefined when there is none. Looks in no other folder. */
export async function findConfig(cwd: string = process.cwd()): Promise<string | undefined> {
  for (const name of CONFIG_NAMES) {
    const path = join(resolve(cwd), name);
    if (await isFile(path)) return path;
  }
  return undefined;
}

/** The error that there is no config, which says what to create. */
export function noConfigError(file: string, message: string): ConfigError {
  const remedy = `Create toolyard.json, for example:\n${CONFIG_EXAMPLE}`;
  return new ConfigError([{ file, path: "", message: `${message} ${remedy}` }]);
}
