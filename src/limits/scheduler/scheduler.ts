/**
 * Decides when each attempt may start, with all of its limits taken together.
 *
 * A state machine: what happened goes in, what to do comes out. It has no clock, timer, promise or chance of its own;
 * the time and a number by chance come with each input.
 *
 *   arrive ─▶ locks ─▶ flow ─▶ gate ─▶ gate … ─▶ start ─▶ release
 *
 * Attempts that the same gates apply to, on behalf of one tenant, make a *flow*; of it only the most urgent attempt
 * matters. A flow waits at one *gate*, the one that holds its head, and holds nothing. A gate that opens looks at the
 * flow that goes next there: it starts if every other gate lets it too, else it waits at the gate that does not, and
 * the next flow is looked at (the baton is passed), or a call that could run would wait for ever. When the other gate
 * applies to everybody who waits here, nobody else could start either: the flow stands there for them all.
 *
 * When a step is over, every attempt that waits waits for a reason: a slot, a rate, a key, or those before it.
 */
import { ToolError } from "../../core/tool-error.ts";
import type { LimitsOptions } from "../limit-options.ts";
import { deadlocked } from "./admission-errors.ts";
import {
  type Verdict,
  enterQueues,
  leaveQueues,
  sayWatermarks,
  verdictOn,
} from "./admission-queue.ts";
import { ClosedGates } from "./closed-gates.ts";
import { findDeadlocked } from "./deadlock.ts";
import { endAttempt } from "./end-attempt.ts";
import { estimateTokens } from "./estimate-tokens.ts";
import { checkDeadline } from "./expected-wait.ts";
import type { Flow } from "./flow.ts";
import { FlowBook, forgetNested } from "./flow-book.ts";
import type { Gate } from "./gate.ts";
import { Gatekeeper } from "./gatekeeper.ts";
import { keyUses, plainKey } from "./key-uses.ts";
import type { Lane } from "./lane.ts";
import { LimitRules } from "./limit-rules.ts";
import { openBreaker } from "./open-breaker.ts";
import type { QueuedCall } from "./queued-call.ts";
import { type KeyUse, ResourceLocks } from "./resource-locks.ts";
import { RunningCalls, moveRunning } from "./running-calls.ts";
import { type Decision, type Happening, Step } from "./step.ts";
import { flowsUnder, whoWaits } from "./who-waits.ts";

/** The scheduler. One step at a time, each to its end. */
export class Scheduler {
  readonly rules: LimitRules;
  readonly locks: ResourceLocks;
  readonly #book: FlowBook;
  readonly #keeper: Gatekeeper;
  /** Gates that others wait outside of, and that have had room since. */
  readonly #besieged = new Set<Gate>();
  readonly #closed = new ClosedGates();
  readonly #running = new RunningCalls();
  #order = 0;
  /** Set while all who wait are put under other limits: who goes next is known when the last of them is. */
  #isMoving = false;
  /** Set while those outside come in. */
  #isLettingIn = false;
  /** The one that is taken, used again for each: a scheduler takes many. */
  readonly #step = new Step();

