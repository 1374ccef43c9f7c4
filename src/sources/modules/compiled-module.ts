/** A module named by its source, after the source was compiled. */
import { stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/**
 * The URL to import for the module at `href`: that of the `.js` (`.mjs`) file beside it where it names a
 * `.ts` (`.mts`) file that does not exist; otherwise `href`. A compiler leaves the text
 * `"./tools.ts"` as it is, and puts `tools.js` there. Query and hash stay.
 */
export async function compiledModuleUrl(href: string): Promise<string> {
  const url = new URL(href);
  const compiled = url.pathname.replace(/\.(m?)ts$/u, ".$1js");
  if (compiled === url.pathname || (await isFile(url))) return href;
  url.pathname = compiled;
  return (await isFile(url)) ? url.href : href;
}

async function isFile(url: URL): Promise<boolean> {
  const file = await stat(fileURLToPath(url)).catch(() => undefined);
  return file?.isFile() === true;
}
