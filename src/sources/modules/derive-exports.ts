/** Tools from the exports of a module that say nothing of themselves but by their types and comments. */
import type { ToolSettings } from "../tool-settings.ts";
import { deriveModule } from "./derive-module.ts";
import { deriveExport, type DerivedExport } from "./derived-tools.ts";
import type { ImportedModule, ModuleExport } from "./module-export.ts";

/** Which exports of a module become tools, and where their schemas are from. */
export interface DeriveOptions extends ToolSettings {
  /**
   * Names of the exports to take; each must give tools. An object is taken for its methods only when
   * it is named here, and so is a function or a method without a JSDoc comment. Default: every tool, list or record
   * of tools, and class that describes methods.
   */
  readonly export?: string | readonly string[] | undefined;
  /**
   * Whether plain functions and classes become tools by their types and JSDoc comments. True: besides the module's own
   * tools; false: never. Default: where they are named by `export`, and where a module has no tools of its own.
   */
  readonly derive?: boolean | undefined;
  /**
   * A file made by `toolyard schema --from`: a file URL or a path. Default: `tools.schema.json` beside `tools.ts` (or
   * `tools.js`), where there is one; otherwise types are read by the package "ts-json-schema-generator", and what they
   * give is kept on disk.
   */
  readonly schemas?: string | URL | undefined;
  /** Hears why an export that was meant to be a tool is none. Default: a warning of the process. */
  readonly onProblem?: ((problem: string) => void) | undefined;
}

const NO_FUNCTION =
  "It is neither a function nor a class with public methods, or is marked as internal, or comes from a package. " +
  "Write a function of your own that calls it.";

/**
 * Makes tools of exports.
 *
 * @throws TypeError when one that was named gives none.
 */
export async function deriveExports(
  { url, path }: ImportedModule,
  bare: readonly ModuleExport[],
  options: DeriveOptions,
): Promise<readonly DerivedExport[]> {
  if (bare.length === 0) return [];
  const derived = await deriveModule(url, options.schemas);
  const isNamed = options.export !== undefined;
  return bare.map((exported) => {
    const found = deriveExport(exported, derived, {
      url,
      settings: options,
      undocumented: isNamed,
    });
    if (found.tools.length > 0 || !isNamed) return found;
    const reasons = found.problems.length > 0 ? found.problems.join(" ") : NO_FUNCTION;
    throw new TypeError(`The export "${exported.name}" of ${path} gives no tools. ${reasons}`);
  });
}

/** Tells why exports that were meant to be tools are none. */
export function tellProblems(
  { path }: ImportedModule,
  problems: readonly string[],
  { onProblem }: DeriveOptions,
): void {
  if (onProblem !== undefined) return problems.forEach((problem) => onProblem(problem));
  if (problems.length === 0) return;
  process.emitWarning(`Not every export of ${path} is a tool. ${problems.join(" ")}`, {
    type: "ToolyardWarning",
    code: "TOOLYARD_NOT_A_TOOL",
  });
}
