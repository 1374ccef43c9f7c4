/** The rights of a tool, made exact: absolute paths, defaults filled in, one text for equal rights. */
import { existsSync, realpathSync } from "node:fs";
import { createRequire, findPackageJSON } from "node:module";
import { join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { ToolPermissions } from "../../core/permissions.ts";
import { PACKAGE_FOLDER, PACKAGE_NAME } from "./worker-files.ts";

/** What the workers of one pool may do. Paths are absolute, in order, and none lies in another. */
export interface GrantedRights {
  readonly fsRead: readonly string[] | true;
  readonly fsWrite: readonly string[] | true;
  readonly net: boolean;
  readonly childProcess: boolean;
  readonly worker: boolean;
  readonly addons: boolean;
  readonly wasi: boolean;
}

/**
 * The rights that `permissions` give to a tool of a module. Relative paths start from the current directory. To what it
 * may read come its module, the `package.json` that says how to read that, and this package where the module finds it.
 *
 * @param moduleUrl - The file URL of the tool's module.
 */
export function grantRights(permissions: ToolPermissions, moduleUrl: string): GrantedRights {
  const { fsRead, fsWrite, net = true } = permissions;
  const { childProcess = false, worker = false, addons = false, wasi = false } = permissions;
  return {
    fsRead: fsRead === true || exactPaths([...(fsRead || []), ...moduleFiles(moduleUrl)]),
    fsWrite: fsWrite === true || exactPaths(fsWrite || []),
    net,
    childProcess,
    worker,
    addons,
    wasi,
  };
}

/** The same text for the same rights, and only for these. */
export function rightsKey(rights: GrantedRights): string {
  const { fsRead, fsWrite, net, childProcess, worker, addons, wasi } = rights;
  return JSON.stringify([fsRead, fsWrite, net, childProcess, worker, addons, wasi]);
}

/**
 * Absolute paths, without those that lie in others. A path through a symbolic link is there under its real name too:
 * some of Node's functions ask under the one, some under the other.
 */
export function exactPaths(paths: readonly string[]): readonly string[] {
  const named = paths.map((path) => resolve(path));
  const all = [...new Set(named.flatMap((path) => [path, realPath(path)]))].toSorted();
  return all.filter((path) => !all.some((other) => other !== path && isWithin(path, other)));
}

function isWithin(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path; // It is still to be made.
  }
}

function moduleFiles(moduleUrl: string): readonly string[] {
  const file = fileURLToPath(moduleUrl);
  const manifest = findPackageJSON(pathOnly(moduleUrl));
  const files = manifest === undefined ? [file] : [file, manifest];
  // Links to this package (npm link, pnpm) are read when the module imports it by name.
  const link = (createRequire(file).resolve.paths(PACKAGE_NAME) ?? [])
    .map((folder) => join(folder, PACKAGE_NAME))
    .find((folder) => existsSync(folder));
  return link !== undefined && realPath(link) === PACKAGE_FOLDER ? [...files, link] : files;
}

function pathOnly(url: string): string {
  const { href, search, hash } = new URL(url);
  return href.slice(0, href.length - search.length - hash.length);
}
