/** One attempt of a call, from the permit it holds to the release of that permit. */
import type { NestedCallOptions } from "../core/nested-call.ts";
import { ToolError } from "../core/tool-error.ts";
import type { Tool, ToolProgress } from "../core/tool.ts";
import type { Attempt, AttemptFailure, AttemptOutcome } from "../executors/executor.ts";
import type { AttemptFacts, Permit, PermitOutcome } from "../limits/limiter.ts";
import type { Clock } from "../time/clock.ts";
import { Deadline } from "../time/deadline.ts";
import type { AcceptedCall } from "./accepted-call.ts";
import { chargeTokens } from "./call-budgets.ts";
import { type Caller, NestedCalls } from "./nested-calls.ts";
import type { ReadyCall } from "./ready-call.ts";

/** Instead of calls: no more are made. */
const OVER = Symbol("over");

/** What an executor is given, and what the pipeline keeps of it. */
export class CallAttempt implements Attempt, Caller {
  readonly attempt: number;
  readonly attemptId: string;
  readonly deadline: Deadline;
  readonly permit: Permit;
  readonly #call: ReadyCall;
  /** Made when its tool first makes a call. */
  #calls: NestedCalls | typeof OVER | undefined;

  constructor(clock: Clock, call: ReadyCall, permit: Permit) {
    const { accepted } = call;
    this.attempt = call.story.nextAttempt;
    this.attemptId = `${accepted.callNumber}.${this.attempt}`;
    this.deadline = new Deadline(clock, accepted.deadline);
    this.permit = permit;
    this.#call = call;
  }

  get accepted(): AcceptedCall {
    return this.#call.accepted;
  }

  get toolName(): string {
    return this.#call.bound.tool.name;
  }

  get passesMode(): boolean {
    return this.#call.bound.passesMode;
  }

  get level(): number {
    return this.#call.accepted.parent?.level ?? 0;
  }

  get workersHeld(): number {
    return this.level + (this.#call.story.workerId === undefined ? 0 : 1);
  }

  get callId(): string {
    return this.#call.accepted.call.id;
  }

  get tool(): Tool {
    return this.#call.bound.tool;
  }

  get input(): unknown {
    return this.#call.input;
  }

  get tenant(): string | undefined {
    return this.#call.accepted.options.tenant;
  }

  get idempotencyKey(): string | undefined {
    return this.#call.idempotencyKey;
  }

  get context(): unknown {
    return this.#call.accepted.options.context;
  }

  onStart(workerId: string | undefined): void {
    const { story, bound } = this.#call;
    this.permit.begin();
    story.started(this.attempt, this.attemptId, workerId);
    this.deadline.expireAfter(bound.timeoutMs, bound.timedOut);
  }

  /** It becomes an event, or gives the attempt its time again. */
  get isProgressHeard(): boolean {
    const { accepted, bound } = this.#call;
    return accepted.emit !== undefined || bound.tool.resetTimeoutOnProgress === true;
  }

  onProgress(update: ToolProgress): void {
    const { story, bound } = this.#call;
    if (bound.tool.resetTimeoutOnProgress === true && this.deadline.reason === undefined)
      this.deadline.expireAfter(bound.timeoutMs, bound.timedOut);
    story.progressed(this.attempt, update);
  }

  call(name: string, input: unknown, options: NestedCallOptions): Promise<unknown> {
    if (this.#calls === OVER) {
      const message = `${this.toolName} has ended, and makes no more calls.`;
      return Promise.reject(new ToolError("CALL_CANCELLED", message));
    }
    this.#calls ??= new NestedCalls(this);
    return this.#calls.call(name, input, options);
  }

  /**
   * It is over. `outcome` is undefined when its executor broke its promise and threw. Calls that its tool has made
   * and that still run are cancelled: a promise when there are any, which resolves when they have their results.
   */
  end(outcome: AttemptOutcome | undefined): Promise<unknown> | undefined {
    const calls = this.#calls;
    this.#calls = OVER;
    const callsEnded = calls === OVER ? undefined : calls?.close();
    this.deadline.close();
    if (outcome !== undefined) {
      this.#call.story.ran(outcome);
      chargeTokens(this.accepted.options.budget, outcome);
    }
    release(this.permit, outcome);
    return callsEnded;
  }
}

/** A permit is kept for as long as the work goes on, also when its answer was not waited for. */
function release(permit: Permit, outcome: AttemptOutcome | undefined): void {
  if (outcome === undefined) return permit.release("ignored");
  const { runMs, usage } = outcome;
  if (outcome.status === "ok") {
    return permit.release("success", { runMs, output: outcome.output, usage });
  }
  const { error, lingering } = outcome;
  const learned = permitOutcome(outcome);
  const facts: AttemptFacts = { runMs, error, usage };
  if (lingering === undefined) return permit.release(learned, facts);
  void lingering.then((late) => permit.release(learned, { ...facts, usage: late ?? usage }));
}

function permitOutcome({ error, began }: AttemptFailure): PermitOutcome {
  return began && error.code !== "CALL_CANCELLED" ? "failure" : "ignored";
}
