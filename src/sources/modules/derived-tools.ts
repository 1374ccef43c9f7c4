/** Tools from what was derived of a module, and from what it exports. */
import { memberFunction } from "../../core/module-member.ts";
import { checkDefinition, type Tool } from "../../core/tool.ts";
import { type ToolSettings, withSettings } from "../tool-settings.ts";
import type { DerivedModule, DerivedTool } from "./derived-module.ts";
import type { ModuleExport } from "./module-export.ts";

/** What a module's exports give without having described themselves to us. */
export interface DerivedExport {
  readonly exported: ModuleExport;
  readonly tools: readonly Tool[];
  /** Why parts of it are no tools. */
  readonly problems: readonly string[];
}

/** How exports are made to tools. */
export interface DerivedOptions {
  /** The module's file URL. */
  readonly url: string;
  readonly settings: ToolSettings;
  /** Whether functions and methods without a JSDoc comment are taken too. */
  readonly undocumented: boolean;
}

/** Makes tools of an export. */
export function deriveExport(
  exported: ModuleExport,
  derived: DerivedModule,
  options: DerivedOptions,
): DerivedExport {
  const { name } = exported;
  const tools = derived.tools.filter(({ exportName }) => exportName === name);
  const problems = derived.problems.filter(({ exportName }) => exportName === name);
  const isTaken = (documented: boolean): boolean => documented || options.undocumented;
  const bare = tools.filter(({ description }) => !isTaken(description !== undefined));
  return {
    exported,
    tools: tools
      .filter(({ description }) => isTaken(description !== undefined))
      .map((tool) => makeTool(exported, tool, options)),
    problems: [
      ...problems.filter(({ documented }) => isTaken(documented)).map(({ message }) => message),
      ...bare.map(
        (tool) =>
          `\`${partName(tool)}\` has no JSDoc comment and is left out. Describe it, or name its export with \`export\`.`,
      ),
    ],
  };
}

function partName({ exportName, member, name }: DerivedTool): string {
  return member.kind === "method" ? `${exportName}.${member.method}` : name;
}

function makeTool(
  { value }: ModuleExport,
  derived: DerivedTool,
  { url, settings }: DerivedOptions,
): Tool {
  const { exportName, member, description, ...rest } = derived;
  const tool = {
    ...rest,
    description: description ?? inWords(derived.name),
    origin: { kind: "module", url, exportName, member },
    execute: memberFunction(value, member),
  } satisfies Tool;
  checkDefinition(tool);
  return withSettings(tool, settings);
}

/** `getWeather` as `Get weather`. */
function inWords(name: string): string {
  const words = name
    .replaceAll(/([a-z\d])([A-Z])/gu, "$1 $2")
    .replaceAll(/[\W_]+/gu, " ")
    .trim()
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
