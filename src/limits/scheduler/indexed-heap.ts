/**
 * A heap whose items know their place in it, so that any of them can move or leave in O(log n).
 *
 * Its order is by numbers that are read from an item when it comes and when it is updated, and lie beside each other:
 * with a million items, looking them up where they are would cost more than everything else.
 */

/** Something that can be in one {@link IndexedHeap} at a time. */
export interface HeapItem {
  /** Its place; -1 while it is in no heap. Written by the heap alone. */
  heapIndex: number;
}

/** A number to order items by; smaller comes before. */
export type SortKey<Item> = (item: Item) => number;

/** Children of a place: four keep the tree flat, and the keys of a family in one or two cache lines. */
const ARITY = 4;

/** The item that comes before all others: by the first key, among equals by the second, and so on. */
export class IndexedHeap<Item extends HeapItem> {
  readonly #sortKeys: readonly SortKey<Item>[];
  readonly #width: number;
  readonly #items: Item[] = [];
  /** Of each item in its place, all keys. */
  readonly #keys: number[] = [];
  /** Of the item that is being moved. */
  readonly #moving: number[] = [];

  constructor(...sortKeys: readonly SortKey<Item>[]) {
    this.#sortKeys = sortKeys;
    this.#width = sortKeys.length;
  }

  get size(): number {
    return this.#items.length;
  }

  /** Who comes before all others. */
  get first(): Item | undefined {
    return this.#items[0];
  }

  /** Everybody, in no order worth knowing. */
  values(): readonly Item[] {
    return this.#items;
  }

  add(item: Item): void {
    const place = this.#items.length;
    this.#items.push(item);
    this.#readKeys(item);
    for (const key of this.#moving) this.#keys.push(key);
    this.#rise(item, place);
  }

  /** Takes an item out; nothing happens when it is in no heap. */
  remove(item: Item): void {
    const place = item.heapIndex;
    if (place === -1) return;
    item.heapIndex = -1;
    const last = this.#items.pop();
    for (let key = this.#width - 1; key >= 0; key -= 1) this.#moving[key] = this.#keys.pop() ?? 0;
    if (last === undefined || last === item) return;
    this.#settle(last, place);
  }

  /** Puts an item in its right place after its keys have changed; nothing happens when it is in no heap. */
  update(item: Item): void {
    if (item.heapIndex === -1) return;
    this.#readKeys(item);
    if (this.#compare(item.heapIndex) !== 0) this.#settle(item, item.heapIndex);
  }

  #readKeys(item: Item): void {
    for (let key = 0; key < this.#width; key += 1)
      this.#moving[key] = this.#sortKeys[key]?.(item) ?? 0;
  }

  #settle(item: Item, place: number): void {
    if (place > 0 && this.#movesBefore((place - 1) >> 2)) this.#rise(item, place);
    else this.#sink(item, place);
  }

  #rise(item: Item, from: number): void {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 2;
      if (!this.#movesBefore(above)) break;
      this.#shift(above, place);
      place = above;
    }
    this.#put(item, place);
  }

  #sink(item: Item, from: number): void {
    let place = from;
    for (;;) {
      const below = this.#firstChild(place);
      if (below === -1 || !this.#movesAfter(below)) break;
      this.#shift(below, place);
      place = below;
    }
    this.#put(item, place);
  }

  /** Where the child is that comes before its siblings; -1 when there is none. */
  #firstChild(place: number): number {
    const start = place * ARITY + 1;
    const { length } = this.#items;
    if (start >= length) return -1;
    const end = Math.min(start + ARITY, length);
    let best = start;
    for (let other = start + 1; other < end; other += 1) {
      if (this.#comesBefore(other, best)) best = other;
    }
    return best;
  }

  #comesBefore(left: number, right: number): boolean {
    const width = this.#width;
    const keys = this.#keys;
    for (let key = 0; key < width; key += 1) {
      const one = keys[left * width + key] ?? 0;
      const other = keys[right * width + key] ?? 0;
      if (one !== other) return one < other;
    }
    return false;
  }

  #movesBefore(place: number): boolean {
    return this.#compare(place) < 0;
  }

  #movesAfter(place: number): boolean {
    return this.#compare(place) > 0;
  }

  /** Below 0 when the item that is being moved comes before the one at `place`. */
  #compare(place: number): number {
    const width = this.#width;
    for (let key = 0; key < width; key += 1) {
      const one = this.#moving[key] ?? 0;
      const other = this.#keys[place * width + key] ?? 0;
      if (one !== other) return one < other ? -1 : 1;
    }
    return 0;
  }

  #shift(from: number, to: number): void {
    const width = this.#width;
    const item = this.#items[from];
    if (item === undefined) return;
    this.#items[to] = item;
    item.heapIndex = to;
    for (let key = 0; key < width; key += 1) {
      this.#keys[to * width + key] = this.#keys[from * width + key] ?? 0;
    }
  }

  #put(item: Item, place: number): void {
    const width = this.#width;
    this.#items[place] = item;
    item.heapIndex = place;
    for (let key = 0; key < width; key += 1) {
      this.#keys[place * width + key] = this.#moving[key] ?? 0;
    }
  }
}
