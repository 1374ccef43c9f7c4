/** Calls that came in together: one snapshot of the registry, one way to cancel them, one set of options. */
import type { CallEvent, EventSink } from "../core/call-event.ts";
import type { CallOptions, ToolCall } from "../core/tool-call.ts";
import type { ToolError } from "../core/tool-error.ts";
import type { ToolResult } from "../core/tool-result.ts";
import type { ExecutionMode } from "../core/tool.ts";
import { Deadline } from "../time/deadline.ts";
import type { Nesting } from "./accepted-call.ts";
import { checkBudget, keepToBudget } from "./call-budgets.ts";
import { followSignal, limitTime } from "./call-deadline.ts";
import { type PipelineParts, runCall } from "./call-pipeline.ts";
import { warnOfRejection, warnOfThrown } from "./callback-warnings.ts";
import { checkMode } from "./check-mode.ts";
import type { ResolveTool } from "./resolve-tool.ts";

/** What a batch needs from its registry. */
export interface BatchSurroundings {
  readonly parts: PipelineParts;
  /** Ends when the registry is destroyed. */
  readonly root: Deadline;
  readonly defaultMode: ExecutionMode;
  readonly resolve: ResolveTool;
  readonly emit: EventSink<CallEvent> | undefined;
  readonly nextCallNumber: () => number;
  /** Outputs are wanted whole, whatever limits say. Default false. */
  readonly isWhole?: boolean | undefined;
}

/** How the time of `deadlineMs` is counted: once for all calls, or from each call's own arrival. */
export type DeadlineCounting = "together" | "each";

/** Runs the calls of one batch. */
export class CallBatch {
  readonly #surroundings: BatchSurroundings;
  readonly #options: CallOptions;
  readonly #deadline: Deadline;
  readonly #counting: DeadlineCounting;
  readonly #nesting: Nesting;
  readonly #stopListening: () => void;

  /** @throws TypeError when an option is out of range. */
  constructor(
    surroundings: BatchSurroundings,
    options: CallOptions,
    counting: DeadlineCounting = "together",
  ) {
    checkCallOptions(options);
    this.#surroundings = surroundings;
    this.#options = options;
    this.#counting = counting;
    const { parts, nextCallNumber } = surroundings;
    this.#nesting = { clock: parts.clock, nextCallNumber, run: (call) => runCall(parts, call) };
    this.#deadline = new Deadline(surroundings.parts.clock, surroundings.root);
    if (counting === "together") limitTime(this.#deadline, options.deadlineMs);
    keepToBudget(options.budget, this.#deadline, surroundings.parts.clock);
    this.#stopListening = followSignal(options.signal, this.#deadline);
  }

  /** Ends when the batch is cancelled. */
  get deadline(): Deadline {
    return this.#deadline;
  }

  /** Runs one call to its result. Never rejects. */
  run(call: ToolCall, index: number, onAdmitted?: () => void): Promise<ToolResult> {
    const { enter } = this.#options;
    return enter === undefined
      ? this.#timed(call, index, onAdmitted)
      : entered(enter, index, () => this.#timed(call, index, onAdmitted));
  }

  #timed(call: ToolCall, index: number, onAdmitted: (() => void) | undefined): Promise<ToolResult> {
    if (this.#counting === "together") return this.#run(call, index, this.#deadline, onAdmitted);
    const deadline = new Deadline(this.#surroundings.parts.clock, this.#deadline);
    limitTime(deadline, this.#options.deadlineMs);
    return this.#run(call, index, deadline, onAdmitted).finally(() => deadline.close());
  }

  #run(
    call: ToolCall,
    index: number,
    deadline: Deadline,
    onAdmitted: (() => void) | undefined,
  ): Promise<ToolResult> {
    const {
      parts,
      defaultMode,
      resolve,
      emit,
      nextCallNumber,
      isWhole = false,
    } = this.#surroundings;
    const options = this.#options;
    const callNumber = nextCallNumber();
    // Spelt out, for a spread costs more than the rest of this function.
    const running = runCall(parts, {
      call,
      callNumber,
      index,
      options,
      deadline,
      defaultMode,
      resolve,
      emit,
      onAdmitted,
      nesting: this.#nesting,
      isWhole,
      parent: undefined,
    });
    const { onResult } = options;
    return onResult === undefined ? running : tellResult(running, onResult, index);
  }

  /** Cancels what still runs. */
  cancel(reason: ToolError): void {
    this.#deadline.end(reason);
  }

  /** Lets go of the caller's signal and of timers, once every call has its result. */
  close(): void {
    this.#stopListening();
    this.#deadline.close();
  }
}

/** Fields of {@link CallOptions}, for messages about unknown ones. */
const KNOWN: ReadonlySet<string> = new Set([
  "mode",
  "signal",
  "deadlineMs",
  "priority",
  "tenant",
  "idempotencyKey",
  "budget",
  "onResult",
  "enter",
  "context",
] satisfies (keyof CallOptions)[]);

/** Whatever `enter` does, the call is started once. */
function entered(
  enter: NonNullable<CallOptions["enter"]>,
  index: number,
  start: () => Promise<ToolResult>,
): Promise<ToolResult> {
  let running: Promise<ToolResult> | undefined;
  try {
    const returned: unknown = enter(index, () => void (running ??= start()));
    warnOfRejection("enter", returned);
  } catch (thrown) {
    warnOfThrown("enter", thrown);
  }
  return (running ??= start());
}

async function tellResult(
  running: Promise<ToolResult>,
  onResult: (result: ToolResult, index: number) => void,
  index: number,
): Promise<ToolResult> {
  const result = await running;
  try {
    const returned: unknown = onResult(result, index);
    warnOfRejection("onResult", returned);
  } catch (thrown) {
    warnOfThrown("onResult", thrown);
  }
  return result;
}

function checkFunction(name: string, value: unknown): void {
  if (value === undefined || typeof value === "function") return;
  throw new TypeError(`\`${name}\` must be a function.`);
}

function checkCallOptions(options: CallOptions): void {
  const { mode, deadlineMs, priority } = options;
  checkBudget(options.budget);
  checkFunction("onResult", options.onResult);
  checkFunction("enter", options.enter);
  checkText("tenant", options.tenant);
  checkText("idempotencyKey", options.idempotencyKey);
  const unknown = Object.keys(options).find((key) => !KNOWN.has(key));
  if (unknown !== undefined) {
    const hint = unknown === "timeoutMs" ? " It belongs to a tool; `deadlineMs` is per call." : "";
    throw new TypeError(`Option "${unknown}" is unknown; known: ${[...KNOWN].join(", ")}.${hint}`);
  }
  if (mode !== undefined) checkMode(mode);
  // A budget that is used up is no mistake: such calls are answered with DEADLINE_EXCEEDED.
  if (deadlineMs !== undefined && (typeof deadlineMs !== "number" || Number.isNaN(deadlineMs))) {
    throw new TypeError("`deadlineMs` must be a number; leave it out for no deadline.");
  }
  if (priority !== undefined && !Number.isFinite(priority)) {
    throw new TypeError("`priority` must be a finite number; a smaller one runs sooner.");
  }
}

function checkText(name: string, value: unknown): void {
  if (value === undefined || typeof value === "string") return;
  throw new TypeError(`\`${name}\` must be a text; leave it out for none.`);
}