  /** @param limits - Checked before. */
  constructor(limits: LimitsOptions, makeMeters: ConstructorParameters<typeof LimitRules>[1]) {
    this.rules = new LimitRules(limits, makeMeters);
    this.#book = new FlowBook(this.rules);
    this.#keeper = new Gatekeeper({
      refuses: (call, step) => this.#refusesWaiting(call, step),
      onStart: (call, hasWaited, step) => this.#onStart(call, hasWaited, step),
    });
    this.locks = new ResourceLocks({
      onFree: (call, payer) => this.#onFree(call, payer),
      onUrgency: (call, urgency, payer) => this.#onUrgency(call, urgency, payer),
    });
  }

  /** When time by itself lets somebody start; Infinity when it does not. A `tick` is due then. */
  get wakeAt(): number {
    return Math.min(this.#keeper.wakeAt, this.#closed.opensAt);
  }

  /**
   * Takes in what happened, and says what to do.
   *
   * @param now - Milliseconds; never less than before.
   * @param chance - Uniform in [0, 1).
   */
  step(happening: Happening, now: number, chance: number): readonly Decision[] {
    const step = this.#step;
    step.begin(now, chance);
    this.#keeper.wake(now);
    this.#closed.sayOpened(step);
    this.#take(happening, step);
    this.#keeper.serve(step);
    if (this.#besieged.size > 0) this.#letIn(step);
    this.#breakDeadlocks(step);
    return step.decisions;
  }

  /** Every attempt that waits, for people and for the end. */
  waiting(): Iterable<QueuedCall> {
    return whoWaits(this.rules, this.locks);
  }

  #take(happening: Happening, step: Step): void {
    switch (happening.type) {
      case "arrive":
        this.#arrive(happening.call, step);
        return;
      case "leave":
        this.#leave(happening.call, step);
        return;
      case "release":
        this.#release(happening, step);
        return;
      case "begin":
        for (const receipt of happening.call.receipts ?? []) receipt.begin(step.now);
        return;
      case "change":
        this.#change(happening.limits, step);
        return;
      case "clear":
        this.#clear(happening.error, step);
        return;
      case "tick":
    }
  }

  #arrive(call: QueuedCall, step: Step): void {
    const { ask } = call;
    call.order = this.#order += 1;
    call.urgency = ask.askedAt + ask.priority * this.rules.ageingMs;
    try {
      this.#enter(call, step);
    } catch (thrown) {
      // Whatever it is, it is this call's: those that arrive in the same step are not lost.
      this.#refuse(call, ToolError.from(thrown, ask.tool.name), step);
    }
  }

  /** Lets an attempt start, wait, or be refused. Throws the ToolError of one that cannot be let in. */
  #enter(call: QueuedCall, step: Step): void {
    const lane = this.#laneOf(call, step);
    const flow = this.#book.find(lane, call, call.ask.tenant, step.now);
    call.flow = flow;
    call.tokens = estimateTokens(call, flow);
    const refusal = openBreaker(call, step);
    if (refusal !== undefined) throw refusal;
    const uses = keyUses(lane, call);
    if (uses.length === 0) this.#askGates(call, flow, undefined, step);
    else this.#askKeys(call, flow, uses, step);
  }

  #askKeys(call: QueuedCall, flow: Flow, uses: readonly KeyUse[], step: Step): void {
    const ahead = this.#outsideBefore(call, flow);
    if (ahead !== undefined) return this.#waitOutside(call, ahead, step);
    // Asked before it stands in lines of keys: those before it there may come to wait on its tenant's account.
    const verdict = verdictOn(call, flow, undefined);
    if (this.locks.enter(call, uses)) this.#askGates(call, flow, verdict, step);
    else this.#wait(call, verdict, step);
  }

  #askGates(call: QueuedCall, flow: Flow, asked: Verdict | undefined, step: Step): void {
    if (!this.#isMoving && this.#keeper.startAtOnce(flow, call, step)) return;
    const holder = this.#keeper.holderOf(flow, call, step.now);
    const verdict = asked ?? verdictOn(call, flow, holder);
    if (holder !== undefined) checkDeadline(call, flow, holder, step.now);
    this.#wait(call, verdict, step);
  }

  #wait(call: QueuedCall, verdict: Verdict, step: Step): void {
    const { flow } = call;
    if (flow === undefined) return;
    if (verdict.type === "refuse") throw verdict.error;
    if (verdict.type === "outside") return this.#waitOutside(call, verdict.gate, step);
    for (const { call: victim, error } of verdict.victims) this.#refuse(victim, error, step);
    enterQueues(call, flow, step);
    const key = this.locks.heldUpAt(call);
    if (key !== undefined) {
      call.phase = "locked";
      this.#sayHeld(call, plainKey(key), step);
      return;
    }
    call.phase = "queued";
    this.#keeper.add(flow, call, step);
    if (!this.#isMoving) this.#keeper.serve(step);
    const holder = call.isWaiting ? this.#keeper.holderOf(flow, call, step.now) : undefined;
    if (holder !== undefined) this.#sayHeld(call, holder.name, step);
  }

  /** Where others wait outside that came before: the order of those who use a key is that in which they came. */
  #outsideBefore(call: QueuedCall, { gates }: Flow): Gate | undefined {
    if (this.#isLettingIn || call.parent !== undefined) return undefined;
    return gates.find(({ outside }) => outside.size > 0);
  }

  /** It gets no place in any line before there is room to wait: it comes as if it came then. */
  #waitOutside(call: QueuedCall, gate: Gate, step: Step): void {
    this.locks.leave(call);
    call.phase = "outside";
    gate.outside.add(call);
    this.#sayHeld(call, gate.name, step);
  }

  #sayHeld(call: QueuedCall, limit: string, step: Step): void {
    if (call.heldBy !== limit) step.decide({ type: "wait", call, limit });
    call.heldBy = limit;
  }

  #leave(call: QueuedCall, step: Step): void {
    const { flow, phase } = call;
    if (!call.isWaiting || flow === undefined) return;
    call.phase = "over";
    if (phase === "outside") {
      for (const gate of flow.gates) gate.outside.delete(call);
      return;
    }
    if (phase === "queued") this.#keeper.remove(flow, call);
    this.locks.leave(call);
    this.#leaveQueues(call, flow, step);
    forgetNested(call);
  }

  #refuse(call: QueuedCall, error: ToolError, step: Step): void {
    if (call.isWaiting) this.#leave(call, step);
    else this.locks.leave(call);
    call.phase = "over";
    for (const gate of call.flow?.gates ?? []) gate.refused += 1;
    step.decide({ type: "refuse", call, error });
  }

  #release({ call, outcome, facts }: Extract<Happening, { type: "release" }>, step: Step): void {
    const { flow, startedAt } = call;
    if (call.phase !== "running" || flow === undefined) return;
    call.phase = "over";
    this.#running.remove(call);
    const ended = { outcome, facts, startedAt, now: step.now };
    const { tripped, closed } = endAttempt(call, flow, ended, step);
    for (const gate of tripped) this.#refuseAllUnder(gate, step);
    if (closed !== undefined) this.#closed.add(closed);
    this.locks.leave(call);
    for (const gate of flow.gates) this.#keeper.open(gate);
    forgetNested(call);
  }

  #onStart(call: QueuedCall, hasWaited: boolean, step: Step): void {
    if (hasWaited && call.flow !== undefined) this.#leaveQueues(call, call.flow, step);
    this.#running.add(call);
    step.decide({ type: "start", call });
  }

  #clear(error: ToolError, step: Step): void {
    for (const call of Array.from(this.waiting())) {
      if (call.parent === undefined) this.#refuse(call, error, step);
    }
  }

  /** Who waits for each other for ever does so from the step on in which the last of them began to wait. */
  #breakDeadlocks(step: Step): void {
    while (this.#keeper.hasMovedNested || this.locks.hasNewNested) {
      const call = findDeadlocked(this.#keeper.nested, this.locks.nestedInLine);
      this.#keeper.hasMovedNested = call !== undefined;
      this.locks.hasNewNested = false;
      if (call === undefined) return;
      this.#refuse(call, deadlocked(call.heldBy ?? "*"), step);
      this.#keeper.serve(step);
      if (this.#besieged.size > 0) this.#letIn(step);
    }
  }

  #leaveQueues(call: QueuedCall, flow: Flow, step: Step): void {
    for (const gate of leaveQueues(call, flow, step)) this.#besieged.add(gate);
  }

  #refusesWaiting(call: QueuedCall, step: Step): boolean {
    const refusal = openBreaker(call, step);
    if (refusal !== undefined) this.#refuse(call, refusal, step);
    return refusal !== undefined;
  }

  #refuseAllUnder(gate: Gate, step: Step): void {
    for (const flow of flowsUnder(this.rules)) {
      if (!flow.gates.includes(gate)) continue;
      for (const call of Array.from(flow.calls.values())) this.#refusesWaiting(call, step);
    }
  }

  /** Its keys are free: it waits for its gates. Whoever was more urgent behind it pays. */
  #onFree(call: QueuedCall, payer: QueuedCall): void {
    if (call.phase !== "locked" || call.flow === undefined) return;
    call.phase = "queued";
    this.#keeper.add(call.flow, call, this.#step);
    this.#payFor(call, payer);
  }

  #onUrgency(call: QueuedCall, urgency: number, payer: QueuedCall): void {
    if (call.flow === undefined) return;
    const isQueued = call.phase === "queued";
    if (isQueued) this.#keeper.reorder(call.flow, call, urgency);
    else call.urgency = urgency;
    for (const gate of call.flow.gates) gate.noteUrgency(call);
    if (isQueued) this.#payFor(call, payer);
  }

  /**
   * An attempt that others wait for runs on the account of the most urgent of them, when that is served sooner; on its
   * own again when that one has gone.
   */
  #payFor(call: QueuedCall, payer: QueuedCall): void {
    const { flow } = call;
    const tenant = payer === call ? call.ask.tenant : payer.flow?.tenant;
    if (flow === undefined || tenant === flow.tenant || flow.parent !== undefined) return;
    const paying = this.#book.tryFind(flow.lane, call, tenant, this.#step.now);
    if (paying === undefined || (payer !== call && !paying.isServedBefore(flow))) return;
    this.#keeper.remove(flow, call);
    this.#leaveQueues(call, flow, this.#step);
    call.flow = paying;
    enterQueues(call, paying, this.#step);
    this.#keeper.add(paying, call, this.#step);
  }

  #change(limits: LimitsOptions, step: Step): void {
    const calls = [...this.waiting()].toSorted((left, right) => left.order - right.order);
    const congested = [...this.rules.gates()].filter((gate) => gate.watermarks?.isCongested);
    // The last first: nobody comes to lead a line that is about to go.
    for (const call of calls.toReversed()) this.#leave(call, step);
    for (const flow of flowsUnder(this.rules)) flow.drop();
    this.rules.change(limits, step.now);
    for (const call of this.#running.values()) this.#moveRunning(call, step);
    for (const scope of Object.keys(limits)) step.tell(scope, { type: "limit.changed" });
    this.#isMoving = true;
    for (const call of calls) {
      call.phase = "new";
      this.#arrive(call, step);
    }
    this.#isMoving = false;
    sayWatermarks(congested, this.rules.gates(), step);
  }

  /** One whose keys or weight cannot be told any more stays where it is. */
  #moveRunning(call: QueuedCall, step: Step): void {
    const lane = this.#laneOf(call, step);
    const to = call.flow && this.#book.tryFind(lane, call, call.flow.tenant, step.now);
    if (to !== undefined) moveRunning(call, to);
  }

  /** There is room to wait: whoever waits outside comes in, in order. */
  #letIn(step: Step): void {
    this.#isLettingIn = true;
    for (const gate of this.#besieged) {
      for (const call of gate.outside) {
        if (gate.queued >= Math.max(1, gate.queue.max ?? Infinity)) break;
        gate.outside.delete(call);
        call.phase = "new";
        this.#arrive(call, step);
        this.#keeper.serve(step);
      }
      this.#besieged.delete(gate);
    }
    this.#isLettingIn = false;
  }

  #laneOf(call: QueuedCall, step: Step): Lane {
    const { tool } = call.ask;
    const known = this.rules.laneOf(tool);
    if (known !== undefined) return known;
    const { lane, unsettled } = this.rules.addLane(tool);
    if (unsettled) this.#keeper.settle(flowsUnder(this.rules), step);
    return lane;
  }
}
