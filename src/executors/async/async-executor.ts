/** Runs tools on the event loop of this process. */
import { CallContext, type CallSurroundings } from "../../core/call-context.ts";
import { isPromiseLike } from "../../core/promise-like.ts";
import { ToolError } from "../../core/tool-error.ts";
import type { ToolProgress } from "../../core/tool.ts";
import type { Tool } from "../../core/tool.ts";
import type { Clock } from "../../time/clock.ts";
import type { Attempt, AttemptFailure, AttemptOutcome, Executor } from "../executor.ts";
import { refusalOf } from "../pool/refusal.ts";

/**
 * The executor of mode `async`: no isolation, no cost.
 *
 * A tool that ignores its signal is answered at its deadline all the same; its work lingers, and its
 * permit with it. A tool that never yields blocks everything, which no executor on the event loop
 * can prevent: that is what the other modes are for.
 */
export class AsyncExecutor implements Executor {
  readonly mode = "async";
  readonly #clock: Clock;
  /** What answers each attempt that is not answered yet, with an error. */
  readonly #running = new Set<(error: ToolError) => void>();
  #onIdle: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  refuses(tool: Tool): ToolError | undefined {
    return refusalOf(tool, this.mode);
  }

  stats(): readonly [] {
    return [];
  }

  execute(attempt: Attempt): AttemptOutcome | Promise<AttemptOutcome> {
    const { deadline, tool } = attempt;
    if (deadline.reason !== undefined) return notBegun(deadline.reason);
    const startedAt = this.#clock.now();
    attempt.onStart(undefined);
    // Whoever heard of the start may have cancelled the call.
    if (deadline.reason !== undefined) return notBegun(deadline.reason);
    let returned: unknown;
    try {
      returned = tool.execute(attempt.input as never, contextOf(attempt));
      // Foreign promises may throw, lie or settle twice; `resolve` leaves our own as they are.
      if (isPromiseLike(returned)) {
        return this.#settle(attempt, Promise.resolve(returned), startedAt);
      }
    } catch (thrown) {
      return this.#failure(ToolError.from(thrown, tool.name), startedAt);
    }
    const runMs = this.#clock.now() - startedAt;
    if (deadline.reason !== undefined) return this.#failure(deadline.reason, startedAt);
    return { status: "ok", output: returned, runMs };
  }

  async close(): Promise<void> {
    if (this.#running.size > 0) await new Promise<void>((resolve) => this.#onIdle.push(resolve));
  }

  async destroy(): Promise<void> {
    const reason = new ToolError("CALL_CANCELLED", "The executor was destroyed.");
    for (const stop of this.#running) stop(reason);
  }

  #settle(attempt: Attempt, work: Promise<unknown>, startedAt: number): Promise<AttemptOutcome> {
    return new Promise((resolve) => {
      let leave = ignore;
      const answer = (outcome: AttemptOutcome): void => {
        leave();
        this.#running.delete(stop);
        resolve(outcome);
        if (this.#running.size === 0) for (const wake of this.#onIdle.splice(0)) wake();
      };
      const stop = (reason: ToolError): void => {
        const lingering = work.then(ignore, ignore);
        answer({ ...this.#failure(reason, startedAt), lingering });
      };
      this.#running.add(stop);
      leave = attempt.deadline.onEnd(stop);
      work.then(
        (output) => answer({ status: "ok", output, runMs: this.#clock.now() - startedAt }),
        (thrown: unknown) =>
          answer(this.#failure(ToolError.from(thrown, attempt.tool.name), startedAt)),
      );
    });
  }

  #failure(error: ToolError, startedAt: number): AttemptFailure {
    return { status: "error", error, began: true, runMs: this.#clock.now() - startedAt };
  }
}

function notBegun(error: ToolError): AttemptFailure {
  return { status: "error", error, began: false, runMs: 0 };
}

function contextOf(attempt: Attempt): CallContext {
  const { callId, attemptId, tenant, idempotencyKey, context } = attempt;
  const facts = {
    callId,
    attemptId,
    attempt: attempt.attempt,
    toolName: attempt.tool.name,
    mode: "async",
    workerId: undefined,
    tenant,
    idempotencyKey,
    context,
  } as const;
  return new CallContext(facts, new AttemptSurroundings(attempt));
}

/** What a tool on the event loop asks of its attempt. A class, for two functions per call cost more. */
class AttemptSurroundings implements CallSurroundings {
  readonly #attempt: Attempt;

  constructor(attempt: Attempt) {
    this.#attempt = attempt;
  }

  makeSignal(): AbortSignal {
    return this.#attempt.deadline.signal;
  }

  onProgress(update: ToolProgress): void {
    this.#attempt.onProgress(update);
  }
}

function ignore(): void {}
