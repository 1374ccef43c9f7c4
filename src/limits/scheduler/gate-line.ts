/**
 * Who waits at a gate, and who is served next: start-time fair queuing between tenants (Goyal, Vin and Cheng, 1996;
 * for several at once, SFQ(D): Jin, Chase and Kaur, 2004), by urgency within one.
 *
 * Each tenant has a start tag on the gate's virtual time. The smallest goes next, and is charged what its attempt is
 * expected to cost, by its weight; the charge is corrected when the cost is known. Who was away begins no earlier
 * than the virtual time: nobody saves up. A newly active tenant begins where the others can fall back to at most, when
 * what runs costs less than it was charged; so of F active tenants each of the others can be served once before it, and
 * no more.
 */
import { type Account, type SettledAccount, orderOf, urgencyOf } from "./account.ts";
import type { Flow } from "./flow.ts";
import { IndexedHeap } from "./indexed-heap.ts";
import { type QueuedCall, isMoreUrgent } from "./queued-call.ts";
import type { Reservation } from "./reservations.ts";

/** Those who wait at one gate. */
export class GateLine {
  /** Those for whom nothing is kept. */
  readonly #accounts: IndexedHeap<Account> = makeLine();
  /** Those for whom something is kept, by what. */
  readonly #owners = new Map<Reservation, IndexedHeap<Account>>();
  /** All that wait, by what they were served for certain. */
  readonly #settled = new IndexedHeap<SettledAccount>(
    ({ account }) => account.tag - account.pending,
  );
  #virtualTime = 0;
  #size = 0;
  /** Of all tenants that wait. */
  #weight = 0;

  /** Flows that wait. */
  get size(): number {
    return this.#size;
  }

  /** The flow that goes next. */
  get first(): Flow | undefined {
    return this.#leader()?.first;
  }

  /** A flow begins to wait, on its tenant's account. */
  add(flow: Flow, account: Account): void {
    this.#size += 1;
    this.begin(account);
    account.add(flow);
    const line = this.#lineOf(account);
    if (account.heapIndex !== -1) {
      line.update(account);
      return;
    }
    line.add(account);
    this.#settled.add(account.settled);
    this.#weight += account.weight;
  }

  remove(flow: Flow, account: Account): void {
    this.#size -= 1;
    account.remove(flow);
    if (account.first !== undefined) {
      this.#lineOf(account).update(account);
      return;
    }
    this.#lineOf(account).remove(account);
    this.#settled.remove(account.settled);
    this.#weight -= account.weight;
  }

  /** The head of a flow that waits has changed. */
  update(flow: Flow, account: Account): void {
    account.update(flow);
    this.#lineOf(account).update(account);
  }

  /** Who was away does not begin before the others. */
  begin(account: Account): void {
    if (account.heapIndex !== -1) return;
    account.beganAt = Math.min(this.#virtualTime, this.#smallestSettled());
    account.tag = Math.max(account.tag, account.beganAt);
  }

  /** An attempt of a tenant starts, and is charged `cost`. */
  charge(account: Account, cost: number): void {
    this.begin(account);
    if (account.tag > this.#virtualTime) this.#virtualTime = account.tag;
    account.charge(cost);
    account.pending += cost / account.weight;
    this.#lineOf(account).update(account);
  }

  /** An attempt of a tenant is over, and cost more, or less, than it was charged. */
  settle(account: Account, charged: number, cost: number): void {
    account.pending = Math.max(0, account.pending - charged / account.weight);
    if (cost !== charged) account.charge(cost - charged);
    if (account.heapIndex === -1) return;
    if (account.tag < account.beganAt) account.tag = account.beganAt;
    this.#lineOf(account).update(account);
    this.#settled.update(account.settled);
  }

  /** Whether an attempt that does not wait here would go before all who do. */
  wouldLead(call: QueuedCall, account: Account): boolean {
    const leader = this.#leader();
    if (leader === undefined) return true;
    this.begin(account);
    if (leader !== account && account.isOwed !== leader.isOwed) return account.isOwed;
    if (account.tag !== leader.tag) return account.tag < leader.tag;
    const other = leader.first?.first;
    return other === undefined || isMoreUrgent(call, other);
  }

  /** Into how many parts as large as this account's what is served goes, by the weights of those who wait. */
  sharesOf(account: Account): number {
    const others = account.heapIndex === -1 ? this.#weight + account.weight : this.#weight;
    return others / account.weight;
  }

  /**
   * Nobody waits: a busy period may end. The virtual time is set to the last of what was served, as start-time fair
   * queuing does then, so that who was served once and never comes again need not be remembered.
   */
  rest(accounts: Iterable<Account>): void {
    if (this.#size > 0) return;
    for (const { tag } of accounts) if (tag > this.#virtualTime) this.#virtualTime = tag;
  }

  /** Whether nothing of an account waits or runs. */
  isAway(account: Account): boolean {
    return account.heapIndex === -1 && account.running === 0;
  }

  /** Whether an account no longer matters: it is away, and would begin with the others. */
  isForgettable(account: Account): boolean {
    return this.isAway(account) && account.tag <= this.#virtualTime;
  }

  /** Whose turn it is: first those who run less than is kept for them. */
  #leader(): Account | undefined {
    let leader = this.#accounts.first;
    if (this.#owners.size === 0) return leader;
    for (const { first } of this.#owners.values()) {
      if (first !== undefined && (leader === undefined || goesBefore(first, leader)))
        leader = first;
    }
    return leader;
  }

  #smallestSettled(): number {
    const account = this.#settled.first?.account;
    return account === undefined ? Infinity : account.tag - account.pending;
  }

  #lineOf({ reservation }: Account): IndexedHeap<Account> {
    if (reservation === undefined) return this.#accounts;
    let line = this.#owners.get(reservation);
    if (line === undefined) {
      line = makeLine();
      this.#owners.set(reservation, line);
    }
    return line;
  }
}

/** Tenants by start tag; those who are level by who of their attempts is more urgent. */
function makeLine(): IndexedHeap<Account> {
  return new IndexedHeap<Account>(
    ({ tag }) => tag,
    ({ first }) => (first === undefined ? Infinity : urgencyOf(first)),
    ({ first }) => (first === undefined ? Infinity : orderOf(first)),
  );
}

function goesBefore(left: Account, right: Account): boolean {
  if (left.isOwed !== right.isOwed) return left.isOwed;
  if (left.tag !== right.tag) return left.tag < right.tag;
  const [one, other] = [left.first?.first, right.first?.first];
  return one !== undefined && (other === undefined || isMoreUrgent(one, other));
}
