/** The files that a config names as modules: where they are, and whether they are there. */
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { closestNames, suggestion } from "../core/closest-names.ts";

/** A module's file URL, or what is wrong and what to do. */
export type ModuleFile = { readonly url: string } | { readonly problem: string };

/** Two letters at least: one letter and a colon begin a path on Windows. */
const SCHEME = /^[a-z][a-z0-9+.-]+:/i;

/**
 * Finds the file of a module.
 *
 * @param module - A path relative to `folder`, an absolute path, or a file URL.
 */
export async function findModuleFile(module: string, folder: string): Promise<ModuleFile> {
  const url = moduleUrl(module, folder);
  if (url === undefined) {
    return { problem: "is no path and no file URL. Write a path, such as ./tools.ts." };
  }
  const path = fileURLToPath(url);
  if (await isFile(path)) return { url: url.href };
  const hint = suggestion((await closestFiles(path)).slice(0, 1));
  return {
    problem: `names ${path}, which is no file. Relative paths start from ${folder}.${hint}`,
  };
}

/** Whether there is a file, rather than a folder or nothing. */
export async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

function moduleUrl(module: string, folder: string): URL | undefined {
  if (!SCHEME.test(module)) return pathToFileURL(resolve(folder, module));
  const url = URL.parse(module);
  try {
    return url === null || fileURLToPath(url) === "" ? undefined : url;
  } catch {
    return undefined;
  }
}

/** Files beside the missing one with names like its name. */
async function closestFiles(path: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(dirname(path), { withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    // A dot would set a namespace apart, and every file of the same kind would be a namesake.
    const known = files.map((file) => file.name.replaceAll(".", "/"));
    const closest = closestNames(basename(path).replaceAll(".", "/"), known);
    return closest.map((name) => name.replaceAll("/", "."));
  } catch {
    return [];
  }
}
