/** Composition: the one place where clock, limits, executors and catalog are put together. */
import type { RegistryEvent } from "../core/call-event.ts";
import type { ConcreteMode, ExecutionMode } from "../core/tool.ts";
import { AsyncExecutor } from "../executors/async/async-executor.ts";
import type { Executor } from "../executors/executor.ts";
import { type PoolOptions, resolvePoolOptions } from "../executors/pool/pool-options.ts";
import type { WorkerOutputSink } from "../executors/pool/worker-transport.ts";
import { createProcessExecutor } from "../executors/process/process-executor.ts";
import { createThreadExecutor } from "../executors/thread/thread-executor.ts";
import type { LimitsOptions } from "../limits/limit-options.ts";
import { SchedulingLimiter } from "../limits/scheduling-limiter.ts";
import { type CatalogParts, ToolCatalog } from "../registry/tool-catalog.ts";
import { ToolSearch } from "../registry/tool-search.ts";
import { type Clock, SystemClock } from "../time/clock.ts";
import { Deadline } from "../time/deadline.ts";
import { type BoundTool, DEFAULT_TIMEOUT_MS, bindTool } from "./bound-tool.ts";
import type { PipelineParts } from "./call-pipeline.ts";
import { checkMode } from "./check-mode.ts";
import { EventHub } from "./event-hub.ts";
import { MetaTools } from "./meta-tools.ts";
import { ResultLimits, type ResultOptions } from "./result-limits.ts";
import { RetryBudgets } from "./retry-policies.ts";
import { SchemaBook } from "./schema-book.ts";
import { SharedResults } from "./shared-results.ts";

/** Settings of a ToolRegistry. All are optional. */
export interface ToolRegistryOptions {
  /** Where calls run unless the tool or the call says otherwise. Default `auto`. */
  readonly mode?: ExecutionMode | undefined;
  /** Most milliseconds of one attempt of a tool that sets none itself. `Infinity` for none. Default 30_000. */
  readonly timeoutMs?: number | undefined;
  /** Which attempts may start when: by `"*"`, a tool's name, `github.*`, `source:pets`, `tag:llm`, `tenant`. */
  readonly limits?: LimitsOptions | undefined;
  /** How large the results of calls may be, and how much is kept of what is larger. */
  readonly results?: ResultOptions | undefined;
  /** Settings of the worker pools. */
  readonly pools?:
    | { readonly thread?: PoolOptions | undefined; readonly process?: PoolOptions | undefined }
    | undefined;
  /** Receives what workers print. Default: the parent's stderr. */
  readonly workerOutput?: WorkerOutputSink | undefined;
  /** The time, for tests. Default: the machine's. */
  readonly clock?: Clock | undefined;
}

/** The parts of a running registry. */
export interface Runtime {
  readonly parts: PipelineParts;
  readonly catalog: ToolCatalog<BoundTool>;
  readonly schemas: SchemaBook;
  readonly search: ToolSearch;
  readonly executors: Readonly<Record<ConcreteMode, Executor>>;
  readonly hub: EventHub;
  readonly results: ResultLimits;
  /** Ends every call when it ends. */
  readonly root: Deadline;
}

/**
 * Puts a runtime together. Workers start when a call first needs them.
 *
 * @throws TypeError when an option is unknown or out of range.
 */
export function createRuntime(options: ToolRegistryOptions): Runtime {
  checkOptions(options);
  const { clock = new SystemClock(), timeoutMs = DEFAULT_TIMEOUT_MS, pools = {} } = options;
  const { workerOutput = printToStderr } = options;
  const hub = new EventHub();
  const executors = {
    async: new AsyncExecutor(clock),
    thread: createThreadExecutor({
      clock,
      emit: hub.emit,
      workerOutput,
      options: resolvePoolOptions("thread", pools.thread),
    }),
    process: createProcessExecutor({
      clock,
      emit: hub.emit,
      workerOutput,
      options: resolvePoolOptions("process", pools.process),
    }),
  };
  const limiter = new SchedulingLimiter({ limits: options.limits, clock, emit: hub.emit });
  const retryBudgets = new RetryBudgets(options.limits);
  const shared = new SharedResults(clock, options.limits);
  const results = new ResultLimits(options.results);
  const bind: CatalogParts<BoundTool>["bind"] = (tool, source) =>
    bindTool(tool, { executors, timeoutMs, retryBudgets, shared, results }, source);
  const emit = (event: RegistryEvent): void => {
    hub.emit(event);
    metaTools.follow(event);
  };
  const catalog = new ToolCatalog({ bind, emit, epoch: () => clock.epoch() });
  const schemas = new SchemaBook(catalog);
  const search = new ToolSearch(catalog);
  const metaTools = new MetaTools({ catalog, schemas, search, results });
  metaTools.begin(results.maxBytes);
  const parts = { clock, limiter, random: Math.random };
  return { parts, catalog, schemas, search, executors, hub, results, root: new Deadline(clock) };
}

const KNOWN = ["mode", "timeoutMs", "limits", "results", "pools", "workerOutput", "clock"];

function checkOptions(options: ToolRegistryOptions): void {
  const unknown = Object.keys(options).find((key) => !KNOWN.includes(key));
  if (unknown !== undefined) {
    throw new TypeError(
      `Option "${unknown}" of ToolRegistry is unknown; known: ${KNOWN.join(", ")}.`,
    );
  }
  if (options.mode !== undefined) checkMode(options.mode);
  if (options.timeoutMs !== undefined && !(options.timeoutMs > 0)) {
    throw new TypeError("`timeoutMs` must be above 0; Infinity for no limit.");
  }
  const pool = Object.keys(options.pools ?? {}).find(
    (key) => key !== "thread" && key !== "process",
  );
  if (pool !== undefined) throw new TypeError(`pools.${pool} is unknown; known: thread, process.`);
}

function printToStderr({ text }: { readonly text: string }): void {
  process.stderr.write(text);
}
