import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { thrownText } from "../core/thrown-text.ts";
import type { CliIo } from "./cli-io.ts";
import { UsageError } from "./usage-error.ts";

/**
 * The text of a file, or of standard input for `-`.
 *
 * @throws UsageError when it cannot be read.
 */
export async function readText(file: string, io: CliIo): Promise<string> {
  if (file === "-") return io.readStdin();
  try {
    return await readFile(resolve(io.cwd, file), "utf8");
  } catch (cause) {
    throw new UsageError(`${file} cannot be read: ${reasonOf(cause)}.`, "Check the path.", {
      cause,
    });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a directory",
  EACCES: "permission denied",
};

function reasonOf(cause: unknown): string {
  const { code } = cause as { readonly code?: string };
  return REASONS[code ?? ""] ?? thrownText(cause);
}
