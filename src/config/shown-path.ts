import { isAbsolute, relative } from "node:path";

/** `file` as messages show it: short and clickable in a terminal from below the current directory, else absolute. */
export function shownPath(file: string, cwd: string): string {
  const below = relative(cwd, file);
  return below.startsWith("..") || isAbsolute(below) ? file : below;
}
