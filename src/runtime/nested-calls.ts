/** The calls that the tool of one attempt makes: the way of every call, for as long as that attempt lasts. */
import { type NestedCallOptions, checkNestedCall } from "../core/nested-call.ts";
import type { CallOptions } from "../core/tool-call.ts";
import { ToolError } from "../core/tool-error.ts";
import type { ToolResult } from "../core/tool-result.ts";
import type { Permit } from "../limits/limiter.ts";
import { Deadline } from "../time/deadline.ts";
import type { AcceptedCall, CallParent } from "./accepted-call.ts";
import { followSignal, limitTime } from "./call-deadline.ts";

/** How deep calls may be nested: a tool that calls itself without end is stopped there. */
export const MAX_DEPTH = 32;

/** The attempt whose tool makes calls. */
export interface Caller {
  readonly accepted: AcceptedCall;
  readonly toolName: string;
  /** Its calls run in the mode that was asked of it. */
  readonly passesMode: boolean;
  readonly permit: Permit;
  /** Ends its calls when it ends. */
  readonly deadline: Deadline;
  /** How many workers are held by it and the calls that it is nested in. */
  readonly workersHeld: number;
}

/** The calls of one attempt. */
export class NestedCalls {
  readonly #caller: Caller;
  /** What ends each call that runs, and when it has its result. */
  readonly #running = new Map<Deadline, Promise<ToolResult>>();
  #count = 0;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Runs a call to its output. Rejects with its ToolError; with a TypeError when an option is wrong. */
  async call(name: string, input: unknown, options: NestedCallOptions): Promise<unknown> {
    checkNestedCall(name, options);
    const { accepted, deadline: above } = this.#caller;
    const parent = this.#parent();
    const deadline = new Deadline(accepted.nesting.clock, above);
    limitTime(deadline, options.deadlineMs);
    const stopListening = followSignal(options.signal, deadline);
    const { nesting, defaultMode, resolve, emit, index } = accepted;
    const running = nesting.run({
      call: { id: this.#nextId(), name, input },
      callNumber: nesting.nextCallNumber(),
      index,
      options: inherit(accepted.options, options, this.#caller.passesMode),
      deadline,
      defaultMode,
      resolve,
      emit,
      onAdmitted: undefined,
      nesting,
      isWhole: true,
      parent,
    });
    this.#running.set(deadline, running);
    const result = await running;
    this.#running.delete(deadline);
    stopListening();
    deadline.close();
    if (result.status === "ok") return result.output;
    throw ownError(result.error, name);
  }

  /** The attempt is over: cancels what still runs. A promise when there is something, which resolves when it has ended. */
  close(): Promise<unknown> | undefined {
    if (this.#running.size === 0) return undefined;
    const ended = Promise.all(this.#running.values());
    const message = `${this.#caller.toolName}, which made the call, has ended.`;
    const reason = new ToolError("CALL_CANCELLED", message);
    for (const deadline of this.#running.keys()) deadline.end(reason);
    return ended;
  }

  /** @throws ToolError when the calls are nested too deep. */
  #parent(): CallParent {
    const { accepted, permit, toolName, workersHeld: level } = this.#caller;
    const depth = (accepted.parent?.depth ?? 0) + 1;
    if (depth > MAX_DEPTH) {
      const message = `${toolName} is called ${MAX_DEPTH} calls deep, and may call no further. Does a tool call itself?`;
      const details = { depth, maxDepth: MAX_DEPTH };
      throw new ToolError("TOOL_FAILED", message, { details, retryable: false });
    }
    return { callNumber: accepted.callNumber, depth, level, permit };
  }

  #nextId(): string {
    this.#count += 1;
    return `${this.#caller.accepted.call.id}/${this.#count}`;
  }
}

/**
 * What `drain` hands back is known by its error, and may be run elsewhere: that is so of the nested call, and not of
 * the one that made it, which has begun.
 */
function ownError(error: ToolError, name: string): ToolError {
  if (error.details["handedBack"] !== true) return error;
  const message = `${name} was not called, for the registry is draining.`;
  return new ToolError("CALL_CANCELLED", message, { cause: error, retryable: false });
}

/** Whatever the caller's caller said holds, but for what concerns that one call. */
function inherit(options: CallOptions, given: NestedCallOptions, passesMode: boolean): CallOptions {
  const { signal, deadlineMs, idempotencyKey, priority = options.priority } = given;
  const mode = given.mode ?? (passesMode ? options.mode : undefined);
  return { ...options, mode, signal, deadlineMs, idempotencyKey, priority };
}
