/** An MCP server that is kept alive, and what it can be asked for. */
import type {
  CallToolResult,
  GetPromptResult,
  Prompt,
  ReadResourceResult,
  Resource,
  ResourceTemplateType,
  Tool as McpTool,
} from "@modelcontextprotocol/client";
import type { SourceConnectionStats, SourceState } from "../../core/source-stats.ts";
import type { Clock } from "../../time/clock.ts";
import { ConnectionPool } from "./connection-pool.ts";
import { listPages } from "./list-pages.ts";
import { requestToolPage } from "./list-tools-request.ts";
import { isRecord } from "./mcp-fields.ts";
import type { McpOptions, McpServerConfig } from "./mcp-options.ts";
import { secretTexts } from "./secret-texts.ts";
import type { LinkListener, LinkRequest, ServerLink } from "./server-link.ts";
import { sdkOptions } from "./send-request.ts";
import { sendToolCall } from "./tool-call-request.ts";

/** A pool of connections to one MCP server, each made again with back-off when it dies, hangs or is closed. */
export class SupervisedServer implements ServerLink {
  readonly #pool: ConnectionPool;
  /** As the server listed them last. */
  #tools: ReadonlyMap<string, McpTool> = new Map();

  constructor(
    config: McpServerConfig,
    options: McpOptions & { readonly name: string },
    parts: {
      readonly clock: Clock;
      readonly random: () => number;
      readonly listener: LinkListener;
    },
  ) {
    const { clock, random, listener } = parts;
    const { name } = options;
    const server = { name, config, options, clock, secrets: secretTexts(config) };
    this.#pool = new ConnectionPool(server, random, listener);
  }

  get serverName(): string | undefined {
    return this.#pool.serverName;
  }

  get state(): SourceState {
    return this.#pool.state;
  }

  get restarts(): number {
    return this.#pool.restarts;
  }

  get lastError(): string | undefined {
    return this.#pool.lastError;
  }

  connections(): readonly SourceConnectionStats[] {
    return this.#pool.stats();
  }

  start(): Promise<void> {
    return this.#pool.start();
  }

  async listTools(request: LinkRequest): Promise<readonly McpTool[]> {
    const tools = await this.#pool.request("The list of tools", request, async (client) =>
      client.getServerCapabilities()?.tools === undefined
        ? []
        : listPages("tools/list", (cursor) => requestToolPage(client, cursor, sdkOptions(request))),
    );
    this.#tools = new Map(tools.filter(isRecord).map((tool) => [tool.name, tool]));
    return tools;
  }

  callTool(
    name: string,
    input: Readonly<Record<string, unknown>>,
    request: LinkRequest,
  ): Promise<CallToolResult> {
    const send = sendToolCall(name, input, this.#tools.get(name), request);
    return this.#pool.request(`The call of ${name}`, request, send);
  }

  async listResources(request: LinkRequest): Promise<{
    readonly resources: readonly Resource[];
    readonly templates: readonly ResourceTemplateType[];
  }> {
    const [resources, templates] = await Promise.all([
      this.#listPlainResources(request),
      this.#listTemplates(request),
    ]);
    return { resources, templates };
  }

  readResource(uri: string, request: LinkRequest): Promise<ReadResourceResult> {
    return this.#pool.request(`The reading of ${uri}`, request, (client, meta) =>
      client.request({ method: "resources/read", params: { uri, ...meta } }, sdkOptions(request)),
    );
  }

  listPrompts(request: LinkRequest): Promise<readonly Prompt[]> {
    const method = "prompts/list";
    return this.#pool.request("The list of prompts", request, async (client) =>
      client.getServerCapabilities()?.prompts === undefined
        ? []
        : listPages(method, async (cursor) => {
            const page = await client.request({ method, params: { cursor } }, sdkOptions(request));
            return { items: page.prompts, nextCursor: page.nextCursor };
          }),
    );
  }

  getPrompt(
    name: string,
    values: Readonly<Record<string, string>>,
    request: LinkRequest,
  ): Promise<GetPromptResult> {
    return this.#pool.request(`The prompt ${name}`, request, (client, meta) => {
      const params = { name, arguments: { ...values }, ...meta };
      return client.request({ method: "prompts/get", params }, sdkOptions(request));
    });
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  #listPlainResources(request: LinkRequest): Promise<readonly Resource[]> {
    const method = "resources/list";
    return this.#pool.request("The list of resources", request, async (client) =>
      client.getServerCapabilities()?.resources === undefined
        ? []
        : listPages(method, async (cursor) => {
            const page = await client.request({ method, params: { cursor } }, sdkOptions(request));
            return { items: page.resources, nextCursor: page.nextCursor };
          }),
    );
  }

  #listTemplates(request: LinkRequest): Promise<readonly ResourceTemplateType[]> {
    const method = "resources/templates/list";
    return this.#pool.request("The list of resource templates", request, async (client) =>
      client.getServerCapabilities()?.resources === undefined
        ? []
        : listPages(method, async (cursor) => {
            const page = await client.request({ method, params: { cursor } }, sdkOptions(request));
            return { items: page.resourceTemplates, nextCursor: page.nextCursor };
          }),
    );
  }
}
