/** Files that every worker must be able to read before it knows a tool. */
import { existsSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The name that modules import this package by. */
export const PACKAGE_NAME = "toolyard";

/** Where this package is. */
export const PACKAGE_FOLDER: string = fileURLToPath(new URL("../../..", import.meta.url)).replace(
  /[/\\]$/u,
  "",
);

/** What a worker imports that is no part of this package. */
const DEPENDENCIES = ["devalue"];

/** The code of this package, its manifest, and what its workers depend on. */
export function workerFiles(): readonly string[] {
  const code = fileURLToPath(new URL("../..", import.meta.url));
  return [code, join(PACKAGE_FOLDER, "package.json"), ...DEPENDENCIES.flatMap(dependencyFolders)];
}

/** The folder of a dependency as it is found from here, and the one that stands behind a link. */
function dependencyFolders(name: string): readonly string[] {
  const folder = (createRequire(import.meta.url).resolve.paths(name) ?? [])
    .map((parent) => join(parent, name))
    .find((candidate) => existsSync(candidate));
  return folder === undefined ? [] : [folder, realpathSync(folder)];
}
