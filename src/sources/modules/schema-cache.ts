/**
 * What was derived, kept on disk: in `node_modules/.cache/toolyard` of the nearest package that has a
 * `node_modules`, else in the user's own folder of the system's temporary ones. An entry counts as long as every
 * file it was read from is as it was, and the generator and this package are. Losing it costs nothing but time, so
 * that what cannot be read or written is passed over.
 */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { lstat, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { areUnchanged, type FileHashes, textHash } from "./file-hashes.ts";
import {
  type Derivation,
  type DerivedModule,
  isDerivedModule,
  isRecord,
} from "./derived-module.ts";

interface Entry extends DerivedModule {
  readonly versions: Versions;
  readonly files: FileHashes;
}

/** What an entry was made by. */
interface Versions {
  readonly toolyard: string;
  readonly generator: string;
}

/** What was derived from a file, if all that it depends on is as it was. */
export async function readCache(file: string): Promise<DerivedModule | undefined> {
  try {
    const path = join(await cacheFolder(file), entryName(file));
    const entry: unknown = JSON.parse(await readFile(path, "utf8"));
    if (!isEntry(entry) || !isCurrent(entry.versions)) return undefined;
    if (entry.files[file] === undefined) return undefined;
    return (await areUnchanged(entry.files)) ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps what was derived from a file, if it is all there is to derive. */
export async function writeCache(file: string, derivation: Derivation): Promise<void> {
  const { tools, problems, files, incomplete } = derivation;
  if (incomplete) return;
  const entry: Entry = { versions: versions(), tools, problems, files };
  try {
    const folder = await cacheFolder(file);
    const path = join(folder, entryName(file));
    const draft = `${path}.${randomUUID()}`;
    try {
      await writeFile(draft, JSON.stringify(entry), { mode: 0o600 });
      await rename(draft, path);
    } finally {
      await rm(draft, { force: true });
    }
  } catch {
    // The next one derives anew.
  }
}

/** The folder that entries of a module are in. Rejects when there is none that is safe to use. */
export async function cacheFolder(file: string): Promise<string> {
  const modules = await nearestModules(dirname(file));
  if (modules !== undefined) {
    const folder = join(modules, ".cache", "toolyard");
    const made = await mkdir(folder, { recursive: true }).then(
      () => true,
      () => false,
    );
    if (made) return folder;
  }
  return privateFolder();
}

/** `node_modules` of the nearest package that has one. */
async function nearestModules(from: string): Promise<string | undefined> {
  for (let folder = from; ; folder = dirname(folder)) {
    const modules = join(folder, "node_modules");
    if ((await exists(join(folder, "package.json"))) && (await exists(modules))) return modules;
    if (dirname(folder) === folder) return undefined;
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** Anybody may make folders among the temporary ones, and schemas say which functions are called. */
async function privateFolder(): Promise<string> {
  const { uid } = userInfo();
  const folder = join(tmpdir(), `toolyard-${uid}`);
  await mkdir(folder, { mode: 0o700 }).catch(() => undefined);
  const found = await lstat(folder);
  const isOurs = uid === -1 || (found.uid === uid && (found.mode & 0o022) === 0);
  if (found.isDirectory() && isOurs) return folder;
  throw new Error(`${folder} belongs to somebody else.`);
}

function entryName(file: string): string {
  return `${textHash(file)}.json`;
}

function isEntry(value: unknown): value is Entry {
  if (!isRecord(value)) return false;
  return isRecord(value["versions"]) && isRecord(value["files"]) && isDerivedModule(value);
}

/** Where the generator is not installed, what it made elsewhere is as good. */
function isCurrent({ toolyard, generator }: Versions): boolean {
  const now = versions();
  return toolyard === now.toolyard && (now.generator === "" || generator === now.generator);
}

let known: Versions | undefined;

function versions(): Versions {
  known ??= {
    toolyard: versionIn(new URL("../../../package.json", import.meta.url)),
    generator: generatorVersion(),
  };
  return known;
}

function generatorVersion(): string {
  try {
    const require = createRequire(import.meta.url);
    return versionIn(require.resolve("ts-json-schema-generator/package.json"));
  } catch {
    return "";
  }
}

function versionIn(manifest: string | URL): string {
  return (JSON.parse(readFileSync(manifest, "utf8")) as { readonly version: string }).version;
}
