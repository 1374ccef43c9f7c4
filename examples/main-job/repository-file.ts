import { fileURLToPath } from "node:url";
import { isAbsolute, relative, resolve } from "node:path";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The absolute path of a file of this repository; a model does not get at others. */
export function repositoryFile(path: string): string {
  const file = resolve(ROOT, path);
  const inside = relative(ROOT, file);
  if (inside.startsWith("..") || isAbsolute(inside)) {
    throw new RangeError("the path leads out of the repository");
  }
  return file;
}
