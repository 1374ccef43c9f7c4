import { dirname, resolve } from "node:path";
import type { ToolPermissions } from "../core/permissions.ts";
import { withInfinity } from "./config-options.ts";
import type { ConfigPath } from "./config-path.ts";
import { type ConfigProblem, type ConfigSource, placeOf } from "./config-source.ts";
import type { LoadedModule } from "./loaded-config.ts";
import { findModuleFile } from "./module-files.ts";
import type { ConfigToolModule } from "./toolyard-config.ts";

/** What the `tools` of a config stand for. */
export interface ConfiguredModules {
  readonly modules: readonly LoadedModule[];
  /** Files that are not there. */
  readonly problems: readonly ConfigProblem[];
}

interface Entry {
  readonly module: string;
  /** Where the file is named. */
  readonly path: ConfigPath;
  readonly settings: Omit<ConfigToolModule, "module">;
}

/**
 * Finds the modules that a config names. Works on a config with mistakes too, so that a missing file
 * is told along with them.
 *
 * @param value - The config in plain JSON.
 * @param file - The absolute path of the config.
 * @param source - Where the modules are written.
 * @param skip - Whether the text at a path is a mistake already.
 */
export async function configuredModules(
  value: unknown,
  file: string,
  source: ConfigSource,
  skip: (path: ConfigPath) => boolean,
): Promise<ConfiguredModules> {
  const { tools } = (value ?? {}) as { readonly tools?: unknown };
  const folder = dirname(file);
  const entries = Array.isArray(tools) ? tools.flatMap(readEntry) : [];
  const found = await Promise.all(
    entries
      .filter((entry) => !skip(entry.path))
      .map(async (entry) => ({ entry, moduleFile: await findModuleFile(entry.module, folder) })),
  );
  const modules: LoadedModule[] = [];
  const problems: ConfigProblem[] = [];
  for (const { entry, moduleFile } of found) {
    if ("url" in moduleFile)
      modules.push({ url: moduleFile.url, ...loaded(entry, folder, source) });
    else problems.push({ path: entry.path, message: moduleFile.problem });
  }
  return { modules, problems };
}

function readEntry(written: unknown, place: number): readonly Entry[] {
  if (typeof written === "string") {
    return [{ module: written, path: ["tools", place], settings: {} }];
  }
  if (typeof written !== "object" || written === null) return [];
  const { module, ...settings } = written as ConfigToolModule;
  if (typeof module !== "string") return [];
  return [{ module, path: ["tools", place, "module"], settings }];
}

function loaded(
  { path, settings }: Entry,
  folder: string,
  source: ConfigSource,
): Omit<LoadedModule, "url"> {
  const { timeoutMs, maxResultBytes, schemas, permissions, ...options } = settings;
  return {
    options: {
      ...options,
      ...(timeoutMs !== undefined && { timeoutMs: withInfinity(timeoutMs) as number }),
      ...(maxResultBytes !== undefined && {
        maxResultBytes: withInfinity(maxResultBytes) as number,
      }),
      ...(typeof schemas === "string" && { schemas: resolve(folder, schemas) }),
      ...(isObject(permissions) && { permissions: absolutePaths(permissions, folder) }),
    },
    place: placeOf(source, path.slice(0, 2)),
  };
}

/** Relative paths start from the config's folder, wherever the program is started. */
function absolutePaths(permissions: ToolPermissions, folder: string): ToolPermissions {
  const { fsRead, fsWrite } = permissions;
  return {
    ...permissions,
    ...(Array.isArray(fsRead) && { fsRead: resolveAll(fsRead, folder) }),
    ...(Array.isArray(fsWrite) && { fsWrite: resolveAll(fsWrite, folder) }),
  };
}

/** What is no path is a mistake, told elsewhere. */
function resolveAll(paths: readonly unknown[], folder: string): readonly string[] {
  return paths.flatMap((path) => (typeof path === "string" ? resolve(folder, path) : []));
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
