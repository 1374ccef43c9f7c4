/** Whether files are as they were. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

/** Hashes of files' contents, by path. */
export type FileHashes = Readonly<Record<string, string>>;

/** The hash of a text, the same whatever ends its lines and with or without a byte order mark. */
export function textHash(text: string): string {
  return createHash("sha256")
    .update(text.replace(/^\uFEFF/u, "").replaceAll("\r\n", "\n"))
    .digest("base64url");
}

/** Hashes of files, by absolute path; those that cannot be read are left out. */
export async function hashFiles(paths: readonly string[]): Promise<FileHashes> {
  const entries = await Promise.all(
    paths.map(async (path) => {
      const text = await readFile(path, "utf8").catch(() => undefined);
      return text === undefined ? [] : [[path, textHash(text)] as const];
    }),
  );
  return Object.fromEntries(entries.flat());
}

/** Whether every file is there and has its hash. */
export async function areUnchanged(expected: FileHashes): Promise<boolean> {
  const paths = Object.keys(expected);
  const found = await hashFiles(paths);
  return paths.every((path) => found[path] === expected[path]);
}
