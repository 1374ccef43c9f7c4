/** Moves flows between gates, and starts what every gate lets in. */
import { borrowSlot, lenderOf } from "./borrowed-slots.ts";
import { type Flow, NOWHERE } from "./flow.ts";
import type { Gate } from "./gate.ts";
import { IndexedHeap } from "./indexed-heap.ts";
import type { QueuedCall } from "./queued-call.ts";
import type { Step } from "./step.ts";

/** Told before an attempt is let in: what refuses it after all. */
export interface GatekeeperListener {
  /** Refuses the attempt, and takes it out of its flow, when one of its breakers is open. */
  refuses(call: QueuedCall, step: Step): boolean;
  /** The attempt has left its flow and holds what it needs. */
  onStart(call: QueuedCall, hasWaited: boolean, step: Step): void;
}

/** Most who stand for one line, however many tenants wait in it. */
const MAX_STAND_INS = 64;

/** What least an attempt is expected to take before the first of its kind has ended, in milliseconds. */
const FIRST_GUESS_MS = 1;

/** Keeps the gates of a scheduler. */
export class Gatekeeper {
  readonly #listener: GatekeeperListener;
  /** Gates that may let somebody in. */
  #dirty: Gate[] = [];
  /** Gates that open by the passing of time while somebody waits. */
  readonly #sleeping = new IndexedHeap<Gate>(({ wakeAt }) => wakeAt);

  /** Flows of nested attempts that wait. */
  readonly nested: Set<Flow> = new Set<Flow>();
  /** Set when one of them has come to wait at another gate. */
  hasMovedNested = false;

  constructor(listener: GatekeeperListener) {
    this.#listener = listener;
  }

  /** When a gate opens by the passing of time; Infinity when none does. */
  get wakeAt(): number {
    return this.#sleeping.first?.wakeAt ?? Infinity;
  }

