/** The registry a user holds: tools by name, and every way to call them. */
import type { CallOptions, ToolCall } from "../core/tool-call.ts";
import type { CallEvent } from "../core/call-event.ts";
import type { RegistryStats } from "../core/registry-stats.ts";
import { ToolError } from "../core/tool-error.ts";
import type { ToolResult } from "../core/tool-result.ts";
import type { ExecutionMode, Tool } from "../core/tool.ts";
import { decodeToolCalls } from "../formats/decode-tool-calls.ts";
import type { FormatName } from "../formats/provider-format.ts";
import type { ToolDeclaration } from "../formats/provider-formats.ts";
import type { LimitsOptions } from "../limits/limit-options.ts";
import type { ToolFilter } from "../registry/tool-catalog.ts";
import type { SearchOptions, ToolMatch } from "../registry/tool-search.ts";
import { foreignTools } from "../sources/foreign/foreign-tools.ts";
import type { McpOptions } from "../sources/mcp/mcp-options.ts";
import { type ModuleToolsOptions, moduleTools } from "../sources/modules/module-tools.ts";
import { type ClassToolsOptions, classTools } from "../sources/native/class-tools.ts";
import type { OpenApiOptions } from "../sources/openapi/openapi-options.ts";
import type { ToolSettings } from "../sources/tool-settings.ts";
import type { ToolSource } from "../sources/tool-source.ts";
import { CallIntake } from "./call-intake.ts";
import { checkChangeable } from "./changeable-limits.ts";
import { checkMode } from "./check-mode.ts";
import { type Runtime, type ToolRegistryOptions, createRuntime } from "./create-runtime.ts";
import type { EventOf, ToolyardEvent } from "./event-hub.ts";
import { isCallSource } from "./feed-calls.ts";
import { type LintOptions, type RegistryLint, lintRegistry } from "./lint-registry.ts";
import { type McpServers, mcpSources, openApiSource } from "./open-sources.ts";
import type { SchemaBook } from "./schema-book.ts";
import { SourceBook } from "./source-book.ts";
import { type ToolInfo, describeTool } from "./tool-info.ts";
import { toolStats } from "./tool-tally.ts";

/** How tools are registered. */
export interface RegisterOptions {
  /** Put before each name with a dot: `math` makes `add` to `math.add`. */
  readonly namespace?: string | undefined;
  /** Replace tools of the same name rather than throw. Default false. */
  readonly replace?: boolean | undefined;
  /**
   * Leave them out of {@link ToolRegistry.schemas}: the model finds them with the tool `search_tools`, which is there with
   * the first of them, and calls them with `call_tools`, or by their names. Default false.
   */
  readonly deferred?: boolean | undefined;
}

/**
 * Tools, and the running of their calls: in parallel, within limits, one result per call, in order.
 *
 * @example
 * ```ts
 * await using registry = new ToolRegistry();
 * registry.register(add);
 * const results = await registry.executeToolCalls(message.tool_calls);
 * messages.push(...formatToolResults(results, "openai-chat"));
 * ```
 */
export class ToolRegistry implements AsyncDisposable {
  readonly #runtime: Runtime;
  readonly #intake: CallIntake;
  readonly #schemas: SchemaBook;
  readonly #sources: SourceBook;

  /** @throws TypeError when an option is unknown or out of range. */
  constructor(options: ToolRegistryOptions = {}) {
    this.#runtime = createRuntime(options);
    this.#schemas = this.#runtime.schemas;
    const { catalog, hub, parts } = this.#runtime;
    this.#sources = new SourceBook({ catalog, clock: parts.clock, emit: hub.emit });
    this.#intake = new CallIntake(this.#runtime, this.#schemas, options.mode ?? "auto");
  }

