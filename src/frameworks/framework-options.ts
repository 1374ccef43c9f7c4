/** What a registry's tools have in common inside a framework, whichever it is. */
import type { CallBudget } from "../core/call-budget.ts";
import type { CallOptions } from "../core/tool-call.ts";
import type { ExecutionMode } from "../core/tool.ts";
import { unknownFieldProblem } from "../core/unknown-field.ts";
import type { ToolFilter } from "../registry/tool-catalog.ts";

/** A value, or a function that finds it from what the framework says of one call. */
export type PerCall<FrameworkCall, Value> = Value | ((call: FrameworkCall) => Value);

/**
 * Settings of the functions that hand a registry's tools to a framework. All are optional.
 *
 * `FrameworkCall` is what the framework itself tells a tool of its call. Calls of one turn are one batch where they
 * have the same tenant, priority and `context` (the same object, not an equal one), and the same signal.
 */
export interface FrameworkToolsOptions<FrameworkCall> {
  /** Which tools. Default: all that are switched on. */
  readonly filter?: ToolFilter | undefined;
  /** On whose behalf; for fairness, and told to the tool. */
  readonly tenant?: PerCall<FrameworkCall, string | undefined> | undefined;
  /** A smaller number runs sooner. Default 0. */
  readonly priority?: PerCall<FrameworkCall, number | undefined> | undefined;
  /** What a tool gets as `context.context`. To pass a function, return it from one. */
  readonly context?: PerCall<FrameworkCall, unknown>;
  /** Where the calls run. Stronger than the tools' and the registry's mode. */
  readonly mode?: ExecutionMode | undefined;
  /** Most milliseconds of a whole call, waiting and retries included. Default: no limit. */
  readonly deadlineMs?: number | undefined;
  /** What the run may use that these calls are a part of. */
  readonly budget?: CallBudget | undefined;
}

const KNOWN = [
  "filter",
  "tenant",
  "priority",
  "context",
  "mode",
  "deadlineMs",
  "budget",
] as const satisfies readonly (keyof FrameworkToolsOptions<unknown>)[];

/** @throws TypeError when an option is unknown. Values are checked when a call uses them. */
export function checkFrameworkOptions(where: string, options: object): void {
  const problem = unknownFieldProblem(options, KNOWN);
  if (problem !== undefined) throw new TypeError(`${where}: ${problem}`);
}

/** The options of one call. */
export function callOptions<FrameworkCall>(
  { tenant, priority, context, mode, deadlineMs, budget }: FrameworkToolsOptions<FrameworkCall>,
  call: FrameworkCall,
  signal: AbortSignal | undefined,
): CallOptions {
  return {
    signal,
    mode,
    deadlineMs,
    budget,
    tenant: perCall(tenant, call),
    priority: perCall(priority, call),
    context: perCall(context, call),
  };
}

function perCall<FrameworkCall, Value>(
  setting: PerCall<FrameworkCall, Value>,
  call: FrameworkCall,
): Value {
  return typeof setting === "function"
    ? (setting as (call: FrameworkCall) => Value)(call)
    : setting;
}
