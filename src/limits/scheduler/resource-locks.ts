/**
 * What calls touch: those that read a key run together, those that write it alone, in the order they came.
 *
 * Each key has a line of groups; a group is one writer, or readers that came one after the other. Who is in the first
 * group of every key it touches may run, and holds them until it leaves. All keys are asked for in one step and lines
 * keep the order of arrival, so a call only ever waits for calls that came before it: there are no deadlocks.
 *
 * Priority inheritance (Sha, Rajkumar and Lehoczky, 1990): those in the first group are as urgent as the most urgent
 * call behind it, for that one waits for them. That goes on along chains of keys.
 */
import { type HeapItem, IndexedHeap } from "./indexed-heap.ts";
import type { QueuedCall } from "./queued-call.ts";

/** What a call does to a key. */
export type Access = "read" | "write";

/** A key, and what is done to it. */
export interface KeyUse {
  readonly key: string;
  readonly access: Access;
}

interface Group {
  readonly access: Access;
  readonly members: Set<LockPlace>;
  next: Group | undefined;
  previous: Group | undefined;
}

/** A call's place in the line of one key. */
export class LockPlace implements HeapItem {
  heapIndex = -1;
  readonly lock: ResourceLock;
  readonly call: QueuedCall;
  /** How urgent the call is, by all it knows. */
  urgency: number;
  group: Group;

  constructor(lock: ResourceLock, call: QueuedCall, group: Group) {
    this.lock = lock;
    this.call = call;
    this.group = group;
    this.urgency = call.urgency;
  }

  get isFirst(): boolean {
    return this.group === this.lock.first;
  }
}

/** All places of a call. */
export class LockHold {
  readonly places: LockPlace[] = [];
  /** How urgent the call is by itself. */
  readonly ownUrgency: number;
  /** Keys that others still use or will use first. */
  pending = 0;
  /** For whose sake it is more urgent than by itself. */
  payer: QueuedCall | undefined = undefined;

  constructor(ownUrgency: number) {
    this.ownUrgency = ownUrgency;
  }
}

/** The line of one key. */
export class ResourceLock {
  readonly key: string;
  first: Group | undefined = undefined;
  last: Group | undefined = undefined;
  /** Everybody behind the first group, most urgent first. */
  readonly urgencies: IndexedHeap<LockPlace> = new IndexedHeap<LockPlace>(({ urgency }) => urgency);

  constructor(key: string) {
    this.key = key;
  }

  /** Adds a place at the end; beside the last reader when it reads as well. */
  join(call: QueuedCall, access: Access): LockPlace {
    const { last } = this;
    let group = last;
    if (group === undefined || access === "write" || group.access === "write") {
      group = { access, members: new Set(), next: undefined, previous: last };
      if (last === undefined) this.first = group;
      else last.next = group;
      this.last = group;
    }
    const place = new LockPlace(this, call, group);
    group.members.add(place);
    if (!place.isFirst) this.urgencies.add(place);
    return place;
  }

  /** Takes a place out. Returns those who are in the first group since. */
  leave(place: LockPlace): Iterable<LockPlace> {
    const { group } = place;
    this.urgencies.remove(place);
    group.members.delete(place);
    return group.members.size > 0 ? [] : this.#unlink(group);
  }

  #unlink(group: Group): Iterable<LockPlace> {
    const { previous, next } = group;
    if (previous === undefined) this.first = next;
    else previous.next = next;
    if (next === undefined) this.last = previous;
    else next.previous = previous;
    if (next === undefined) return [];
    if (previous === undefined) return next.members;
    return previous.access === "read" && next.access === "read" ? this.#merge(previous, next) : [];
  }

  /** A writer between readers has left: they are one group. The smaller part moves. */
  #merge(previous: Group, next: Group): Iterable<LockPlace> {
    const wereFirst = previous === this.first;
    const isNextSmaller = next.members.size <= previous.members.size;
    const [kept, moved] = isNextSmaller ? [previous, next] : [next, previous];
    const joined = wereFirst ? [...next.members] : [];
    for (const place of moved.members) {
      place.group = kept;
      kept.members.add(place);
    }
    kept.previous = previous.previous;
    kept.next = next.next;
    if (kept.previous === undefined) this.first = kept;
    else kept.previous.next = kept;
    if (kept.next === undefined) this.last = kept;
    else kept.next.previous = kept;
    return joined;
  }
}

/** Told what changes for calls that wait. */
export interface LockListener {
  /** Nobody is before it any more: it holds all its keys. `payer`: the most urgent of it and those who wait for it. */
  onFree(call: QueuedCall, payer: QueuedCall): void;
  /** It waits, for a key or for more, and is as urgent as this now, for the sake of `payer`. */
  onUrgency(call: QueuedCall, urgency: number, payer: QueuedCall): void;
}

/** The keys in use. */
export class ResourceLocks {
  readonly #locks = new Map<string, ResourceLock>();
  readonly #listener: LockListener;
  /** Nested attempts that wait for keys. */
  readonly nestedInLine: Set<QueuedCall> = new Set<QueuedCall>();
  /** Set when one of them has come. */
  hasNewNested = false;

