/** One attempt of a call, from the permit it holds to the release of that permit. */
import type { Tool, ToolProgress } from "../core/tool.ts";
import type { Attempt, AttemptFailure, AttemptOutcome } from "../executors/executor.ts";
import type { Permit, PermitOutcome } from "../limits/limiter.ts";
import type { Clock } from "../time/clock.ts";
import { Deadline } from "../time/deadline.ts";
import type { ReadyCall } from "./ready-call.ts";

/** What an executor is given, and what the pipeline keeps of it. */
export class CallAttempt implements Attempt {
  readonly attempt: number;
  readonly attemptId: string;
  readonly deadline: Deadline;
  readonly #call: ReadyCall;
  readonly #permit: Permit;

  constructor(clock: Clock, call: ReadyCall, attempt: number, permit: Permit) {
    const { accepted } = call;
    this.attempt = attempt;
    this.attemptId = `${accepted.callNumber}.${attempt}`;
    this.deadline = new Deadline(clock, accepted.deadline);
    this.#call = call;
    this.#permit = permit;
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
    return this.#call.accepted.options.idempotencyKey;
  }

  get context(): unknown {
    return this.#call.accepted.options.context;
  }

  onStart(workerId: string | undefined): void {
    const { story, bound } = this.#call;
    story.started(this.attempt, this.attemptId, workerId);
    this.deadline.expireAfter(bound.timeoutMs, bound.timedOut);
  }

  onProgress(update: ToolProgress): void {
    this.#call.story.progressed(this.attempt, update);
  }

  /** It is over. `outcome` is undefined when its executor broke its promise and threw. */
  end(outcome: AttemptOutcome | undefined): void {
    this.deadline.close();
    if (outcome !== undefined) this.#call.story.ran(outcome);
    release(this.#permit, outcome);
  }
}

/** A permit is kept for as long as the work goes on, also when its answer was not waited for. */
function release(permit: Permit, outcome: AttemptOutcome | undefined): void {
  if (outcome?.status !== "error") {
    permit.release(outcome === undefined ? "ignored" : "success");
    return;
  }
  const learned = permitOutcome(outcome);
  if (outcome.lingering === undefined) permit.release(learned);
  else void outcome.lingering.then(() => permit.release(learned));
}

function permitOutcome({ error, began }: AttemptFailure): PermitOutcome {
  return began && error.code !== "CALL_CANCELLED" ? "failure" : "ignored";
}
