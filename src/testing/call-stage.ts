import type { CallEvent } from "../core/call-event.ts";
import type { CallOptions, ToolCall } from "../core/tool-call.ts";
import { ToolError, type ToolErrorOptions } from "../core/tool-error.ts";
import type { ToolResult } from "../core/tool-result.ts";
import { type Tool, defineTool } from "../core/tool.ts";
import { AsyncExecutor } from "../executors/async/async-executor.ts";
import type { Attempt, AttemptFailure, AttemptOutcome, Executor } from "../executors/executor.ts";
import { resolvePoolOptions } from "../executors/pool/pool-options.ts";
import { createProcessExecutor } from "../executors/process/process-executor.ts";
import { createThreadExecutor } from "../executors/thread/thread-executor.ts";
import type { LimitStats } from "../core/limit-stats.ts";
import type { LimitsOptions } from "../limits/limit-options.ts";
import type {
  AdmissionRequest,
  AttemptFacts,
  Limiter,
  Permit,
  PermitOutcome,
} from "../limits/limiter.ts";
import { SchedulingLimiter } from "../limits/scheduling-limiter.ts";
import type { AcceptedCall, Nesting } from "../runtime/accepted-call.ts";
import { type BoundTool, bindTool } from "../runtime/bound-tool.ts";
import type { BatchSurroundings } from "../runtime/call-batch.ts";
import { type PipelineParts, runCall } from "../runtime/call-pipeline.ts";
import { ResultLimits, type ResultOptions } from "../runtime/result-limits.ts";
import { RetryBudgets } from "../runtime/retry-policies.ts";
import { SharedResults } from "../runtime/shared-results.ts";
import { Deadline } from "../time/deadline.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** Looks on while a limiter works, and writes down what it gives and gets back. */
export class WatchedLimiter implements Limiter {
  readonly #limiter: Limiter;
  /** What permits came back with, in order. */
  readonly outcomes: PermitOutcome[] = [];
  /** What was told of the attempts behind them. */
  readonly facts: (AttemptFacts | undefined)[] = [];
  /** Who asked for permits, in order. */
  readonly requests: AdmissionRequest[] = [];
  asked = 0;
  held = 0;
  mostHeld = 0;

  constructor(limiter: Limiter) {
    this.#limiter = limiter;
  }

  acquire(request: AdmissionRequest): Permit | Promise<Permit> {
    this.asked += 1;
    this.requests.push(request);
    const answer = this.#limiter.acquire(request);
    return answer instanceof Promise
      ? answer.then((permit) => this.#watch(permit))
      : this.#watch(answer);
  }

  change(limits: LimitsOptions): void {
    this.#limiter.change(limits);
  }

  stats(): readonly LimitStats[] {
    return this.#limiter.stats();
  }

  close(reason: ToolError): void {
    this.#limiter.close(reason);
  }

  #watch(permit: Permit): Permit {
    this.held += 1;
    this.mostHeld = Math.max(this.mostHeld, this.held);
    const release = (outcome: PermitOutcome, facts?: AttemptFacts): void => {
      this.held -= 1;
      this.outcomes.push(outcome);
      this.facts.push(facts);
      permit.release(outcome, facts);
    };
    return { begin: () => permit.begin(), release };
  }
}

/** An event loop that runs tools, and the attempts it was given. */
export class WatchedExecutor extends AsyncExecutor {
  readonly attempts: Attempt[] = [];

  override execute(attempt: Attempt): AttemptOutcome | Promise<AttemptOutcome> {
    this.attempts.push(attempt);
    return super.execute(attempt);
  }
}

/** A clock on which something may hold the event loop: time goes on and no timer fires. */
export class BlockableClock extends VirtualClock {
  #blockedMs = 0;

  override now(): number {
    return super.now() + this.#blockedMs;
  }

  /** Lets `ms` milliseconds pass in the middle of what runs. */
  block(ms: number): void {
    this.#blockedMs += ms;
  }
}

const workerOutput = (): void => {};

/** What a stage is set up with. */
export interface CallStageOptions {
  readonly tools: (clock: BlockableClock) => readonly Tool[];
  readonly limits?: LimitsOptions;
  readonly results?: ResultOptions;
  /** Takes the place of the event loop, for outcomes it never gives. */
  readonly executor?: Executor;
  /** What jitter is made of. Default: always 0.5. */
  readonly random?: () => number;
}

