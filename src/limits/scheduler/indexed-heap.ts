/** A heap whose items know their place in it, so that any of them can move or leave in O(log n). */

/** Something that can be in one {@link IndexedHeap} at a time. */
export interface HeapItem {
  /** Its place; -1 while it is in no heap. Written by the heap alone. */
  heapIndex: number;
}

/** Children of a place: four keep the tree flat, and a family in one or two cache lines. */
const ARITY = 4;

/** The item that comes before all others, by an order that may change for one item at a time. */
export class IndexedHeap<Item extends HeapItem> {
  readonly #comesBefore: (left: Item, right: Item) => boolean;
  readonly #items: Item[] = [];

  constructor(comesBefore: (left: Item, right: Item) => boolean) {
    this.#comesBefore = comesBefore;
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
    this.#items.push(item);
    this.#rise(item, this.#items.length - 1);
  }

  /** Takes an item out; nothing happens when it is in no heap. */
  remove(item: Item): void {
    const place = item.heapIndex;
    if (place === -1) return;
    item.heapIndex = -1;
    const last = this.#items.pop();
    if (last === undefined || last === item) return;
    this.#settle(last, place);
  }

  /** Puts an item in its right place after its order has changed. */
  update(item: Item): void {
    if (item.heapIndex !== -1) this.#settle(item, item.heapIndex);
  }

  #settle(item: Item, place: number): void {
    const parent = this.#items[(place - 1) >> 2];
    if (place > 0 && parent !== undefined && this.#comesBefore(item, parent)) {
      this.#rise(item, place);
    } else {
      this.#sink(item, place);
    }
  }

  #rise(item: Item, from: number): void {
    const items = this.#items;
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 2;
      const parent = items[above];
      if (parent === undefined || !this.#comesBefore(item, parent)) break;
      items[place] = parent;
      parent.heapIndex = place;
      place = above;
    }
    items[place] = item;
    item.heapIndex = place;
  }

  #sink(item: Item, from: number): void {
    const items = this.#items;
    let place = from;
    for (;;) {
      const below = this.#firstChild(place);
      const child = items[below];
      if (child === undefined || !this.#comesBefore(child, item)) break;
      items[place] = child;
      child.heapIndex = place;
      place = below;
    }
    items[place] = item;
    item.heapIndex = place;
  }

  /** Where the child is that comes before its siblings; past the end when there is none. */
  #firstChild(place: number): number {
    const items = this.#items;
    const start = place * ARITY + 1;
    const end = Math.min(start + ARITY, items.length);
    let best = start;
    for (let other = start + 1; other < end; other += 1) {
      const candidate = items[other];
      const holder = items[best];
      if (candidate !== undefined && holder !== undefined && this.#comesBefore(candidate, holder)) {
        best = other;
      }
    }
    return best;
  }
}
