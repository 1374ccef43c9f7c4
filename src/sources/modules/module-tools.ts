/**
 * Tools from what a module exports. They are portable: a worker imports the same URL and finds the
 * same function through `core/module-member.ts`. Plain functions and classes get names, descriptions and schemas
 * from their types and JSDoc comments (`derive/`).
 */
import { memberFunction, toolsIn } from "../../core/module-member.ts";
import type { ModuleMember, Tool, ToolOrigin } from "../../core/tool.ts";
import type { MethodOwner } from "../native/class-methods.ts";
import { type ClassToolsOptions, methodTools } from "../native/class-tools.ts";
import { withSettings } from "../tool-settings.ts";
import { compiledModuleUrl } from "./compiled-module.ts";
import { deriveExports, type DeriveOptions, tellProblems } from "./derive-exports.ts";
import type { DerivedExport } from "./derived-tools.ts";
import { importModule } from "./import-module.ts";
import {
  describeExport,
  describeExports,
  type ExportKind,
  type ImportedModule,
  isBare,
  type ModuleExport,
  readExport,
} from "./module-export.ts";
import { modulePath, moduleUrl } from "./module-url.ts";

/** Settings of {@link moduleTools}. `methods` is for the one class it exports, or the one that `export` names. */
export interface ModuleToolsOptions extends ClassToolsOptions, DeriveOptions {}

/** Exports that are taken. */
interface ChosenExports {
  /** Those that give tools of their own accord. */
  readonly own: readonly ModuleExport[];
  /** Those whose types are read. */
  readonly bare: readonly ModuleExport[];
}

/** What one export gives. */
interface Offer {
  /** A tool or a class: what makes two offers the same. */
  readonly subject: unknown;
  readonly tools: () => readonly Tool[];
}

/**
 * Imports a module and makes tools of its exports: values made by `defineTool`, lists and records of
 * them, and classes whose methods are described in their static field `tools` or in `options.methods`.
 * What is exported under two names is taken once.
 *
 * Where there are none of these, exported functions and public methods of exported classes become tools, if they have a
 * JSDoc comment: see `docs/modules.md`. Other exports are left alone.
 *
 * A module cannot take its own tools while it is being loaded: it would wait for itself.
 *
 * @param location - A file URL, or a path; a relative one starts from the current directory. `.ts`,
 *   `.mts`, `.js` or `.mjs`. A query in a URL (`?line=3`) makes another instance of the module. Where
 *   there is no such `.ts` (`.mts`) file, the `.js` (`.mjs`) file beside it is taken, so that
 *   `new URL("./tools.ts", import.meta.url)` holds after compilation too; `origin.url` is then that file's.
 * @throws TypeError when the module cannot be imported, has no tools, or an export that was named
 *   gives none; when types must be read and the package for it is not installed; when its schemas are older than it.
 */
export async function moduleTools(
  location: string | URL,
  options: ModuleToolsOptions = {},
): Promise<Tool[]> {
  const url = await compiledModuleUrl(moduleUrl(location));
  const exports = await importModule(url);
  const all = Object.keys(exports).map((name) => readExport(name, exports[name]));
  const module: ImportedModule = { url, path: modulePath(url), all };
  const { own, bare } = chooseExports(module, options);
  const derived = await deriveExports(module, bare, options);
  const offers = own.flatMap((exported) => offersOf(exported, url, options));
  const tools = firstOfEach([...offers, ...derived.map(offerOf)]).flatMap((offer) => offer.tools());
  const problems = [...new Set(derived.flatMap((exported) => exported.problems))];
  if (tools.length === 0) throw new TypeError(noTools(module, problems));
  tellProblems(module, problems, options);
  return tools;
}

function offerOf({ exported, tools }: DerivedExport): Offer {
  return { subject: exported.value, tools: () => tools };
}

function noTools({ path, all }: ImportedModule, problems: readonly string[]): string {
  const reasons = problems.length === 0 ? "" : `${problems.join(" ")} `;
  return (
    `The module ${path} exports no tools. Its exports: ${describeExports(all)}. ${reasons}` +
    "Export values made by defineTool, a class that describes its methods, or functions with JSDoc comments."
  );
}

