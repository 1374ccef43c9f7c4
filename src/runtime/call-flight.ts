/** An execution that several calls wait for. */
import type { ToolError } from "../core/tool-error.ts";
import type { ToolResult } from "../core/tool-result.ts";
import type { Deadline, DeadlineFollower } from "../time/deadline.ts";
import type { ReadyCall } from "./ready-call.ts";

/**
 * So many may wait for an execution before whoever feeds calls in is held up: an endless source of the same call must
 * not fill memory.
 */
const MAX_EAGER_FOLLOWERS = 256;

/** The execution of a leader, and those who will have its result too. */
export class CallFlight {
  readonly #leader: ReadyCall;
  readonly #followers = new Set<Follower>();

  constructor(leader: ReadyCall) {
    this.#leader = leader;
  }

  /** What tells the leader from other calls. */
  get callNumber(): number {
    return this.#leader.accepted.callNumber;
  }

  /** Whether `call` gets its result here no later than by itself: a more urgent call does not wait in a slower line. */
  serves(call: ReadyCall): boolean {
    return this.#leader.priority <= call.priority || this.#leader.story.hasBegun;
  }

  /**
   * Waits for the leader's result; undefined when that was the leader's own end, and somebody else must run.
   * Rejects with the reason of the call's deadline when that ends first.
   */
  follow(call: ReadyCall): Promise<ToolResult | undefined> {
    return new Promise((resolve, reject) => {
      const { deadline } = call;
      const follower = new Follower(deadline, this.#followers, { resolve, reject });
      this.#followers.add(follower);
      deadline.follow(follower);
      if (this.#followers.size <= MAX_EAGER_FOLLOWERS) call.onAdmitted();
    });
  }

  /** The leader is done. */
  end(result: ToolResult): void {
    const answer = isOwnEnd(this.#leader, result) ? undefined : result;
    for (const follower of this.#followers) follower.take(answer);
  }
}

interface Settle {
  readonly resolve: (result: ToolResult | undefined) => void;
  readonly reject: (reason: ToolError) => void;
}

/** A call that waits for another's result. */
class Follower implements DeadlineFollower {
  readonly #deadline: Deadline;
  readonly #others: Set<Follower>;
  readonly #settle: Settle;
  followerSlot = -1;

  constructor(deadline: Deadline, others: Set<Follower>, settle: Settle) {
    this.#deadline = deadline;
    this.#others = others;
    this.#settle = settle;
  }

  take(result: ToolResult | undefined): void {
    this.#deadline.unfollow(this);
    this.#settle.resolve(result);
  }

  end(reason: ToolError): void {
    this.#others.delete(this);
    this.#settle.reject(reason);
  }
}

/** Whether a call failed for a reason of its own: it was cancelled, or its time ran out or would not have done. */
function isOwnEnd({ deadline }: ReadyCall, result: ToolResult): boolean {
  if (result.status === "ok") return false;
  const { code } = result.error;
  if (code === "CALL_CANCELLED" || deadline.reason !== undefined) return true;
  return code === "DEADLINE_EXCEEDED" && result.timing.attempts === 0;
}
