/**
 * Tools from what a module exports. They are portable: a worker imports the same URL and finds the
 * same function through `core/module-member.ts`.
 */
import { memberFunction, toolsIn } from "../../core/module-member.ts";
import type { ModuleMember, Tool, ToolOrigin } from "../../core/tool.ts";
import type { Class, MethodOwner } from "../native/class-methods.ts";
import { type ClassToolsOptions, methodTools } from "../native/class-tools.ts";
import { withSettings } from "../tool-settings.ts";
import { compiledModuleUrl } from "./compiled-module.ts";
import { importModule } from "./import-module.ts";
import {
  describeExport,
  describeExports,
  type ExportKind,
  isToolClass,
  type ModuleExport,
  readExport,
} from "./module-export.ts";
import { modulePath, moduleUrl } from "./module-url.ts";

/** Settings of {@link moduleTools}. `methods` is for the one class it exports, or the one that `export` names. */
export interface ModuleToolsOptions extends ClassToolsOptions {
  /**
   * Names of the exports to take; each must give tools. An object is taken for its methods only when
   * it is named here. Default: every tool, list or record of tools, and class that describes methods.
   */
  readonly export?: string | readonly string[] | undefined;
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
 * What is exported under two names is taken once. Other exports are left alone.
 *
 * A module cannot take its own tools while it is being loaded: it would wait for itself.
 *
 * @param location - A file URL, or a path; a relative one starts from the current directory. `.ts`,
 *   `.mts`, `.js` or `.mjs`. A query in a URL (`?line=3`) makes another instance of the module. Where
 *   there is no such `.ts` (`.mts`) file, the `.js` (`.mjs`) file beside it is taken, so that
 *   `new URL("./tools.ts", import.meta.url)` holds after compilation too; `origin.url` is then that file's.
 * @throws TypeError when the module cannot be imported, has no tools, or an export that was named
 *   gives none.
 */
export async function moduleTools(
  location: string | URL,
  options: ModuleToolsOptions = {},
): Promise<Tool[]> {
  const url = await compiledModuleUrl(moduleUrl(location));
  const exports = await importModule(url);
  const all = Object.keys(exports).map((name) => readExport(name, exports[name]));
  const chosen = chooseExports(modulePath(url), all, options);
  const offers = chosen.flatMap((exported) => offersOf(exported, url, options));
  const tools = firstOfEach(offers).flatMap((offer) => offer.tools());
  if (tools.length > 0) return tools;
  throw new TypeError(
    `The module ${modulePath(url)} exports no tools. Its exports: ${describeExports(all)}. ` +
      "Export values made by defineTool, or a class that describes its methods.",
  );
}

/** The exports to take, the most direct kind first, so that a tool that is also in a list is taken by itself. */
function chooseExports(
  path: string,
  all: readonly ModuleExport[],
  options: ModuleToolsOptions,
): readonly ModuleExport[] {
  const named = options.export === undefined ? undefined : namedExports(path, all, options.export);
  const owners = (named ?? all).filter(
    ({ is }) => is === "class" || (is === "object" && named !== undefined),
  );
  if (options.methods !== undefined) checkOneOwner(path, owners);
  const isTaken = ({ is, value }: ModuleExport): boolean =>
    is !== "class" || options.methods !== undefined || isToolClass(value as Class);
  const chosen = named ?? all.filter(({ is }) => is !== "object").filter(isTaken);
  const kinds: readonly ExportKind[] = ["tool", "collection", "class", "object"];
  return kinds.flatMap((kind) => chosen.filter(({ is }) => is === kind));
}

function namedExports(
  path: string,
  all: readonly ModuleExport[],
  names: string | readonly string[],
): readonly ModuleExport[] {
  return [names].flat().map((name) => {
    const found = all.find((exported) => exported.name === name);
    if (found === undefined) {
      throw new TypeError(
        `The module ${path} has no export "${name}". Its exports: ${describeExports(all)}.`,
      );
    }
    if (found.is !== "other") return found;
    throw new TypeError(
      `The export "${name}" of ${path} is ${describeExport(found)}. It must be made by defineTool, ` +
        "or be a list or record of such tools, or a class or an object with methods.",
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
