/** The tools of one MCP server, for as long as it is registered. */
import type { Tool as ListedTool } from "@modelcontextprotocol/client";
import type { SourceEvent } from "../../core/source-event.ts";
import type { SourceState } from "../../core/source-stats.ts";
import { ToolError } from "../../core/tool-error.ts";
import type { ClosureReason } from "../../core/tool-origin.ts";
import type { LoadedFunction, Tool, ToolOrigin } from "../../core/tool.ts";
import type { SourceHost, ToolSource } from "../tool-source.ts";
import { checkMcpOptions } from "./mcp-check-options.ts";
import { isRecord } from "./mcp-fields.ts";
import { serverLabel } from "./mcp-label.ts";
import { type LinkFactory, superviseServer } from "./mcp-link-factory.ts";
import { MCP_LOADER } from "./mcp-loader.ts";
import type { McpOptions, McpServerConfig } from "./mcp-options.ts";
import { type McpRequest, makeRequest } from "./mcp-request.ts";
import { type McpToolSpec, staysBehind, writeServerSpec } from "./mcp-server-spec.ts";
import { ToolList } from "./mcp-tool-list.ts";
import { McpTools } from "./mcp-tools.ts";
import type { LinkListener, ServerLink } from "./server-link.ts";

/** Milliseconds for a connection to be made, and for the tools to be listed, unless options say otherwise. */
const DEFAULT_CONNECT_TIMEOUT_MS = 30_000;

/** Settings of an {@link McpSource}. */
export interface McpSourceOptions extends McpOptions {
  /** Its name in events and stats. */
  readonly name: string;
  /** What was left aside of its config, for people. */
  readonly problems?: readonly string[] | undefined;
}

/** An event without what all events have. */
type Told<Event = SourceEvent> = Event extends SourceEvent ? Omit<Event, "at" | "source"> : never;

/** What lives from the start on. */
interface Running {
  readonly host: SourceHost;
  readonly link: ServerLink;
  readonly list: ToolList;
  readonly startedAt: number;
}

/**
 * Offers what its server lists, whenever that changes; a server that is lost keeps its tools, whose calls fail or wait.
 *
 * `source.started` comes when its tools are there for the first time, and no `source.recovered` before.
 */
export class McpSource implements ToolSource {
  readonly name: string;
  readonly #config: McpServerConfig;
  readonly #options: McpSourceOptions;
  readonly #makeLink: LinkFactory;
  readonly #label: string;
  readonly #tools: McpTools;
  /** What is wrong with its settings, whatever the server lists. */
  readonly #problems: readonly string[];
  #running: Running | undefined;
  /** The last that was offered. */
  #offered: { readonly tools: readonly Tool[]; readonly problems: readonly string[] };
  /** Names in the server's last list; undefined before the first. */
  #listed: ReadonlySet<string> | undefined;
  #listError: ToolError | undefined;
  #isClosed = false;

