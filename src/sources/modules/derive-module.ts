/** What a module's types give: from a schema file, from the cache, or read anew. */
import { fileURLToPath } from "node:url";
import { deriveInThread } from "./derive-thread.ts";
import type { DerivedModule } from "./derived-module.ts";
import { moduleUrl } from "./module-url.ts";
import { readCache, writeCache } from "./schema-cache.ts";
import { readSchemaFile, schemaFileText } from "./schema-file.ts";

/**
 * What the types of the module at `url` give.
 *
 * @param schemas - The file of schemas to use. Default: the one beside the module, if there is one.
 * @throws TypeError when the schemas are older than the module, or the generator is needed and not installed.
 */
export async function deriveModule(
  url: string,
  schemas: string | URL | undefined,
): Promise<DerivedModule> {
  const file = fileURLToPath(url);
  return (
    (await readSchemaFile(file, schemas)) ?? (await readCache(file)) ?? (await deriveAndKeep(file))
  );
}

/**
 * The text of a schema file for a module, read anew.
 *
 * @param location - The module: a file URL, or a path.
 * @param out - Absolute path of the file that the text is for.
 */
export async function moduleSchemas(
  location: string | URL,
  out: string,
): Promise<{ readonly derived: DerivedModule; readonly text: string }> {
  const derived = await deriveInThread(fileURLToPath(moduleUrl(location)));
  return { derived, text: schemaFileText(derived, out) };
}

/** Derivations that are on their way, by file. */
const underway = new Map<string, Promise<DerivedModule>>();
let last: Promise<unknown> = Promise.resolve();

/** Each file once, and one after the other: every thread that reads types takes some hundred megabytes. */
function deriveAndKeep(file: string): Promise<DerivedModule> {
  const known = underway.get(file);
  if (known !== undefined) return known;
  const derived = last.then(async () => {
    try {
      const derivation = await deriveInThread(file);
      await writeCache(file, derivation);
      return derivation;
    } finally {
      underway.delete(file);
    }
  });
  underway.set(file, derived);
  last = derived.catch(() => undefined);
  return derived;
}
