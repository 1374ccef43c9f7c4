import type { ConcreteMode, ExecutionMode, ToolAnnotations, ToolOrigin } from "../core/tool.ts";
import type { CatalogEntry } from "../registry/tool-catalog.ts";
import type { BoundTool } from "./bound-tool.ts";

/** What a registry says of a tool. */
export interface ToolInfo {
  readonly name: string;
  readonly description: string;
  readonly namespace: string | undefined;
  readonly tags: readonly string[];
  readonly annotations: ToolAnnotations;
  readonly enabled: boolean;
  /** Whether the model is told of it only when it searches. */
  readonly deferred: boolean;
  /** Why it is switched off, if that was said. */
  readonly disabledReason: string | undefined;
  /** The tool's own mode; undefined when it leaves that to the registry. */
  readonly mode: ExecutionMode | undefined;
  /** Where `auto` runs it. */
  readonly autoMode: ConcreteMode;
  /** The modes it can run in. */
  readonly modes: readonly ConcreteMode[];
  /** The name of the OpenAPI document, MCP server or other source that offers it; undefined when none does. */
  readonly source: string | undefined;
  /** Where it comes from: a module's URL, what a source calls itself, or `closure`. */
  readonly origin: string;
  readonly timeoutMs: number;
}

/** Describes a tool of the catalog. */
export function describeTool({
  tool,
  bound,
  namespace,
  source,
  deferred,
  disabled,
}: CatalogEntry<BoundTool>): ToolInfo {
  const modes = Object.keys(bound.executors) as ConcreteMode[];
  return {
    name: tool.name,
    description: tool.description,
    namespace,
    tags: tool.tags ?? [],
    annotations: tool.annotations ?? {},
    enabled: disabled === undefined,
    deferred,
    disabledReason: disabled?.reason,
    mode: tool.mode,
    autoMode: bound.autoMode,
    modes: modes.filter((mode) => "executor" in bound.executors[mode]),
    source,
    origin: originText(tool.origin),
    timeoutMs: bound.timeoutMs,
  };
}

function originText(origin: ToolOrigin | undefined): string {
  if (origin === undefined || origin.kind === "closure") return "closure";
  return origin.kind === "module" ? origin.url : origin.label;
}
