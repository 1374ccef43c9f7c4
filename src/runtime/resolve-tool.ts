/** From the name a model used to the tool it means. */
import { ToolError } from "../core/tool-error.ts";
import { suggestion } from "../core/closest-names.ts";
import type { ToolCatalog } from "../registry/tool-catalog.ts";
import type { BoundTool } from "./bound-tool.ts";
import type { SchemaBook } from "./schema-book.ts";

/**
 * What finds tools in the catalog as it is now, however that changes afterwards. It takes registered
 * names and their provider-safe forms, and throws `TOOL_NOT_FOUND` or `TOOL_DISABLED`.
 */
export function toolResolver(
  catalog: ToolCatalog<BoundTool>,
  schemas: SchemaBook,
): (name: string) => BoundTool {
  const snapshot = catalog.snapshot();
  return (name) => {
    let entry = snapshot.get(name);
    if (entry === undefined) {
      const registered = schemas.namesOf(snapshot).fromProvider(name);
      entry = registered === undefined ? undefined : snapshot.get(registered);
    }
    if (entry === undefined) throw toolNotFound(name, catalog.closest(name));
    if (entry.disabled !== undefined) throw toolDisabled(entry.tool.name, entry.disabled.reason);
    return entry.bound;
  };
}

function toolNotFound(name: string, closest: readonly string[]): ToolError {
  return new ToolError("TOOL_NOT_FOUND", `There is no tool "${name}".${suggestion(closest)}`, {
    details: { closest },
  });
}

function toolDisabled(name: string, reason: string | undefined): ToolError {
  const why = reason === undefined ? "" : `: ${reason}`;
  return new ToolError("TOOL_DISABLED", `${name} is switched off${why}.`);
}