/** The exports to take, the most direct kind first, so that a tool that is also in a list is taken by itself. */
function chooseExports(module: ImportedModule, options: ModuleToolsOptions): ChosenExports {
  const named = options.export === undefined ? undefined : namedExports(module, options);
  const owners = (named ?? module.all).filter(
    ({ is }) => is === "class" || (is === "object" && named !== undefined),
  );
  if (options.methods !== undefined) checkOneOwner(module.path, owners);
  const isTold = options.methods !== undefined || (named !== undefined && options.derive === false);
  const isOwn = (exported: ModuleExport): boolean =>
    exported.is !== "other" && (isTold || !isBare(exported));
  const own = (named ?? module.all.filter(({ is }) => is !== "object")).filter(isOwn);
  const kinds: readonly ExportKind[] = ["tool", "collection", "class", "object"];
  return {
    own: kinds.flatMap((kind) => own.filter(({ is }) => is === kind)),
    bare: bareExports(module, own, options),
  };
}

/** The exports to derive tools of. */
function bareExports(
  { all }: ImportedModule,
  own: readonly ModuleExport[],
  options: ModuleToolsOptions,
): readonly ModuleExport[] {
  const { derive = options.export !== undefined || own.length === 0 } = options;
  if (!derive || options.methods !== undefined) return [];
  if (options.export === undefined) return all.filter(({ is }) => is !== "object").filter(isBare);
  const names = new Set([options.export].flat());
  return all.filter((exported) => names.has(exported.name) && isBare(exported));
}

function namedExports(
  { path, all }: ImportedModule,
  options: ModuleToolsOptions,
): readonly ModuleExport[] {
  return [options.export ?? []].flat().map((name) => {
    const found = all.find((exported) => exported.name === name);
    if (found === undefined) {
      throw new TypeError(
        `The module ${path} has no export "${name}". Its exports: ${describeExports(all)}.`,
      );
    }
    if (found.is !== "other" || (options.derive !== false && isBare(found))) return found;
    throw new TypeError(
      `The export "${name}" of ${path} is ${describeExport(found)}. It must be made by defineTool, ` +
        "or be a list or record of such tools, a function, or a class or an object with methods.",
    );
  });
}

function checkOneOwner(path: string, owners: readonly ModuleExport[]): void {
  const values = new Set(owners.map(({ value }) => value));
  if (values.size === 1) return;
  throw new TypeError(
    `\`methods\` describes the methods of one class, and among the exports of ${path} there ` +
      `${values.size === 0 ? "is none" : `are several: ${describeExports(owners)}`}. ` +
      "Name the class, or an object, with `export`.",
  );
}

function offersOf(
  exported: ModuleExport,
  url: string,
  options: ModuleToolsOptions,
): readonly Offer[] {
  const { name: exportName, value, is } = exported;
  const originOf = (member: ModuleMember): ToolOrigin => ({
    kind: "module",
    url,
    exportName,
    member,
  });
  const offer = (tool: Tool, member: ModuleMember): Offer => ({
    subject: tool,
    tools: () => {
      const located = { origin: originOf(member), execute: memberFunction(value, member) };
      return [withSettings({ ...tool, ...located }, options)];
    },
  });
  if (is === "tool") return [offer(value as Tool, { kind: "tool" })];
  if (is === "collection") {
    return toolsIn(value).map((tool) =>
      offer(tool, { kind: "tool-in-collection", toolName: tool.name }),
    );
  }
  const tools = (): Tool[] => methodTools(value as MethodOwner, options, originOf);
  return [{ subject: value, tools }];
}

function firstOfEach(offers: readonly Offer[]): readonly Offer[] {
  const bySubject = new Map<unknown, Offer>();
  for (const offer of offers) {
    if (!bySubject.has(offer.subject)) bySubject.set(offer.subject, offer);
  }
  return [...bySubject.values()];
}
