import type { CallBudget } from "./call-budget.ts";
import type { ToolResult } from "./tool-result.ts";
import type { ExecutionMode } from "./tool.ts";

/** One call that a model asks for, in our own form. */
export interface ToolCall {
  /** The provider's id, given back with the result. Need not be unique. */
  readonly id: string;
  /** The tool's name, as registered or as a provider was told it. */
  readonly name: string;
  /** The arguments, already parsed where they came as JSON text. */
  readonly input: unknown;
  /** Why the arguments could not be read (malformed JSON). Such a call fails with `INPUT_INVALID`. */
  readonly malformed?: string | undefined;
}

/** How the caller wants a call run. All are optional. */
export interface CallOptions {
  /** Where to run it. Stronger than the tool's and the registry's mode. */
  readonly mode?: ExecutionMode | undefined;
  /** Cancels the call: waiting ends, running work is told and then stopped. */
  readonly signal?: AbortSignal | undefined;
  /** Most milliseconds for the whole call, waiting and retries included. 0 or less: none are left. Default: no limit. */
  readonly deadlineMs?: number | undefined;
  /** A smaller number runs sooner. Default 0. */
  readonly priority?: number | undefined;
  /** On whose behalf; for fairness, and told to the tool. */
  readonly tenant?: string | undefined;
  /**
   * Told to the tool, to recognise a repeated effect by. Of several calls, the second is told `key:1`, and so on. A call
   * that has one may be tried again where its tool is `idempotentWithKey`.
   */
  readonly idempotencyKey?: string | undefined;
  /** What the run may use that these calls are a part of. Calls that tools make draw on it too. Default: no limit. */
  readonly budget?: CallBudget | undefined;
  /**
   * Called with each result as soon as it is there, and the place of its call from 0; before the promise of all resolves.
   * Nobody waits for it, and it must not throw: what it throws, or rejects with, becomes a process warning.
   */
  readonly onResult?: ((result: ToolResult, index: number) => void) | undefined;
  /**
   * Starts each call, by its place from 0: calls `start` at once, from within the async context
   * (`AsyncLocalStorage`) that the call's events and tool are to find. Must not throw: what it throws, or rejects with, becomes a
   * process warning, and the call starts all the same. Default: all calls have the caller's context.
   */
  readonly enter?: ((index: number, start: () => void) => void) | undefined;
  /** Anything a tool should know; `context.context` there. Crosses into workers as a copy. */
  readonly context?: unknown;
}
