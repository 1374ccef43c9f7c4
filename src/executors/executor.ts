import type { NestedCallOptions } from "../core/nested-call.ts";
import type { PoolStats } from "../core/registry-stats.ts";
import type { ToolError } from "../core/tool-error.ts";
import type { ConcreteMode, Tool, ToolProgress } from "../core/tool.ts";
import type { UsageReport } from "../core/usage-report.ts";
import type { Deadline } from "../time/deadline.ts";

/** One try of one call, ready to run: its input is parsed and its permit is held. */
export interface Attempt {
  /** Unique; answers are matched on it, never on the provider's call id, which models repeat. */
  readonly attemptId: string;
  readonly callId: string;
  readonly tool: Tool;
  readonly input: unknown;
  /** Which attempt of its call this is, from 1. */
  readonly attempt: number;
  /** When the attempt must stop, for whatever reason. */
  readonly deadline: Deadline;
  readonly tenant: string | undefined;
  readonly idempotencyKey: string | undefined;
  readonly context: unknown;
  /** Of the calls that it is nested in, how many hold a worker. 0 for calls that no tool makes. */
  readonly level: number;
  /** Called when the tool's function is about to run, with the worker it runs in. Once, or again after a move. */
  onStart(workerId: string | undefined): void;
  onProgress(update: ToolProgress): void;
  /** False: nothing comes of progress. Undefined: that is not known. */
  readonly isProgressHeard?: boolean | undefined;
  /**
   * Runs another tool for it, while it runs. Resolves with the output; rejects with the ToolError of a call that
   * failed, `CALL_CANCELLED` once the attempt is over, and a TypeError when an option is wrong.
   */
  call(name: string, input: unknown, options: NestedCallOptions): Promise<unknown>;
}

/** How an attempt ended. */
export type AttemptOutcome = AttemptSuccess | AttemptFailure;

/** Where an attempt's time went, in milliseconds, and what else it used. */
export interface AttemptTimes {
  /** What the function took, where it ran. */
  readonly runMs: number;
  /** CPU time of the function. Undefined: not measured here. */
  readonly cpuMs?: number | undefined;
  /** What its input and output took to cross into a worker and back. Undefined: they did not cross. */
  readonly transferMs?: number | undefined;
  /** What it said it has used. Undefined: nothing. */
  readonly usage?: UsageReport | undefined;
}

/** The tool's function returned. */
export interface AttemptSuccess extends AttemptTimes {
  readonly status: "ok";
  readonly output: unknown;
}

/** The attempt gave no output. */
export interface AttemptFailure extends AttemptTimes {
  readonly status: "error";
  readonly error: ToolError;
  /** Whether the tool's function may have begun. False: trying elsewhere repeats nothing. */
  readonly began: boolean;
  /**
   * Set when work goes on after this answer; resolves when it has ended, with what it said it has used if it said
   * so. Its permit is kept until then.
   */
  readonly lingering?: Promise<UsageReport | undefined> | undefined;
}

/**
 * Runs attempts in one mode.
 *
 * Promises, for every implementation: each attempt gets exactly one outcome and `execute` never
 * throws; when the deadline ends, the outcome follows at once with the deadline's reason, and the
 * work itself is ended where the mode can; a tool that dies takes no other call with it that had
 * not begun in the same worker.
 */
export interface Executor {
  readonly mode: ConcreteMode;
  /** Why this tool cannot run here (`NOT_PORTABLE`); undefined when it can. Asked once, at registration. */
  refuses(tool: Tool): ToolError | undefined;
  /** Runs an attempt. A promise only when it does not end at once. */
  execute(attempt: Attempt): AttemptOutcome | Promise<AttemptOutcome>;
  /** What its workers do at the moment. Empty where there are none. */
  stats(): readonly PoolStats[];
  /** Waits for running attempts, then lets go of every worker. */
  close(): Promise<void>;
  /** Ends every worker at once; running attempts fail with `CALL_CANCELLED`. */
  destroy(): Promise<void>;
}
