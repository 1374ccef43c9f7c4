import type {
  CallToolResult,
  GetPromptResult,
  Prompt,
  ReadResourceResult,
  Resource,
  ResourceTemplateType,
  Tool as McpTool,
} from "@modelcontextprotocol/client";
import type { CallLife } from "../../core/call-life.ts";
import type { ToolProgress } from "../../core/tool.ts";
import type { SourceConnectionStats, SourceState } from "../../core/source-stats.ts";
import type { ToolError } from "../../core/tool-error.ts";
import type { McpAskingCall } from "./question-options.ts";

/** How a request to a server is made. */
export interface LinkRequest {
  /** Aborting it sends `notifications/cancelled` to the server and rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** What `signal` tells, at less cost. Undefined: only the signal tells it. */
  readonly life?: CallLife | undefined;
  /** When it is given a progress token is sent. */
  readonly onProgress?: ((update: ToolProgress) => void) | undefined;
  /**
   * Whether it may be sent again when its connection is lost before an answer. Else its outcome is unknown, and it fails
   * with `OUTCOME_UNKNOWN` when it was sent, with `SOURCE_UNAVAILABLE` when it was not.
   */
  readonly repeatable: boolean;
  /** The call that it is made for, where it is: questions that the server asks meanwhile are asked on its behalf. */
  readonly call?: McpAskingCall | undefined;
}

/** What a link tells of itself. */
export interface LinkListener {
  /** It is up for the first time. */
  onStarted(tookMs: number): void;
  /** No connection is up any more, or the first could not be made. `retryInMs`: undefined when it is not tried again. */
  onLost(error: ToolError, retryInMs: number | undefined): void;
  onRecovered(downMs: number): void;
  /** The server says so, or it came back and may have changed meanwhile. */
  onToolsChanged(): void;
}

/**
 * A server that is kept alive: a pool of connections, each made again with back-off when it dies, hangs or is closed.
 *
 * Every request rejects with a ToolError: `SOURCE_UNAVAILABLE` while no connection is up (or waits, where asked) with the
 * end of the server's stderr in its message; `TOOL_FAILED` for a protocol error; the reason of its own signal. No request
 * stays unanswered when its connection goes.
 */
export interface ServerLink {
  /** Connects all its connections. Resolves when one is up. Rejects with `SOURCE_UNAVAILABLE`; it goes on trying then. */
  start(): Promise<void>;
  /** Every page. At most 100 000 tools, else `SOURCE_UNAVAILABLE`. */
  listTools(request: LinkRequest): Promise<readonly McpTool[]>;
  callTool(
    name: string,
    input: Readonly<Record<string, unknown>>,
    request: LinkRequest,
  ): Promise<CallToolResult>;
  listResources(request: LinkRequest): Promise<{
    readonly resources: readonly Resource[];
    readonly templates: readonly ResourceTemplateType[];
  }>;
  readResource(uri: string, request: LinkRequest): Promise<ReadResourceResult>;
  listPrompts(request: LinkRequest): Promise<readonly Prompt[]>;
  getPrompt(
    name: string,
    values: Readonly<Record<string, string>>,
    request: LinkRequest,
  ): Promise<GetPromptResult>;
  /** What the server calls itself; undefined before it was up. */
  readonly serverName: string | undefined;
  readonly state: SourceState;
  readonly restarts: number;
  readonly lastError: string | undefined;
  connections(): readonly SourceConnectionStats[];
  /** Ends every connection and child process, also those that do not go when told. */
  close(): Promise<void>;
}
