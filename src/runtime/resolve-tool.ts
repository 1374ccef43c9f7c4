/** From the name a model used to the tool it means. */
import { ToolError } from "../core/tool-error.ts";
import { suggestion } from "../core/closest-names.ts";
import type { ToolCatalog } from "../registry/tool-catalog.ts";
import type { BoundTool } from "./bound-tool.ts";
import type { SchemaBook } from "./schema-book.ts";

/** Who uses a name: a model means the tool that it was told under it, a program the one that is registered under it. */
export type NameUser = "model" | "program";

/** Finds the tool that a name stands for; throws `TOOL_NOT_FOUND` or `TOOL_DISABLED`. */
export type ResolveTool = (name: string, by: NameUser) => BoundTool;

/**
 * What finds tools in the catalog as it is now, however that changes afterwards. It takes registered
 * names and their provider-safe forms.
 */
export function toolResolver(catalog: ToolCatalog<BoundTool>, schemas: SchemaBook): ResolveTool {
  const snapshot = catalog.snapshot();
  return (name, by) => {
    let entry = by === "program" ? snapshot.get(name) : undefined;
    if (entry === undefined) {
      const meant = schemas.meantBy(name, snapshot);
      entry = meant === undefined ? undefined : snapshot.get(meant);
      if (entry === undefined) throw toolNotFound(name, meant, catalog.closest(name));
    }
    if (entry.disabled !== undefined) throw toolDisabled(entry.tool.name, entry.disabled.reason);
    return entry.bound;
  };
}

function toolNotFound(name: string, meant = name, closest: readonly string[]): ToolError {
  const what =
    meant === name
      ? `There is no tool "${name}".${suggestion(closest)}`
      : `"${name}" stands for ${meant}, and that tool is no longer there.`;
  return new ToolError("TOOL_NOT_FOUND", what, { details: { closest } });
}

function toolDisabled(name: string, reason: string | undefined): ToolError {
  const why = reason === undefined ? "" : `: ${reason}`;
  return new ToolError("TOOL_DISABLED", `${name} is switched off${why}.`);
}
