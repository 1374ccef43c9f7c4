/** Where a module is. */
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/**
 * The absolute file URL of a module, from a file URL or a path. A relative path starts from the
 * current directory. A query (`?line=3`) is part of a URL, and makes another instance of the module;
 * in a path it is part of the file's name.
 *
 * @throws TypeError when it is another kind of URL, or empty.
 */
export function moduleUrl(location: string | URL): string {
  if (location instanceof URL) return fileUrl(location);
  if (typeof location !== "string" || location === "") {
    throw new TypeError("A module is given by a file URL or a path.");
  }
  // Two letters at least before the colon: `C:\tools.ts` is a path.
  return /^[a-z][a-z\d+.-]+:/i.test(location)
    ? fileUrl(new URL(location))
    : pathToFileURL(resolve(location)).href;
}

/** A module's path as people write it, with the URL's query if it has one. */
export function modulePath(href: string): string {
  const url = new URL(href);
  return fileURLToPath(url) + url.search + url.hash;
}

function fileUrl(url: URL): string {
  if (url.protocol === "file:") return url.href;
  throw new TypeError(
    `A module must be a file, and ${url.href} is none. Give a file URL or a path; ` +
      "for a package, `import.meta.resolve(name)`.",
  );
}
