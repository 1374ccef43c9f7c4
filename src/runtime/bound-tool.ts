/** A tool with everything looked up that a call will need: no call asks "which one?". */
import { ToolError } from "../core/tool-error.ts";
import type { ConcreteMode, ExecutionMode, Tool } from "../core/tool.ts";
import type { Executor } from "../executors/executor.ts";
import { compileValidator } from "../schema/compile-validator.ts";
import type { Validator } from "../schema/validator.ts";
import type { RetryBudget } from "../limits/retry-budget.ts";
import { isMetaTool } from "./meta-tool.ts";
import { type ResolvedRetryPolicy, resolveRetryPolicy } from "./retry.ts";
import type { ResultLimit, ResultLimits } from "./result-limits.ts";
import type { RetryBudgets } from "./retry-policies.ts";
import type { SharedResults, ToolSharing } from "./shared-results.ts";
import { ToolTally } from "./tool-tally.ts";

/** Milliseconds one attempt may take unless its tool or the registry says otherwise. */
export const DEFAULT_TIMEOUT_MS = 30_000;

/** A mode's executor, or why the tool cannot run in that mode. */
export type ExecutorChoice = { readonly executor: Executor } | { readonly refusal: ToolError };

/** A {@link Tool}, bound. */
export interface BoundTool {
  readonly tool: Tool;
  readonly input: Validator;
  readonly output: Validator | undefined;
  readonly timeoutMs: number;
  /** Makes the error of an attempt that took longer than that. */
  readonly timedOut: () => ToolError;
  readonly retry: ResolvedRetryPolicy;
  /** Each retry needs a place in all of these. */
  readonly retryBudgets: readonly RetryBudget[];
  /** What its calls share. */
  readonly sharing: ToolSharing;
  /** How large its results may be; undefined: as large as they are. */
  readonly resultLimit: ResultLimit | undefined;
  /** The calls that it makes are its caller's own, and run in the mode that was asked for. */
  readonly passesMode: boolean;
  /** What the tool itself asks for; undefined: what the registry says. */
  readonly mode: ExecutionMode | undefined;
  /** What `auto` means for this tool. */
  readonly autoMode: ConcreteMode;
  readonly executors: Readonly<Record<ConcreteMode, ExecutorChoice>>;
  /** Counts its results. */
  readonly tally: ToolTally;
}

/** What binding needs besides the tool. */
export interface BindingParts {
  readonly executors: Readonly<Record<ConcreteMode, Executor>>;
  readonly timeoutMs: number;
  readonly retryBudgets: RetryBudgets;
  readonly shared: SharedResults;
  readonly results: ResultLimits;
}

/**
 * Binds a tool to its validators, policies and executors.
 *
 * @param source - The name of the source that offers it: its schemas are then somebody else's.
 * @throws TypeError when its schema cannot be compiled.
 */
export function bindTool(tool: Tool, parts: BindingParts, source?: string): BoundTool {
  const isForeign = source !== undefined;
  const isOwn = isMetaTool(tool);
  const choose = (mode: ConcreteMode): ExecutorChoice => {
    const executor = parts.executors[isOwn ? "async" : mode];
    const refusal = executor.refuses(tool);
    return refusal === undefined ? { executor } : { refusal };
  };
  const timeoutMs = tool.timeoutMs ?? parts.timeoutMs;
  return {
    tool,
    input: compile(tool, "input", isForeign),
    // A tool writes its output itself: what is wrong there is a fault to tell, not to mend.
    output: tool.output === undefined ? undefined : compile(tool, "output", isForeign),
    timeoutMs,
    timedOut: () => timedOut(tool.name, timeoutMs),
    retry: resolveRetryPolicy(tool.retry),
    retryBudgets: parts.retryBudgets.of(tool),
    sharing: parts.shared.of(tool),
    resultLimit: parts.results.of(tool),
    passesMode: isOwn,
    mode: tool.mode,
    autoMode: autoModeOf(tool),
    executors: { async: choose("async"), thread: choose("thread"), process: choose("process") },
    tally: new ToolTally(),
  };
}

function compile(tool: Tool, side: "input" | "output", isForeign: boolean): Validator {
  try {
    return side === "input"
      ? compileValidator(tool.input, tool.inputJsonSchema, {
          isForeign,
          // Whoever is asked has defaults of its own, and may take what is given for what is to change.
          defaults: isForeign ? "required" : "all",
        })
      : compileValidator(tool.output ?? {}, undefined, { coerce: false, isForeign });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TypeError(`Tool "${tool.name}", ${side} schema: ${reason}`, { cause });
  }
}

function timedOut(toolName: string, timeoutMs: number): ToolError {
  return new ToolError("DEADLINE_EXCEEDED", `${toolName} took longer than its ${timeoutMs} ms.`, {
    details: { timeoutMs },
  });
}

/** The rule behind `auto`: what can be loaded elsewhere is isolated, the rest runs on the event loop. */
export function autoModeOf(tool: Tool): ConcreteMode {
  return tool.origin?.kind === "module" ? "process" : "async";
}