  /**
   * Registers tools made by `defineTool`. All or none: one that cannot be registered stops the rest.
   *
   * @throws TypeError when a name is taken, a tool is not well formed, or the registry is closed.
   */
  register(tools: Tool | readonly Tool[], options: RegisterOptions = {}): readonly string[] {
    this.#intake.checkNotClosed();
    return this.#runtime.catalog.register(isList(tools) ? tools : [tools], options);
  }

  /**
   * Registers described methods of a class or an object. They are closures: they run in this process.
   * For methods that run in workers, export the class from a module and use {@link registerModule}.
   *
   * @throws TypeError when a described method does not exist, and as {@link register}.
   */
  registerClass(
    target: object | (new (...args: never[]) => object),
    options: ClassToolsOptions & RegisterOptions = {},
  ): readonly string[] {
    return this.register(classTools(target, options), options);
  }

  /**
   * Registers the tools and described classes that a module exports. Workers import the module
   * themselves, so these tools run in every mode.
   *
   * @param url - A file URL, or a path relative to the current directory. `.ts` or `.js`.
   * @throws TypeError when the module cannot be imported or has no tools, and as {@link register}.
   */
  async registerModule(
    url: string | URL,
    options: ModuleToolsOptions & RegisterOptions = {},
  ): Promise<readonly string[]> {
    this.#intake.checkNotClosed();
    return this.register(await moduleTools(url, options), options);
  }

  /**
   * Registers the operations of an OpenAPI document: Swagger 2.0, OpenAPI 3.0, 3.1, 3.2, JSON or YAML. They run on the
   * event loop unless a mode is asked for; in workers they have connections of their own.
   *
   * @param document - Its URL, a path relative to the current directory, or the document as an object.
   * @returns the full names of the tools. Operations that were left out are in `stats().sources[…].problems`.
   * @throws ToolError `SOURCE_UNAVAILABLE` when the document cannot be had, TypeError when it is none, an option is wrong,
   *   or the registry is closed.
   */
  async registerOpenApi(
    document: string | URL | object,
    options: OpenApiOptions & RegisterOptions = {},
  ): Promise<readonly string[]> {
    this.#intake.checkNotClosed();
    return this.#sources.add(openApiSource(document, options), options);
  }

  /**
   * Registers the tools of an MCP server, or of every server of an `mcpServers` block, each under its name as namespace.
   * Servers are started again when they die or hang; tools follow what a server says of them.
   *
   * @param server - A server, a block, the URL of a server over HTTP, or the path of a file with a block.
   * @returns the full names of the tools there are. A server of a block that cannot be started is tried again, and its
   *   tools come later: `source.lost` and a warning tell of it.
   * @throws ToolError `SOURCE_UNAVAILABLE` when a single server cannot be started, TypeError when a setting is wrong or the
   *   registry is closed.
   */
  async registerMcp(
    server: McpServers,
    options: McpOptions & RegisterOptions = {},
  ): Promise<readonly string[]> {
    this.#intake.checkNotClosed();
    return this.#sources.add(mcpSources(server, options), options);
  }

  /**
   * Registers tools that were made for LangChain, the Vercel AI SDK, Mastra or the OpenAI Agents SDK: one, a list, or a record by
   * name. They are known by their shape; none of these packages is needed. They run on the event loop.
   *
   * @throws TypeError that says what one of them is instead, when a tool cannot be called from here, and as {@link register}.
   */
  registerForeign(tools: unknown, options: ToolSettings & RegisterOptions = {}): readonly string[] {
    return this.register(foreignTools(tools, options), options);
  }

  /**
   * Registers what a source of your own offers, for as long as the registry lives.
   *
   * @throws what its `start` throws, TypeError when the registry is closed.
   */
  async registerSource(
    source: ToolSource,
    options: RegisterOptions = {},
  ): Promise<readonly string[]> {
    this.#intake.checkNotClosed();
    const { namespace } = options;
    return this.#sources.add(Promise.resolve([{ source, namespace }]), options);
  }

