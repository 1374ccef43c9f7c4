/** The {@link Limiter} of a registry: the scheduler, with real time, promises and deadlines around it. */
import type { LimitStats } from "../core/limit-stats.ts";
import type { ToolError } from "../core/tool-error.ts";
import type { CancelTimer, Clock } from "../time/clock.ts";
import type { DeadlineFollower } from "../time/deadline.ts";
import { checkLimits } from "./check-limits.ts";
import type { LimitsOptions } from "./limit-options.ts";
import type {
  AdmissionRequest,
  AttemptFacts,
  LimitEventSink,
  Limiter,
  Permit,
  PermitOutcome,
} from "./limiter.ts";
import type { EpochOffset } from "./meters/fixed-window.ts";
import { waitedTooLong } from "./scheduler/admission-errors.ts";
import { describeGates } from "./scheduler/describe-gates.ts";
import type { Flow } from "./scheduler/flow.ts";
import type { Gate } from "./scheduler/gate.ts";
import { mergeLimits } from "./scheduler/limit-rules.ts";
import { makeGateMeters } from "./scheduler/make-gate-meters.ts";
import { QueuedCall } from "./scheduler/queued-call.ts";
import { Scheduler } from "./scheduler/scheduler.ts";
import type { Decision, Happening } from "./scheduler/step.ts";

/** What a {@link SchedulingLimiter} is made with. */
export interface SchedulingLimiterOptions {
  readonly limits?: LimitsOptions | undefined;
  readonly clock: Clock;
  /** Uniform in [0, 1); for jitter. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** Hears what happens to limits. Must not throw. */
  readonly emit?: LimitEventSink | undefined;
}

/** One attempt at the limiter: what waits, and the permit when it has started. */
class Admission extends QueuedCall implements Permit, DeadlineFollower {
  declare readonly ask: AdmissionRequest;
  readonly #limiter: SchedulingLimiter;
  /** Settles the promise of who waits. Rejects by being given a promise that is rejected: one function less to keep. */
  settle: ((answer: Permit | Promise<never>) => void) | undefined = undefined;
  cancelTimer: CancelTimer | undefined = undefined;
  followerSlot = -1;

  constructor(request: AdmissionRequest, limiter: SchedulingLimiter) {
    const { parent } = request;
    super(request, parent instanceof Admission ? parent : undefined);
    this.#limiter = limiter;
  }

  /** Its deadline has ended. */
  end(reason: ToolError): void {
    this.#limiter.giveUp(this, reason);
  }

  /** Most attempts are under no rate, and nobody has to know. */
  begin(): void {
    if (this.receipts !== undefined) this.#limiter.begin(this);
  }

  release(outcome: PermitOutcome, facts?: AttemptFacts): void {
    this.#limiter.release(this, outcome, facts);
  }
}

/** Decides when attempts may run, by all limits together. */
export class SchedulingLimiter implements Limiter {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #emit: LimitEventSink | undefined;
  readonly #scheduler: Scheduler;
  readonly #offset: EpochOffset;
  #limits: LimitsOptions;
  #closed: ToolError | undefined;
  #cancelTimer: CancelTimer | undefined;
  #timerAt = Infinity;
  /** Whether the timer keeps the program alive. */
  #isTimerAwaited = false;
  /** How many have been promised an answer. */
  #waiting = 0;