/** The real parts of a pipeline on a virtual clock, with somebody looking on. */
export class CallStage {
  readonly clock: BlockableClock = new BlockableClock();
  readonly limiter: WatchedLimiter;
  readonly executor: WatchedExecutor = new WatchedExecutor(this.clock);
  readonly parts: PipelineParts;
  readonly events: CallEvent[] = [];
  /** How tools make calls here. */
  readonly nesting: Nesting = {
    clock: this.clock,
    nextCallNumber: () => (this.#calls += 1),
    run: (call) => runCall(this.parts, call),
  };
  readonly #tools: ReadonlyMap<string, BoundTool>;
  #calls = 0;

  constructor({ tools, limits, results, executor, random = () => 0.5 }: CallStageOptions) {
    const { clock } = this;
    this.limiter = new WatchedLimiter(new SchedulingLimiter({ limits, clock }));
    this.parts = { clock, limiter: this.limiter, random };
    const executors = {
      async: executor ?? this.executor,
      thread: createThreadExecutor({ clock, workerOutput, options: resolvePoolOptions("thread") }),
      process: createProcessExecutor({
        clock,
        workerOutput,
        options: resolvePoolOptions("process"),
      }),
    };
    const retryBudgets = new RetryBudgets(limits);
    const shared = new SharedResults(clock, limits);
    const sizes = new ResultLimits(results);
    const binding = { executors, timeoutMs: 30_000, retryBudgets, shared, results: sizes };
    const bound = tools(clock).map((tool) => bindTool(tool, binding));
    this.#tools = new Map(bound.map((one) => [one.tool.name, one]));
  }

  /** Runs a call of a tool by its pipeline alone. `deadline` ends the whole call. */
  run(
    call: Partial<ToolCall> & { readonly name: string },
    options: CallOptions = {},
    deadline: Deadline = new Deadline(this.clock),
    differently: Partial<AcceptedCall> = {},
  ): Promise<ToolResult> {
    this.#calls += 1;
    return runCall(this.parts, {
      call: { id: `call_${this.#calls}`, input: {}, ...call },
      callNumber: this.#calls,
      index: this.#calls - 1,
      options,
      deadline,
      defaultMode: "auto",
      resolve: (name) => this.resolve(name),
      emit: (event) => this.events.push(event),
      onAdmitted: undefined,
      nesting: this.nesting,
      parent: undefined,
      isWhole: false,
      ...differently,
    });
  }

  /** What batches of this stage are made with. They end when `root` does. */
  surroundings(root: Deadline = new Deadline(this.clock)): BatchSurroundings {
    return {
      parts: this.parts,
      root,
      defaultMode: "auto",
      resolve: (name) => this.resolve(name),
      emit: (event) => this.events.push(event),
      nextCallNumber: () => (this.#calls += 1),
    };
  }

  /** Finds a tool, as a registry does. */
  resolve(name: string): BoundTool {
    const bound = this.#tools.get(name);
    if (bound === undefined) throw new ToolError("TOOL_NOT_FOUND", `There is no tool "${name}".`);
    return bound;
  }

  /** The types of the events of a call, in order. */
  eventsOf(callNumber = 1): string[] {
    const own = this.events.filter((event) => event.callNumber === callNumber);
    return own.map(({ type }) => type);
  }
}

/** Resolves after `delayMs` milliseconds of a clock. */
export function after(clock: VirtualClock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimer(delayMs, resolve);
  });
}

/** A tool for a test: what it does, and what matters of its settings. */
export function testTool(
  name: string,
  execute: Tool["execute"],
  settings: Partial<Tool> = {},
): Tool {
  return defineTool({ name, description: name, input: {}, ...settings, execute });
}

/** The error of a call that failed; throws when it did not. */
export function errorOf(result: ToolResult): ToolError {
  if (result.status === "ok") throw new Error("The call gave an output.");
  return result.error;
}

/** The error code of a call, or `ok`. */
export function codeOf(result: ToolResult): string {
  return result.status === "ok" ? "ok" : result.error.code;
}

/** An executor that gives these outcomes, one after the other, or throws them if they are errors. */
export function scripted(...script: readonly (AttemptOutcome | Error)[]): Executor {
  let played = 0;
  return {
    mode: "async",
    refuses: () => undefined,
    stats: () => [],
    execute: (attempt: Attempt) => {
      const outcome = script[played] ?? { status: "ok", output: "out of script", runMs: 0 };
      played += 1;
      if (outcome instanceof Error) throw outcome;
      if (outcome.status === "ok" || outcome.began) attempt.onStart("worker-1");
      return outcome;
    },
    close: async () => {},
    destroy: async () => {},
  };
}

/** A failed attempt, for {@link scripted}. */
export function failing(began: boolean, settings: ToolErrorOptions = {}): AttemptFailure {
  const error = new ToolError("SOURCE_UNAVAILABLE", "not there", settings);
  return { status: "error", error, began, runMs: 7 };
}
