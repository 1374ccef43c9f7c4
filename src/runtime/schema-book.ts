/** Tools as providers are told of them: safe names and JSON Schemas, worked out once. */
import type { JsonSchema } from "../core/json-schema.ts";
import type { Tool } from "../core/tool.ts";
import type { FormatName, ToolDescription } from "../formats/provider-format.ts";
import { type ToolDeclaration, formatNamed } from "../formats/provider-formats.ts";
import { type ProviderNames, providerNames } from "../formats/tool-names.ts";
import type { CatalogSnapshot, ToolCatalog, ToolFilter } from "../registry/tool-catalog.ts";
import { inputJsonSchema } from "../schema/to-json-schema.ts";
import type { BoundTool } from "./bound-tool.ts";

/** Writes the schemas of a catalog's tools, and reads back the names they were given. */
export class SchemaBook {
  readonly #catalog: ToolCatalog<BoundTool>;
  readonly #names = new WeakMap<CatalogSnapshot<BoundTool>, ProviderNames>();
  readonly #schemas = new WeakMap<Tool, JsonSchema>();

  constructor(catalog: ToolCatalog<BoundTool>) {
    this.#catalog = catalog;
  }

  /**
   * The schemas of the enabled tools that a filter lets through. Deferred tools are left out, unless the filter asks for
   * them by name, namespace or source, or by `deferred`.
   *
   * @throws TypeError for an unknown format or schema.
   */
  schemas<Name extends FormatName>(format: Name, filter: ToolFilter): ToolDeclaration<Name>[] {
    const wireForm = formatNamed(format);
    const names = this.namesOf(this.#catalog.snapshot());
    const told = this.#catalog.list({ enabled: true, ...withoutDeferred(filter) });
    return told.map(({ tool }) =>
      wireForm.encodeTool({
        name: names.toProvider(tool.name),
        description: tool.description,
        // A copy: callers add what one provider wants, such as OpenAI's strict mode.
        inputSchema: structuredClone(this.#schemaOf(tool)),
      }),
    );
  }

  /** The tool of a registered or a provider-safe name; undefined when there is none. */
  find(name: string): Tool | undefined {
    const known = this.#catalog.peek(name);
    if (known !== undefined) return known.tool;
    const snapshot = this.#catalog.snapshot();
    const registered = this.namesOf(snapshot).fromProvider(name);
    return registered === undefined ? undefined : snapshot.get(registered)?.tool;
  }

  /** Tools as a model is told of them, in the order of their names here; those that are gone are left out. */
  describe(registeredNames: readonly string[]): ToolDescription[] {
    const snapshot = this.#catalog.snapshot();
    const names = this.namesOf(snapshot);
    return registeredNames.flatMap((registered) => {
      const tool = snapshot.get(registered)?.tool;
      if (tool === undefined) return [];
      const { name, description } = tool;
      return [{ name: names.toProvider(name), description, inputSchema: this.#schemaOf(tool) }];
    });
  }

  /** The provider-safe names of a snapshot's tools. */
  namesOf(snapshot: CatalogSnapshot<BoundTool>): ProviderNames {
    let names = this.#names.get(snapshot);
    if (names === undefined) {
      names = providerNames([...snapshot.keys()]);
      this.#names.set(snapshot, names);
    }
    return names;
  }

  #schemaOf(tool: Tool): JsonSchema {
    let schema = this.#schemas.get(tool);
    if (schema === undefined) {
      schema = inputJsonSchema(tool);
      this.#schemas.set(tool, schema);
    }
    return schema;
  }
}

/** A model is told of deferred tools when its program asks for these, and else when it searches. */
function withoutDeferred(filter: ToolFilter): ToolFilter {
  const { deferred, names, namespace, source } = filter;
  const asks = [deferred, names, namespace, source].some((field) => field !== undefined);
  return asks ? filter : { ...filter, deferred: false };
}
