/** What a module exports, sorted by what it can give. */
import { toolsIn } from "../../core/module-member.ts";
import { isDefinedTool } from "../../core/tool.ts";
import type { Class, MethodOwner } from "../native/class-methods.ts";
import { staticDescriptions } from "../native/class-tools.ts";

/** What an export is: a tool, a list or record of tools, a class, an object without tools, or no use. */
export type ExportKind = "tool" | "collection" | "class" | "object" | "other";

/** One export of a module. */
export interface ModuleExport {
  readonly name: string;
  readonly value: unknown;
  readonly is: ExportKind;
}

/** A module that was imported. */
export interface ImportedModule {
  readonly url: string;
  readonly path: string;
  readonly all: readonly ModuleExport[];
}

/**
 * Looks at an export.
 *
 * @throws TypeError when it is a list with tools in it and other things too.
 */
export function readExport(name: string, value: unknown): ModuleExport {
  if (Array.isArray(value)) checkList(name, value);
  return { name, value, is: kindOf(value) };
}

/** Whether a class, or that of an object, describes methods of its own accord. */
function isToolClass(value: MethodOwner): boolean {
  return Object.keys(staticDescriptions(value)).length > 0;
}

/** Whether an export is a function, or a class or an object that describes no methods of its own accord. */
export function isBare({ is, value }: ModuleExport): boolean {
  if (is === "class" || is === "object") return !isToolClass(value as MethodOwner);
  return is === "other" && typeof value === "function";
}

/** `add (a function), version (a string)`, for messages. */
export function describeExports(exports: readonly ModuleExport[]): string {
  if (exports.length === 0) return "none";
  return exports.map((exported) => `${exported.name} (${describeExport(exported)})`).join(", ");
}

/** What an export is, for messages: `a function`, `a list of tools`. */
export function describeExport({ is, value }: ModuleExport): string {
  if (is === "tool") return "a tool";
  if (is === "object") return "an object";
  if (is === "collection") return `a ${Array.isArray(value) ? "list" : "record"} of tools`;
  if (is === "class")
    return `a class ${isToolClass(value as Class) ? "with" : "without"} described methods`;
  if (value === null || value === undefined) return String(value);
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}

function kindOf(value: unknown): ExportKind {
  if (isDefinedTool(value)) return "tool";
  if (toolsIn(value).length > 0) return "collection";
  if (typeof value === "function") return isClass(value) ? "class" : "other";
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? "object" : "other";
}

/** Only a class's `prototype` cannot be replaced. */
function isClass(value: object): boolean {
  return Object.getOwnPropertyDescriptor(value, "prototype")?.writable === false;
}

/** A tool in a list that is not made by defineTool would be left out and missed later. */
function checkList(name: string, list: readonly unknown[]): void {
  const wrong = list.findIndex((item) => !isDefinedTool(item));
  if (wrong === -1 || toolsIn(list).length === 0) return;
  throw new TypeError(`Item ${wrong} of the exported list "${name}" is not made by defineTool.`);
}
