/**
 * Attempts that wait in one flow, the most urgent first.
 *
 * Most come in the order in which they are to go: those stand in a row, where coming and going costs O(1) and memory is
 * read from front to back. The others, of higher priority or from before, are in a heap. The next is the first of the
 * row or of the heap.
 */
import { IndexedHeap } from "./indexed-heap.ts";
import { type QueuedCall, isMoreUrgent } from "./queued-call.ts";

/** Places in the row are told from places in the heap by being below this. */
const ROW = -2;
/** How many may have left the row out of turn and leave holes, however short it is. */
const MAX_HOLES = 32;

/** The attempts of one flow. */
export class CallLine {
  /** Those in order, with holes where some have left. */
  #row: (QueuedCall | undefined)[] = [];
  /** Where the row begins; what is before has gone. */
  #head = 0;
  #standing = 0;
  #lastUrgency = -Infinity;
  #lastOrder = 0;
  #heap: IndexedHeap<QueuedCall> | undefined;

  get size(): number {
    return this.#standing + (this.#heap?.size ?? 0);
  }

  /** Who goes next. */
  get first(): QueuedCall | undefined {
    const standing = this.#standing === 0 ? undefined : this.#row[this.#head];
    const other = this.#heap?.first;
    if (standing === undefined || other === undefined) return standing ?? other;
    return isMoreUrgent(standing, other) ? standing : other;
  }

  add(call: QueuedCall): void {
    const { urgency, order } = call;
    if (this.#standing === 0) this.#clear();
    const isBehind =
      urgency > this.#lastUrgency || (urgency === this.#lastUrgency && order > this.#lastOrder);
    if (!isBehind) {
      this.#heapOfOthers().add(call);
      return;
    }
    call.heapIndex = ROW - this.#row.length;
    this.#row.push(call);
    this.#standing += 1;
    this.#lastUrgency = urgency;
    this.#lastOrder = order;
  }

  /** Takes an attempt out; nothing happens when it is not here. */
  remove(call: QueuedCall): void {
    const { heapIndex } = call;
    if (heapIndex > ROW) {
      this.#heap?.remove(call);
      return;
    }
    call.heapIndex = -1;
    this.#row[ROW - heapIndex] = undefined;
    this.#standing -= 1;
    const { length } = this.#row;
    while (this.#head < length && this.#row[this.#head] === undefined) this.#head += 1;
    if (length - this.#standing > MAX_HOLES && length > 2 * this.#standing) this.#closeUp();
  }

  /** How urgent an attempt is has changed. */
  update(call: QueuedCall): void {
    if (call.heapIndex > ROW) {
      this.#heap?.update(call);
      return;
    }
    this.remove(call);
    this.#heapOfOthers().add(call);
  }

  /** Everybody, in no order worth knowing. */
  *values(): Iterable<QueuedCall> {
    for (const call of this.#row) if (call !== undefined) yield call;
    if (this.#heap !== undefined) yield* this.#heap.values();
  }

  #heapOfOthers(): IndexedHeap<QueuedCall> {
    this.#heap ??= new IndexedHeap<QueuedCall>(
      ({ urgency }) => urgency,
      ({ order }) => order,
    );
    return this.#heap;
  }

  #clear(): void {
    if (this.#row.length > 0) this.#row = [];
    this.#head = 0;
    this.#lastUrgency = -Infinity;
    this.#lastOrder = 0;
  }

  /** Costs as much as there are left in the row, after at least as many have gone. */
  #closeUp(): void {
    this.#row = this.#row.filter((call) => call !== undefined);
    this.#head = 0;
    for (const [place, call] of this.#row.entries()) {
      if (call !== undefined) call.heapIndex = ROW - place;
    }
  }
}
