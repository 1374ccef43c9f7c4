/** Settings for all tools of one source. */
import type {
  ExecutionMode,
  RetryPolicy,
  Tool,
  ToolAnnotations,
  ToolPermissions,
  TruncateStyle,
} from "../core/tool.ts";

/** What a source's tools have in common. All are optional. */
export interface ToolSettings {
  /** Where the tools run. Stronger than their own `mode`. */
  readonly mode?: ExecutionMode | undefined;
  /** Tags put behind the tools' own. */
  readonly tags?: readonly string[] | undefined;
  /** Most milliseconds of one attempt of tools that set none. Default: the registry's. */
  readonly timeoutMs?: number | undefined;
  /** How often and how fast failed calls of tools that say nothing of it are tried again. Default: never. */
  readonly retry?: RetryPolicy | undefined;
  /** Most bytes of output of tools that set none that a model gets. Default: the registry's. */
  readonly maxResultBytes?: number | undefined;
  /** What is left of a larger output, for tools that do not say. Default: the registry's. */
  readonly truncate?: TruncateStyle | undefined;
  /** What the tools promise; each hint of a tool's own is stronger. */
  readonly annotations?: ToolAnnotations | undefined;
  /** The only rights of tools that say nothing of theirs. Only tools of a module can be held to some. Default: all. */
  readonly permissions?: ToolPermissions | undefined;
}

/** The tool with a source's settings. */
export function withSettings(tool: Tool, settings: ToolSettings): Tool {
  const { mode, tags = [], annotations } = settings;
  return Object.freeze({
    ...tool,
    mode: mode ?? tool.mode,
    tags: [...new Set([...(tool.tags ?? []), ...tags])],
    timeoutMs: tool.timeoutMs ?? settings.timeoutMs,
    retry: tool.retry ?? settings.retry,
    maxResultBytes: tool.maxResultBytes ?? settings.maxResultBytes,
    truncate: tool.truncate ?? settings.truncate,
    annotations: { ...annotations, ...tool.annotations },
    permissions: tool.permissions ?? settings.permissions,
  });
}
