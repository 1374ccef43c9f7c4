/** Tools as providers are told of them: safe names and JSON Schemas, worked out once. */
import type { JsonSchema } from "../core/json-schema.ts";
import type { Tool } from "../core/tool.ts";
import type { FormatName, ToolDescription } from "../formats/provider-format.ts";
import { type ToolDeclaration, formatNamed } from "../formats/provider-formats.ts";
import { type ProviderNames, providerNames } from "../formats/tool-names.ts";
import type { CatalogSnapshot, ToolCatalog, ToolFilter } from "../registry/tool-catalog.ts";
import { inputJsonSchema } from "../schema/to-json-schema.ts";
import type { BoundTool } from "./bound-tool.ts";
import { ToldNames } from "./told-names.ts";

/** Writes the schemas of a catalog's tools, and reads back the names they were told under. */
export class SchemaBook {
  readonly #catalog: ToolCatalog<BoundTool>;
  readonly #names = new WeakMap<CatalogSnapshot<BoundTool>, ProviderNames>();
  readonly #told = new ToldNames();
  readonly #schemas = new WeakMap<Tool, JsonSchema>();

  constructor(catalog: ToolCatalog<BoundTool>) {
    this.#catalog = catalog;
  }

  /**
   * The schemas of the enabled tools that a filter lets through. Deferred tools are left out, unless the filter asks for
   * them by name, namespace or source, or by `deferred`. Each tool keeps the name it is told under here.
   *
   * @throws TypeError for an unknown format or schema.
   */
  schemas<Name extends FormatName>(format: Name, filter: ToolFilter): ToolDeclaration<Name>[] {
    const wireForm = formatNamed(format);
    const tools = this.#catalog.list({ enabled: true, ...withoutDeferred(filter) });
    return this.#tell(tools.map(({ tool }) => tool)).map((told) =>
      // A copy: callers add what one provider wants, such as OpenAI's strict mode.
      wireForm.encodeTool({ ...told, inputSchema: structuredClone(told.inputSchema) }),
    );
  }

  /**
   * The registered name of the tool that a model means by a name: the one that was told under it, though it may be gone;
   * else the one that is registered under it; else the one whose provider-safe name it is. Undefined when there is none.
   *
   * @param snapshot - Where it is looked up. Default: the catalog as it is now.
   */
  meantBy(
    name: string,
    snapshot: CatalogSnapshot<BoundTool> = this.#catalog.snapshot(),
  ): string | undefined {
    const told = this.#told.toolOf(name);
    if (told !== undefined || snapshot.has(name)) return told ?? name;
    return this.namesOf(snapshot).fromProvider(name);
  }

  /** Tools as a model is told of them, in the order of their names here; those that are gone are left out. */
  describe(registeredNames: readonly string[]): readonly ToolDescription[] {
    const snapshot = this.#catalog.snapshot();
    return this.#tell(registeredNames.flatMap((name) => snapshot.get(name)?.tool ?? []));
  }

  /** The provider-safe names of a snapshot's tools. */
  namesOf(snapshot: CatalogSnapshot<BoundTool>): ProviderNames {
    let names = this.#names.get(snapshot);
    if (names === undefined) {
      names = providerNames([...snapshot.keys()], this.#told);
      this.#names.set(snapshot, names);
    }
    return names;
  }

  /** Tools of the catalog as it is now. From here on their names are theirs. */
  #tell(tools: readonly Tool[]): readonly ToolDescription[] {
    const snapshot = this.#catalog.snapshot();
    const names = this.namesOf(snapshot);
    const described = tools.map((tool) => {
      const { name, description } = tool;
      return { name: names.toProvider(name), description, inputSchema: this.#schemaOf(tool) };
    });
    for (const [place, { name }] of described.entries()) {
      this.#told.tell(name, tools[place]?.name ?? name);
    }
    this.#told.sweep((registered) => snapshot.has(registered));
    return described;
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
