/** Runs tools on the event loop of this process. */
import { CallContext, type CallSurroundings } from "../../core/call-context.ts";
import type { CallLife } from "../../core/call-life.ts";
import type { NestedCallOptions } from "../../core/nested-call.ts";
import { isPromiseLike } from "../../core/promise-like.ts";
import { Roster, type RosterMember } from "../../core/roster.ts";
import { ToolError } from "../../core/tool-error.ts";
import type { ToolProgress } from "../../core/tool.ts";
import type { Tool } from "../../core/tool.ts";
import type { UsageReport } from "../../core/usage-report.ts";
import { addUsage } from "../../core/usage-sum.ts";
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
  /** Attempts that are not answered yet. */
  readonly #running = new Roster<UnansweredAttempt>();
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
    const place = new AttemptSurroundings(attempt, startedAt);
    let returned: unknown;
    try {
      returned = tool.execute(attempt.input as never, contextOf(attempt, place));
      // Foreign promises may throw, lie or settle twice; `resolve` leaves our own as they are.
      if (isPromiseLike(returned)) return this.#settle(place, Promise.resolve(returned));
    } catch (thrown) {
      return this.#failure(ToolError.from(thrown, tool.name), place);
    }
    const runMs = this.#clock.now() - startedAt;
    if (deadline.reason !== undefined) return this.#failure(deadline.reason, place);
    return { status: "ok", output: returned, runMs, usage: place.usage };
  }

  async close(): Promise<void> {
    if (this.#running.size > 0) await new Promise<void>((resolve) => this.#onIdle.push(resolve));
  }

  async destroy(): Promise<void> {
    const reason = new ToolError("CALL_CANCELLED", "The executor was destroyed.");
    for (const { stop } of this.#running) stop(reason);
  }

  #settle(place: AttemptSurroundings, work: Promise<unknown>): Promise<AttemptOutcome> {
    const { attempt, startedAt } = place;
    return new Promise((resolve) => {
      let leave = ignore;
      const answer = (outcome: AttemptOutcome): void => {
        leave();
        this.#running.delete(running);
        resolve(outcome);
        if (this.#running.size === 0) for (const wake of this.#onIdle.splice(0)) wake();
      };
      const stop = (reason: ToolError): void => {
        const usage = (): UsageReport | undefined => place.usage;
        answer({ ...this.#failure(reason, place), lingering: work.then(usage, usage) });
      };
      const running: UnansweredAttempt = { slot: -1, stop };
      this.#running.add(running);
      leave = attempt.deadline.onEnd(stop);
      work.then(
        (output) => {
          const runMs = this.#clock.now() - startedAt;
          answer({ status: "ok", output, runMs, usage: place.usage });
        },
        (thrown: unknown) =>
          answer(this.#failure(ToolError.from(thrown, attempt.tool.name), place)),
      );
    });
  }

  #failure(error: ToolError, { startedAt, usage }: AttemptSurroundings): AttemptFailure {
    const runMs = this.#clock.now() - startedAt;
    return { status: "error", error, began: true, runMs, usage };
  }
}

interface UnansweredAttempt extends RosterMember {
  /** Answers it with an error. */
  readonly stop: (reason: ToolError) => void;
}

function notBegun(error: ToolError): AttemptFailure {
  return { status: "error", error, began: false, runMs: 0 };
}

function contextOf(attempt: Attempt, place: AttemptSurroundings): CallContext {
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
  return new CallContext(facts, place);
}

/** What a tool on the event loop asks of its attempt. A class, for two functions per call cost more. */
class AttemptSurroundings implements CallSurroundings {
  readonly attempt: Attempt;
  readonly startedAt: number;
  /** What it has reported so far. */
  usage: UsageReport | undefined;

  constructor(attempt: Attempt, startedAt: number) {
    this.attempt = attempt;
    this.startedAt = startedAt;
  }

  makeSignal(): AbortSignal {
    return this.attempt.deadline.signal;
  }

  get life(): CallLife {
    return this.attempt.deadline;
  }

  get isProgressHeard(): boolean | undefined {
    return this.attempt.isProgressHeard;
  }

  onProgress(update: ToolProgress): void {
    this.attempt.onProgress(update);
  }

  onCall(name: string, input: unknown, options: NestedCallOptions): Promise<unknown> {
    return this.attempt.call(name, input, options);
  }

  onUsage(report: number | UsageReport): void {
    this.usage = addUsage(this.usage, report);
  }
}

function ignore(): void {}
