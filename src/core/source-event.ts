import type { ToolError } from "./tool-error.ts";

interface SourceEventBase {
  /** When, in milliseconds since 1970, with fractions. */
  readonly at: number;
  /** The source's name. */
  readonly source: string;
}

/** What happened to a source of tools: an OpenAPI document, an MCP server. */
export type SourceEvent =
  /** It can be called for the first time. */
  | (SourceEventBase & { readonly type: "source.started"; readonly tookMs: number })
  /** It cannot be called: it did not start, died, or hung. `retryInMs`: it is tried again then; undefined: never. */
  | (SourceEventBase & {
      readonly type: "source.lost";
      readonly error: ToolError;
      readonly retryInMs: number | undefined;
    })
  /** It can be called again. */
  | (SourceEventBase & { readonly type: "source.recovered"; readonly downMs: number })
  /** The tools that it offers have changed. `problems`: tools that were left out, and why. */
  | (SourceEventBase & {
      readonly type: "source.changed";
      readonly added: readonly string[];
      readonly updated: readonly string[];
      readonly removed: readonly string[];
      readonly problems: readonly string[];
    })
  | (SourceEventBase & { readonly type: "source.closed" });
