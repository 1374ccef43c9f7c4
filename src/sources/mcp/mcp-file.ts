/** Files with an `mcpServers` block, as hosts have them. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type ParseError, parse, printParseErrorCode } from "jsonc-parser";
import { thrownText } from "../../core/thrown-text.ts";
import type { McpServersConfig } from "./mcp-options.ts";

/**
 * Reads such a file: JSON, with comments and trailing commas. What it says is not checked yet.
 *
 * @param file - A path, relative to the current directory, or a file URL.
 * @throws TypeError that names the file when it cannot be read, or is no JSON.
 */
export async function readMcpFile(file: string | URL): Promise<McpServersConfig> {
  const isUrl = file instanceof URL || file.startsWith("file:");
  const path = isUrl ? fileURLToPath(file) : resolve(file);
  const text = await readText(path);
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error !== undefined) {
    const line = text.slice(0, error.offset).split("\n").length;
    throw new TypeError(`${path}, line ${line}, is no JSON: ${printParseErrorCode(error.error)}.`);
  }
  return value as McpServersConfig;
}

async function readText(path: string): Promise<string> {
  try {
    // Windows' own editors put a mark before the text.
    return (await readFile(path, "utf8")).replace(/^\uFEFF/u, "");
  } catch (cause) {
    throw new TypeError(
      `The file of MCP servers ${path} cannot be read: ${thrownText(cause)}. Relative paths start from ${process.cwd()}.`,
      { cause },
    );
  }
}