  /** @throws TypeError when a limit is out of range. */
  constructor({ limits = {}, clock, random = Math.random, emit }: SchedulingLimiterOptions) {
    checkLimits(limits);
    this.#limits = limits;
    this.#clock = clock;
    this.#random = random;
    this.#emit = emit;
    const offset = { ms: clock.epoch() - clock.now() };
    this.#offset = offset;
    this.#scheduler = new Scheduler(limits, (options, scope) =>
      makeGateMeters(options, scope, offset),
    );
  }

  acquire(request: AdmissionRequest): Permit | Promise<Permit> {
    if (this.#closed !== undefined && request.parent === undefined) throw this.#closed;
    const admission = new Admission(request, this);
    const decisions = this.#step({ type: "arrive", call: admission });
    if (!admission.isWaiting) {
      const refusal =
        decisions.length > 1 ? this.#apply(decisions, admission) : refusalIn(decisions);
      if (refusal !== undefined) throw refusal;
      return admission;
    }
    return this.#answerLater(admission, decisions);
  }

  change(limits: LimitsOptions): void {
    const merged = mergeLimits(this.#limits, limits);
    checkLimits(merged);
    const before = this.#limits;
    this.#limits = merged;
    const scopes = Object.keys(limits);
    const changed = Object.fromEntries(scopes.map((scope) => [scope, merged[scope]]));
    const decisions = this.#step({ type: "change", limits: changed });
    if (scopes.some((scope) => waitOf(before, scope) !== waitOf(merged, scope))) {
      for (const call of this.#scheduler.waiting()) this.#limitWaitAgain(call);
    }
    this.#apply(decisions);
  }

  stats(): readonly LimitStats[] {
    return describeGates(this.#scheduler, this.#clock.now());
  }

  close(reason: ToolError): void {
    this.#closed = reason;
    this.#apply(this.#step({ type: "clear", error: reason }));
  }

  /** @internal The work of a permit begins. */
  begin(admission: Admission): void {
    this.#apply(this.#step({ type: "begin", call: admission }));
  }

  /** @internal A permit comes back. */
  release(admission: Admission, outcome: PermitOutcome, facts: AttemptFacts | undefined): void {
    if (admission.phase !== "running") return;
    this.#apply(this.#step({ type: "release", call: admission, outcome, facts }));
  }

  /** @internal Somebody who waits gives up. */
  giveUp(admission: Admission, reason: ToolError): void {
    if (!admission.isWaiting) return;
    const decisions = this.#step({ type: "leave", call: admission });
    this.#refuse(admission, reason);
    this.#apply(decisions);
  }

  #answerLater(admission: Admission, decisions: readonly Decision[]): Promise<Permit> {
    const { ask, flow } = admission;
    const answer = new Promise<Permit>((resolve) => {
      admission.settle = resolve;
    });
    this.#countWaiting(1);
    this.#apply(decisions, admission);
    if (admission.isWaiting) ask.deadline.follow(admission);
    if (admission.isWaiting && flow !== undefined) this.#limitWait(admission, flow);
    // Last: whoever hears of it may cancel the call, or close this limiter.
    if (admission.isWaiting && admission.heldBy !== undefined) ask.onWait(admission.heldBy);
    return answer;
  }

  /** How long it may wait has changed, and counts from now. */
  #limitWaitAgain(call: QueuedCall): void {
    if (!(call instanceof Admission) || call.flow === undefined) return;
    call.cancelTimer?.();
    call.cancelTimer = undefined;
    this.#limitWait(call, call.flow);
  }

  /** The first of its limits that it may wait for no longer ends its wait. */
  #limitWait(admission: Admission, { gates }: Flow): void {
    let soonest: Gate | undefined;
    for (const gate of gates) {
      const { timeoutMs = Infinity } = gate.queue;
      if (timeoutMs < (soonest?.queue.timeoutMs ?? Infinity)) soonest = gate;
    }
    const timeoutMs = soonest?.queue.timeoutMs;
    if (soonest === undefined || timeoutMs === undefined) return;
    const error = waitedTooLong(soonest.name, timeoutMs);
    admission.cancelTimer = this.#clock.setTimer(timeoutMs, () => this.giveUp(admission, error));
  }

  #step(happening: Happening): readonly Decision[] {
    const decisions = this.#scheduler.step(happening, this.#clock.now(), this.#random());
    if (this.#scheduler.wakeAt < this.#timerAt) this.#setTimer(this.#scheduler.wakeAt);
    return decisions;
  }

  /** One timer for the next opening. One that comes too early finds nothing to do, and is set again. */
  #setTimer(at: number): void {
    this.#cancelTimer?.();
    this.#timerAt = at;
    this.#isTimerAwaited = this.#waiting > 0;
    const delayMs = at - this.#clock.now();
    const fire = (): void => {
      this.#timerAt = Infinity;
      this.#offset.ms = this.#clock.epoch() - this.#clock.now();
      this.#apply(this.#step({ type: "tick" }));
    };
    this.#cancelTimer = this.#isTimerAwaited
      ? this.#clock.setTimer(delayMs, fire)
      : this.#clock.setBackgroundTimer(delayMs, fire);
  }

  /** A limit that opens in a day must not keep the program alive until then, unless somebody waits for it. */
  #countWaiting(by: 1 | -1): void {
    this.#waiting += by;
    if (this.#timerAt === Infinity || this.#isTimerAwaited === this.#waiting > 0) return;
    this.#setTimer(this.#timerAt);
  }

  /** Does what was decided. `arriving` is answered by whoever asks: returns why it was refused, if it was. */
  #apply(decisions: readonly Decision[], arriving?: Admission): ToolError | undefined {
    let refusal: ToolError | undefined;
    for (const decision of decisions) {
      if (decision.type === "tell") {
        this.#emit?.({ ...decision.change, at: this.#clock.epoch(), limit: decision.limit });
      } else if (decision.call !== arriving) this.#carryOut(decision);
      else if (decision.type === "refuse") refusal = decision.error;
    }
    return refusal;
  }

  #carryOut(decision: Exclude<Decision, { type: "tell" }>): void {
    const { call } = decision;
    if (!(call instanceof Admission)) return;
    if (decision.type === "start") this.#admit(call);
    else if (decision.type === "refuse") this.#refuse(call, decision.error);
    else if (call.isWaiting) call.ask.onWait(decision.limit);
  }

  #admit(admission: Admission): void {
    this.#letGo(admission);
    admission.settle?.(admission);
    admission.settle = undefined;
  }

  #refuse(admission: Admission, reason: ToolError): void {
    this.#letGo(admission);
    admission.settle?.(Promise.reject(reason));
    admission.settle = undefined;
  }

  #letGo(admission: Admission): void {
    if (admission.settle !== undefined) this.#countWaiting(-1);
    admission.ask.deadline.unfollow(admission);
    admission.cancelTimer?.();
    admission.cancelTimer = undefined;
  }
}

/** Of the decisions about one attempt that was not let in: why. */
function refusalIn([decision]: readonly Decision[]): ToolError | undefined {
  return decision?.type === "refuse" ? decision.error : undefined;
}

/** How long attempts may wait under a limit. */
function waitOf(limits: LimitsOptions, scope: string): number | undefined {
  return limits[scope]?.queue?.timeoutMs;
}