  /** Closes the source of this name (its namespace, as a rule) and removes its tools. False when there is none. */
  unregisterSource(name: string): Promise<boolean> {
    return this.#sources.remove(name);
  }

  /** Removes a tool. Calls of batches that came in before still find it. False when there was none. */
  unregister(name: string): boolean {
    return this.#runtime.catalog.unregister(name);
  }

  /** Removes every tool of a namespace and of those within it. Returns their names. */
  unregisterNamespace(namespace: string): readonly string[] {
    return this.#runtime.catalog.unregisterNamespace(namespace);
  }

  /** Switches a tool on. @throws TypeError when there is none of that name. */
  enable(name: string): void {
    this.#runtime.catalog.enable(name);
  }

  /** Switches a tool off: its calls fail with `TOOL_DISABLED` and the reason. @throws TypeError when there is none. */
  disable(name: string, reason?: string): void {
    this.#runtime.catalog.disable(name, reason);
  }

  /** What is known of a tool; undefined when there is none of that name. */
  get(name: string): ToolInfo | undefined {
    const entry = this.#runtime.catalog.snapshot().get(name);
    return entry && describeTool(entry);
  }

  /** The tools that a filter lets through, in the order they were registered. */
  list(filter: ToolFilter = {}): readonly ToolInfo[] {
    return this.#runtime.catalog.list(filter).map(describeTool);
  }

  /**
   * The schemas of the enabled tools in a provider's form, ready for its `tools` parameter. Deferred tools are left out
   * unless the filter names them, their namespace or their source, or says `deferred`.
   *
   * @throws TypeError when the format is unknown or a tool's schema cannot be written as JSON Schema.
   */
  schemas<Name extends FormatName>(format: Name, filter: ToolFilter = {}): ToolDeclaration<Name>[] {
    return this.#schemas.schemas(format, filter);
  }

  /**
   * What providers would refuse in the enabled tools, or models stumble over; nothing when all is well.
   *
   * @throws TypeError when the format is none.
   */
  lint({ format, ...filter }: LintOptions = {}): readonly RegistryLint[] {
    const enabled = this.#runtime.catalog.list({ enabled: true, ...filter });
    return lintRegistry(
      enabled.map(({ tool }) => tool),
      format,
    );
  }

  /**
   * The tools that fit a query in words, best first: by name, description, tags and parameters. Words may be cut short or
   * misspelt.
   *
   * @throws TypeError when the limit is no whole number from 1.
   */
  search(query: string, options: SearchOptions = {}): readonly ToolMatch[] {
    return this.#runtime.search.search(query, options);
  }

  /**
   * The whole output behind the `truncated.id` of a result, as the tool returned it. Undefined when it is not kept, or no
   * longer: `results.keepBytes` bounds them all together.
   */
  result(id: string): unknown {
    return this.#runtime.results.store.get(id)?.output;
  }

  /** The mode of calls whose tool and caller name none. */
  get mode(): ExecutionMode {
    return this.#intake.mode;
  }

  /** Sets where calls run from now on unless their tool or caller says otherwise. */
  setExecutionMode(mode: ExecutionMode): void {
    checkMode(mode);
    this.#intake.mode = mode;
  }

  /**
   * Runs many calls at once, within the limits, and keeps their order.
   *
   * Resolves when every call has ended, with one result per call. A failed call is an `error` result
   * and does not stop the others. An iterable is pulled only as fast as its calls are admitted.
   *
   * @param calls - Tool calls of OpenAI (chat, responses), Anthropic or Gemini, the message or
   *   response that holds them, our own `ToolCall[]`, or an (async) iterable of either.
   * @throws TypeError when the registry is closed, an option is out of range, or `calls` has a shape
   *   nobody knows. Rejects with what an iterable throws, after the calls pulled before have ended; what it yields that
   *   is no call gets an `INPUT_INVALID` result in its place.
   */
  async executeToolCalls(calls: unknown, options: CallOptions = {}): Promise<ToolResult[]> {
    return isCallSource(calls)
      ? this.#intake.executeSource(calls, options)
      : this.#intake.execute(decodeToolCalls(calls).calls, options);
  }