  /**
   * @param config - As `readMcpServers` gives it: checked, its variables filled in.
   * @param options - With `required`, `start` rejects when the server cannot be started at once; without, it is tried
   *   again, and its tools come when it is there. Default false.
   * @throws TypeError that names the option that is wrong.
   */
  constructor(
    config: McpServerConfig,
    options: McpSourceOptions,
    makeLink: LinkFactory = superviseServer,
  ) {
    checkMcpOptions(options);
    this.name = options.name;
    this.#config = config;
    this.#options = options;
    this.#makeLink = makeLink;
    this.#label = serverLabel(config);
    this.#problems = [...(options.problems ?? []), ...staysBehind(options)];
    this.#offered = { tools: [], problems: this.#problems };
    this.#tools = new McpTools(options, {
      executeOf: (request) => this.#executeOf(request),
      originOf: this.#originOf(),
    });
  }

  async start(host: SourceHost): Promise<void> {
    const { required = false } = this.#options;
    const running = this.#run(host);
    this.#running = running;
    let error: unknown;
    try {
      await running.link.start();
      // That it is up has had it asked for already.
      if (this.#listed === undefined && this.#listError === undefined) await running.list.refresh();
      error = this.#listError;
    } catch (thrown) {
      error = thrown;
    }
    if (error === undefined || !required) return;
    await this.close();
    throw ToolError.is(error, "SOURCE_UNAVAILABLE") ? error : unavailable(this.#label, error);
  }

  stats(): ReturnType<ToolSource["stats"]> {
    const link = this.#running?.link;
    return {
      source: this.name,
      kind: "mcp",
      label: this.#label,
      state: this.#state(link),
      restarts: link?.restarts ?? 0,
      lastError: this.#listError?.message ?? link?.lastError,
      connections: link?.connections() ?? [],
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#running?.list.close();
    await this.#running?.link.close();
  }

  #run(host: SourceHost): Running {
    const { clock } = host;
    const { connectTimeoutMs: timeoutMs = DEFAULT_CONNECT_TIMEOUT_MS } = this.#options;
    const listener = this.#listener();
    const link = this.#makeLink(this.#config, this.#options, {
      clock,
      random: Math.random,
      listener,
    });
    const list = new ToolList({
      clock,
      timeoutMs,
      label: this.#label,
      ask: (signal) => link.listTools({ signal, repeatable: true }),
      onListed: (listed) => this.#onListed(listed),
      onFailed: (error, retryInMs) => this.#onListFailed(error, retryInMs),
    });
    return { host, link, list, startedAt: clock.now() };
  }

  #listener(): LinkListener {
    return {
      onStarted: () => void this.#running?.list.refresh(),
      onLost: (error, retryInMs) => this.#tell({ type: "source.lost", error, retryInMs }),
      onRecovered: (downMs) => {
        if (this.#listed !== undefined) this.#tell({ type: "source.recovered", downMs });
        this.#running?.list.changed();
      },
      onToolsChanged: () => this.#running?.list.changed(),
    };
  }

  #onListed(listed: readonly ListedTool[]): void {
    const isFirst = this.#listed === undefined;
    const { tools, problems } = this.#tools.read(listed);
    this.#listed = new Set(listed.filter(isRecord).map((tool) => tool.name));
    this.#listError = undefined;
    this.#offered = { tools, problems: [...this.#problems, ...problems] };
    this.#running?.host.offer(tools, this.#offered.problems);
    if (!isFirst || this.#running === undefined) return;
    const { host, startedAt } = this.#running;
    this.#tell({ type: "source.started", tookMs: host.clock.now() - startedAt });
  }

  /** A server that is there and cannot say what it has. The tools that it had can be called all the same. */
  #onListFailed(error: ToolError, retryInMs: number): void {
    this.#listError = error;
    const isUp = this.#running?.link.state === "up";
    if (this.#listed === undefined) {
      // That a link is down it says itself.
      if (isUp) this.#tell({ type: "source.lost", error, retryInMs });
      return;
    }
    const { tools, problems } = this.#offered;
    if (isUp) this.#running?.host.offer(tools, [...problems, error.message]);
  }

  #tell(event: Told): void {
    const { host } = this.#running ?? {};
    if (host === undefined || this.#isClosed) return;
    host.emit({ ...event, at: host.clock.epoch(), source: this.name });
  }

  #state(link: ServerLink | undefined): SourceState {
    if (this.#isClosed) return "closed";
    if (link?.state !== "up") return link?.state ?? "starting";
    if (this.#listed !== undefined) return "up";
    return this.#listError === undefined ? "starting" : "down";
  }

  #executeOf(request: McpRequest): LoadedFunction {
    return (input, context) => {
      const link = this.#openLink();
      // A call may have come in before the list changed, and its turn after.
      if (request.kind === "tool" && this.#listed?.has(request.name) === false) {
        const message = `${context.toolName}: ${this.#label} has no tool "${request.name}" any more.`;
        throw new ToolError("TOOL_NOT_FOUND", message);
      }
      return makeRequest(link, request, input, context);
    };
  }

  #openLink(): ServerLink {
    if (this.#running !== undefined && !this.#isClosed) return this.#running.link;
    throw new ToolError("SOURCE_UNAVAILABLE", `${this.#label} was closed.`, { retryable: false });
  }

  #originOf(): (request: McpRequest) => ToolOrigin {
    if (this.#options.authProvider !== undefined) {
      return () => ({ kind: "closure", because: ASKS_A_PERSON });
    }
    const server = writeServerSpec(this.#config, this.#options);
    return (request) => {
      const spec: McpToolSpec = { server, request };
      return { kind: "source", label: this.#label, loader: MCP_LOADER, spec };
    };
  }
}

const ASKS_A_PERSON: ClosureReason = {
  what: "is let in by its source's `authProvider`, an object of this program,",
  remedy: "Give the server a token in `headers`",
};

function unavailable(label: string, thrown: unknown): ToolError {
  const { message } = ToolError.from(thrown, label);
  return new ToolError("SOURCE_UNAVAILABLE", `${label} is not there: ${message}`, {
    cause: thrown,
  });
}
