import type { CallToolResult, Tool as ListedTool } from "@modelcontextprotocol/client";
import type { SourceState } from "../core/source-stats.ts";
import { ToolError } from "../core/tool-error.ts";
import type { LinkListener, LinkRequest, ServerLink } from "../sources/mcp/server-link.ts";

/** What a scripted server answers; each may throw. */
export interface LinkScript {
  start?(): void | Promise<void>;
  tools?(): readonly ListedTool[] | Promise<readonly ListedTool[]>;
  call?(name: string, input: unknown, request: LinkRequest): unknown;
}

/** A tool as servers list it. */
export function listedTool(name: string, more: Partial<ListedTool> = {}): ListedTool {
  return { name, description: `Does ${name}.`, inputSchema: { type: "object" }, ...more };
}

/** An MCP server that does what a test says. Tests call the listener themselves. */
export class ScriptedLink implements ServerLink {
  readonly serverName = "scripted";
  readonly listener: LinkListener;
  script: LinkScript;
  state: SourceState = "starting";
  restarts = 0;
  lastError: string | undefined;
  /** What was asked, in order. */
  readonly asked: string[] = [];
  readonly requests: LinkRequest[] = [];
  closed = 0;
  readonly #closing = new AbortController();

  constructor(script: LinkScript, listener: LinkListener) {
    this.script = script;
    this.listener = listener;
  }

  async start(): Promise<void> {
    try {
      await this.script.start?.();
    } catch (thrown) {
      this.lose(thrown as ToolError);
      throw thrown;
    }
    this.comeUp();
  }

  /** It is up, for the first time or again. */
  comeUp(): void {
    const isFirst = this.restarts === 0 && this.state !== "up";
    this.state = "up";
    if (isFirst) this.listener.onStarted(1);
    else this.listener.onRecovered(1);
    this.restarts += 1;
  }

  lose(error: ToolError = new ToolError("SOURCE_UNAVAILABLE", "It died."), retryInMs = 10): void {
    this.state = "down";
    this.lastError = error.message;
    this.listener.onLost(error, retryInMs);
  }

  listTools(request: LinkRequest): Promise<readonly ListedTool[]> {
    return this.#answer("tools/list", request, async () => (await this.script.tools?.()) ?? []);
  }

  callTool(name: string, input: Readonly<Record<string, unknown>>, request: LinkRequest) {
    return this.#answer(`tools/call ${name}`, request, async () => {
      const answer = await this.script.call?.(name, input, request);
      return (answer ?? { content: [{ type: "text", text: "done" }] }) as CallToolResult;
    });
  }

  listResources(request: LinkRequest) {
    const answer = { resources: [{ uri: "file:///a", name: "a" }], templates: [] };
    return this.#answer("resources/list", request, async () => answer);
  }

  readResource(uri: string, request: LinkRequest) {
    const answer = { contents: [{ uri, text: "hello" }] };
    return this.#answer(`resources/read ${uri}`, request, async () => answer);
  }

  listPrompts(request: LinkRequest) {
    return this.#answer("prompts/list", request, async () => [{ name: "greet" }]);
  }

  getPrompt(name: string, values: Readonly<Record<string, string>>, request: LinkRequest) {
    const content = { type: "text", text: JSON.stringify(values) } as const;
    const answer = { messages: [{ role: "user" as const, content }] };
    return this.#answer(`prompts/get ${name}`, request, async () => answer);
  }

  connections() {
    return [{ state: this.state, running: 0, callsDone: 0, restarts: this.restarts }];
  }

  async close(): Promise<void> {
    this.closed += 1;
    this.state = "closed";
    this.#closing.abort(new ToolError("CALL_CANCELLED", "The link was closed."));
  }

  #answer<Answer>(
    what: string,
    request: LinkRequest,
    make: () => Promise<Answer>,
  ): Promise<Answer> {
    this.asked.push(what);
    this.requests.push(request);
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const signal = AbortSignal.any([request.signal, this.#closing.signal]);
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    if (signal.aborted) reject(signal.reason as Error);
    make().then(resolve, reject);
    return promise;
  }
}
