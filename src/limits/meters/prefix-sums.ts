/**
 * Numbers in places, with quick sums over the first of them: a Fenwick tree (Fenwick, 1994). O(log n) per operation.
 */
export class PrefixSums {
  /** Place `p` counts in node `p + 1` and those above it. */
  readonly #tree: Float64Array;

  /** @param length - How many places; a power of two. */
  constructor(length: number) {
    this.#tree = new Float64Array(length + 1);
  }

  /** Adds to the number at `place`. */
  add(place: number, amount: number): void {
    const tree = this.#tree;
    for (let node = place + 1; node < tree.length; node += node & -node) {
      tree[node] = (tree[node] ?? 0) + amount;
    }
  }

  /** The sum of the numbers before `place`. */
  before(place: number): number {
    let sum = 0;
    for (let node = place; node > 0; node &= node - 1) sum += this.#tree[node] ?? 0;
    return sum;
  }

  /** The first place up to and with which the numbers, none below 0, add up to `sum`, which is above 0. */
  reach(sum: number): number {
    let node = 0;
    let missing = sum;
    for (let step = this.#tree.length - 1; step > 0; step >>= 1) {
      const here = this.#tree[node + step] ?? Infinity;
      if (here >= missing) continue;
      node += step;
      missing -= here;
    }
    return node;
  }
}
