import type { OAuthClientProvider } from "@modelcontextprotocol/client";
import type { ToolAnnotations } from "../../core/tool.ts";
import type { ToolSettings } from "../tool-settings.ts";
import type { McpElicit, McpRoots, McpSample } from "./question-options.ts";

/** A server that is started as a child process and spoken to through its standard input and output. */
export interface McpStdioServer {
  readonly type?: "stdio" | undefined;
  readonly command: string;
  readonly args?: readonly string[] | undefined;
  /** Added to the few variables that a server inherits (PATH, HOME and the like). */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
}

/** A server that is reached over HTTP. */
export interface McpHttpServer {
  /** Default: Streamable HTTP; where the server refuses that, SSE. */
  readonly type?: "http" | "streamable-http" | "sse" | undefined;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** One entry of the `mcpServers` block that hosts share. In every text `${NAME}` and `${NAME:-default}` are filled in. */
export type McpServerConfig = (McpStdioServer | McpHttpServer) & {
  /** Whether it is left out. */
  readonly disabled?: boolean | undefined;
};

/** The block as people have it. */
export interface McpServersConfig {
  readonly mcpServers: Readonly<Record<string, McpServerConfig>>;
}

/** How a server that has died, hangs or cannot be reached is brought back. */
export interface McpRestartOptions {
  /** Most milliseconds before the first restart; grows twofold, with full jitter. Default 500. */
  readonly initialIntervalMs?: number | undefined;
  /** Most milliseconds before any. Default 30_000. */
  readonly maximumIntervalMs?: number | undefined;
  /** Most restarts in a row without success; then it stays down. Default Infinity. */
  readonly maximumAttempts?: number | undefined;
  /** How often an idle server is asked whether it lives, in milliseconds. Infinity: never. Default 30_000. */
  readonly pingIntervalMs?: number | undefined;
  /** How long it may take to answer that before it counts as hung and is ended. Default 10_000. */
  readonly pingTimeoutMs?: number | undefined;
}

/** Settings of the tools of an MCP server. */
export interface McpOptions extends ToolSettings {
  /**
   * What the tools promise; here each hint is stronger than the server's own, which are claims. `{ readOnly: false,
   * idempotent: false }` for a server that is not trusted: none of its calls is sent a second time then.
   */
  readonly annotations?: ToolAnnotations | undefined;
  /** Only tools whose name in the server fits; `*` stands for any characters. Default: all. */
  readonly include?: readonly string[] | undefined;
  /** Not these. */
  readonly exclude?: readonly string[] | undefined;
  /** Other names: from the name in the server to the one here. */
  readonly rename?: Readonly<Record<string, string>> | undefined;
  /**
   * Whether it is an error when the server cannot be started at first. Else it is tried again, and its tools come when it
   * is there. Default true for one server, false for those of a block.
   */
  readonly required?: boolean | undefined;
  /** Adds the tools `list_resources` and `read_resource`. Default false. */
  readonly resources?: boolean | undefined;
  /** Adds the tools `list_prompts` and `get_prompt`. Default false. */
  readonly prompts?: boolean | undefined;
  /** How many processes of a stdio server, or sessions over HTTP, share the calls. Default 1. */
  readonly pool?: number | undefined;
  /** What a call does while no connection is up: `fail` at once with `SOURCE_UNAVAILABLE`, or `wait`. Default `fail`. */
  readonly whileDown?: "fail" | "wait" | undefined;
  readonly restart?: McpRestartOptions | undefined;
  /** Most milliseconds for a connection to be made and the tools to be listed. Default 30_000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Whether a call's `timeoutMs` starts anew with each progress that the server reports. Default false. */
  readonly resetTimeoutOnProgress?: boolean | undefined;
  /**
   * Which era of the protocol is spoken: `legacy` (up to 2025-11-25, with `initialize`), `modern` (2026-07-28), `auto`
   * asks. Default: `legacy` for stdio, where asking costs a process, and `auto` over HTTP.
   */
  readonly protocol?: "auto" | "legacy" | "modern" | undefined;
  /** OAuth as the SDK does it. The tools then cannot leave this process. */
  readonly authProvider?: OAuthClientProvider | undefined;
  /**
   * Answers what the server asks a person in the midst of a call: by a form, or by an address to open. Without it servers
   * are told that they cannot ask. What it throws is told to the server. In workers nobody is asked.
   */
  readonly elicit?: McpElicit | undefined;
  /** Answers what the server asks a model. As with `elicit`. */
  readonly sample?: McpSample | undefined;
  /** The folders that the server may work in, for servers that ask. Workers know of a list, and not of a function. */
  readonly roots?: McpRoots | undefined;
  /** Most bytes of one message of the server; beyond it the connection counts as broken. Default 16 MiB. */
  readonly maxMessageBytes?: number | undefined;
}