  /** Starts an attempt whose flow is empty, if nothing holds it. */
  startAtOnce(flow: Flow, call: QueuedCall, step: Step): boolean {
    if (flow.calls.size > 0 || this.#holderOf(flow, call, NOWHERE, step.now) !== NOWHERE)
      return false;
    this.#start(flow, call, step.now);
    this.#listener.onStart(call, false, step);
    return true;
  }

  /** The gate that holds an attempt, or would. */
  holderOf(flow: Flow, call: QueuedCall, now: number): Gate | undefined {
    if (flow.parkedAt !== NOWHERE) return flow.gates[flow.parkedAt];
    return flow.gates[this.#holderOf(flow, call, NOWHERE, now)];
  }

  /** Adds an attempt to its flow, to start in its turn. {@link serve} has to follow. */
  add(flow: Flow, call: QueuedCall, step: Step): void {
    flow.calls.add(call);
    if (flow.first !== call) return;
    if (flow.parkedAt === NOWHERE) {
      // Nobody holds it perhaps: then the widest gate, which everybody passes, lets it in at once.
      const holder = this.#holderOf(flow, call, NOWHERE, step.now);
      this.#park(flow, holder === NOWHERE ? flow.gates.length - 1 : holder, step);
    } else this.#headChanged(flow);
  }

  /** Takes an attempt that waits out of its flow. {@link serve} has to follow. */
  remove(flow: Flow, call: QueuedCall): void {
    const wasFirst = flow.first === call;
    flow.calls.remove(call);
    if (flow.calls.size === 0) this.#unpark(flow);
    else if (wasFirst) this.#headChanged(flow);
  }

  /** How urgent an attempt is has changed. {@link serve} has to follow. */
  reorder(flow: Flow, call: QueuedCall, urgency: number): void {
    const before = flow.first;
    call.urgency = urgency;
    flow.calls.update(call);
    if (flow.first === call || before === call) this.#headChanged(flow);
  }

  /** A gate may let somebody in. {@link serve} has to follow. */
  open(gate: Gate): void {
    if (gate.isDirty || gate.line.size === 0) return;
    gate.isDirty = true;
    this.#dirty.push(gate);
  }

  /** Gates whose time has come may let somebody in. */
  wake(now: number): void {
    for (let gate = this.#sleeping.first; gate !== undefined; gate = this.#sleeping.first) {
      if (gate.wakeAt > now) return;
      this.#sleeping.remove(gate);
      gate.wakeAt = Infinity;
      this.open(gate);
    }
  }

  /** Lets in whoever may go, until nobody can. The narrowest gates first: who passes them competes at the wider. */
  serve(step: Step): void {
    for (let gate = this.#takeDirty(); gate !== undefined; gate = this.#takeDirty()) {
      this.#serveGate(gate, step);
    }
  }

  /** Limits that always came together do not any more: nobody stands for others who need not wait. */
  settle(flows: Iterable<Flow>, step: Step): void {
    // A copy, for a nested flow that moves comes again at the end of the set it is found in.
    for (const flow of Array.from(flows)) {
      if (flow.standsFor !== undefined) this.#move(flow, flow.parkedAt, step);
    }
  }

  #serveGate(gate: Gate, step: Step): void {
    let opensAt = Infinity;
    for (let flow = gate.line.first; flow !== undefined; flow = gate.line.first) {
      // Those who stand at a wider gate for this one's line are waited for, but for a new leader of the line.
      const { hasNewLeader } = gate;
      if (!hasNewLeader && isRepresented(gate)) break;
      gate.hasNewLeader = false;
      opensAt = this.#tryFirst(flow, step);
      if (opensAt <= step.now) continue;
      gate.hasNewLeader = hasNewLeader;
      break;
    }
    for (const flow of gate.borrowers) opensAt = Math.min(opensAt, this.#tryFirst(flow, step));
    this.#sleep(gate, opensAt, step);
  }

  /** Starts the next of a flow, or moves the flow to the gate that holds it. When its own gate opens, else. */
  #tryFirst(flow: Flow, step: Step): number {
    const { first, parkedAt } = flow;
    if (first === undefined || this.#listener.refuses(first, step)) return step.now;
    const opensAt = this.#opensAt(flow, first, parkedAt, step.now);
    if (opensAt > step.now) {
      flow.gates[parkedAt]?.expectOpening(step);
      // A slow start that begins with the opening may be over sooner than the one before.
      return this.#opensAt(flow, first, parkedAt, step.now);
    }
    const holder = this.#holderOf(flow, first, parkedAt, step.now);
    if (holder === NOWHERE) this.#startFirst(flow, first, step);
    else this.#move(flow, holder, step);
    return step.now;
  }

  /** Where among its gates a flow is held; NOWHERE when nothing holds it. `leaving`: where it is the next to go. */
  #holderOf(flow: Flow, call: QueuedCall, leaving: number, now: number): number {
    const { gates, accounts } = flow;
    for (let position = 0; position < gates.length; position += 1) {
      if (this.#opensAt(flow, call, position, now) > now) return position;
      const line = gates[position]?.line;
      const account = accounts[position];
      if (position <= leaving || line === undefined || line.size === 0) continue;
      if (account === undefined || line.wouldLead(call, account)) continue;
      if (lenderAt(flow, call, position) === undefined) return position;
    }
    return NOWHERE;
  }

  #opensAt(flow: Flow, call: QueuedCall, position: number, now: number): number {
    const gate = flow.gates[position];
    const account = flow.accounts[position];
    if (gate === undefined || account === undefined) return now;
    if (!gate.hasSlot(account) && lenderAt(flow, call, position) === undefined) return Infinity;
    return gate.opensAt(call.tokens?.[position], now);
  }

  #startFirst(flow: Flow, call: QueuedCall, step: Step): void {
    flow.calls.remove(call);
    if (flow.calls.size === 0) this.#unpark(flow);
    this.#start(flow, call, step.now);
    this.#listener.onStart(call, true, step);
    if (flow.calls.size > 0) this.#headChanged(flow);
  }

