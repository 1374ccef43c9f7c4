/** Schemas derived ahead of time, in a file that is shipped with the module. */
import { readFile } from "node:fs/promises";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type Derivation,
  type DerivedModule,
  isDerivedModule,
  isRecord,
} from "./derived-module.ts";
import { areUnchanged, type FileHashes, hashFiles } from "./file-hashes.ts";

/** Says what kind of file it is, and in which form. */
const FORMAT = "toolyard.schemas.1";

interface SchemaFile extends DerivedModule {
  readonly format: typeof FORMAT;
  /** Hashes of the sources, by path from the file's folder; the module's own first. */
  readonly sources: FileHashes;
}

/**
 * The text of a schema file. Packages that types come from are left out of its sources, for where they are differs from
 * machine to machine.
 *
 * @param out - Absolute path of the file, which the paths in it start from.
 */
export function schemaFileText({ tools, problems, files }: Derivation, out: string): string {
  const own = Object.entries(files).filter(
    ([file]) => !file.includes("/node_modules/") && extname(file) !== ".json",
  );
  const sources = own.map(([file, hash]) => [
    relative(dirname(out), file).replaceAll("\\", "/"),
    hash,
  ]);
  const content: SchemaFile = {
    format: FORMAT,
    sources: Object.fromEntries(sources) as FileHashes,
    tools,
    problems,
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

/**
 * The schemas of a module: those of the file that is named, else of `tools.schema.json` beside `tools.ts` or `tools.js`,
 * if there is one.
 *
 * @throws TypeError when the file that is named cannot be read or is none of ours, and when it is older than its sources.
 *   Where these are not at hand, as behind a compiled module, it is believed.
 */
export async function readSchemaFile(
  module: string,
  named: string | URL | undefined,
): Promise<DerivedModule | undefined> {
  const path = named === undefined ? schemaPath(module) : pathOf(named);
  const content = await readFile(path, "utf8").catch((cause: unknown) => {
    if (named === undefined) return undefined;
    throw new TypeError(`There are no schemas in ${path}. ${remedy(module, path)}`, { cause });
  });
  const parsed = content === undefined ? undefined : parse(content);
  if (parsed === undefined && (named !== undefined || content?.includes(FORMAT) === true)) {
    throw new TypeError(`${path} is no file of schemas. ${remedy(module, path)}`);
  }
  if (parsed === undefined) return undefined;
  if (await isStale(module, path, parsed.sources)) {
    throw new TypeError(`The schemas in ${path} are older than ${module}. ${remedy(module, path)}`);
  }
  return parsed;
}

/** `tools.schema.json` for `tools.ts`. */
export function schemaPath(module: string): string {
  return join(dirname(module), `${basename(module, extname(module))}.schema.json`);
}

function pathOf(named: string | URL): string {
  const isUrl = named instanceof URL || named.startsWith("file:");
  return isUrl ? fileURLToPath(named) : resolve(named);
}

/** The source behind a compiled module is often not there, or not where it was; a `.ts` module is its own source. */
async function isStale(module: string, path: string, sources: FileHashes): Promise<boolean> {
  const files = Object.fromEntries(
    Object.entries(sources).map(([file, hash]) => [resolve(dirname(path), file), hash]),
  );
  const [source = module] = Object.keys(files);
  if (/\.[mc]?ts$/u.test(module) && source !== module) return true;
  const isThere = Object.keys(await hashFiles([source])).length > 0;
  return isThere && !(await areUnchanged(files));
}

function parse(text: string): SchemaFile | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isOurs = isRecord(value) && value["format"] === FORMAT && isRecord(value["sources"]);
    return isOurs && isDerivedModule(value) ? (value as unknown as SchemaFile) : undefined;
  } catch {
    return undefined;
  }
}

function remedy(module: string, path: string): string {
  const source = module.replace(/\.([mc]?)js$/u, ".$1ts");
  return `Run: toolyard schema --from ${shownPath(source)} --out ${shownPath(path)}`;
}

function shownPath(file: string): string {
  return relative(process.cwd(), file) || file;
}
