import * as fc from "fast-check";
import { expect, test } from "vitest";
import { IndexedHeap } from "./indexed-heap.ts";

interface Item {
  heapIndex: number;
  rank: number;
  readonly order: number;
}

const act = fc.record({
  does: fc.constantFrom("add" as const, "add" as const, "remove" as const, "update" as const),
  which: fc.nat(99),
  rank: fc.nat(5),
});

test("the first is the one a sorted list has first, whoever comes, leaves or moves", () => {
  const property = fc.property(fc.array(act, { maxLength: 120, size: "max" }), (acts) => {
    const heap = new IndexedHeap<Item>(
      ({ rank }) => rank,
      ({ order }) => order,
    );
    let items: Item[] = [];
    let order = 0;
    for (const { does, which, rank } of acts) {
      const item = items[which % Math.max(1, items.length)];
      if (does === "add" || item === undefined) {
        const added = { heapIndex: -1, rank, order: (order += 1) };
        items.push(added);
        heap.add(added);
      } else if (does === "remove") {
        items = items.filter((other) => other !== item);
        heap.remove(item);
        heap.remove(item);
        expect(item.heapIndex).toBe(-1);
      } else {
        item.rank = rank;
        heap.update(item);
      }
      const sorted = items.toSorted(
        (left, right) => left.rank - right.rank || left.order - right.order,
      );
      expect(heap.first).toBe(sorted[0]);
      expect(heap.size).toBe(items.length);
      expect(new Set(heap.values())).toEqual(new Set(items));
    }
  });
  fc.assert(property, { numRuns: 300 });
});

test("what is in no heap is neither taken out nor moved", () => {
  const heap = new IndexedHeap<Item>(({ rank }) => rank);
  const stranger = { heapIndex: -1, rank: 1, order: 1 };
  heap.remove(stranger);
  heap.update(stranger);
  expect([heap.size, heap.first]).toEqual([0, undefined]);
});
