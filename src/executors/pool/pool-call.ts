import type { ToolError } from "../../core/tool-error.ts";
import type { ToolProgress } from "../../core/tool.ts";
import type { DeadlineFollower } from "../../time/deadline.ts";
import type { Attempt, AttemptOutcome } from "../executor.ts";
import type { PortableOrigin } from "../worker/protocol.ts";
import type { UsageReport } from "../../core/usage-report.ts";
import type { Quarantine } from "./quarantine.ts";
import type { ToolProfile } from "./tool-profile.ts";

/** A tool as a pool knows it. */
export interface PoolTool {
  /** The pool's number for it. */
  readonly number: number;
  readonly name: string;
  readonly origin: PortableOrigin;
  readonly repeatable: boolean;
  /** Most CPU time of one attempt, in milliseconds. */
  readonly maxCpuMs: number | undefined;
  readonly profile: ToolProfile;
  readonly quarantine: Quarantine;
}

/** Stops a call, for a reason. */
export type StopCall = (call: PoolCall, reason: ToolError) => void;

/**
 * An attempt on its way through a pool.
 *
 *   waiting ──▶ sent ──▶ running ──▶ answered
 *      ▲          │         │
 *      └──────────┴─────────┘  its worker died, and it had not begun or may be repeated
 */
export class PoolCall implements DeadlineFollower {
  readonly attempt: Attempt;
  readonly tool: PoolTool;
  readonly #settle: (outcome: AttemptOutcome) => void;
  #onStop: StopCall | undefined;
  #onWorkEnded: ((usage: UsageReport | undefined) => void) | undefined;
  /** What cancels each of the calls that it makes. Undefined for most: they make none. */
  #asks: Map<number, AbortController> | undefined;
  /** Since when it waits for a worker, on the pool's clock. */
  readonly waitingSince: number;
  followerSlot = -1;
  /** Its number in the worker it was sent to last. */
  seq = 0;
  /** Workers that died while it ran. */
  deaths = 0;
  /** Whether it has been taken from a worker that did not begin it. */
  moved = false;
  /** Whether it must have a worker to itself. */
  alone = false;
  /** Whether the worker it was sent to last has begun it, as far as is known here. */
  began = false;
  /** When it began, on the pool's clock. */
  startedAt = 0;
  /** CPU time of its worker when it was first looked at; undefined while nobody has. Milliseconds. */
  cpuAtStart: number | undefined;
  /** Whether it shows if a quarantined tool has mended its ways. */
  isProbe = false;
  /** Whether the caller has its outcome. The work may still go on. */
  answered = false;

  constructor(
    attempt: Attempt,
    tool: PoolTool,
    now: number,
    settle: (outcome: AttemptOutcome) => void,
  ) {
    this.attempt = attempt;
    this.tool = tool;
    this.waitingSince = now;
    this.#settle = settle;
  }

  /** Calls `onStop` when the attempt's deadline ends before it is answered. */
  watchDeadline(onStop: StopCall): void {
    this.#onStop = onStop;
    this.attempt.deadline.follow(this);
  }

  /** Its deadline ends. */
  end(reason: ToolError): void {
    this.#onStop?.(this, reason);
  }

  /** Gives the caller the outcome; the first one counts. */
  answer(outcome: AttemptOutcome): void {
    if (this.answered) return;
    this.answered = true;
    this.attempt.deadline.unfollow(this);
    this.#settle(outcome);
  }

  /** Tells the caller how far it has come, while that is of interest. */
  progressed(update: ToolProgress): void {
    if (!this.answered) this.attempt.onProgress(update);
  }

  /** Resolves when {@link endWork} is called: the work outlives its answer. */
  lingering(): Promise<UsageReport | undefined> {
    return new Promise((resolve) => (this.#onWorkEnded = resolve));
  }

  /** No worker does anything for it any more. @param usage - What it said it has used, if its worker said so. */
  endWork(usage?: UsageReport): void {
    this.#onWorkEnded?.(usage);
  }

  /** It makes a call, number `ask` among its own. Returns what tells that call to stop. */
  openAsk(ask: number): AbortSignal {
    const controller = new AbortController();
    (this.#asks ??= new Map()).set(ask, controller);
    return controller.signal;
  }

  /** It no longer wants a call that it makes. */
  withdrawAsk(ask: number, reason: Error): void {
    this.#asks?.get(ask)?.abort(reason);
  }

  /** A call that it made has ended. Another worker it ran in since may use the number again. */
  closeAsk(ask: number, signal: AbortSignal): void {
    if (this.#asks?.get(ask)?.signal === signal) this.#asks.delete(ask);
  }

  /** Its worker has gone, or need not answer: what it was making is wanted by nobody. */
  withdrawAsks(reason: ToolError): void {
    const asks = this.#asks;
    this.#asks = undefined;
    for (const controller of asks?.values() ?? []) controller.abort(reason);
  }
}