  constructor(listener: LockListener) {
    this.#listener = listener;
  }

  /** Whether any key is used. */
  get isIdle(): boolean {
    return this.#locks.size === 0;
  }

  /** The keys in use, for people. */
  values(): Iterable<ResourceLock> {
    return this.#locks.values();
  }

  /** Puts a call in the line of every key at once. True when it holds them all. */
  enter(call: QueuedCall, uses: readonly KeyUse[]): boolean {
    const hold = new LockHold(call.urgency);
    call.locks = hold;
    for (const { key, access } of uses) {
      const place = this.#lockOf(key).join(call, access);
      hold.places.push(place);
      if (!place.isFirst) hold.pending += 1;
    }
    for (const place of hold.places) this.#spread(place.lock, place);
    // A reader that joins a first group in which others wait for their turn inherits with them.
    this.#refresh(call);
    if (hold.pending > 0 && call.parent !== undefined) {
      this.nestedInLine.add(call);
      this.hasNewNested = true;
    }
    return hold.pending === 0;
  }

  /** The key that others use before a call; undefined when it holds all its keys. */
  heldUpAt(call: QueuedCall): string | undefined {
    return call.locks?.places.find(({ isFirst }) => !isFirst)?.lock.key;
  }

  /** Takes a call out of every line: it is over, or gave up. */
  leave(call: QueuedCall): void {
    const hold = call.locks;
    if (hold === undefined) return;
    call.locks = undefined;
    this.nestedInLine.delete(call);
    for (const place of hold.places) {
      const { lock } = place;
      const mostUrgentBefore = lock.urgencies.first;
      const advanced = [...lock.leave(place)];
      if (lock.first === undefined) this.#locks.delete(lock.key);
      for (const other of advanced) lock.urgencies.remove(other);
      if (lock.urgencies.first !== mostUrgentBefore) this.#refreshFirst(lock);
      for (const { call: next } of advanced) this.#advance(next);
    }
  }

  #lockOf(key: string): ResourceLock {
    let lock = this.#locks.get(key);
    if (lock === undefined) this.#locks.set(key, (lock = new ResourceLock(key)));
    return lock;
  }

  #advance(call: QueuedCall): void {
    const hold = call.locks;
    if (hold === undefined) return;
    hold.pending -= 1;
    this.#refresh(call);
    if (hold.pending === 0) this.nestedInLine.delete(call);
    if (hold.pending === 0) this.#listener.onFree(call, hold.payer ?? call);
  }

  /** The most urgent of a line may be a new one: those before it inherit. */
  #spread(lock: ResourceLock, place: LockPlace): void {
    if (lock.urgencies.first === place && !place.isFirst) this.#refreshFirst(lock);
  }

  #refreshFirst(lock: ResourceLock): void {
    for (const { call } of lock.first?.members ?? []) this.#refresh(call);
  }

  /** Works out how urgent a call is by itself and by those who wait for it, and passes that on along chains of keys. */
  #refresh(call: QueuedCall): void {
    const stale = [call];
    for (let next = stale.pop(); next !== undefined; next = stale.pop()) this.#renew(next, stale);
  }

  /** Chains end, for each call only waits for earlier ones; but they may be as long as the queue. */
  #renew(call: QueuedCall, stale: QueuedCall[]): void {
    const hold = call.locks;
    if (hold === undefined || (!call.isWaiting && call.phase !== "new")) return;
    const behind = mostUrgentBehind(hold);
    const urgency = behind?.urgency ?? hold.ownUrgency;
    hold.payer = behind && payerOf(behind);
    if (urgency === call.urgency) return;
    this.#tell(call, urgency, hold);
    for (const place of hold.places) if (!place.isFirst) passOn(place, urgency, stale);
  }

  #tell(call: QueuedCall, urgency: number, { payer = call }: LockHold): void {
    if (call.isWaiting) this.#listener.onUrgency(call, urgency, payer);
    else call.urgency = urgency;
  }
}

/** For whose sake one that waits is as urgent as it is. */
function payerOf({ call }: LockPlace): QueuedCall {
  return call.locks?.payer ?? call;
}

/** One that waits is as urgent as this: those before it may have become stale. */
function passOn(place: LockPlace, urgency: number, stale: QueuedCall[]): void {
  const { lock } = place;
  if (place.urgency === urgency) return;
  const before = lock.urgencies.first;
  place.urgency = urgency;
  lock.urgencies.update(place);
  if (before !== place && lock.urgencies.first !== place) return;
  for (const { call } of lock.first?.members ?? []) stale.push(call);
}

/** The most urgent of those behind a call in the lines that it leads, if that is more urgent than the call itself. */
function mostUrgentBehind({ places, ownUrgency }: LockHold): LockPlace | undefined {
  let most: LockPlace | undefined;
  for (const { isFirst, lock } of places) {
    const { first } = lock.urgencies;
    if (!isFirst || first === undefined) continue;
    if (first.urgency < (most?.urgency ?? ownUrgency)) most = first;
  }
  return most;
}