  /**
   * Like {@link executeToolCalls}, but yields what happens as it happens: `tool.completed` and
   * `tool.failed` carry the results. Pulls its input only as fast as calls are admitted and events
   * are read. Stopping the loop cancels what still runs.
   *
   * @throws TypeError as {@link executeToolCalls}.
   */
  streamToolCalls(calls: unknown, options: CallOptions = {}): AsyncIterableIterator<CallEvent> {
    return this.#intake.stream(isCallSource(calls) ? calls : decodeToolCalls(calls).calls, options);
  }

  /**
   * Runs one call and returns its output: the whole, whatever size models are shown.
   *
   * @throws ToolError when the call fails, TypeError when the registry is closed.
   */
  async call(name: string, input: unknown = {}, options: CallOptions = {}): Promise<unknown> {
    const calls = [{ id: `call_${name}`, name, input }];
    const [result] = await this.#intake.execute(calls, options, true);
    if (result?.status === "ok") return result.output;
    throw result?.error ?? new ToolError("OUTCOME_UNKNOWN", `${name} gave no result.`);
  }

  /** Listens to events of a type, `"*"` for all. Returns what takes the listener off. */
  on<Type extends ToolyardEvent["type"] | "*">(
    type: Type,
    listener: (event: EventOf<Type>) => void,
  ): () => void {
    return this.#runtime.hub.on(type, listener);
  }

  /**
   * Changes limits while calls run. Settings that are named are replaced, `undefined` takes one off, and a scope that
   * is `undefined` goes; all others stay. Who runs goes on; who waits waits by the new settings.
   *
   * @throws TypeError that names the setting when one is out of range, or when it is one of `dedupe`, `cache` and
   *   `retryBudget`, which tools are bound to when they are registered; nothing is changed then.
   */
  setLimits(limits: LimitsOptions): void {
    checkChangeable(limits);
    this.#runtime.parts.limiter.change(limits);
  }

  /**
   * How its pools, tools and limits are doing: a snapshot, made when asked for. A tool is counted from its
   * registration on; what was removed or replaced is no longer there. Calls that no tool was found for
   * (`TOOL_NOT_FOUND`, `TOOL_DISABLED`) count for none.
   */
  stats(): RegistryStats {
    const { catalog, executors, parts } = this.#runtime;
    return {
      pools: Object.values(executors).flatMap((executor) => executor.stats()),
      tools: toolStats(
        catalog
          .snapshot()
          .values()
          .map(({ bound }) => bound),
      ),
      limits: parts.limiter.stats(),
      sources: this.#sources.stats(),
    };
  }

  /**
   * Takes no more calls, hands back those that wait for a limit (their results are `CALL_CANCELLED`,
   * retryable), and resolves when the running ones have ended, with what was handed back. Iterables
   * are pulled no further.
   */
  drain(): Promise<readonly ToolCall[]> {
    return this.#intake.drain();
  }

  /**
   * Takes no more calls and tools, waits until every accepted call has its result, and lets go of every worker and source.
   * Iterables are pulled no further.
   */
  async close(): Promise<void> {
    await this.#intake.finish();
    await Promise.all(Object.values(this.#runtime.executors).map((executor) => executor.close()));
    await this.#sources.close();
  }

  /** Takes no more calls and tools, cancels every call and ends every worker and source at once. */
  async destroy(): Promise<void> {
    this.#intake.cancelAll();
    const executors = Object.values(this.#runtime.executors);
    await Promise.all([...executors.map((executor) => executor.destroy()), this.#sources.close()]);
    await this.#intake.finish();
  }

  /** `await using` closes the registry. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function isList(tools: Tool | readonly Tool[]): tools is readonly Tool[] {
  return Array.isArray(tools);
}
