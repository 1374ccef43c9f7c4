/** Registers the tools of the registry itself when there is something for them to do. They stay from then on. */
import type { RegistryEvent } from "../core/call-event.ts";
import type { Tool } from "../core/tool.ts";
import type { ToolCatalog } from "../registry/tool-catalog.ts";
import type { ToolSearch } from "../registry/tool-search.ts";
import type { BoundTool } from "./bound-tool.ts";
import { callTools } from "./meta-tools-call.ts";
import { readResult } from "./meta-tools-read.ts";
import { searchTools } from "./meta-tools-search.ts";
import type { ResultLimits } from "./result-limits.ts";
import type { SchemaBook } from "./schema-book.ts";

/** What the meta tools work on. */
export interface MetaToolsParts {
  readonly catalog: ToolCatalog<BoundTool>;
  readonly schemas: SchemaBook;
  readonly search: ToolSearch;
  readonly results: ResultLimits;
}

/** `search_tools` and `call_tools` for deferred tools, `read_result` for results that are cut to size. */
export class MetaTools {
  readonly #catalog: ToolCatalog<BoundTool>;
  readonly #forDeferred: readonly Tool[];
  readonly #forResults: readonly Tool[];

  constructor(parts: MetaToolsParts) {
    this.#catalog = parts.catalog;
    this.#forDeferred = [searchTools(parts), callTools(parts)];
    this.#forResults = [readResult(parts.results)];
  }

  /** The registry is there, and holds results to a size, or does not. */
  begin(maxBytes: number): void {
    if (maxBytes < Infinity) this.#register(this.#forResults);
  }

  /** The catalog has changed. */
  follow({ type, toolName }: RegistryEvent): void {
    if (type !== "tool.registered" && type !== "tool.updated") return;
    const entry = this.#catalog.peek(toolName);
    if (entry === undefined || entry.builtIn) return;
    if (entry.deferred) this.#register(this.#forDeferred);
    if (entry.bound.resultLimit !== undefined) this.#register(this.#forResults);
  }

  /** A tool of the user's that has the name keeps it. */
  #register(tools: readonly Tool[]): void {
    const missing = tools.filter(({ name }) => this.#catalog.peek(name) === undefined);
    if (missing.length > 0) this.#catalog.register(missing, { builtIn: true });
  }
}
