import type { Flow } from "./flow.ts";
import { type HeapItem, IndexedHeap } from "./indexed-heap.ts";
import { type Reservation, owedTo } from "./reservations.ts";

/** What least a start is charged, in units of its gate: a share of nothing would be no share. */
const MIN_COST = 0.01;

/** A tenant at a gate: what it was served, and its flows that wait there. */
export class Account implements HeapItem {
  heapIndex = -1;
  readonly tenant: string | undefined;
  /** Its share when there is not enough for all. */
  weight: number;
  /** What is kept for it; undefined when nothing is. */
  readonly reservation: Reservation | undefined;
  /** Start tag of its next attempt: what it was served by its weight, on the gate's virtual time. */
  tag = 0;
  /** What of the tag is charged for attempts that run: it may turn out to be less. */
  pending = 0;
  /** Where it began when it last came to wait: what it was charged too much before gives it no start over others. */
  beganAt: number = -Infinity;
  /** Its place among those that wait, by what they were served for certain. */
  readonly settled: SettledAccount = { heapIndex: -1, account: this };
  /** Flows that are charged here: it is kept for them. */
  users = 0;
  running = 0;
  queued = 0;
  started = 0;
  /** What it was served, in units of its gate. */
  served = 0;
  #flows: IndexedHeap<Flow> | undefined;
  /** Most tenants have one flow at a gate. */
  #only: Flow | undefined;

  constructor(tenant: string | undefined, weight: number, reservation: Reservation | undefined) {
    this.tenant = tenant;
    this.weight = weight;
    this.reservation = reservation;
  }

  /** Its share is another. What runs was charged by the one before, and is settled by this one. */
  setWeight(weight: number): void {
    this.pending *= this.weight / weight;
    this.weight = weight;
  }

  /** The flow that goes next; undefined when none waits here. */
  get first(): Flow | undefined {
    return this.#only ?? this.#flows?.first;
  }

  /** Whether it runs less than is kept for it. */
  get isOwed(): boolean {
    return this.reservation !== undefined && owedTo(this.reservation) > 0;
  }

  /** A flow begins to wait here. */
  add(flow: Flow): void {
    if (this.first === undefined) {
      this.#only = flow;
      return;
    }
    const flows = (this.#flows ??= new IndexedHeap<Flow>(urgencyOf, orderOf));
    if (this.#only !== undefined) flows.add(this.#only);
    this.#only = undefined;
    flows.add(flow);
  }

  remove(flow: Flow): void {
    if (this.#only === flow) this.#only = undefined;
    else this.#flows?.remove(flow);
  }

  /** The head of a flow that waits here is another. */
  update(flow: Flow): void {
    if (this.#only !== flow) this.#flows?.update(flow);
  }

  /** Charges for an attempt; negative to give back. */
  charge(cost: number): void {
    this.tag += cost / this.weight;
    this.served += cost;
  }
}

/** An account's place in an order of its own. */
export interface SettledAccount extends HeapItem {
  readonly account: Account;
}

/** What an attempt of this cost is charged. */
export function chargeOf(cost: number): number {
  return cost > MIN_COST ? cost : MIN_COST;
}

/** How urgent the next attempt of a flow, or of an account, is. */
export function urgencyOf({ first }: Flow): number {
  return first?.urgency ?? Infinity;
}

/** When the next attempt of a flow came, among all. */
export function orderOf({ first }: Flow): number {
  return first?.order ?? Infinity;
}
