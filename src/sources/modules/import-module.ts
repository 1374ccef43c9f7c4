/** Imports a module, and says in the reader's words why it could not be. */
import { stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { thrownText } from "../../core/thrown-text.ts";
import { modulePath } from "./module-url.ts";

/** What a module exports, by name. */
export type ModuleExports = Readonly<Record<string, unknown>>;

interface Explanation {
  readonly reason: string;
  readonly remedy: string;
}

/**
 * Imports the module of a file URL.
 *
 * @throws TypeError that names the file, the reason and a remedy; its cause is what Node threw.
 */
export async function importModule(href: string): Promise<ModuleExports> {
  const missing = await explainFile(href);
  if (missing !== undefined) throw importError(href, missing, {});
  try {
    return (await import(href)) as ModuleExports;
  } catch (cause) {
    throw importError(href, explainThrown(cause), { cause });
  }
}

function importError(
  href: string,
  { reason, remedy }: Explanation,
  options: ErrorOptions,
): TypeError {
  return new TypeError(
    `The module ${modulePath(href)} cannot be imported: ${reason}. ${remedy}`,
    options,
  );
}

/** Why the file cannot be a module; Node's own error does not tell a missing module from a missing import of it. */
async function explainFile(href: string): Promise<Explanation | undefined> {
  const file = await stat(fileURLToPath(href)).catch(() => undefined);
  if (file === undefined) {
    return {
      reason: "there is no such file",
      remedy:
        `Relative paths start from the current directory, ${process.cwd()}; ` +
        "`new URL(path, import.meta.url)` starts from your own file. " +
        "A package is found with `import.meta.resolve(name)`.",
    };
  }
  if (file.isFile()) return undefined;
  return { reason: "it is not a file", remedy: "Name the file with the tools in it." };
}

const BY_CODE: Readonly<Record<string, string>> = {
  ERR_MODULE_NOT_FOUND: "Install what it imports, or mend the import.",
  MODULE_NOT_FOUND: "Install what it requires, or mend the `require`.",
  ERR_PACKAGE_PATH_NOT_EXPORTED: "Import a path that the package exports.",
  ERR_UNKNOWN_FILE_EXTENSION: "Use .ts, .mts, .js or .mjs.",
  ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX:
    "Node runs TypeScript by leaving the types out: write it without enums, namespaces and " +
    "parameter properties, or compile it and give the .js file.",
  ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING:
    "Node runs no TypeScript inside node_modules: give the package's compiled .js file.",
};

function explainThrown(thrown: unknown): Explanation {
  const code = (thrown as { readonly code?: unknown } | null | undefined)?.code;
  const known =
    typeof code === "string" && Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined;
  const text = withoutFullStop(thrownText(thrown));
  if (thrown instanceof SyntaxError && isByLoader(thrown)) {
    const isImport = text.includes("does not provide an export named");
    const mend = isImport ? "Mend the import." : "Mend the syntax, here or in what it imports.";
    return { reason: `${text}${placeOf(thrown)}`, remedy: known ?? mend };
  }
  if (known !== undefined) return { reason: text, remedy: known };
  return {
    reason: `it threw while it was loaded: ${text}`,
    remedy: "Workers load it too, so it must load by itself, wherever it is imported.",
  };
}

/** Whether Node could not read the code; else the code ran and threw, such as by `JSON.parse`. */
function isByLoader({ stack = "" }: SyntaxError): boolean {
  const firstFrame = stack.split("\n").find((line) => /^\s+at /.test(line));
  return firstFrame?.includes("node:internal/modules/") ?? false;
}

/** File and line in brackets, which Node writes before the stack of some errors; empty for others. */
function placeOf({ stack = "" }: SyntaxError): string {
  const place = /^(?<file>(?:file:|\/|[a-z]:\\).*):(?<line>\d+)\n/i.exec(stack)?.groups;
  if (place === undefined) return "";
  const { file = "", line } = place;
  return ` (${file.startsWith("file:") ? modulePath(file) : file}:${line})`;
}

function withoutFullStop(text: string): string {
  return text.endsWith(".") ? text.slice(0, -1) : text;
}