  #start(flow: Flow, call: QueuedCall, now: number): void {
    call.phase = "running";
    call.startedAt = now;
    call.expectedMs = flow.lane.meanMs ?? FIRST_GUESS_MS;
    flow.running += 1;
    for (let position = 0; position < flow.gates.length; position += 1) {
      this.#pass(flow, call, position, now);
    }
  }

  #pass(flow: Flow, call: QueuedCall, position: number, now: number): void {
    const gate = flow.gates[position];
    const account = flow.accounts[position];
    if (gate === undefined || account === undefined) return;
    const tokens = call.tokens?.[position];
    const lender = lenderAt(flow, call, position);
    if (lender !== undefined) borrowSlot(call, gate, lender);
    else {
      gate.takeSlot(account);
      gate.line.charge(account, gate.expectedCost(tokens, call.expectedMs));
    }
    const receipt = gate.take(tokens, now);
    if (receipt !== undefined) (call.receipts ??= []).push(receipt);
  }

  #noteNested(flow: Flow, gate: Gate): void {
    gate.borrowers.add(flow);
    this.nested.add(flow);
    this.hasMovedNested = true;
  }

  #headChanged(flow: Flow): void {
    const gate = flow.gates[flow.parkedAt];
    const account = flow.accounts[flow.parkedAt];
    if (gate === undefined || account === undefined) return;
    gate.line.update(flow, account);
    if (gate.line.first === flow) gate.hasNewLeader = true;
    this.open(gate);
    // Others of the lines it stands for may be more urgent than its new head.
    for (const narrower of flow.standsFor ?? []) {
      narrower.hasNewLeader = true;
      this.open(narrower);
    }
  }

  #move(flow: Flow, position: number, step: Step): void {
    this.#unpark(flow);
    this.#park(flow, position, step);
  }

  #park(flow: Flow, position: number, step: Step): void {
    const gate = flow.gates[position];
    const account = flow.accounts[position];
    if (gate === undefined || account === undefined) return;
    flow.parkedAt = position;
    gate.line.add(flow, account);
    if (flow.parent !== undefined) this.#noteNested(flow, gate);
    for (let passed = 0; passed < position; passed += 1) {
      const narrower = flow.gates[passed];
      if (narrower?.template.dominators.has(gate.template) !== true) continue;
      // Slots that are kept for somebody are open to some of that line, and closed to others.
      if (gate.reservations !== undefined) continue;
      narrower.standIns.add(flow);
      (flow.standsFor ??= []).push(narrower);
    }
    if (gate.line.first === flow) gate.hasNewLeader = true;
    this.open(gate);
    this.#sayHeld(flow, gate, step);
  }

  /** What holds an attempt is told when it comes to wait, and for the next to go when that changes. */
  #sayHeld({ first }: Flow, gate: Gate, step: Step): void {
    if (first === undefined || first.heldBy === undefined || first.heldBy === gate.name) return;
    first.heldBy = gate.name;
    step.decide({ type: "wait", call: first, limit: gate.name });
  }

  #unpark(flow: Flow): void {
    const gate = flow.gates[flow.parkedAt];
    const account = flow.accounts[flow.parkedAt];
    flow.parkedAt = NOWHERE;
    if (gate === undefined || account === undefined) return;
    gate.line.remove(flow, account);
    if (flow.parent !== undefined) this.nested.delete(flow);
    gate.borrowers.delete(flow);
    this.open(gate);
    for (const narrower of flow.standsFor ?? []) {
      narrower.standIns.delete(flow);
      this.open(narrower);
    }
    flow.standsFor = undefined;
  }

  #sleep(gate: Gate, opensAt: number, { now }: Step): void {
    const wakeAt = opensAt > now ? opensAt : Infinity;
    if (wakeAt === gate.wakeAt) return;
    gate.wakeAt = wakeAt;
    this.#sleeping.remove(gate);
    if (wakeAt !== Infinity) this.#sleeping.add(gate);
  }

  #takeDirty(): Gate | undefined {
    const dirty = this.#dirty;
    if (dirty.length > 1) dirty.sort((left, right) => right.template.rank - left.template.rank);
    const gate = dirty.pop();
    if (gate !== undefined) gate.isDirty = false;
    return gate;
  }
}

/**
 * Whether one who stands elsewhere for the line of a gate is the next of its tenant there. If not, it waits behind
 * others of its tenant, and who waits behind it here would wait for those as well.
 */
function isRepresented({ standIns }: Gate): boolean {
  if (standIns.size >= MAX_STAND_INS) return true;
  for (const flow of standIns) if (flow.accounts[flow.parkedAt]?.first === flow) return true;
  return false;
}

/** Who lends a nested attempt a slot; most attempts are not nested, and nobody is asked. */
function lenderAt(flow: Flow, call: QueuedCall, position: number): QueuedCall | undefined {
  const gate = flow.gates[position];
  return flow.parent === undefined || gate === undefined ? undefined : lenderOf(call, gate);
}
